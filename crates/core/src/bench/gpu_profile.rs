//! What a GPU takes for every kernel of a program, beside what it can do at most.
//!
//! Times are differences of two lengths: so many repetitions of a kernel in one run, less fewer of them, over what is between. What
//! a run costs beside its kernels (encoding, a submit, the reading that waits for it) stands in both and falls out. It needs no
//! timestamps, which browsers keep back or round.

use serde::Serialize;

use super::kernel_time::{KernelTime, Roof, addition, distinct};
use crate::config::ModelConfig;
use crate::engine::gpu::{Engine, measure_clearing, measure_peak, now};
use crate::engine::{Engine as _, EngineError, Session as _};
use crate::model::{ModelError, Options, record_inference};
use crate::plan::{Buffer, BufferId, Dtype, Entry, EntryId, Kernel, Lifetime, Program, Step};
use crate::train::{OptimizerConfig, record_training};

/// Rows of the training step's batch.
const BATCH: usize = 8;
/// Repetitions of the shorter and the longer run.
const FEW: usize = 4;
const MANY: usize = 36;
/// Runs of each length; the shortest counts.
const RUNS: usize = 3;
/// A single repetition that takes longer, in seconds, stands for all.
const SLOW: f64 = 0.1;

/// What an adapter can do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// Operations a second, a multiply-add counted as two.
    pub peak_flops: f64,
    /// Bytes a second of an addition that reads two vectors of so many bytes and writes one.
    pub bandwidth: Vec<(u64, f64)>,
    /// Seconds of so many dispatches of one workgroup, each of which needs the one before, and of the reading that waits.
    pub dispatches: Vec<(usize, f64)>,
    /// Seconds from asking for four bytes, with nothing to compute, until they are there.
    pub round_trip: f64,
    /// Seconds that a workgroup takes longer for 16 KiB of workgroup memory, which are to be 0 at its start.
    pub clearing: f64,
}

/// The kernels of a segment or a training step, the largest loss first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table {
    /// Of what.
    pub what: String,
    /// Its kernels.
    pub kernels: Vec<KernelTime>,
}

/// An adapter, and what a model's segment and training step take of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// The adapter.
    pub limits: Limits,
    /// The segment, batch 1, and the training step, batch 8.
    pub tables: Vec<Table>,
}

impl Limits {
    /// What bounds a kernel: bandwidth by the largest vectors.
    pub fn roof(&self) -> Roof {
        let bandwidth = self.bandwidth.last().copied().into_iter().collect();
        Roof { products: self.peak_flops, others: self.peak_flops, bandwidth }
    }
}

/// Measures an adapter with a model, by its name; `sizes` as for [`measure_limits`]. `told` hears what is being timed, and how many of
/// how many kernels are done.
///
/// # Errors
/// The engine's.
pub async fn profile(
    engine: &Engine,
    (name, config): (&str, &ModelConfig),
    sizes: &[u64],
    mut told: impl FnMut(&str, usize, usize),
) -> Result<Profile, ModelError> {
    let limits = measure_limits(engine, sizes).await?;
    let segment = record_inference(config, 1, Options::default())?;
    let step = record_training(config, BATCH, &OptimizerConfig::default(), false)?;
    let parts = [
        (format!("segment of the {name} model, batch 1"), &segment.program, vec![segment.segment]),
        (format!("training step of the {name} model, batch {BATCH}"), &step.program, vec![step.gradient, step.update]),
    ];
    let mut tables = Vec::new();
    for (what, program, entries) in parts {
        let kernels = time_kernels(engine, program, &entries, &limits, |done, all| told(&what, done, all)).await?;
        tables.push(Table { what, kernels });
    }
    Ok(Profile { limits, tables })
}

/// Measures an adapter; `sizes` are the bytes of the vectors by which bandwidth is taken, the largest last.
///
/// # Errors
/// The engine's.
pub async fn measure_limits(engine: &Engine, sizes: &[u64]) -> Result<Limits, EngineError> {
    let peak_flops = measure_peak(engine.device()).await?;
    let mut bandwidth = Vec::new();
    for &size in sizes {
        let len = (size / 4) as usize;
        let (program, kernel) = addition(len);
        let time = time(engine, &program, &kernel).await?;
        bandwidth.push((size, 3.0 * size as f64 / time.seconds.max(1e-9)));
    }
    let (program, kernel) = addition(4);
    let mut dispatches = Vec::new();
    for count in [1, 100, 1000] {
        let mut timed = Timed::new(engine, &program, &kernel, &[count]).await?;
        dispatches.push((count, timed.shortest(0).await?));
    }
    let mut timed = Timed::new(engine, &program, &kernel, &[0]).await?;
    let round_trip = timed.shortest(0).await?;
    let clearing = measure_clearing(engine.device()).await?;
    Ok(Limits { peak_flops, bandwidth, dispatches, round_trip, clearing })
}

/// Times each kernel of some entries by itself, those of equal sizes together; `told` hears how many of how many are done. The
/// largest loss comes first.
///
/// # Errors
/// The engine's.
pub async fn time_kernels(
    engine: &Engine,
    program: &Program,
    entries: &[EntryId],
    limits: &Limits,
    mut told: impl FnMut(usize, usize),
) -> Result<Vec<KernelTime>, EngineError> {
    let kernels = distinct(program, entries);
    let roof = limits.roof();
    let mut all = Vec::new();
    for (kernel, steps) in &kernels {
        told(all.len(), kernels.len());
        let time = time(engine, program, kernel).await?;
        all.push(KernelTime { calls: steps.len(), ..time });
    }
    told(kernels.len(), kernels.len());
    all.sort_by(|a, b| b.lost(&roof).total_cmp(&a.lost(&roof)));
    Ok(all)
}

async fn time(engine: &Engine, program: &Program, kernel: &Kernel) -> Result<KernelTime, EngineError> {
    let begun = now();
    let mut timed = Timed::new(engine, program, kernel, &[1, FEW, MANY]).await?;
    timed.run(0).await?;
    let first = now() - begun;
    let one = timed.shortest(0).await?;
    let seconds = if one > SLOW {
        one
    } else {
        (timed.shortest(2).await? - timed.shortest(1).await?).max(0.0) / (MANY - FEW) as f64
    };
    Ok(KernelTime { compiling: (first - one).max(0.0), ..KernelTime::new(kernel, seconds) })
}

/// A program of one kernel, with an entry for each of some numbers of repetitions.
struct Timed {
    session: crate::engine::gpu::Session,
    /// Four bytes that are read to wait for all before.
    small: BufferId,
}

impl Timed {
    async fn new(
        engine: &Engine,
        program: &Program,
        kernel: &Kernel,
        repetitions: &[usize],
    ) -> Result<Self, EngineError> {
        let used: Vec<BufferId> = kernel.bindings().iter().filter_map(|binding| binding.buffer).collect();
        let mut buffers = program.buffers.clone();
        for (index, buffer) in (0..).zip(&mut buffers) {
            buffer.lifetime = Lifetime::Persistent;
            if !used.contains(&BufferId(index)) {
                buffer.shape = vec![0];
            }
        }
        let small = BufferId(buffers.len() as u32);
        buffers.push(Buffer {
            name: "small".into(),
            dtype: Dtype::F32,
            shape: vec![1],
            lifetime: Lifetime::Persistent,
        });
        let entry = |&count: &usize| Entry {
            name: count.to_string(),
            steps: vec![Step { kernel: kernel.clone(), differentiable: false }; count],
        };
        let entries = repetitions.iter().map(entry).collect();
        let session = engine.prepare(Program { buffers, entries }).await?;
        Ok(Self { session, small })
    }

    async fn run(&mut self, entry: usize) -> Result<(), EngineError> {
        self.session.run(&[EntryId(entry)], &[self.small]).await.map(|_| ())
    }

    /// Seconds of the shortest of some runs, after one that does not count.
    async fn shortest(&mut self, entry: usize) -> Result<f64, EngineError> {
        let mut shortest = f64::INFINITY;
        for run in 0..=RUNS {
            let begun = now();
            self.run(entry).await?;
            if run > 0 {
                shortest = shortest.min(now() - begun);
            }
        }
        Ok(shortest)
    }
}
