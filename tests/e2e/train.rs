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

use std::{ops::RangeInclusive, time::Duration};

use serde_json::json;

use crate::{
    Result,
    browser::{Browser, Chromium},
    page::Page,
    visit,
};

/// From the click on Pause until the worker has heard it: what a person takes for at once.
const PAUSE_MS: f64 = 200.0;
/// How often a time is taken, for what else this machine is at.
const TRIES: usize = 3;
/// The time that is foreseen for a step, as a share of the real one.
const FORESEEN: RangeInclusive<f64> = 0.7..=1.3;
/// Steps after which a run has its pace: a browser compiles the busiest functions anew at first.
const PACED: u64 = 120;
/// Puzzles in a batch of the default preset.
const BATCH: f64 = 32.0;
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
/// Steps over which the main thread is watched; unseen puzzles are tried every 50.
const WATCHED_STEPS: u64 = 60;

/// Presses Pause and returns the milliseconds until the page says that the worker has heard it, and until the step that was
/// under way is done and the run saved.
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

/// How long a tab is hidden.
const HIDDEN: Duration = Duration::from_secs(4);

/// Notes the tab's hiding and showing and the run's states in their order.
const WATCH_HIDING: &str = r#"
    window.hiding = [];
    const state = document.querySelector("[data-testid=train-state]");
    document.addEventListener("visibilitychange", () => hiding.push(document.visibilityState));
    new MutationObserver(() => hiding.push(state.dataset.state)).observe(state, { attributeFilter: ["data-state"] });
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
    async fn rate(&self) -> Result<f64> {
        let figures = self.text("train-figures").await?;
        let rate = figures.split(" · ").find_map(|figure| figure.strip_suffix(" examples a second"));
        Ok(rate.ok_or(format!("no rate in {figures:?}"))?.replace(',', "").parse()?)
    }

    /// Seconds that a step of the next run will take, once they are foreseen.
    async fn foreseen(&self) -> Result<f64> {
        self.wait_for("document.querySelector('[data-testid=train-step-time]').textContent.endsWith(' s')").await?;
        Ok(self.text("train-step-time").await?.trim_end_matches(" s").parse()?)
    }

    /// What was foreseen for a step as a share of what it takes in the run that is under way.
    async fn share_of_step(&self, foreseen: f64) -> Result<f64> {
        let taken = BATCH / self.rate().await?;
        let share = foreseen / taken;
        println!("a step was foreseen to take {foreseen:.3} s, it takes {taken:.3} s: {share:.2}");
        Ok(share)
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

    /// Holds every task of the main thread to 50 ms over some steps, a test on unseen puzzles among them; what else this
    /// machine is at may spoil a try.
    async fn trains_without_long_tasks(&self) -> Result<()> {
        let mut tasks = Vec::new();
        for _ in 0..TRIES {
            self.long_tasks().await?;
            let steps = self.steps().await? + WATCHED_STEPS;
            self.wait_for_step(steps).await?;
            let frames;
            (tasks, frames) = self.long_tasks().await?;
            println!("tasks of the main thread over 50 ms while training: {tasks:.0?} {frames:?}");
            if tasks.is_empty() {
                break;
            }
        }
        assert!(tasks.is_empty(), "{tasks:.0?} ms while training");
        Ok(())
    }

    /// Holds the foreseen time of a step to the real one, given their ratio of a first try. What else this machine is at may
    /// spoil a try: another one foresees and trains anew. No run is under way, before and after.
    async fn foresaw_a_step(&self, first: f64) -> Result<()> {
        let mut share = first;
        for attempt in 1..TRIES {
            if FORESEEN.contains(&share) {
                break;
            }
            // Another seed makes another recipe, for which nothing is foreseen yet.
            let seed = attempt.to_string();
            self.set(&[("base_puzzles", "200"), ("test_puzzles", "60"), ("data_seed", seed.as_str())]).await?;
            let foreseen = self.foreseen().await?;
            self.click("train-start").await?;
            self.wait_for_state("running").await?;
            self.wait_for_step(PACED).await?;
            share = self.share_of_step(foreseen).await?;
            self.click("train-stop").await?;
            self.wait_for_state("idle").await?;
        }
        assert!(
            FORESEEN.contains(&share),
            "a step was foreseen to take {share:.2} of its time, in the last of {TRIES} tries"
        );
        Ok(())
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

    /// Holds the worker to hearing Pause in time; the run is paused then.
    async fn hears_pause_at_once(&self) -> Result<()> {
        let mut heard = f64::INFINITY;
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.click("train-resume").await?;
                self.wait_for_state("running").await?;
            }
            let paused: f64;
            [heard, paused] = self.script(PAUSE, []).await?;
            println!("Pause was heard after {heard:.0} ms, the run was saved after {paused:.0} ms");
            if heard < PAUSE_MS {
                break;
            }
        }
        assert!(heard < PAUSE_MS, "Pause was heard after {heard:.0} ms");
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
        let foreseen = page.foreseen().await?;
        page.watch_tasks().await?;
        println!("tasks of the main thread over 50 ms as the page starts: {:?}", page.long_tasks().await?);
        page.click("train-start").await?;
        page.wait_for_state("running").await?;
        page.wait_for("document.querySelector('[data-testid=train-boards]')").await?;
        page.wait_for_step(PACED).await?;
        assert!(page.points("loss", "answer").await? >= 3, "the loss has no curve");
        assert!(page.points("exact", "unseen").await? >= 1, "nothing was tried on unseen puzzles");
        let figures = page.text("train-figures").await?;
        println!("{figures}");
        assert!(figures.contains(" · last step: loss "), "{figures}");
        println!("as it begins to train: {:?}", page.long_tasks().await?);
        browser.screenshot("train-running").await?;
        page.trains_without_long_tasks().await?;
        let share = page.share_of_step(foreseen).await?;
        page.hears_pause_at_once().await?;
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
        page.wait_for("document.querySelector('[data-testid=run-list] .stored')").await?;
        page.foresaw_a_step(share).await
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
            tokio::time::sleep(HIDDEN).await;
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

/// A batch in two parts, each in a worker of its own, is trained on in the page; how much faster that is, is printed.
#[tokio::test]
async fn two_workers_share_a_batch() -> Result<()> {
    visit(Chromium::Plain, async |browser, url| {
        for (preset, steps) in [("tiny", 40), ("small", 10)] {
            let mut rates = Vec::new();
            for shards in ["1", "2"] {
                let page = open(browser, url).await?;
                page.choose("train-preset", preset).await?;
                page.open_settings().await?;
                page.set(&[("base_puzzles", "50"), ("test_puzzles", "4"), ("shards", shards)]).await?;
                page.click("train-start").await?;
                page.wait_for_step(steps).await?;
                rates.push(page.rate().await?);
                page.click("train-stop").await?;
                page.wait_for_state("idle").await?;
            }
            println!("{preset}: {rates:.0?} examples a second with one and two workers: {:.2}", rates[1] / rates[0]);
        }
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
