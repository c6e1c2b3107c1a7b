//! A checkpoint under the names that the official training writes, against the logits that the official code computes from
//! it in float32, segment after segment.

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::engine::Engine;
use hrm_core::model::{Solver, Taps};
use safetensors::SafeTensors;

const CONFIG: &str = include_str!("official_style_checkpoint/config.json");
const WEIGHTS: &[u8] = include_bytes!("official_style_checkpoint/expected.safetensors");
const OUTPUTS: &[u8] = include_bytes!("official_style_checkpoint/outputs.safetensors");
/// Of the largest difference over the largest magnitude: HRM with attention stays within it along the whole chain.
const LIMIT: f32 = 1e-4;

/// Runs the four segments; the error of each.
pub async fn check(engine: &impl Engine) -> Vec<f32> {
    let config = ModelConfig::from_json(CONFIG).unwrap();
    let weights = Weights::from_safetensors(WEIGHTS).unwrap();
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
