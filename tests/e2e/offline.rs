//! After the first visit the page works without a network, and a new version of it is offered, not forced.
//!
//! | what | how it is found |
//! |---|---|
//! | what is kept | `details[data-testid=offline]`, its words `offline-kept`, its buttons offline-remove, offline-keep |
//! | a new version | `data-testid=update`, its buttons update-now, update-later |

use std::{fs, path::Path, process::Command};

use serde_json::json;

use crate::{
    PUZZLES, Result, assert_solved, browser::Chromium, dist, folder::Folder, page::Page, server::StaticServer, train,
    with_browser,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

impl Page<'_> {
    /// Waits until the page and a file that is kept when it is used are kept.
    async fn wait_until_kept(&self, file: &str) -> Result<()> {
        let script = "const [file] = arguments;
            const look = async () => {
                const registration = await navigator.serviceWorker.getRegistration();
                for (const name of await caches.keys()) {
                    const keys = await (await caches.open(name)).keys();
                    const kept = keys.some(({ url }) => url.includes(`/${file}`));
                    if (registration?.active && kept) return null;
                }
                await new Promise(done => setTimeout(done, 50));
                return look();
            };
            return look();";
        self.script(script, [json!(file)]).await
    }

    /// What tells one version of the page from another in these tests.
    async fn version(&self) -> Result<String> {
        self.script("return document.querySelector('meta[name=description]').content", []).await
    }

    /// Opens what is said about offline use, and waits for some words there.
    async fn open_offline_control(&self, words: &str) -> Result<String> {
        self.wait_for("document.querySelector('[data-testid=offline]')").await?;
        self.script::<()>("document.querySelector('[data-testid=offline]').open = true", []).await?;
        let said = "document.querySelector('[data-testid=offline-kept]').textContent";
        self.wait_for(&format!("{said}.includes({})", json!(words))).await?;
        self.text("offline-kept").await
    }
}

/// The page as a further build writes it: another description, and the list of files by the build's own script.
fn changed_build(folder: &Path) -> Result<()> {
    copy(&dist(), folder)?;
    let page = folder.join("index.html");
    let text = fs::read_to_string(&page)?;
    let changed = text.replacen("name=\"description\" content=\"", "name=\"description\" content=\"Changed. ", 1);
    assert_ne!(text, changed);
    fs::write(page, changed)?;
    fs::copy(format!("{ROOT}/www/service_worker.js"), folder.join("service_worker.js"))?;
    let script = Command::new("bash")
        .arg(format!("{ROOT}/scripts/offline-files.sh"))
        .env("TRUNK_PROFILE", "release")
        .env("TRUNK_STAGING_DIR", folder)
        .status()?;
    assert!(script.success());
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn works_without_a_network_and_offers_a_new_version() -> Result<()> {
    let folder = Folder::new("hrm-e2e-offline")?;
    changed_build(&folder.file("changed"))?;
    let (puzzle, (cell, digit)) = PUZZLES[0];
    with_browser(Chromium::Plain, async |browser| {
        let mut server = StaticServer::start(&dist());
        let url = server.url();
        let page = Page::open(browser, &url).await?;
        let first = page.version().await?;
        page.wait_until_kept("gallery/sudoku-4x4.safetensors").await?;
        page.click("place-arc").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-library]')").await?;
        page.click("tasks-library").await?;
        page.click("tasks-mini-arc").await?;
        page.wait_until_kept("tasks/mini-arc.json").await?;
        assert_eq!(server.complaints(), Vec::<String>::new());

        // Without its host it is opened, solves and trains; a model that was never used is missed by name.
        server.stop();
        let page = Page::open(browser, &url).await?;
        page.type_puzzle(puzzle).await?;
        assert_solved(puzzle, &page.solve().await?, "no network");
        let page = train::open(browser, &url).await?;
        page.open_settings().await?;
        page.set(&[("base_puzzles", "50"), ("test_puzzles", "4"), ("batch", "4")]).await?;
        page.click("train-start").await?;
        page.wait_for_step(5).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        page.click("place-solve").await?;
        page.click("sudoku-9x9").await?;
        page.wait_for("document.querySelector('[data-testid=verdict]').textContent.includes('no connection')").await?;
        println!("{}", page.text("verdict").await?);
        browser.screenshot("offline-model-missing").await?;
        // Nor is a collection of tasks that was never opened.
        let page = Page::open(browser, &url).await?;
        page.click("place-arc").await?;
        page.wait_for("document.querySelector('[data-testid=tasks-library]')").await?;
        page.click("tasks-library").await?;
        page.click("tasks-mini-arc").await?;
        page.wait_for("document.querySelectorAll('[data-testid=task-list] button').length === 149").await?;
        page.click("tasks-arc-agi-1-evaluation").await?;
        let said = "document.querySelector('[data-testid=task-notice]').textContent";
        page.wait_for(&format!("{said}.includes('evaluation.json') && {said}.includes('no connection')")).await?;
        println!("{}", page.text("task-notice").await?);
        browser.screenshot("offline-collection-missing").await?;

        // The host has another version: it is offered, and the old one stays as long as nobody takes it.
        let server = server.succeeded_by(&folder.file("changed"));
        let page = Page::open(browser, &url).await?;
        for _ in 0..2 {
            page.wait_for("document.querySelector('[data-testid=update]')").await?;
            assert_eq!(page.version().await?, first);
            browser.driver().refresh().await?;
            page.wait_until_ready().await?;
        }
        page.wait_for("document.querySelector('[data-testid=update]')").await?;
        page.type_clue(cell, digit).await?;
        for scheme in ["light", "dark"] {
            browser.emulate(390, 844, scheme).await?;
            browser.screenshot(&format!("update-offered-{scheme}")).await?;
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}");
            assert!(page.overflow().await? <= 0.0, "{scheme}: the page is wider than the screen");
        }
        let address: String = page.script("return location.hash", []).await?;
        page.click("update-now").await?;
        page.wait_for("document.querySelector('meta[name=description]').content.startsWith('Changed. ')").await?;
        page.wait_until_ready().await?;
        assert_eq!(page.script::<String>("return location.hash", []).await?, address, "the board is another one");
        assert!(page.script::<bool>("return !document.querySelector('[data-testid=update]')", []).await?);
        assert_eq!(server.complaints(), Vec::<String>::new());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_kept_is_shown_and_removed() -> Result<()> {
    with_browser(Chromium::Plain, async |browser| {
        let mut server = StaticServer::start(&dist());
        let url = server.url();
        let page = Page::open(browser, &url).await?;
        page.wait_until_kept("gallery/sudoku-4x4.safetensors").await?;
        let said = page.open_offline_control("MB are kept").await?;
        println!("{said}");
        assert!(said.contains("with the models sudoku-4x4"), "{said}");
        for scheme in ["light", "dark"] {
            browser.emulate(360, 800, scheme).await?;
            browser.screenshot(&format!("offline-kept-{scheme}")).await?;
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}");
            assert!(page.overflow().await? <= 0.0, "{scheme}: the page is wider than 360 px");
        }
        page.click("offline-remove").await?;
        page.open_offline_control("it needs its host").await?;
        // It was asked for: the next visit keeps nothing, either.
        let page = Page::open(browser, &url).await?;
        page.open_offline_control("it needs its host").await?;
        page.click("offline-keep").await?;
        page.open_offline_control("MB are kept").await?;
        server.stop();
        browser.driver().refresh().await?;
        page.wait_for("document.querySelector('[data-testid=sudoku-4x4]')").await
    })
    .await
}
