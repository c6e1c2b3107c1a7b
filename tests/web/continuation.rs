//! What holds of a run that goes on somewhere else, for each pair of machines and engines: README, "Limits", has the table.
//!
//! In WASM every rounding is fixed by the standard (no relaxed SIMD, no fused multiply-add, one thread, cache sizes that are
//! not asked for), so a run has the same bits in every browser: they stand here. Natively products fuse multiplication and
//! addition, so a step rounds otherwise than in WASM; the bits are those of one kind of processor, for any number of threads.

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::data::{Dataset, Hard, SplitRequest, generate_split};
use hrm_core::engine::cpu;
use hrm_core::puzzle::Kind;
use hrm_core::train::{Late, OptimizerConfig, Setup, State, Trained, Trainer};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

/// Steps that are compared.
const STEPS: u64 = 12;
/// Of the start weights, on every engine.
const START: &str = "9f2ef4f343dba28d";
/// Each step's loss in WASM, to the last bit. They changed on 28 November 2026, when products of our own, which add term by
/// term, took the place of the `gemm` crate's.
const WASM_LOSSES: [f64; STEPS as usize] = [
    2.275270700454712,
    1.8249452114105225,
    1.6713030338287354,
    1.6106932163238525,
    1.497105598449707,
    1.3897358179092407,
    1.331443190574646,
    1.3008151054382324,
    1.3563292026519775,
    1.2793142795562744,
    1.2303937673568726,
    1.209555983543396,
];
/// Of the weights after the last step in WASM.
const WASM_END: &str = "6bc23ea6644b8ab2";

/// A run large enough for threads to share its products, and for products of every shape.
fn setup() -> Setup {
    let model = ModelConfig::from_json(
        r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":32,
        "num_heads":2,"halt_max_steps":4,"halt_exploration_prob":0.3}"#,
    )
    .unwrap();
    let optimizer = OptimizerConfig { lr: 2e-3, warmup_steps: 4, ..OptimizerConfig::default() };
    Setup {
        model,
        optimizer,
        batch: 64,
        total_steps: STEPS,
        seed: 5,
        shards: 1,
        sizes: Vec::new(),
        trained: Trained::Everything,
        late: Late::default(),
    }
}

fn data() -> Dataset {
    let kind: Kind = "sudoku-4x4".parse().unwrap();
    let request =
        SplitRequest { training: 50, test: 0, seed: 3, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() };
    Dataset::augmented(kind, generate_split(kind, &request, |_, _| {}).training, 3).unwrap()
}

/// Goes on to step `until`; the losses of its steps.
async fn train(trainer: &mut Trainer<cpu::Session>, until: u64) -> Vec<f64> {
    let data = data();
    let mut losses = Vec::new();
    while trainer.steps_done() < until {
        let batch = data.batch(trainer.steps_done(), trainer.setup().batch);
        losses.push(trainer.step(&batch).await.unwrap().lm_loss);
    }
    losses
}

/// Losses, state and digest of the weights of a run that is saved and taken up again after step 5.
async fn run() -> (Vec<f64>, State, String) {
    let setup = setup();
    let weights = Weights::init(&setup.model, setup.seed);
    assert_eq!(weights.digest(), START, "the start weights");
    let mut first = Trainer::new(&cpu::Engine::new(), setup, &weights).await.unwrap();
    let mut losses = train(&mut first, 5).await;
    let state = first.state().await.unwrap();
    let mut second = Trainer::resume(&cpu::Engine::new(), state).await.unwrap();
    losses.extend(train(&mut second, STEPS).await);
    let end = second.weights(false).await.unwrap().digest();
    (losses, second.state().await.unwrap(), end)
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test]
async fn a_run_has_the_same_bits_in_every_browser() {
    let (losses, _, end) = run().await;
    assert_eq!((&losses[..], end.as_str()), (&WASM_LOSSES[..], WASM_END));
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use super::*;

    /// The run with so many threads.
    fn with_threads(threads: usize) -> (Vec<f64>, State, String) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pollster::block_on(run()))
    }

    #[test]
    fn a_run_has_the_same_bits_with_any_number_of_threads() {
        let one = with_threads(1);
        for threads in [2, 3, 4] {
            assert!(with_threads(threads) == one, "{threads} threads");
        }
    }

    /// The first step agrees but for rounding; every further one widens that.
    #[test]
    fn a_run_agrees_with_wasm_within_rounding() {
        let (losses, _, end) = with_threads(1);
        let apart = |(native, wasm): (&f64, &f64)| (native / wasm - 1.0).abs();
        let apart: Vec<f64> = losses.iter().zip(&WASM_LOSSES).map(apart).collect();
        println!("losses apart, as shares: {apart:?}");
        assert!(apart[0] < 1e-6, "{apart:?}");
        assert!(apart.iter().all(|apart| *apart < 1e-5), "{apart:?}");
        // Where a processor fuses multiplication and addition; should they agree one day, the documents may say more.
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            assert_ne!(end, WASM_END, "the page and this machine agree to the last bit: README says less than is true");
        }
    }
}
