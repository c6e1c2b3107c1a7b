//! From random weights to 4x4 Sudoku on the CPU engine.

use hrm_core::bench::LearnBench;
use hrm_core::engine::cpu;
use wasm_bindgen::prelude::*;

/// A run of the default preset.
#[wasm_bindgen]
pub struct Learn(LearnBench<cpu::Engine>);

#[wasm_bindgen]
impl Learn {
    /// Generates its puzzles and start weights.
    pub async fn prepare(seed: u32) -> Result<Learn, JsError> {
        Ok(Learn(LearnBench::new(cpu::Engine::new(), u64::from(seed)).await?))
    }

    /// Trains until the next look at the unseen puzzles: [steps so far, share of them solved exactly].
    pub async fn advance(&mut self) -> Result<Vec<f64>, JsError> {
        let (steps, exact) = self.0.advance().await?;
        Ok(vec![steps as f64, exact])
    }
}
