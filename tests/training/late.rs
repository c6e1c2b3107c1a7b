//! Segments without a gradient before a step.

use hrm_core::checkpoint::Weights;
use hrm_core::engine::{Data, cpu};
use hrm_core::train::{Late, Setup, Trainer};

use super::{data, setup, steps};

#[test]
fn late_segments_are_segments_that_nothing_is_learnt_from() {
    let carry = |late: Late, count: u64| {
        let mut setup = Setup { late, ..setup(20) };
        // No weight moves and, with both q at their start value, no row halts.
        setup.optimizer.lr = 0.0;
        setup.model.halt_max_steps = 20;
        let weights = Weights::init(&setup.model, setup.seed);
        let mut trainer = pollster::block_on(Trainer::new(&cpu::Engine::new(), setup, &weights)).unwrap();
        let reports = steps(&mut trainer, &data(), count);
        assert!(reports.iter().all(|report| report.halted == 0.0));
        let state = pollster::block_on(trainer.state()).unwrap();
        let of_carry = |(name, data): (String, Data)| (name == "z_H" || name == "z_L").then(|| data.f32());
        state.buffers.into_iter().filter_map(of_carry).collect::<Vec<_>>()
    };
    // Before every step one: the first is undone by the new data of the rows, so that two steps have gone three segments.
    let always = Late { share: 1.0, segments: 1 };
    assert_eq!(carry(always, 2), carry(Late::default(), 3));
    assert_ne!(carry(always, 2), carry(Late::default(), 2));
}

#[test]
fn late_segments_are_the_same_in_shards_and_after_resuming() {
    let late = Late { share: 0.5, segments: 3 };
    let run = |shards: usize, cut: Option<u64>| {
        let setup = Setup { late, shards, ..setup(20) };
        let weights = Weights::init(&setup.model, setup.seed);
        let mut trainer = pollster::block_on(Trainer::new(&cpu::Engine::new(), setup, &weights)).unwrap();
        let mut reports = steps(&mut trainer, &data(), cut.unwrap_or(12));
        if let Some(cut) = cut {
            let state = pollster::block_on(trainer.state()).unwrap();
            let mut second = pollster::block_on(Trainer::resume(&cpu::Engine::new(), state)).unwrap();
            reports.extend(steps(&mut second, &data(), 12 - cut));
        }
        reports
    };
    assert_eq!(run(1, Some(5)), run(1, None));
    assert_eq!(run(4, Some(5)), run(4, None));
}
