//! The Train place as a visitor uses it: a model learns, pauses when it is told to, solves the board with what it has learnt,
//! and goes on after the page was reloaded.
//!
//! | what | how it is found |
//! |---|---|
//! | the run | `data-testid=train-state`, `data-state` idle, preparing, running, pausing, saving, paused, done or failed |
//! | a button | `data-testid`: train-start, train-pause, train-resume, train-step, train-stop, train-solve |
//! | a setting | `data-testid=train-NAME`, NAME as in recipes |
//! | the paper's optimizers | `data-testid=train-paper-optimizer` |
//! | a step's time, as foreseen | `data-testid=train-step-time` |
//! | a chart | `data-testid=curve-NAME`: exact, loss, cells, q-halt, halting-step, gradient, rate |
//! | a stored run | `[data-testid=run-list] .stored`; its buttons `run-continue-ID`, `run-rename-ID`, ... |
//! | the choice for hidden tabs | `input[data-testid=train-hidden]` |
//! | an unfinished run | `[data-testid=unfinished]`, its button `run-offer-ID` |

use serde_json::json;

use crate::{
    Result,
    browser::{Browser, Chromium},
    page::Page,
    server::FIXTURE,
    visit,
};

/// Steps after which a run has a curve and was tried on unseen puzzles: that comes every 50.
const LEARNT: u64 = 120;
/// What HRM was published with, by its names in recipes.
const PAPER: [(&str, &str); 9] = [
    ("lr", "0.0001"),
    ("lr_min_ratio", "1"),
    ("warmup_steps", "2000"),
    ("beta1", "0.9"),
    ("beta2", "0.95"),
    ("weight_decay", "0.1"),
    ("puzzle_lr", "0.01"),
    ("puzzle_weight_decay", "0.1"),
    ("ema", "0"),
];
/// Notes the tab's hiding and showing and the run's states in their order; and answers whoever asks on the channel "hiding", in
/// another tab, for the run's state and the reports of steps since this one was hidden.
const WATCH_HIDING: &str = r#"
    window.hiding = [];
    let reports = 0;
    const state = document.querySelector("[data-testid=train-state]");
    document.addEventListener("visibilitychange", () => hiding.push(document.visibilityState));
    new MutationObserver(() => hiding.push(state.dataset.state)).observe(state, { attributeFilter: ["data-state"] });
    window.unwatch?.();
    const count = (way, name) => (reports += document.hidden && name === "Training.Stepped");
    spy.listeners.add(count);
    const channel = new BroadcastChannel("hiding");
    channel.onmessage = () => document.hidden && channel.postMessage({ state: state.dataset.state, reports });
    window.unwatch = () => {
        spy.listeners.delete(count);
        channel.close();
    };
"#;

/// In another tab: waits until the hidden one says that its run has paused, or else has reported some steps.
const WHILE_HIDDEN: &str = r#"
    const [goesOn] = arguments, channel = new BroadcastChannel("hiding");
    return new Promise(done => {
        const asking = setInterval(() => channel.postMessage("how is the run?"), 50);
        channel.onmessage = ({ data: { state, reports } }) => {
            if (goesOn ? reports < 5 : state !== "paused") return;
            clearInterval(asking);
            channel.close();
            done(null);
        };
    });
"#;

impl Page<'_> {
    /// Opens every fold of the form: what is in them is made only then.
    pub async fn open_settings(&self) -> Result<()> {
        self.script::<()>("document.querySelectorAll('.setup details').forEach(fields => fields.open = true)", [])
            .await?;
        self.wait_for("document.querySelector('[data-testid=train-shards]')").await
    }

    /// Waits until the run is in a state.
    pub async fn wait_for_state(&self, state: &str) -> Result<()> {
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

    /// Examples a second, as the page shows them.
    pub async fn rate(&self) -> Result<f64> {
        let figures = self.text("train-figures").await?;
        let rate = figures.split(" · ").find_map(|figure| figure.strip_suffix(" examples a second"));
        Ok(rate.ok_or(format!("no rate in {figures:?}"))?.replace(',', "").parse()?)
    }

    /// Fills in settings, each by its name in recipes.
    pub async fn set(&self, settings: &[(&str, &str)]) -> Result<()> {
        for (field, value) in settings {
            self.enter(&format!("train-{field}"), value).await?;
        }
        Ok(())
    }

    /// Waits until so many steps are done.
    pub async fn wait_for_step(&self, step: u64) -> Result<()> {
        self.wait_for(&format!("document.querySelector('[data-testid=train-progress]')?.value >= {step}")).await
    }

    /// Steps done, by the progress bar.
    pub async fn steps(&self) -> Result<u64> {
        self.script("return document.querySelector('[data-testid=train-progress]').value", []).await
    }

    /// Presses the button that writes the paper's optimizers and holds the fields to them.
    async fn takes_the_papers_optimizers(&self) -> Result<()> {
        self.click("train-paper-optimizer").await?;
        self.settle().await?;
        let written: Vec<String> = self
            .script(
                "return arguments[0].map(name => document.querySelector(`[data-testid=train-${name}]`).value)",
                [json!(PAPER.map(|(name, _)| name))],
            )
            .await?;
        assert_eq!(written, PAPER.map(|(_, value)| value));
        Ok(())
    }
}

/// Opens the page's Train place.
pub async fn open<'a>(browser: &'a Browser, url: &str) -> Result<Page<'a>> {
    let page = Page::open(browser, url).await?;
    page.click("place-train").await?;
    page.wait_for("document.querySelector('[data-testid=train-start]:enabled')").await?;
    page.wait_for("document.querySelector('[data-testid=run-list]')").await?;
    Ok(page)
}

/// Unseen boards that the run's weights solved when they were tried last.
pub async fn solved_boards(page: &Page<'_>) -> Result<usize> {
    page.script("return Number(document.querySelector('[data-testid=train-boards]').dataset.solved)", []).await
}

#[tokio::test]
async fn learns_pauses_solves_and_goes_on_after_a_reload() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.set(&[("base_puzzles", "200"), ("test_puzzles", "60")]).await?;
        page.click("train-start").await?;
        page.wait_for_state("running").await?;
        page.wait_for("document.querySelector('[data-testid=train-boards]')").await?;
        page.wait_for_step(LEARNT).await?;
        assert!(page.points("loss", "answer").await? >= 3, "the loss has no curve");
        assert!(page.points("exact", "unseen").await? >= 1, "nothing was tried on unseen puzzles");
        let figures = page.text("train-figures").await?;
        println!("{figures}");
        assert!(figures.contains(" · last step: loss "), "{figures}");
        browser.screenshot("train-running").await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        let paused_at = page.steps().await?;

        page.click("train-step").await?;
        page.wait_for_state("paused").await?;
        page.wait_for_step(paused_at + 1).await?;
        assert_eq!(page.steps().await?, paused_at + 1, "one step was asked for");

        page.click("train-solve").await?;
        page.wait_for("!document.querySelector('main.solve').hidden").await?;
        page.wait_for("document.querySelector('[data-testid=model]').value.startsWith('sudoku-4x4-tiny, step')")
            .await?;
        page.wait_until_ready().await?;
        let answer = page.solve().await?;
        println!("after {paused_at} steps the board is {}: {}", answer.state, answer.board);
        assert_ne!(answer.state, "error");

        let page = open(browser, url).await?;
        page.wait_for("document.querySelector('[data-testid=unfinished] button[data-testid^=run-offer-]')").await?;
        page.script::<()>("document.querySelector('[data-testid^=run-offer-]').click()", []).await?;
        page.wait_for_state("running").await?;
        page.wait_for_step(paused_at + 21).await?;
        page.click("train-stop").await?;
        page.wait_for_state("idle").await?;
        page.wait_for("document.querySelector('[data-testid=run-list] .stored')").await
    })
    .await
}

/// Steps on WebGPU, from a gallery model's weights: in software each takes seconds, so a few must do.
#[tokio::test]
async fn learns_on_webgpu_from_a_gallery_model() -> Result<()> {
    visit(Chromium::WebGpu, async |browser, url| {
        let page = open(browser, url).await?;
        page.choose_engine("gpu").await?;
        page.wait_for("document.querySelector('[data-testid=train-origin] option[value=\"gallery:sudoku-4x4\"]')")
            .await?;
        page.choose("train-origin", "gallery:sudoku-4x4").await?;
        page.set(&[("base_puzzles", "50"), ("test_puzzles", "4"), ("batch", "4")]).await?;
        page.wait_for("document.querySelector('[data-testid=train-start]:enabled')").await?;
        page.click("train-start").await?;
        page.wait_for_step(3).await?;
        page.click("train-pause").await?;
        page.wait_for_state("paused").await?;
        let report = page.text("train-report").await?;
        println!("on WebGPU: {report}");
        assert!(report.to_lowercase().contains("swiftshader"), "{report}");
        // What the gallery's model knew is still there.
        assert_eq!(
            solved_boards(&page).await?,
            4,
            "unseen boards that the gallery's model solves before its first step here"
        );
        Ok(())
    })
    .await
}

/// Told so, a run pauses while its tab is hidden and goes on when it is seen again; otherwise it goes on.
#[tokio::test]
async fn pauses_in_a_hidden_tab_when_told_to() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.set(&[("base_puzzles", "50"), ("test_puzzles", "4")]).await?;
        page.open_settings().await?;
        // How it learns makes no difference here.
        page.takes_the_papers_optimizers().await?;
        page.set(&[("steps", "100000")]).await?;
        page.click("train-start").await?;
        page.wait_for_state("running").await?;
        for goes_on in [true, false] {
            if !goes_on {
                page.click("train-hidden").await?;
            }
            page.script::<()>(WATCH_HIDING, []).await?;
            let driver = browser.driver();
            let shown = driver.window().await?;
            let other = driver.new_tab().await?;
            driver.switch_to_window(other).await?;
            // Another page of the same origin, so that the two can speak with each other.
            driver.goto(format!("{url}{FIXTURE}")).await?;
            driver.execute(WHILE_HIDDEN, [json!(goes_on)].to_vec()).await?;
            driver.close_window().await?;
            driver.switch_to_window(shown).await?;
            page.wait_for("!document.hidden").await?;
            page.wait_for_state("running").await?;
            let states: Vec<String> = page.script("return hiding", []).await?;
            println!("goes on while hidden: {goes_on}; {states:?}");
            let hidden = states.iter().position(|state| state == "hidden").ok_or("the tab was never hidden")?;
            let seen = states.iter().rposition(|state| state == "visible").ok_or("the tab was never seen again")?;
            assert_eq!(states[hidden..seen].iter().any(|state| state == "paused"), !goes_on, "{states:?}");
        }
        page.click("train-stop").await?;
        page.wait_for_state("idle").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_train_place_is_accessible_on_a_phone_in_light_and_dark() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for scheme in ["light", "dark"] {
            browser.emulate(360, 800, scheme).await?;
            let page = open(browser, url).await?;
            page.open_settings().await?;
            page.set(&[("num_heads", "0")]).await?;
            page.wait_for("document.querySelector('[data-testid=train-unsound]')").await?;
            assert_eq!(page.accessibility_violations().await?, Vec::<String>::new(), "{scheme}, a wrong field");
            page.set(&[("num_heads", "2"), ("base_puzzles", "50"), ("test_puzzles", "20")]).await?;
            page.click("train-start").await?;
            page.wait_for_step(60).await?;
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
