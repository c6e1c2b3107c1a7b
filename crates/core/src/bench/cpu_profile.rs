//! What the CPU engine takes for every kernel of a training step, beside what bounds it.

use serde::Serialize;

use super::Workload;
use super::kernel_time::{KernelTime, Roof, addition, distinct};
use crate::engine::{Engine as _, EngineError, Precision, cpu};
use crate::plan::{Entry, EntryId, Program, Step};
use crate::train::{TrainError, shard::Shard};

/// Steps before those that are timed: meanwhile the forms of products are chosen.
const WARM_UP: usize = 20;
/// Steps that are timed; of each kernel the median counts.
const STEPS: usize = 11;
/// Bytes of the vectors by which bandwidth is taken: in the second cache, in the last one of most processors, in none.
const VECTORS: [u64; 4] = [256 << 10, 2 << 20, 16 << 20, 256 << 20];
/// Additions of which the fastest is the bandwidth.
const ADDITIONS: usize = 20;

/// A machine's bounds, and what a training step takes of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// The engine.
    pub engine: String,
    /// What bounds kernels.
    pub roof: Roof,
    /// The step's kernels, the largest loss first.
    pub kernels: Vec<KernelTime>,
}

/// Times every kernel of a training step, all in their order, so that each finds in the caches what the one before has left; and
/// measures what bounds them.
///
/// # Errors
/// The engine's.
pub async fn profile(precision: Precision, workload: Workload) -> Result<Profile, TrainError> {
    let engine = cpu::Engine::with_precision(precision)?;
    let info = engine.info();
    let others = cpu::measure_peak(None);
    let products = info.bf16.map_or(others, |bf16| cpu::measure_peak(Some(bf16)));
    let mut bandwidth = Vec::new();
    for size in VECTORS {
        bandwidth.push((size, measure_bandwidth(&engine, size).await?));
    }
    let roof = Roof { products, others, bandwidth };
    let mut kernels = time_step(&engine, workload).await?;
    kernels.sort_by(|a, b| b.lost(&roof).total_cmp(&a.lost(&roof)));
    Ok(Profile { engine: info.name, roof, kernels })
}

/// The kernels of a step, those of equal sizes together, in the order in which they come.
async fn time_step(engine: &cpu::Engine, workload: Workload) -> Result<Vec<KernelTime>, TrainError> {
    let Workload { setup, weights, batch } = workload;
    let mut shard = Shard::prepare(engine, &setup, 0).await?;
    shard.begin(&weights)?;
    let mut times: Vec<Vec<f64>> = Vec::new();
    for step in 0..WARM_UP + STEPS {
        let taken = shard.timed(1 + step as u64, &batch)?;
        if step >= WARM_UP {
            times.push(taken);
        }
    }
    let median = |at: usize| {
        let mut all: Vec<f64> = times.iter().map(|step| step[at]).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let of = |(kernel, places): (_, Vec<usize>)| {
        let all: f64 = places.iter().map(|&at| median(at)).sum();
        KernelTime { calls: places.len(), ..KernelTime::new(kernel, all / places.len() as f64) }
    };
    let plan = setup.record()?;
    Ok(distinct(&plan.program, &[plan.gradient, plan.update]).into_iter().map(of).collect())
}

/// Bytes a second of the fastest of some additions of two vectors of so many bytes.
async fn measure_bandwidth(engine: &cpu::Engine, size: u64) -> Result<f64, EngineError> {
    let (program, kernel) = addition((size / 4) as usize);
    let main = Entry { name: "main".into(), steps: vec![Step { kernel, differentiable: false }] };
    let mut session = engine.prepare(Program { entries: vec![main], ..program }).await?;
    let taken = (0..ADDITIONS).flat_map(|_| session.timed(&[EntryId(0)]));
    Ok(3.0 * size as f64 / taken.fold(f64::INFINITY, f64::min))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::tiny;

    #[test]
    fn every_kernel_of_a_step_is_timed_once() {
        let workload = || Workload::new(&tiny(), 2);
        let plan = workload().setup.record().unwrap();
        let steps = |entry: EntryId| &plan.program.entries[entry.0].steps;
        let kernels = pollster::block_on(time_step(&cpu::Engine::new(), workload())).unwrap();
        let calls: usize = kernels.iter().map(|time| time.calls).sum();
        assert_eq!(calls, steps(plan.gradient).len() + steps(plan.update).len());
        // Products of one size are one line.
        let products: Vec<_> = kernels.iter().filter(|time| time.kernel == "matmul").collect();
        assert!(products.len() > 3 && products.iter().any(|time| time.calls > 1));
        assert!(products.iter().all(|time| time.seconds > 0.0 && time.flops > 0.0));
    }
}
