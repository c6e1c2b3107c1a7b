//! Speeds. A speed is no property of the page alone: it is printed beside its limit, and held only against a fixed piece of the
//! same kind of work, timed in the same browser, in the same way, in turns with it. What fails is a gross regression.

use crate::{Result, page::Page};

const CALIBRATION: &str = include_str!("calibration.js");

/// So many times its limit, after calibration, no speed may be.
pub const GROSS: f64 = 3.0;

/// A speed counts as its best of at most so many tries; the first that is within the limit ends them.
const TRIES: usize = 8;

/// Notes every task of the main thread over 50 ms from now on; with what ran in it, where the browser knows.
const WATCH_TASKS: &str = r#"
    window.longTasks = [];
    const scripts = frame => frame.scripts.map(script => `${script.invoker} ${Math.round(script.duration)}`).join(", ");
    const later = frame => Math.round(frame.startTime + frame.duration - frame.styleAndLayoutStart);
    new PerformanceObserver(list => longTasks.push(...list.getEntries().map(task => [task.duration, ""])))
        .observe({ type: "longtask", buffered: true });
    new PerformanceObserver(list => longTasks.push(...list.getEntries().map(frame =>
        [0, `frame of ${Math.round(frame.duration)} ms: ${scripts(frame)}; style and layout ${later(frame)}`])))
        .observe({ type: "long-animation-frame", buffered: true });
"#;

/// A piece of work that a speed is compared with, and what it takes on the machine for which the limits hold when that has
/// nothing else to do (2 cores of an AMD EPYC, Chromium), in milliseconds.
#[derive(Clone, Copy)]
pub struct Calibration {
    /// What is timed.
    pub work: &'static str,
    /// What it takes there.
    pub reference: f64,
}

/// One try: what was measured and what the calibration took beside it, in milliseconds.
#[derive(Clone, Copy)]
pub struct Sample {
    /// Measured.
    pub value: f64,
    /// The calibration's, the same percentile of as many.
    pub calibration: f64,
}

/// Takes samples until one is within the limit, prints the best one, and fails where that is a gross regression.
pub async fn figure(
    name: &str,
    limit: f64,
    calibration: Calibration,
    mut take: impl AsyncFnMut() -> Result<Sample>,
) -> Result<()> {
    let calibrated = |sample: Sample| sample.value * calibration.reference / sample.calibration;
    let mut best: Option<Sample> = None;
    for _ in 0..TRIES {
        let sample = take().await?;
        best = best.filter(|best| calibrated(*best) <= calibrated(sample)).or(Some(sample));
        if best.is_some_and(|best| calibrated(best) <= limit) {
            break;
        }
    }
    let best = best.ok_or("nothing was measured")?;
    let line = format!(
        "figure: {name} {:.1} ms, limit {limit:.0} ms, calibration ({}) {:.2} ms, {:.2} of its reference: {:.1} ms calibrated, {:.2} \
         of the limit",
        best.value,
        calibration.work,
        best.calibration,
        best.calibration / calibration.reference,
        calibrated(best),
        calibrated(best) / limit,
    );
    println!("{line}");
    assert!(calibrated(best) <= GROSS * limit, "more than {GROSS} times the limit: {line}");
    Ok(())
}

impl Page<'_> {
    /// Lets scripts use the pieces of work with which speeds are compared.
    pub async fn calibrate(&self) -> Result<()> {
        self.script::<()>(CALIBRATION, []).await?;
        // A browser compiles what runs often anew at first.
        self.script("calibration.products(20); return calibration.step().then(() => null)", []).await
    }

    /// Milliseconds of so many products of matrices, the least first.
    pub async fn products(&self, count: usize) -> Result<Vec<f64>> {
        self.script("return calibration.products(arguments[0])", [count.into()]).await
    }

    /// Notes the main thread's long tasks, those of the past among them.
    pub async fn watch_tasks(&self) -> Result<()> {
        self.script(WATCH_TASKS, []).await
    }

    /// Milliseconds of each task over 50 ms, and what is known of the frames they held up; forgets them.
    pub async fn long_tasks(&self) -> Result<(Vec<f64>, Vec<String>)> {
        let noted: Vec<(f64, String)> = self.script("return longTasks.splice(0)", []).await?;
        let (tasks, frames): (Vec<_>, Vec<_>) = noted.into_iter().partition(|(duration, _)| *duration > 0.0);
        Ok((tasks.into_iter().map(|task| task.0).collect(), frames.into_iter().map(|frame| frame.1).collect()))
    }
}
