//! The Train place as a visitor uses it: a model learns, pauses when it is told to, solves the board with what it has learnt,
//! and goes on after the page was reloaded.
//!
//! | what | how it is found |
//! |---|---|
//! | the run | `data-testid=train-state`, `data-state` idle, preparing, running, pausing, saving, paused, done or failed |
//! | a button | `data-testid`: train-start, train-pause, train-resume, train-step, train-stop, train-solve |
//! | a setting | `data-testid=train-NAME`, NAME as in recipes |
//! | a chart | `data-testid=curve-NAME`: exact, loss, cells, q-halt, halting-step, gradient, rate |
//! | a stored run | `[data-testid=run-list] .stored`; its buttons `run-continue-ID`, `run-rename-ID`, ... |
//! | an unfinished run | `[data-testid=unfinished]`, its button `run-offer-ID` |

use crate::{
    Result,
    browser::{Browser, Gpu},
    page::Page,
    visit,
};

/// From the click on Pause until nothing more is computed: what a person takes for at once.
const PAUSE_MS: f64 = 200.0;

/// Presses Pause and returns the milliseconds until the page says that nothing more is computed, and until the run is saved
/// and has paused.
const PAUSE: &str = r#"
    const state = document.querySelector("[data-testid=train-state]");
    const button = document.querySelector("[data-testid=train-pause]");
    return new Promise(resolve => {
        const begun = performance.now();
        let heard;
        new MutationObserver((_, observer) => {
            if (!["saving", "paused"].includes(state.dataset.state)) return;
            heard ??= performance.now() - begun;
            if (state.dataset.state !== "paused") return;
            observer.disconnect();
            resolve([heard, performance.now() - begun]);
        }).observe(state, { attributes: true });
        button.click();
    });
"#;

/// Notes every task of the main thread over 50 ms from now on.
const WATCH: &str = r#"
    window.longTasks = [];
    new PerformanceObserver(list => longTasks.push(...list.getEntries().map(task => task.duration)))
        .observe({ type: "longtask" });
"#;

impl Page<'_> {
    async fn wait_for_state(&self, state: &str) -> Result<()> {
        self.wait_for(&format!("document.querySelector('[data-testid=train-state][data-state={state}]')")).await
    }

    /// Points that a curve is drawn with.
    async fn points(&self, curve: &str, line: &str) -> Result<usize> {
        let script = format!(
            "return document.querySelector('[data-testid=curve-{curve}] polyline.{line}:not(.other)')
                ?.getAttribute('points').split(' ').filter(point => point).length ?? 0"
        );
        self.script(&script, []).await
    }

    /// Steps done, by the progress bar.
    async fn steps(&self) -> Result<u64> {
        self.script("return document.querySelector('[data-testid=train-progress]').value", []).await
    }

    async fn write(&self, field: &str, text: &str) -> Result<()> {
        let script = format!(
            "const field = document.querySelector('[data-testid=train-{field}]');
             field.value = '{text}'; field.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        );
        self.script(&script, []).await
    }
}

async fn open<'a>(browser: &'a Browser, url: &str) -> Result<Page<'a>> {
    let page = Page::open(browser, url).await?;
    page.click("place-train").await?;
    page.wait_for("document.querySelector('[data-testid=train-start]:enabled')").await?;
    Ok(page)
}

#[tokio::test]
async fn learns_pauses_solves_and_goes_on_after_a_reload() -> Result<()> {
    visit(Gpu::None, async |browser, url| {
        let page = open(browser, url).await?;
        page.write("base_puzzles", "200").await?;
        page.write("test_puzzles", "60").await?;
        page.script::<()>(WATCH, []).await?;
        page.click("train-start").await?;
        page.wait_for_state("running").await?;
        page.wait_for("document.querySelector('[data-testid=train-boards]')").await?;
        page.wait_for("document.querySelector('[data-testid=train-progress]').value >= 120").await?;
        assert!(page.points("loss", "answer").await? >= 3, "the loss has no curve");
        assert!(page.points("exact", "unseen").await? >= 1, "nothing was tried on unseen puzzles");
        let long: Vec<f64> = page.script("return longTasks", []).await?;
        println!("tasks of the main thread over 50 ms while training: {long:.0?}");
        browser.screenshot("train-running").await?;

        let [heard, paused]: [f64; 2] = page.script(PAUSE, []).await?;
        println!("halted {heard:.0} ms after the click on Pause, saved after {paused:.0} ms");
        assert!(heard < PAUSE_MS, "the pause was heard after {heard:.0} ms");
        let paused_at = page.steps().await?;

        page.click("train-step").await?;
        page.wait_for_state("paused").await?;
        page.wait_for(&format!("document.querySelector('[data-testid=train-progress]').value == {}", paused_at + 1))
            .await?;

        page.click("train-solve").await?;
        page.wait_for("!document.querySelector('main.solve').hidden").await?;
        page.wait_for("document.querySelector('[data-testid=model]').value.startsWith('sudoku-4x4-tiny, step')")
            .await?;
        page.wait_for("document.querySelector('[data-testid=solve]:enabled')").await?;
        let answer = page.solve().await?;
        println!("after {paused_at} steps the board is {}: {}", answer.state, answer.board);
        assert_ne!(answer.state, "error");

        let page = open(browser, url).await?;
        page.wait_for("document.querySelector('[data-testid=unfinished] button[data-testid^=run-offer-]')").await?;
        page.script::<()>("document.querySelector('[data-testid^=run-offer-]').click()", []).await?;
        page.wait_for_state("running").await?;
        page.wait_for(&format!("document.querySelector('[data-testid=train-progress]').value > {}", paused_at + 20))
            .await?;
        page.click("train-stop").await?;
        page.wait_for_state("idle").await?;
        page.wait_for("document.querySelector('[data-testid=run-list] .stored')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_train_place_is_accessible_on_a_phone_in_light_and_dark() -> Result<()> {
    visit(Gpu::None, async |browser, url| {
        for scheme in ["light", "dark"] {
            browser.emulate(360, 800, scheme).await?;
            let page = open(browser, url).await?;
            page.script::<()>("document.querySelectorAll('.setup details').forEach(fields => fields.open = true)", [])
                .await?;
            page.write("num_heads", "0").await?;
            page.wait_for("document.querySelector('[data-testid=train-unsound]')").await?;
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}, a wrong field");
            page.write("num_heads", "2").await?;
            page.write("base_puzzles", "50").await?;
            page.write("test_puzzles", "20").await?;
            page.click("train-start").await?;
            page.wait_for("document.querySelector('[data-testid=train-progress]')?.value >= 60").await?;
            page.click("train-pause").await?;
            page.wait_for_state("paused").await?;
            page.wait_for("document.querySelector('[data-testid=run-list] .stored')").await?;
            page.script::<()>("document.querySelectorAll('.charts details').forEach(table => table.open = true)", [])
                .await?;
            browser.screenshot(&format!("phone-{scheme}-train")).await?;
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}, paused");
            assert!(page.overflow().await? <= 0.0, "{scheme}: the page is wider than 360 px");
            page.click("train-stop").await?;
            page.wait_for_state("idle").await?;
        }
        Ok(())
    })
    .await
}
