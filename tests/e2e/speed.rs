//! What the page costs the main thread: scrubbing, and a run; and how soon it is there and answers.

use hrm_core::{puzzle::Kind, random::Random};
use serde_json::json;

use crate::{
    PUZZLES, Result, VIEWS,
    browser::{Browser, Chromium},
    counts::Counts,
    figures::{Calibration, Sample, figure},
    measure,
    page::{Page, escaped},
    server::FIXTURE,
};

/// Of a step while scrubbing, at the 95th percentile.
pub const SCRUB_MS: f64 = 8.0;
/// Of any task during a run.
pub const TASK_MS: f64 = 50.0;
/// Within these a visitor does not wait: the first paint from this machine, and the CPU engine's answer.
const FIRST_PAINT_MS: f64 = 1000.0;
const CPU_ANSWER_MS: f64 = 300.0;

/// Nodes of the document that a step of the timeline may touch: a curve's mark, a cell's digit, never a board or a curve.
pub const TOUCHED: usize = 40;
/// Nodes that any task of a run may touch, such as the first one, which makes a view.
const TOUCHED_BY_TASK: usize = 500;
/// Segments of the run.
const SEGMENTS: usize = 16;

/// A step of the timeline, against calibration.js's change of a board, curves and a picture; 95th percentile.
pub const STEP: Calibration = Calibration { work: "board, curves, picture", reference: 9.0 };
/// The longest task, against the longest of as many such changes as a run has segments.
const LONGEST: Calibration = Calibration { work: "longest of 16 changes", reference: 9.0 };
/// A computation, against a product of matrices.
pub const PRODUCT: Calibration = Calibration { work: "matrix product", reference: 3.4 };
/// The first paint, against that of [`FIXTURE`].
const PAINT: Calibration = Calibration { work: "first paint of a fixed page", reference: 44.0 };

/// Steps back sixty times, each in turns with the calibration's step, and returns the 95th percentile of both.
pub const SCRUB: &str = r#"
    const back = document.querySelector("[data-testid=step-back]");
    return (async () => {
        document.querySelector("[data-testid=to-end]").click();
        const times = [[], []];
        for (let step = 0; step < 60; step++) {
            times[0].push(await calibration.timed(() => back.click()));
            times[1].push(await calibration.step());
        }
        return times.map(times => times.sort((a, b) => a - b)[56]);
    })();
"#;

/// Steps back sixty times and counts: the nodes that a step touches at most, the tasks that it posts at most, and how often
/// each was posted.
const COUNT: &str = r#"
    const back = document.querySelector("[data-testid=step-back]");
    return (async () => {
        document.querySelector("[data-testid=to-end]").click();
        await spy.settled();
        const counts = spy.count();
        for (let step = 0; step < 60; step++) {
            back.click();
            await spy.turn();
            counts.cut();
        }
        return counts.end();
    })();
"#;

/// The longest of as many of the calibration's changes as a run has segments.
const CHANGES: &str = r#"
    return (async () => {
        let longest = 0;
        for (let change = 0; change < arguments[0]; change++) longest = Math.max(longest, await calibration.step());
        return longest;
    })();
"#;

/// A run of 16 segments on a 9x9 maze.
async fn run<'a>(browser: &'a Browser, url: &str) -> Result<Page<'a>> {
    let kind: Kind = "maze-9".parse()?;
    let maze = kind.decode(&kind.generate(&mut Random::new(4), 0.5).unwrap().question);
    let puzzle = escaped(&maze);
    let link = format!("{url}#model=maze-9&puzzle={puzzle}&engine=cpu&moment=9999&stretch=2");
    let page = Page::open_link(browser, &link).await?;
    page.wait_for_end().await?;
    page.calibrate().await?;
    Ok(page)
}

impl Page<'_> {
    /// Milliseconds of the longest of as many changes of the document as a run makes.
    pub async fn longest_change(&self) -> Result<f64> {
        self.script(CHANGES, [json!(SEGMENTS)]).await
    }

    /// Milliseconds from the start of loading an address to its first paint with content.
    async fn first_paint_of(&self, address: &str) -> Result<f64> {
        let driver = self.browser.driver();
        driver.goto("about:blank").await?;
        driver.goto(address).await?;
        self.wait_for("performance.getEntriesByName('first-contentful-paint').length").await?;
        self.script("return performance.getEntriesByName('first-contentful-paint')[0].startTime", []).await
    }
}

#[tokio::test]
async fn scrubbing_costs_little_in_every_view() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = run(browser, url).await?;
        for view in VIEWS {
            page.click(&format!("tab-{view}")).await?;
            page.settle().await?;
            let counts: Counts = page.script(COUNT, []).await?;
            println!("{view}: a step touches {} nodes at most; in 60 steps {:?}", counts.most, counts.posted);
            assert!(counts.most <= TOUCHED, "{view}: a step touches {} nodes", counts.most);
            // What a cell takes from the others is computed for the step that is shown; all else is at hand.
            let asked = if view == "attention" { 60 } else { 0 };
            assert!(counts.posts() <= asked, "{view}: 60 steps asked the worker for {:?}", counts.posted);
            page.settle().await?;
            figure(&format!("scrubbing, {view}"), SCRUB_MS, STEP, async || {
                let [value, calibration] = page.script(SCRUB, []).await?;
                Ok(Sample { value, calibration })
            })
            .await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn no_task_of_a_run_is_long() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = run(browser, url).await?;
        page.watch_tasks().await?;
        for view in VIEWS {
            page.click(&format!("tab-{view}")).await?;
            page.settle().await?;
            // Each segment comes to the page as a task of its own, and none of them touches much.
            page.count().await?;
            page.click("solve").await?;
            page.wait_for_end().await?;
            page.settle().await?;
            let counts = page.counted().await?;
            println!("{view}: a task of a run touches {} nodes at most; {:?}", counts.most, counts.heard);
            assert_eq!(counts.heard("Segment"), SEGMENTS, "{view}: {counts:?}");
            assert!(counts.most <= TOUCHED_BY_TASK, "{view}: a task touches {} nodes", counts.most);
            figure(&format!("longest task over 50 ms of a run, {view}"), TASK_MS, LONGEST, async || {
                let before = page.longest_change().await?;
                page.long_tasks().await?;
                page.click("solve").await?;
                page.wait_for_end().await?;
                page.settle().await?;
                let (tasks, _) = page.long_tasks().await?;
                let calibration = before.max(page.longest_change().await?);
                Ok(Sample { value: tasks.into_iter().fold(0.0, f64::max), calibration })
            })
            .await?;
        }
        Ok(())
    })
    .await
}

/// The page is painted, and a puzzle solved on the CPU, before a visitor would wait.
#[tokio::test]
async fn a_visitor_does_not_wait() -> Result<()> {
    measure(Chromium::Plain, async |browser, url| {
        let page = Page::open(browser, url).await?;
        page.settle().await?;
        let fixture = format!("{url}{FIXTURE}");
        figure("first paint", FIRST_PAINT_MS, PAINT, async || {
            let value = page.first_paint_of(url).await?;
            Ok(Sample { value, calibration: page.first_paint_of(&fixture).await? })
        })
        .await?;

        let page = Page::open(browser, url).await?;
        page.choose_engine("cpu").await?;
        page.type_puzzle(PUZZLES[0].0).await?;
        page.calibrate().await?;
        page.solve().await?;
        figure("click to answer, CPU", CPU_ANSWER_MS, PRODUCT, async || {
            let (mut value, mut calibration) = (f64::INFINITY, f64::INFINITY);
            for (puzzle, _) in PUZZLES {
                page.type_puzzle(puzzle).await?;
                value = value.min(page.solve().await?.milliseconds);
                calibration = page.products(3).await?.into_iter().fold(calibration, f64::min);
            }
            Ok(Sample { value, calibration })
        })
        .await
    })
    .await
}
