//! A run that is saved, read back and resumed goes on bit for bit; a small model learns.
#![cfg(not(target_arch = "wasm32"))]

use hrm_web::checkpoint::Weights;
use hrm_web::config::ModelConfig;
use hrm_web::data::{Dataset, SplitRequest, generate_split};
use hrm_web::engine::cpu;
use hrm_web::puzzle::Kind;
use hrm_web::train::{OptimizerConfig, Setup, State, StepReport, Trainer};

fn setup(total_steps: u64) -> Setup {
    let model = ModelConfig::from_json(
        r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":32,
        "num_heads":2,"mlp_t":true,"pos_encodings":"none","halt_max_steps":4,"halt_exploration_prob":0.3}"#,
    )
    .unwrap();
    let optimizer = OptimizerConfig { lr: 2e-3, warmup_steps: 10, ..OptimizerConfig::default() };
    Setup { model, optimizer, batch: 16, total_steps, seed: 5 }
}

fn data() -> Dataset {
    let kind: Kind = "sudoku-4x4".parse().unwrap();
    let split = generate_split(kind, &SplitRequest { training: 100, test: 0, seed: 3 }, |_, _| {});
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
fn a_resumed_run_is_the_same_run() {
    let data = data();
    let mut whole = start(20);
    let expected = steps(&mut whole, &data, 20);

    let mut first = start(20);
    let mut reports = steps(&mut first, &data, 9);
    let bytes = pollster::block_on(first.state()).unwrap().to_bytes().unwrap();
    drop(first);
    let state = State::from_bytes(&bytes).unwrap();
    let mut second = pollster::block_on(Trainer::resume(&cpu::Engine::new(), state)).unwrap();
    reports.extend(steps(&mut second, &data, 11));

    assert_eq!(reports, expected);
    assert_eq!(pollster::block_on(second.state()).unwrap(), pollster::block_on(whole.state()).unwrap());
}

#[test]
fn a_damaged_state_is_refused_in_words() {
    let mut trainer = start(20);
    let bytes = pollster::block_on(trainer.state()).unwrap().to_bytes().unwrap();
    assert!(State::from_bytes(&bytes[..bytes.len() / 2]).is_err());
    let weights = pollster::block_on(trainer.weights(false)).unwrap().to_safetensors().unwrap();
    let error = State::from_bytes(&weights).unwrap_err().to_string();
    assert!(error.contains("not a training state"), "{error}");
}

#[test]
fn the_loss_falls() {
    let reports = steps(&mut start(150), &data(), 150);
    let mean = |part: &[StepReport]| part.iter().map(|r| r.lm_loss).sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&reports[..10]), mean(&reports[140..]));
    assert!(last < 0.7 * first, "{first} to {last}");
}
