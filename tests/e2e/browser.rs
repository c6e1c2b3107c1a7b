//! A headless browser, driven by a chromedriver or geckodriver that lives as long as the test.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use thirtyfour::{Capabilities, WebDriver};

use crate::Result;

/// The flags of wasm-pack's browser, so that both tests meet the same one.
const WEBDRIVER_JSON: &str = include_str!("../../webdriver.json");
const FIREFOX_JSON: &str = include_str!("../../webdriver-firefox.json");

/// What counts messages and changes, before the page's own scripts.
const SPY: &str = include_str!("spy.js");

/// The longest that anything is waited for. Waits end on what they wait for: this one tells that it never comes, also on a busy
/// machine on which SwiftShader compiles every kernel.
pub const PATIENCE: Duration = Duration::from_secs(600);
/// What the driver takes longer than that is its own affair.
const GRACE: Duration = Duration::from_secs(60);

/// CSS pixels across, up to which the page takes a screen for a phone's.
const PHONE: u32 = 820;

/// How often a driver is started at most.
const STARTS: usize = 3;

/// What a visitor's browser offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chromium {
    /// No adapter: what headless Chromium has by itself.
    Plain,
    /// WebGPU in software (SwiftShader).
    WebGpu,
    /// No adapter, and its owner lets no page store anything.
    NoStorage,
}

/// One driver on a free port with one browser, until [`Browser::close`].
pub struct Browser {
    driver: WebDriver,
    process: DriverProcess,
}

/// Ended when dropped.
struct DriverProcess {
    process: Child,
    /// Kept open: chromedriver ends when it cannot write.
    output: BufReader<ChildStdout>,
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    /// Starts `chromedriver` (or `$CHROMEDRIVER`) and a fresh browser.
    pub async fn start(chromium: Chromium) -> Result<Self> {
        let program = env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
        Self::connect(&program, "successfully on port ", capabilities(chromium)?).await
    }

    /// Starts `geckodriver` (or `$GECKODRIVER`) and a fresh Firefox with WebGPU in software. What asks for the DevTools protocol
    /// is not for it.
    pub async fn start_firefox() -> Result<Self> {
        let program = env::var("GECKODRIVER").unwrap_or_else(|_| "geckodriver".into());
        let mut all: Value = serde_json::from_str(FIREFOX_JSON)?;
        all["browserName"] = json!("firefox");
        Self::connect(&program, "Listening on 127.0.0.1:", serde_json::from_value(all)?).await
    }

    /// Starts a driver, which says its port behind these words, and a browser.
    async fn connect(program: &str, words: &str, capabilities: Capabilities) -> Result<Self> {
        // The port that it finds free may be another's by the time it listens there: it ends then.
        let mut started = DriverProcess::start(program, words);
        for _ in 1..STARTS {
            started = started.or_else(|_| DriverProcess::start(program, words));
        }
        let (process, port) = started?;
        let address = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::builder(address, capabilities);
        let driver = driver.request_timeout(PATIENCE + GRACE).connect().await?;
        driver.set_script_timeout(PATIENCE).await?;
        Ok(Self { driver, process })
    }

    /// Lets spy.js run before the scripts of every page that is opened in this tab from now on.
    pub async fn spy(&self) -> Result<()> {
        let cdp = self.driver.cdp();
        cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": SPY })).await?;
        Ok(())
    }

    /// Lets the browser remember something for every page that is opened in this tab from now on, as after an earlier visit.
    pub async fn remember(&self, key: &str, value: &str) -> Result<()> {
        // A page without an origin of its own, and a browser that stores nothing, refuse.
        let source = format!("try {{ localStorage.setItem({key:?}, {value:?}) }} catch {{}}");
        self.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
        Ok(())
    }

    /// Lets the browser forget it, as one that has not been there.
    pub async fn forget(&self, key: &str) -> Result<()> {
        self.driver.execute(format!("try {{ localStorage.removeItem({key:?}) }} catch {{}}"), []).await?;
        Ok(())
    }

    /// The session.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Shows the page on a screen of so many CSS pixels, up to [`PHONE`] across a phone's, in the given colour scheme.
    pub async fn emulate(&self, width: u32, height: u32, scheme: &str) -> Result<()> {
        self.emulate_scaled(width, height, 1.0, scheme).await
    }

    /// The same on a screen with `scale` pixels to a CSS pixel.
    pub async fn emulate_scaled(&self, width: u32, height: u32, scale: f64, scheme: &str) -> Result<()> {
        let cdp = self.driver.cdp();
        cdp.emulation().set_device_metrics_override(width, height, scale, width <= PHONE).await?;
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Lets the screen be one that fingers touch, or not.
    pub async fn emulate_touch(&self, enabled: bool) -> Result<()> {
        self.driver.cdp().send_raw("Emulation.setTouchEmulationEnabled", json!({ "enabled": enabled })).await?;
        Ok(())
    }

    /// Puts a finger on the first of these points of the window, moves it along the others and lifts it.
    pub async fn touch(&self, points: &[(i64, i64)]) -> Result<()> {
        let cdp = self.driver.cdp();
        for (at, (x, y)) in points.iter().enumerate() {
            let kind = if at == 0 { "touchStart" } else { "touchMove" };
            let touch = json!({ "type": kind, "touchPoints": [{ "x": x, "y": y }] });
            cdp.send_raw("Input.dispatchTouchEvent", touch).await?;
        }
        cdp.send_raw("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] })).await?;
        Ok(())
    }

    /// Drops files and folders of this machine on the page, as from a file manager.
    pub async fn drop_paths(&self, paths: &[&Path]) -> Result<()> {
        let data = json!({ "items": [], "files": paths, "dragOperationsMask": 1 });
        for event in ["dragEnter", "dragOver", "drop"] {
            let given = json!({ "type": event, "x": 200, "y": 200, "data": data });
            self.driver.cdp().send_raw("Input.dispatchDragEvent", given).await?;
        }
        Ok(())
    }

    /// Ends the browser's GPU process: every device is lost. The browser starts another one.
    pub async fn crash_gpu(&self) -> Result<()> {
        self.driver.cdp().send_raw("Browser.crashGpuProcess", json!({})).await?;
        Ok(())
    }

    /// Writes what the window shows to target/screenshots/NAME.png.
    pub async fn snapshot(&self, name: &str) -> Result<()> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&folder)?;
        Ok(self.driver.screenshot(&folder.join(format!("{name}.png"))).await?)
    }

    /// Writes what the page looks like to target/screenshots/NAME.png, its whole height.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        let script = "return [innerWidth, innerHeight, document.documentElement.scrollHeight]";
        let (width, height, whole): (u32, u32, u32) = self.driver.execute(script, []).await?.convert()?;
        let cdp = self.driver.cdp();
        let emulation = cdp.emulation();
        let mobile = width <= PHONE;
        emulation.set_device_metrics_override(width, whole.max(height), 1.0, mobile).await?;
        self.snapshot(name).await?;
        emulation.set_device_metrics_override(width, height, 1.0, mobile).await?;
        Ok(())
    }

    /// What the page or its worker wrote to the console as an error.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let log = self.driver.browser_log().await?;
        Ok(log.into_iter().filter(|entry| entry.level == "SEVERE").map(|entry| entry.message).collect())
    }

    /// Ends the browser, then its driver.
    pub async fn close(self) -> Result<()> {
        self.driver.quit().await?;
        drop(self.process);
        Ok(())
    }
}

impl DriverProcess {
    /// Starts it on a port of its own choice, and says which.
    fn start(program: &str, words: &str) -> Result<(Self, u16)> {
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{program} does not start ({error}): scripts/test.sh installs it"))?;
        let output = process.stdout.take().ok_or("its output is a pipe")?;
        let mut started = Self { process, output: BufReader::new(output) };
        for line in started.output.by_ref().lines() {
            if let Some((_, port)) = line?.split_once(words) {
                return Ok((started, port.trim_end_matches('.').parse()?));
            }
        }
        Err(format!("{program} ended without saying its port").into())
    }
}

fn capabilities(chromium: Chromium) -> Result<Capabilities> {
    let mut all: Value = serde_json::from_str(WEBDRIVER_JSON)?;
    all["browserName"] = json!("chrome");
    all["goog:loggingPrefs"] = json!({ "browser": "ALL" });
    if chromium != Chromium::WebGpu {
        let flags = all["goog:chromeOptions"]["args"].as_array_mut().ok_or("webdriver.json has no args")?;
        flags.retain(|flag| !flag.as_str().is_some_and(|flag| flag.contains("webgpu")));
    }
    if chromium == Chromium::NoStorage {
        // 2 blocks; "cookies" stands for all that a page may keep.
        all["goog:chromeOptions"]["prefs"] = json!({ "profile.default_content_setting_values.cookies": 2 });
    }
    Ok(serde_json::from_value(all)?)
}
