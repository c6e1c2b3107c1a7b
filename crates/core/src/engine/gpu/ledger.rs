//! What a GPU is asked for by a program: its dispatches, counted before any is made, and a bound of the time that they take.

use super::dispatch;
use super::launch::{Form, Target};
use crate::plan::{EntryId, Program};

/// A GPU as its maker describes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// What it is called.
    pub name: &'static str,
    /// Peak of f32 operations a second, a multiply-add counted as two.
    pub flops: f64,
    /// Bytes that its memory gives a second.
    pub bytes: f64,
    /// Seconds that one dispatch costs that waits for the one before it: an assumption, for nobody publishes it.
    pub launch: f64,
}

/// From an old laptop's to a desktop's: peak and bandwidth as published, for the memory that is usual with it.
pub const REFERENCES: [Reference; 5] = [
    // 24 units of 16 operations at 1.15 GHz; two channels of DDR4-2400.
    Reference { name: "Intel UHD 620", flops: 0.44e12, bytes: 38.4e9, launch: 10e-6 },
    // 8 cores; LPDDR4X-4266.
    Reference { name: "Apple M1", flops: 2.6e12, bytes: 68.3e9, launch: 10e-6 },
    // 12 units at 2.7 GHz, without dual issue; two channels of DDR5-5600.
    Reference { name: "AMD Radeon 780M", flops: 4.1e12, bytes: 89.6e9, launch: 8e-6 },
    Reference { name: "NVIDIA RTX 3060", flops: 12.7e12, bytes: 360e9, launch: 5e-6 },
    Reference { name: "NVIDIA RTX 4090", flops: 82.6e12, bytes: 1008e9, launch: 5e-6 },
];

/// What some entries of a program ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// Dispatches.
    pub dispatches: usize,
    /// Workgroups of the smallest of them: below some dozens a large GPU is mostly idle.
    pub workgroups_least: u64,
    /// Operations, as [`crate::plan::Kernel::flops`] counts them.
    pub flops: f64,
    /// Bytes read and written, as [`crate::plan::Kernel::bytes`] counts them.
    pub bytes: f64,
    /// For each of [`REFERENCES`], seconds at the least: of every dispatch the longer of its operations at the peak and its bytes at
    /// the memory's speed, and what the dispatch costs.
    pub predicted: [f64; REFERENCES.len()],
}

/// Counts the dispatches of some entries in the form that is for GPUs, none of them divided.
pub fn ledger(program: &Program, entries: &[EntryId]) -> Ledger {
    let target = Target { budget: f64::INFINITY, form: Form::Tiled };
    let mut all = Ledger { workgroups_least: u64::MAX, ..Ledger::default() };
    for step in entries.iter().flat_map(|entry| &program.entries[entry.0].steps) {
        let launches = dispatch::launches(&step.kernel, program, &target);
        let (flops, bytes) = (step.kernel.flops(), step.kernel.bytes());
        all.dispatches += launches.len();
        (all.flops, all.bytes) = (all.flops + flops, all.bytes + bytes);
        let workgroups = launches.iter().map(|launch| launch.grid.into_iter().map(u64::from).product());
        all.workgroups_least = workgroups.fold(all.workgroups_least, u64::min);
        for (seconds, of) in all.predicted.iter_mut().zip(&REFERENCES) {
            // A kernel's dispatches share its work.
            *seconds += (flops / of.flops).max(bytes / of.bytes) + launches.len() as f64 * of.launch;
        }
    }
    if all.dispatches == 0 {
        all.workgroups_least = 0;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{middle, paper, tiny};
    use crate::config::ModelConfig;
    use crate::model::{Options, record_inference};
    use crate::train::{OptimizerConfig, record_training};

    fn of_segment(config: &ModelConfig) -> Ledger {
        let plan = record_inference(config, 1, Options::default()).unwrap();
        ledger(&plan.program, &[plan.segment])
    }

    fn of_step(config: &ModelConfig) -> Ledger {
        let plan = record_training(config, 8, &OptimizerConfig::default(), false).unwrap();
        ledger(&plan.program, &[plan.gradient, plan.update])
    }

    #[test]
    fn no_more_is_asked_of_a_gpu_than_before() {
        for (name, found, most) in [
            ("tiny, segment", of_segment(&tiny()), 109),
            ("tiny, step", of_step(&tiny()), 367),
            ("middle, segment", of_segment(&middle()), 109),
            ("27 M, segment", of_segment(&paper()), 205),
        ] {
            assert!(found.dispatches <= most, "{name}: {} dispatches, at most {most} before", found.dispatches);
        }
    }

    #[test]
    fn the_bound_is_the_longer_of_two_and_the_dispatches() {
        let found = of_segment(&paper());
        // Four layers of 3.4 M weights, called six times for 82 tokens, and a little beside.
        assert!((13e9..15e9).contains(&found.flops), "{}", found.flops);
        // Each layer's weights are read once a call.
        assert!(found.bytes > 4.0 * 27e6, "{}", found.bytes);
        for (seconds, of) in found.predicted.iter().zip(&REFERENCES) {
            let dispatches = found.dispatches as f64 * of.launch;
            let (least, most) = (found.flops / of.flops, found.bytes / of.bytes);
            // But for rounding.
            assert!(*seconds >= (dispatches + least.max(most)) * (1.0 - 1e-9), "{}: {seconds}", of.name);
            assert!(*seconds <= (dispatches + least + most) * (1.0 + 1e-9), "{}: {seconds}", of.name);
        }
        // What has no entry asks for nothing.
        let plan = record_inference(&tiny(), 1, Options::default()).unwrap();
        assert_eq!(ledger(&plan.program, &[]), Ledger::default());
    }
}
