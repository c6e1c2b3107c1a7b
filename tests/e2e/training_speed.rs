//! What training in the page costs the main thread, how soon it pauses, and whether its pace was foreseen.

use serde::Deserialize;

use crate::{
    Result,
    browser::Chromium,
    figures::{Calibration, GROSS, Sample, figure},
    measure,
    page::Page,
    speed::{PRODUCT, TASK_MS},
    train::open,
};

/// From the click on Pause until the worker has heard it: what a person takes for at once.
const PAUSE_MS: f64 = 200.0;
/// Reports of steps that may come between: the one on its way, that of the step under way, and that of a test on unseen puzzles
/// between the two.
const REPORTS: usize = 3;
/// The time that is foreseen for a step and the real one differ by this factor at most.
const FORESEEN: f64 = 1.3;
/// How often a step is foreseen, for what else this machine is at.
const TRIES: usize = 3;
/// Steps after which a run has its pace: a browser compiles the busiest functions anew at first.
const PACED: u64 = 120;
/// Puzzles in a batch of the default preset.
const BATCH: f64 = 32.0;
/// Steps over which the main thread is watched; unseen puzzles are tried every 50.
const WATCHED_STEPS: u64 = 60;
/// Nodes of the document that a task may touch while a run is trained.
const TOUCHED_BY_TASK: usize = 100;

/// The longest task, against the longest of sixteen changes while a run is trained beside them.
const LONGEST: Calibration = Calibration { work: "longest of 16 changes while training", reference: 18.0 };

/// Presses Pause and returns what came of it when the run is saved: see [`Paused`].
const PAUSE: &str = r#"
    const state = document.querySelector("[data-testid=train-state]");
    return new Promise(resolve => {
        const begun = performance.now(), states = [];
        let heard, reports = 0;
        const listener = (way, name) => {
            if (name === "Cancelling") heard = performance.now() - begun;
            if (name === "Training.Stepped" && heard === undefined) reports++;
        };
        spy.listeners.add(listener);
        new MutationObserver((_, observer) => {
            states.push(state.dataset.state);
            if (state.dataset.state !== "paused") return;
            observer.disconnect();
            spy.listeners.delete(listener);
            resolve({ heard, reports, states, paused: performance.now() - begun });
        }).observe(state, { attributeFilter: ["data-state"] });
        document.querySelector("[data-testid=train-pause]").click();
    });
"#;

/// What came of Pause.
#[derive(Debug, Deserialize)]
struct Paused {
    /// Milliseconds until the worker had heard it.
    heard: f64,
    /// Reports of steps until then.
    reports: usize,
    /// The run's states from the click on.
    states: Vec<String>,
    /// Milliseconds until the step that was under way was done and the run saved.
    paused: f64,
}

impl Page<'_> {
    /// Seconds that a step of the next run will take, once they are foreseen.
    async fn foreseen(&self) -> Result<f64> {
        self.wait_for("document.querySelector('[data-testid=train-step-time]').textContent.endsWith(' s')").await?;
        Ok(self.text("train-step-time").await?.trim_end_matches(" s").parse()?)
    }

    /// What was foreseen for a step as a share of what it takes in the run that is under way.
    async fn share_of_step(&self, foreseen: f64) -> Result<f64> {
        let taken = BATCH / self.rate().await?;
        let share = foreseen / taken;
        println!(
            "figure: a step was foreseen to take {foreseen:.3} s, it takes {taken:.3} s: {share:.2}, limit 1/{FORESEEN} to {FORESEEN}"
        );
        Ok(share)
    }

    /// Watches the main thread over some steps, a test on unseen puzzles among them: what a task touches, how long it takes.
    async fn trains_without_long_tasks(&self) -> Result<()> {
        figure("longest task over 50 ms while training", TASK_MS, LONGEST, async || {
            let before = self.longest_change().await?;
            self.long_tasks().await?;
            self.count().await?;
            self.wait_for_step(self.steps().await? + WATCHED_STEPS).await?;
            let counts = self.counted().await?;
            println!("a task touches {} nodes at most while training; {:?}", counts.most, counts.heard);
            assert!(counts.most <= TOUCHED_BY_TASK, "a task touches {} nodes while training", counts.most);
            let (tasks, frames) = self.long_tasks().await?;
            if !tasks.is_empty() {
                println!("tasks of the main thread while training: {tasks:.0?} ms, {frames:?}");
            }
            let calibration = before.max(self.longest_change().await?);
            Ok(Sample { value: tasks.into_iter().fold(0.0, f64::max), calibration })
        })
        .await
    }

    /// Holds the foreseen time of a step to the real one, given their ratio of a first try. What else this machine is at may
    /// spoil a try: another one foresees and trains anew. No run is under way, before and after.
    async fn foresaw_a_step(&self, first: f64) -> Result<()> {
        let apart = |share: f64| share.max(1.0 / share);
        let mut best = first;
        for attempt in 1..TRIES {
            if apart(best) <= FORESEEN {
                break;
            }
            // Another seed makes another recipe, for which nothing is foreseen yet.
            let seed = attempt.to_string();
            self.set(&[("base_puzzles", "200"), ("test_puzzles", "60"), ("data_seed", seed.as_str())]).await?;
            let foreseen = self.foreseen().await?;
            self.click("train-start").await?;
            self.wait_for_state("running").await?;
            self.wait_for_step(PACED).await?;
            let share = self.share_of_step(foreseen).await?;
            best = if apart(share) < apart(best) { share } else { best };
            self.click("train-stop").await?;
            self.wait_for_state("idle").await?;
        }
        assert!(apart(best) <= GROSS * FORESEEN, "a step was foreseen to take {best:.2} of its time at best");
        Ok(())
    }

    /// Holds the worker to hearing Pause before it goes on with anything else; the run is paused then.
    async fn hears_pause_at_once(&self) -> Result<()> {
        let mut is_paused = false;
        figure("Pause heard", PAUSE_MS, PRODUCT, async || {
            if is_paused {
                self.click("train-resume").await?;
                self.wait_for_state("running").await?;
                let step = self.steps().await?;
                self.wait_for_step(step + 5).await?;
            }
            let products = self.products(9).await?;
            let paused: Paused = self.script(PAUSE, []).await?;
            is_paused = true;
            println!("the run was saved {:.0} ms after the click on Pause; {paused:?}", paused.paused);
            assert_eq!(paused.states, ["pausing", "saving", "paused"]);
            assert!(paused.reports <= REPORTS, "{paused:?}");
            Ok(Sample { value: paused.heard, calibration: products[products.len() / 2] })
        })
        .await
    }
}

#[tokio::test]
async fn training_leaves_the_page_free_pauses_at_once_and_keeps_the_pace_foreseen() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = open(browser, url).await?;
        page.calibrate().await?;
        page.watch_tasks().await?;
        println!("tasks of the main thread over 50 ms as the page starts: {:?}", page.long_tasks().await?);
        page.set(&[("base_puzzles", "200"), ("test_puzzles", "60")]).await?;
        let foreseen = page.foreseen().await?;
        page.click("train-start").await?;
        page.wait_for_state("running").await?;
        page.wait_for_step(PACED).await?;
        println!("as it begins to train: {:?}", page.long_tasks().await?);
        let share = page.share_of_step(foreseen).await?;
        page.trains_without_long_tasks().await?;
        page.hears_pause_at_once().await?;
        page.click("train-stop").await?;
        page.wait_for_state("idle").await?;
        page.foresaw_a_step(share).await
    })
    .await
}

/// A batch in two parts, each in a worker of its own, is trained on in the page; how much faster that is, is printed.
#[tokio::test]
async fn two_workers_share_a_batch() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
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
            println!(
                "figure: {preset}, {rates:.0?} examples a second with one and two workers: {:.2}",
                rates[1] / rates[0]
            );
        }
        Ok(())
    })
    .await
}
