//! What a GPU takes for every kernel of a program, beside what it can do at most.
//!
//! Times are differences of two lengths: so many repetitions of a kernel in one run, less fewer of them, over what is between. What
//! a run costs beside its kernels (encoding, a submit, the reading that waits for it) stands in both and falls out. It needs no
//! timestamps, which browsers keep back or round.

use std::collections::HashMap;

use serde::Serialize;

use crate::config::ModelConfig;
use crate::engine::gpu::{Engine, measure_clearing, measure_peak, now};
use crate::engine::{Engine as _, EngineError, Session as _};
use crate::model::{ModelError, Options, record_inference};
use crate::plan::kernel::Add;
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

/// One kernel at one size, as a program has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KernelTime {
    /// Its name.
    pub kernel: &'static str,
    /// Of a product the items and `m x n x k`, of others the elements of the largest operand.
    pub sizes: String,
    /// How often the entries play it.
    pub calls: usize,
    /// Seconds of one call.
    pub seconds: f64,
    /// Seconds of its preparation and first run beyond those of a further one: compiling above all.
    pub compiling: f64,
    /// Operations of one call.
    pub flops: f64,
    /// Bytes of one call.
    pub bytes: f64,
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

impl KernelTime {
    /// Seconds that it must take on an adapter at its peak and at its bandwidth.
    pub fn bound(&self, limits: &Limits) -> f64 {
        let bandwidth = limits.bandwidth.last().map_or(f64::INFINITY, |(_, speed)| *speed);
        (self.flops / limits.peak_flops).max(self.bytes / bandwidth)
    }

    /// Seconds of all calls beyond that bound.
    pub fn lost(&self, limits: &Limits) -> f64 {
        self.calls as f64 * (self.seconds - self.bound(limits)).max(0.0)
    }

    /// Whether bytes bound it, not operations.
    pub fn is_bound_by_memory(&self, limits: &Limits) -> bool {
        self.bound(limits) > self.flops / limits.peak_flops
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
    // In the order in which they come.
    let (mut order, mut calls): (Vec<&Kernel>, HashMap<_, usize>) = Default::default();
    for step in entries.iter().flat_map(|entry| &program.entries[entry.0].steps) {
        let count = calls.entry(shape(&step.kernel)).or_default();
        if *count == 0 {
            order.push(&step.kernel);
        }
        *count += 1;
    }
    let mut all = Vec::new();
    for kernel in &order {
        told(all.len(), order.len());
        let time = time(engine, program, kernel).await?;
        all.push(KernelTime { calls: calls[&shape(kernel)], ..time });
    }
    told(order.len(), order.len());
    all.sort_by(|a, b| b.lost(limits).total_cmp(&a.lost(limits)));
    Ok(all)
}

/// What tells two kernels apart for their time: the buffers are of no matter, but their lengths, and the operations.
fn shape(kernel: &Kernel) -> (&'static str, Vec<usize>, u64, u64) {
    (kernel.name(), lengths(kernel), kernel.flops().to_bits(), kernel.bytes().to_bits())
}

fn lengths(kernel: &Kernel) -> Vec<usize> {
    kernel.bindings().iter().map(|binding| if binding.buffer.is_some() { binding.len } else { 0 }).collect()
}

fn sizes(kernel: &Kernel) -> String {
    match kernel {
        Kernel::Matmul(k) if k.batch > 1 => format!("{} of {}x{}x{}", k.batch, k.m, k.n, k.k),
        Kernel::Matmul(k) => format!("{}x{}x{}", k.m, k.n, k.k),
        other => lengths(other).into_iter().max().unwrap_or(0).to_string(),
    }
}

/// sum = x + y of so many elements.
fn addition(len: usize) -> (Program, Kernel) {
    let buffer =
        |name: &str| Buffer { name: name.into(), dtype: Dtype::F32, shape: vec![len], lifetime: Lifetime::Persistent };
    let program = Program { buffers: vec![buffer("x"), buffer("y"), buffer("sum")], entries: Vec::new() };
    (program, Add { a: BufferId(0), b: BufferId(1), out: BufferId(2), len }.into())
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
    let (name, compiling) = (kernel.name(), (first - one).max(0.0));
    let (flops, bytes) = (kernel.flops(), kernel.bytes());
    Ok(KernelTime { kernel: name, sizes: sizes(kernel), calls: 1, seconds, compiling, flops, bytes })
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
