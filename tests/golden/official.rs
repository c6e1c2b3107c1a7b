//! A file as the official training writes it, against the tensors that it must hold and the logits that the official code
//! computes from it in float32, segment after segment.

use hrm_core::checkpoint::official::{Beside, configuration};
use hrm_core::checkpoint::torch::{PuzzleRows, TorchFile};
use hrm_core::config::ModelConfig;
use hrm_core::engine::Engine;
use hrm_core::model::{Solver, Taps};
use safetensors::SafeTensors;

const CONFIG: &str = include_str!("official_style_checkpoint/config.json");
const STEP_7: &[u8] = include_bytes!("official_style_checkpoint/step_7");
const ALL_CONFIG: &str = include_str!("official_style_checkpoint/all_config.yaml");
/// Of the tensors as PyTorch reads them: XXH3, in the order of the plain names, of each name, its lengths as u64 and its
/// values as f32 ([`Weights::digest`](hrm_core::checkpoint::Weights::digest)), computed in Python.
const DIGEST: &str = "f1f1c73248884f28";
const OUTPUTS: &[u8] = include_bytes!("official_style_checkpoint/outputs.safetensors");
/// Of the largest difference over the largest magnitude: HRM with attention stays within it along the whole chain.
const LIMIT: f32 = 1e-4;

/// Runs the four segments; the error of each.
pub async fn check(engine: &impl Engine) -> Vec<f32> {
    let weights = TorchFile::open(STEP_7).unwrap().weights(PuzzleRows::All).unwrap();
    assert_eq!((weights.tensors.len(), weights.digest().as_str()), (23, DIGEST));
    let shapes = weights.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect();
    let changes = [("seq_len".to_owned(), 16.into())];
    let beside = Beside { yaml: Some(ALL_CONFIG), changes: &changes, ..Beside::default() };
    let config = configuration(&shapes, beside).unwrap().config;
    assert_eq!(config, ModelConfig::from_json(CONFIG).unwrap());
    let outputs = SafeTensors::deserialize(OUTPUTS).unwrap();
    let words = |name: &str| outputs.tensor(name).unwrap().data().as_chunks::<4>().0.to_vec();
    let integers = |name| words(name).into_iter().map(u32::from_le_bytes).collect::<Vec<_>>();
    let ids = integers("batch.puzzle_identifiers");
    let mut solver = Solver::new(engine, &config, &weights, ids.len(), Taps::None).await.unwrap();
    solver.begin(&integers("batch.inputs"), &ids).await.unwrap();
    let mut errors = Vec::new();
    for segment in 0..4 {
        let golden: Vec<f32> =
            words(&format!("f32.segment.{segment}.logits")).into_iter().map(f32::from_le_bytes).collect();
        let logits = solver.segment().await.unwrap().logits;
        assert_eq!(logits.len(), golden.len());
        let largest = golden.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let apart = golden.iter().zip(&logits).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
        errors.push(apart / largest);
    }
    assert!(errors.iter().all(|error| *error <= LIMIT), "{errors:?}");
    errors
}
