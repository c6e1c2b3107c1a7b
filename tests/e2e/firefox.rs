//! The page in a second real browser, whose WebGPU is wgpu with naga as its compiler: Firefox, over llvmpipe.

use std::panic::AssertUnwindSafe;

use futures_lite::FutureExt;

use crate::{PUZZLES, Result, browser::Browser, dist, page::Page, server::StaticServer, ways::SMALL};

impl Page<'_> {
    /// Opens the page with a puzzle, solves it and says what computed.
    async fn solved_in_firefox(&self, url: &str, engine: &str) -> Result<String> {
        let (puzzle, _) = PUZZLES[0];
        let driver = self.browser.driver();
        // The same address but for its fragment would not load the page again.
        driver.goto("about:blank").await?;
        driver.goto(format!("{url}#model=sudoku-4x4&puzzle={puzzle}&engine={engine}")).await?;
        driver.execute("localStorage.setItem('hrm.tour', 'seen')", []).await?;
        self.wait_until_ready().await?;
        self.click("solve").await?;
        self.wait_for_end().await?;
        let cells = "return [...document.querySelectorAll('[data-testid=board] [data-cell]')].map(cell => cell.ariaLabel).join(' | ')";
        println!("{engine}: {} {}", self.script::<String>(cells, []).await?, self.text("figures").await?);
        let state: String =
            self.script("return document.querySelector('[data-testid=verdict]').dataset.state", []).await?;
        assert_eq!(state, "valid", "{engine}");
        self.text("figures").await
    }
}

#[tokio::test]
async fn firefox_solves_on_both_engines_trains_and_keeps_its_run() -> Result<()> {
    let server = StaticServer::start(&dist());
    let url = server.url();
    let browser = Browser::start_firefox().await?;
    let outcome = AssertUnwindSafe(async {
        let page = Page { browser: &browser };
        let has_adapter: bool = {
            browser.driver().goto(&url).await?;
            page.script("return navigator.gpu.requestAdapter().then(adapter => adapter !== null)", []).await?
        };
        assert!(has_adapter, "this Firefox has no WebGPU adapter: mesa-vulkan-drivers has one");
        assert!(page.solved_in_firefox(&url, "cpu").await?.contains("on WASM SIMD"));
        assert!(!page.solved_in_firefox(&url, "gpu").await?.contains("on WASM SIMD"));
        assert!(page.badge().await?.starts_with("WebGPU"), "{}", page.badge().await?);
        browser.snapshot("firefox-solved").await?;

        page.click("place-train").await?;
        page.wait_for("document.querySelector('[data-testid=train-start]:enabled')").await?;
        page.open_settings().await?;
        for (field, value) in SMALL {
            page.put(&format!("train-{field}"), value).await?;
        }
        page.click("train-start").await?;
        page.wait_for_step(3).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        let step = page.steps().await?;
        browser.driver().refresh().await?;
        page.wait_for("document.querySelector('[data-testid=place-train]')").await?;
        page.click("place-train").await?;
        page.wait_for("document.querySelector('[data-testid=run-list] .stored')").await?;
        let stored: String =
            page.script("return document.querySelector('[data-testid=run-list] .stored').textContent", []).await?;
        assert!(stored.contains(&step.to_string()), "step {step} in {stored}");
        browser.snapshot("firefox-trained").await
    })
    .catch_unwind()
    .await;
    browser.close().await?;
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    assert_eq!(server.complaints(), Vec::<String>::new(), "requests that went wrong");
    Ok(())
}
