//! Training steps of the tiny model, and what the peers in benches/peers need to do the same.

use hrm_core::bench::{TrainBench, Workload, tiny};
use hrm_core::config::ModelConfig;
use hrm_core::engine::gpu;
use js_sys::{Float32Array, Int32Array, Object, Reflect, Uint32Array};
use wasm_bindgen::prelude::*;

/// Rows of a batch.
const BATCH: usize = 32;

/// A run on WebGPU.
#[wasm_bindgen]
pub struct TrainStep(TrainBench<gpu::Session>);

#[wasm_bindgen]
impl TrainStep {
    /// Prepares it.
    pub async fn prepare() -> Result<TrainStep, JsError> {
        let engine = gpu::Engine::new().await?;
        Ok(TrainStep(TrainBench::new(&engine, Workload::new(&tiny(), BATCH)).await?))
    }

    /// Some steps, waited for at the end; returns the last one's loss.
    pub async fn run(&mut self, steps: usize) -> Result<f64, JsError> {
        Ok(self.0.run(steps).await?)
    }
}

/// The same start for the peers: `{config, weights: {NAME: {shape, data}}, tokens, labels}`.
#[wasm_bindgen]
pub fn train_workload() -> Result<Object, JsValue> {
    let Workload { setup, weights, batch } = Workload::new(&tiny(), BATCH);
    let tensors = Object::new();
    for (name, tensor) in &weights.tensors {
        let shape: Vec<u32> = tensor.shape.iter().map(|&extent| extent as u32).collect();
        let fields: [(&str, JsValue); 2] = [
            ("shape", js_sys::Array::from(&Uint32Array::from(&shape[..])).into()),
            ("data", Float32Array::from(&tensor.data[..]).into()),
        ];
        Reflect::set(&tensors, &name.into(), &object(fields)?.into())?;
    }
    object([
        ("config", config(&setup.model)?.into()),
        ("weights", tensors.into()),
        ("tokens", Uint32Array::from(&batch.tokens[..]).into()),
        ("labels", Int32Array::from(&batch.labels[..]).into()),
    ])
}

/// The sizes by the names that the peers use.
fn config(model: &ModelConfig) -> Result<Object, JsValue> {
    let fields = [
        ("batch", BATCH),
        ("tokens", model.seq_len),
        ("width", model.hidden_size),
        ("heads", model.num_heads),
        ("layers", model.l_layers),
        ("vocab", model.vocab_size),
        ("hCycles", model.h_cycles),
        ("lCycles", model.l_cycles),
        ("maxSteps", model.halt_max_steps),
    ];
    object(fields.map(|(name, value)| (name, JsValue::from(value as u32))))
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &name.into(), &value)?;
    }
    Ok(object)
}
