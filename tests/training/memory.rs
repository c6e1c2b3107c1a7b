//! What a run will hold is known before it begins.

use hrm_core::checkpoint::Weights;
use hrm_core::engine::{Engine, cpu, gpu};
use hrm_core::train::{Setup, Trainer, predicted_bytes};

use super::{data, setup};

/// What a run of `batch` rows holds after two steps, the second started before the first was read.
fn held<E: Engine>(engine: &E, batch: usize) -> (u64, u64) {
    let setup = Setup { batch, ..setup(20) };
    let predicted = predicted_bytes(engine, &setup).unwrap();
    let weights = Weights::init(&setup.model, setup.seed);
    let mut trainer = pollster::block_on(Trainer::new(engine, setup, &weights)).unwrap();
    let data = data();
    for step in 0..2 {
        pollster::block_on(trainer.advance(&data.batch(step, batch))).unwrap();
    }
    pollster::block_on(trainer.settle()).unwrap();
    pollster::block_on(trainer.state()).unwrap();
    (predicted, trainer.bytes())
}

fn assert_memory_is_foreseen(engine: &impl Engine) {
    let [eight, sixteen, thirty_two] = [8, 16, 32].map(|batch| {
        let (predicted, counted) = held(engine, batch);
        assert_eq!(predicted, counted, "batch {batch}");
        counted as f64
    });
    let (first, second) = ((sixteen - eight) / 8.0, (thirty_two - sixteen) / 16.0);
    assert!(first > 0.0 && (second / first - 1.0).abs() < 0.02, "{first} bytes a row, then {second}");
}

#[test]
fn memory_is_foreseen_on_the_cpu() {
    assert_memory_is_foreseen(&cpu::Engine::new());
}

#[test]
fn memory_is_foreseen_on_the_gpu() {
    let engine = pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one");
    // Work is divided the same in every run, however fast they were.
    engine.device().assume_throughput(1e12);
    assert_memory_is_foreseen(&engine);
}
