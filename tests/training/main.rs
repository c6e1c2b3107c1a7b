//! A run that is saved, read back and resumed goes on bit for bit; a small model learns.
#![cfg(not(target_arch = "wasm32"))]

mod device;
mod late;
mod memory;
mod saved;
mod shards;
mod source;
mod tasks;

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::data::{Dataset, Hard, SplitRequest, generate_split};
use hrm_core::engine::cpu;
use hrm_core::puzzle::Kind;
use hrm_core::train::{Late, OptimizerConfig, Setup, StepReport, Trained, Trainer};

fn setup(total_steps: u64) -> Setup {
    let model = ModelConfig::from_json(
        r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":32,
        "num_heads":2,"mlp_t":true,"pos_encodings":"none","halt_max_steps":4,"halt_exploration_prob":0.3}"#,
    )
    .unwrap();
    let optimizer = OptimizerConfig { lr: 2e-3, warmup_steps: 10, ..OptimizerConfig::default() };
    Setup {
        model,
        optimizer,
        batch: 16,
        total_steps,
        seed: 5,
        shards: 1,
        sizes: Vec::new(),
        trained: Trained::Everything,
        late: Late::default(),
    }
}

fn data() -> Dataset {
    let kind: Kind = "sudoku-4x4".parse().unwrap();
    let split = generate_split(
        kind,
        &SplitRequest { training: 100, test: 0, seed: 3, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() },
        |_, _| {},
    );
    Dataset::augmented(kind, split.training, 3).unwrap()
}

fn steps(trainer: &mut Trainer<cpu::Session>, data: &Dataset, count: u64) -> Vec<StepReport> {
    let batch = trainer.setup().batch;
    (0..count)
        .map(|_| {
            let batch = data.batch(trainer.steps_done(), batch);
            pollster::block_on(trainer.step(&batch)).unwrap()
        })
        .collect()
}

fn start(total: u64) -> Trainer<cpu::Session> {
    let setup = setup(total);
    let weights = Weights::init(&setup.model, setup.seed);
    pollster::block_on(Trainer::new(&cpu::Engine::new(), setup, &weights)).unwrap()
}

#[test]
fn the_loss_falls() {
    let reports = steps(&mut start(150), &data(), 150);
    let mean = |part: &[StepReport]| part.iter().map(|r| r.lm_loss).sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&reports[..10]), mean(&reports[140..]));
    assert!(last < 0.7 * first, "{first} to {last}");
}

#[test]
fn steps_one_behind_report_the_same() {
    let data = data();
    let expected = steps(&mut start(20), &data, 8);
    let mut trainer = start(20);
    let mut reports = Vec::new();
    for step in 0..8 {
        reports.extend(pollster::block_on(trainer.advance(&data.batch(step, 16))).unwrap());
        assert_eq!(reports.len() as u64, step, "a step is reported with the next");
    }
    reports.extend(pollster::block_on(trainer.settle()).unwrap());
    assert_eq!(reports, expected);
    assert_eq!(pollster::block_on(trainer.settle()), Ok(None));
}
