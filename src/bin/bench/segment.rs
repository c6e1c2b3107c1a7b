//! One segment of the middle model, and what the adapter can do at most.

use hrm_core::bench::{SegmentBench, middle};
use hrm_core::engine::{Engine, cpu, gpu};
use hrm_core::model::Taps;
use wasm_bindgen::prelude::*;

/// Runs that are not timed: the first compiles, the next still adapts.
const WARM_UP: usize = 3;

/// Milliseconds since the page was opened.
fn now() -> f64 {
    web_sys::window().and_then(|w| w.performance()).map_or(f64::NAN, |p| p.now())
}

/// Median milliseconds of one segment of the middle model, batch 1, answer read back; `engine` is `gpu` or `cpu`.
#[wasm_bindgen]
pub async fn segment_ms(engine: &str, runs: usize) -> Result<f64, JsError> {
    match engine {
        "gpu" => timed(&gpu::Engine::new().await?, runs).await,
        _ => timed(&cpu::Engine::new(), runs).await,
    }
}

async fn timed<E: Engine>(engine: &E, runs: usize) -> Result<f64, JsError> {
    let mut bench = SegmentBench::new(engine, &middle(), Taps::None).await?;
    let mut times = Vec::with_capacity(runs);
    for run in 0..WARM_UP + runs {
        let start = now();
        bench.run().await?;
        if run >= WARM_UP {
            times.push(now() - start);
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or(f64::NAN))
}

/// The adapter's name.
#[wasm_bindgen]
pub async fn adapter() -> Result<String, JsError> {
    Ok(gpu::Engine::new().await?.info().name)
}

/// The adapter's own multiply-add peak in GFLOP/s.
#[wasm_bindgen]
pub async fn peak_gflops() -> Result<f64, JsError> {
    let engine = gpu::Engine::new().await?;
    Ok(gpu::measure_peak(engine.device()).await? / 1e9)
}
