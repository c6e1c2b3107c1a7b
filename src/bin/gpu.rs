//! What `gpu.html` finds out about a GPU, as functions for its script.

#[cfg(target_arch = "wasm32")]
mod exports {
    use hrm_core::{
        bench::{
            gpu_profile::{measure_limits, time_kernels},
            middle, tiny,
        },
        engine::gpu::{Engine, shaders},
        model::{Options, record_inference},
        train::{OptimizerConfig, record_training},
        verify::self_test,
    };
    use js_sys::{Function, Promise};
    use serde_json::json;
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::JsFuture;

    /// Rows of the training step's batch.
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
            let _ = told.call3(
                &JsValue::NULL,
                &(*kernel).into(),
                &f64::from(done).into(),
                &self_test::KERNELS.len().into(),
            );
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
        let limits = measure_limits(&engine, sizes).await?;
        let (name, config) = if small { ("tiny", tiny()) } else { ("middle", middle()) };
        let segment = record_inference(&config, 1, Options::default())?;
        let step = record_training(&config, BATCH, &OptimizerConfig::default(), false)?;
        let parts = [
            (format!("segment of the {name} model, batch 1"), &segment.program, vec![segment.segment]),
            (
                format!("training step of the {name} model, batch {BATCH}"),
                &step.program,
                vec![step.gradient, step.update],
            ),
        ];
        let mut tables = Vec::new();
        for (what, program, entries) in parts {
            let tell = |done: usize, all: usize| {
                let _ = told.call3(&JsValue::NULL, &what.as_str().into(), &done.into(), &all.into());
            };
            let kernels = time_kernels(&engine, program, &entries, &limits, tell).await?;
            let of = |time: &hrm_core::bench::gpu_profile::KernelTime| {
                let mut row = json!(time);
                row["bound"] = time.bound(&limits).into();
                row["by"] = if time.is_bound_by_memory(&limits) { "memory" } else { "compute" }.into();
                row["lost"] = time.lost(&limits).into();
                row
            };
            tables.push(json!({"what": what, "kernels": kernels.iter().map(of).collect::<Vec<_>>()}));
        }
        Ok(json!({"limits": limits, "tables": tables}).to_string())
    }
}

fn main() {}
