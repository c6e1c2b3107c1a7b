//! Two ways to time.

use std::fmt::Display;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::Criterion;
use serde_json::Value;

use crate::command::{Failure, at};

/// Runs that [`stopwatch`] does not time: the first compiles, the next still adapts.
const WARM_UP: usize = 3;
/// Runs that it times at most.
const RUNS: usize = 9;
/// How long it warms up, and how long it times, before it begins no further run.
const ENOUGH: Duration = Duration::from_secs(30);

/// The median of criterion's samples, in seconds.
pub fn criterion<E: Display>(
    name: &str,
    folder: &Path,
    mut run: impl FnMut() -> Result<(), E>,
) -> Result<f64, Failure> {
    let mut failed = None;
    Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(2))
        .measurement_time(Duration::from_secs(8))
        .output_directory(folder)
        .bench_function(name, |b| {
            b.iter(|| {
                if let Err(error) = run() {
                    failed.get_or_insert_with(|| error.to_string());
                }
            });
        });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let file = folder.join(name).join("new/estimates.json");
    let text = std::fs::read_to_string(&file).map_err(|e| at(file.display())(&e))?;
    let estimates: Value = serde_json::from_str(&text)?;
    let nanoseconds = estimates["median"]["point_estimate"].as_f64();
    nanoseconds.map(|ns| ns * 1e-9).ok_or_else(|| format!("{}: no median", file.display()).into())
}

/// For runs of which one may take minutes, where criterion would insist on ten: the median in seconds, and how many
/// were timed, one at least.
pub fn stopwatch<E>(mut run: impl FnMut() -> Result<(), E>) -> Result<(f64, usize), E> {
    let begun = Instant::now();
    for _ in 0..WARM_UP {
        run()?;
        if begun.elapsed() > ENOUGH {
            break;
        }
    }
    let begun = Instant::now();
    let mut seconds = Vec::new();
    while seconds.is_empty() || (seconds.len() < RUNS && begun.elapsed() < ENOUGH) {
        let start = Instant::now();
        run()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok((seconds[seconds.len() / 2], seconds.len()))
}
