//! A case, measured in this process.

use std::path::Path;
use std::time::Instant;

use hrm_core::bench::{LearnBench, MatmulBench, SegmentBench, TrainBench, Workload, middle, paper, tiny};
use hrm_core::config::ModelConfig;
use hrm_core::engine::{AnyEngine, Engine, EngineError, Kind, Precision, gpu};
use hrm_core::model::{ModelError, Taps};
use hrm_core::train::{TrainError, predicted_bytes};
use serde_json::{Value, json};

use super::case::Case;
use super::time::{criterion, stopwatch};
use crate::command::Failure;
use crate::command::engine_arg::word;

/// Rows of a batch of the tiny and of the 27 M model.
const BATCH: usize = 32;
/// Share of the unseen puzzles that `learn` is over with.
const GOAL: f64 = 0.9;
/// Steps after which it is given up.
const MOST_STEPS: u64 = 4000;

/// Measures a case on an engine; criterion's own report goes into `folder`.
pub async fn measure(
    case: Case,
    kind: Kind,
    precision: Precision,
    seeds: &[u64],
    folder: &Path,
) -> Result<Value, Failure> {
    let engine = || AnyEngine::start_with(kind, precision);
    let mut result = match case {
        Case::Segment27m | Case::Segment27m900 => {
            let engine = engine().await?;
            let config = match case {
                Case::Segment27m900 => ModelConfig { seq_len: 900, vocab_size: 12, ..paper() },
                _ => paper(),
            };
            let mut bench = SegmentBench::new(&engine, &config, Taps::None).await?;
            let seconds = criterion(&case.name(), folder, || pollster::block_on(bench.run()).map(|_| ()))?;
            json!({"seconds": seconds, "engine": engine.info().name, "forms": bench.forms()})
        }
        Case::Tapped27m => {
            let engine = engine().await?;
            let mut seconds = [0.0; 2];
            for (taps, seconds) in [Taps::None, Taps::States].into_iter().zip(&mut seconds) {
                let mut bench = SegmentBench::new(&engine, &paper(), taps).await?;
                let name = format!("{}-{taps:?}", case.name());
                *seconds = criterion(&name, folder, || pollster::block_on(bench.run()).map(|_| ()))?;
            }
            let [untapped, tapped] = seconds;
            json!({"seconds": tapped, "untapped": untapped, "engine": engine.info().name})
        }
        Case::TrainStep => {
            let engine = engine().await?;
            let mut bench = TrainBench::new(&engine, Workload::new(&middle(), 64)).await?;
            let seconds = criterion(&case.name(), folder, || pollster::block_on(bench.run(1)).map(|_| ()))?;
            json!({"seconds": seconds, "engine": engine.info().name, "forms": bench.forms()})
        }
        Case::TrainTiny => train_tiny(&engine().await?, &format!("{}-{}", case.name(), word(kind)), folder).await?,
        Case::Memory => memory(&engine().await?).await?,
        Case::Learn => learn(kind, precision, seeds).await?,
        Case::GpuMatmul => gpu_matmul(case, folder, [648, 512, 512]).await?,
        Case::GpuMatmulShallow => gpu_matmul(case, folder, [648, 512, 64]).await?,
        Case::GpuSegment27m => gpu_segment(case, folder).await?,
        Case::GpuTrain27m => gpu_train().await?,
    };
    result["case"] = json!(case.name());
    result["kind"] = json!(kind);
    Ok(result)
}

/// A training step of the tiny model.
async fn train_tiny(engine: &AnyEngine, name: &str, folder: &Path) -> Result<Value, Failure> {
    /// Steps that are started before the last one is waited for, as in `bench.html`.
    const TURN: usize = 3;
    let mut bench = TrainBench::new(engine, Workload::new(&tiny(), BATCH)).await?;
    let seconds = criterion(name, folder, || pollster::block_on(bench.run(TURN)).map(|_| ()))?;
    Ok(json!({"seconds": seconds / TURN as f64, "engine": engine.info().name}))
}

/// What training the tiny model is foreseen to hold, and what the engine counts once it does.
async fn memory(engine: &AnyEngine) -> Result<Value, Failure> {
    let mut batches = Vec::new();
    for batch in [8, 16, 32] {
        let workload = Workload::new(&tiny(), batch);
        let foreseen = predicted_bytes(engine, &workload.setup)?;
        let mut bench = TrainBench::new(engine, workload).await?;
        // The second is started before the first is read: only then is all there that a run holds.
        bench.run(2).await?;
        batches.push(json!({"batch": batch, "foreseen": foreseen, "counted": bench.bytes()}));
    }
    Ok(json!({"batches": batches, "engine": engine.info().name}))
}

/// From random weights to the goal, once for each seed; looks at the unseen puzzles included.
async fn learn(kind: Kind, precision: Precision, seeds: &[u64]) -> Result<Value, Failure> {
    let mut name = String::new();
    let mut runs = Vec::new();
    for &seed in seeds {
        let engine = AnyEngine::start_with(kind, precision).await?;
        name = engine.info().name;
        let mut bench = LearnBench::new(engine, seed).await?;
        let start = Instant::now();
        let (steps, exact) = loop {
            let (steps, exact) = bench.advance().await?;
            if exact >= GOAL {
                break (steps, exact);
            }
            if steps >= MOST_STEPS {
                let (reached, puzzles) = (100.0 * exact, bench.test_puzzles());
                return Err(format!("seed {seed}: {reached:.1} % of {puzzles} puzzles after {steps} steps").into());
            }
        };
        runs.push((start.elapsed().as_secs_f64(), seed, steps, exact));
    }
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let median = runs.get(runs.len() / 2).map(|run| (run.0, run.2));
    let (seconds, steps) = median.ok_or("--seeds: expected at least one")?;
    let json = |run: &(f64, u64, u64, f64)| json!({"seconds": run.0, "seed": run.1, "steps": run.2, "exact": run.3});
    let runs: Vec<Value> = runs.iter().map(json).collect();
    Ok(json!({"seconds": seconds, "steps": steps, "runs": runs, "engine": name}))
}

/// A matrix product as a share of what the adapter does at most.
async fn gpu_matmul(case: Case, folder: &Path, shape: [usize; 3]) -> Result<Value, Failure> {
    /// Products in a submit, so that its own cost does not count.
    const TIMES: usize = 8;
    let engine = gpu::Engine::new().await?;
    let peak = gpu::measure_peak(engine.device()).await?;
    let mut bench = MatmulBench::new(&engine, shape, TIMES).await?;
    let seconds = criterion(&case.name(), folder, || pollster::block_on(bench.run()))?;
    let times = TIMES as f64;
    Ok(of_peak(&engine, seconds / times, bench.flops() / times, peak))
}

/// A segment of the 27 M model as a share of the peak, answer read back.
async fn gpu_segment(case: Case, folder: &Path) -> Result<Value, Failure> {
    let engine = gpu::Engine::new().await?;
    let mut bench = match SegmentBench::new(&engine, &paper(), Taps::None).await {
        Ok(bench) => bench,
        Err(ModelError::Engine(error)) => return refused(&engine, error),
        Err(error) => return Err(error.into()),
    };
    let peak = gpu::measure_peak(engine.device()).await?;
    let seconds = criterion(&case.name(), folder, || pollster::block_on(bench.run()).map(|_| ()))?;
    Ok(of_peak(&engine, seconds, bench.flops(), peak))
}

/// A training step of the 27 M model as a share of the peak.
async fn gpu_train() -> Result<Value, Failure> {
    let engine = gpu::Engine::new().await?;
    let workload = Workload::new(&paper(), BATCH);
    let bytes = predicted_bytes(&engine, &workload.setup)?;
    let mut bench = match TrainBench::new(&engine, workload).await {
        Ok(bench) => bench,
        Err(TrainError::Engine(error)) => return refused(&engine, error),
        Err(error) => return Err(error.into()),
    };
    let peak = gpu::measure_peak(engine.device()).await?;
    let (seconds, samples) = stopwatch(|| pollster::block_on(bench.run(1)).map(|_| ()))?;
    let mut result = of_peak(&engine, seconds, bench.flops(), peak);
    result["bytes"] = json!(bytes);
    result["samples"] = json!(samples);
    Ok(result)
}

/// `flops` operations that took `seconds`, beside the `peak` of operations a second.
fn of_peak(engine: &gpu::Engine, seconds: f64, flops: f64, peak: f64) -> Value {
    let rate = flops / seconds;
    json!({
        "seconds": seconds,
        "engine": engine.info().name,
        "gflop": flops / 1e9,
        "gflops": rate / 1e9,
        "peak_gflops": peak / 1e9,
        "share_of_peak": rate / peak,
    })
}

/// What is too large for the adapter is a result; any other error is one.
fn refused(engine: &gpu::Engine, error: EngineError) -> Result<Value, Failure> {
    match error {
        EngineError::Limit { .. } | EngineError::OutOfMemory(_) => {
            Ok(json!({"refused": error.to_string(), "engine": engine.info().name}))
        }
        other => Err(other.into()),
    }
}
