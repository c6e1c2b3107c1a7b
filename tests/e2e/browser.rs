//! A headless Chromium, driven by a chromedriver that lives as long as the test.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use thirtyfour::{Capabilities, WebDriver};

use crate::Result;

/// The flags of wasm-pack's browser, so that both tests meet the same one.
const WEBDRIVER_JSON: &str = include_str!("../../webdriver.json");

/// What a visitor's browser offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gpu {
    /// WebGPU in software (SwiftShader).
    Software,
    /// No WebGPU at all.
    None,
}

/// One chromedriver on a free port with one browser; both end with [`Browser::close`] or a drop.
pub struct Browser {
    driver: WebDriver,
    process: Child,
    /// Kept open: chromedriver ends when it cannot write.
    _output: BufReader<ChildStdout>,
}

impl Browser {
    /// Starts `chromedriver` (or `$CHROMEDRIVER`) and a fresh browser.
    pub async fn start(gpu: Gpu) -> Result<Self> {
        let program = env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{program} does not start ({error}): scripts/test.sh installs it"))?;
        let mut output = BufReader::new(process.stdout.take().ok_or("chromedriver's output is a pipe")?);
        let port = announced_port(&mut output)?;
        match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities(gpu)?).await {
            Ok(driver) => Ok(Self { driver, process, _output: output }),
            Err(error) => {
                process.kill()?;
                Err(error.into())
            }
        }
    }

    /// The session.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Shows the page as a phone of `width` CSS pixels would, in the given colour scheme.
    pub async fn emulate(&self, width: u32, scheme: &str) -> Result<()> {
        let cdp = self.driver.cdp();
        cdp.emulation().set_device_metrics_override(width, 800, 1.0, true).await?;
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Writes what the page looks like to target/screenshots/NAME.png, its whole height.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&folder)?;
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await?;
        Ok(())
    }

    /// What the page or its worker wrote to the console as an error.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let log = self.driver.browser_log().await?;
        Ok(log.into_iter().filter(|entry| entry.level == "SEVERE").map(|entry| entry.message).collect())
    }

    /// Ends the browser, then its driver.
    pub async fn close(self) -> Result<()> {
        Ok(self.driver.clone().quit().await?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// chromedriver picks a free port and says which.
fn announced_port(output: &mut impl BufRead) -> Result<u16> {
    for line in output.lines() {
        let line = line?;
        if let Some(port) = line.split("successfully on port ").nth(1).and_then(|rest| rest.trim_end_matches('.').parse().ok()) {
            return Ok(port);
        }
    }
    Err("chromedriver ended without saying its port".into())
}

fn capabilities(gpu: Gpu) -> Result<Capabilities> {
    let mut all: Value = serde_json::from_str(WEBDRIVER_JSON)?;
    all["browserName"] = json!("chrome");
    all["goog:loggingPrefs"] = json!({ "browser": "ALL" });
    if gpu == Gpu::None {
        let flags = all["goog:chromeOptions"]["args"].as_array_mut().ok_or("webdriver.json has no args")?;
        flags.retain(|flag| !flag.as_str().is_some_and(|flag| flag.contains("webgpu")));
        flags.push(json!("--disable-features=WebGPU"));
        flags.push(json!("--disable-blink-features=WebGPU"));
    }
    Ok(serde_json::from_value(all)?)
}
