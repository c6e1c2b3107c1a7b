//! What `gpu.html` finds out about a GPU, as functions for its script.

use hrm_core::{
    bench::{
        TrainBench, Workload,
        gpu_profile::{self, Table},
        kernel_time::KernelTime,
        middle, tiny,
    },
    engine::gpu::{Engine, now, shaders},
    verify::self_test,
};
use js_sys::{Function, Promise};
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Rows of the batches that are learnt.
const BATCH: usize = 8;

/// Lets the page paint before the next piece of work.
async fn paint() {
    let wait = |done: Function, _: Function| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback(&done);
        }
    };
    // It cannot fail: nobody refuses.
    let _ = JsFuture::from(Promise::new(&mut { wait })).await;
}

/// The hash of all shaders, by which reports of one state of them are told from another's.
#[wasm_bindgen]
pub fn shader_hash() -> String {
    format!("{:016x}", shaders::hash())
}

/// Tests every kernel on so many shapes; `told` hears the kernel's name, how many are done and of how many. The result is JSON, a
/// list of `{kernel, cases, worst, fault}`.
#[wasm_bindgen]
pub async fn self_test(cases: u32, told: Function) -> Result<String, JsError> {
    let engine = Engine::new().await?;
    let mut verdicts = vec![self_test::test_memory(&engine).await?];
    for (done, (kernel, _)) in (0..).zip(self_test::KERNELS) {
        let _ =
            told.call3(&JsValue::NULL, &(*kernel).into(), &f64::from(done).into(), &self_test::KERNELS.len().into());
        paint().await;
        verdicts.extend(self_test::test_kernel(&engine, kernel, cases.into()).await?);
    }
    Ok(serde_json::to_string(&verdicts)?)
}

/// What the adapter can do, and what each kernel of a segment and of a training step takes of it; of the middle model, or of the
/// tiny one. `told` as for [`self_test`]. The result is JSON, `{limits, tables: [{what, kernels}]}`.
#[wasm_bindgen]
pub async fn profile(small: bool, told: Function) -> Result<String, JsError> {
    let engine = Engine::new().await?;
    let sizes: &[u64] = if small { &[1 << 20] } else { &[1 << 20, 16 << 20, 128 << 20] };
    let model = if small { ("tiny", &tiny()) } else { ("middle", &middle()) };
    let tell = |what: &str, done: usize, all: usize| {
        let _ = told.call3(&JsValue::NULL, &what.into(), &done.into(), &all.into());
    };
    let found = gpu_profile::profile(&engine, model, sizes, tell).await?;
    let roof = found.limits.roof();
    let of = |time: &KernelTime| {
        let mut row = json!(time);
        row["bound"] = time.bound(&roof).into();
        row["by"] = if time.is_bound_by_memory(&roof) { "memory" } else { "compute" }.into();
        row["lost"] = time.lost(&roof).into();
        row
    };
    let table =
        |table: &Table| json!({"what": table.what, "kernels": table.kernels.iter().map(of).collect::<Vec<_>>()});
    let tables: Vec<_> = found.tables.iter().map(table).collect();
    Ok(json!({"limits": found.limits, "tables": tables}).to_string())
}

/// Seconds of a training step of the middle model, or of the tiny one, after one that is not counted: the mean of so many, each
/// started before the last one's numbers are read, as the page trains.
#[wasm_bindgen]
pub async fn train(small: bool, steps: u32) -> Result<f64, JsError> {
    let engine = Engine::new().await?;
    let config = if small { tiny() } else { middle() };
    let mut bench = TrainBench::new(&engine, Workload::new(&config, BATCH)).await?;
    bench.run(1).await?;
    let begun = now();
    bench.run(steps as usize).await?;
    Ok((now() - begun) / f64::from(steps.max(1)))
}
