//! In a real browser: every shader against its twin on WebGPU, and the official code's numbers on both engines.
#![cfg(target_arch = "wasm32")]

#[path = "../golden/official.rs"]
mod official;
#[path = "../kernels/zero_gradients.rs"]
mod zero_gradients;

use hrm_core::{
    engine::{Engine, cpu, gpu},
    verify::{
        Golden,
        self_test::{self_test, test_kernel},
        verify,
    },
};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Random shapes of each kernel; the native tests try 64 of the same stream.
const CASES: u64 = 12;

/// A function for each golden file, which is compiled in: a browser has no file system.
macro_rules! golden {
    ($($name:ident)*) => { $(
        fn $name() -> Golden {
            Golden::parse(
                include_bytes!(concat!("../golden/", stringify!($name), ".safetensors")),
                include_str!(concat!("../golden/", stringify!($name), ".json")),
            )
            .expect("the golden file is whole")
        }
    )* };
}

golden! {
    hrm_tiny_forward
    hrm_tiny_train
    hrm_tiny_act_train
    hrm_tiny_mlp_train
    trm_tiny_attention_forward
    trm_tiny_mlp_train
}

async fn webgpu() -> gpu::Engine {
    gpu::Engine::new().await.expect("these tests need a browser with WebGPU; see webdriver.json for its flags")
}

async fn holds(engine: &impl Engine, golden: Golden) {
    let report = verify(engine, &golden).await.unwrap();
    for g in &report.groups {
        console_log!("{}: {} {:.1e} of {:?} ({})", engine.info().name, g.name, g.worst, g.limit, g.worst_tensor);
    }
    assert!(report.passes(), "broken rules, or not compared: {:?}", report.not_compared);
}

#[wasm_bindgen_test]
async fn the_golden_forward_on_webgpu() {
    holds(&webgpu().await, hrm_tiny_forward()).await;
}

#[wasm_bindgen_test]
async fn the_golden_training_on_webgpu() {
    holds(&webgpu().await, hrm_tiny_train()).await;
}

#[wasm_bindgen_test]
async fn the_golden_halting_on_webgpu() {
    holds(&webgpu().await, hrm_tiny_act_train()).await;
}

#[wasm_bindgen_test]
async fn the_golden_mlp_training_on_webgpu() {
    holds(&webgpu().await, hrm_tiny_mlp_train()).await;
}

#[wasm_bindgen_test]
async fn the_golden_trm_forward_on_webgpu() {
    holds(&webgpu().await, trm_tiny_attention_forward()).await;
}

#[wasm_bindgen_test]
async fn the_golden_trm_training_on_webgpu() {
    holds(&webgpu().await, trm_tiny_mlp_train()).await;
}

#[wasm_bindgen_test]
async fn the_golden_files_on_wasm_simd() {
    let engine = cpu::Engine::new();
    let forward: [fn() -> Golden; 2] = [hrm_tiny_forward, trm_tiny_attention_forward];
    let training: [fn() -> Golden; 4] = [hrm_tiny_train, hrm_tiny_act_train, hrm_tiny_mlp_train, trm_tiny_mlp_train];
    for golden in forward.into_iter().chain(training) {
        holds(&engine, golden()).await;
    }
}

#[wasm_bindgen_test]
async fn an_official_checkpoint() {
    console_log!("WASM SIMD: {:?}", official::check(&cpu::Engine::new()).await);
    console_log!("WebGPU: {:?}", official::check(&webgpu().await).await);
}

#[wasm_bindgen_test]
async fn zero_gradients_move_nothing() {
    zero_gradients::check(&cpu::Engine::new()).await;
    zero_gradients::check(&webgpu().await).await;
}

/// Compares a kernel with its twin on so many random shapes.
async fn agrees(engine: &gpu::Engine, kernel: &str, count: u64) {
    let verdict = test_kernel(engine, kernel, count).await.unwrap().expect("the kernel has cases");
    assert_eq!(verdict.passes(), Ok(()));
}

#[wasm_bindgen_test]
async fn every_shader_agrees_with_its_twin() {
    let verdicts = self_test(&webgpu().await, CASES, |_| {}).await.unwrap();
    let failures: Vec<_> = verdicts.iter().filter_map(|verdict| verdict.passes().err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The forms that an adapter may be given: `Held` is for SwiftShader's compiler alone, others take minutes for it.
fn forms(engine: &gpu::Engine) -> Vec<gpu::Form> {
    let own = engine.device().form();
    let held = (own == gpu::Form::Held).then_some(own);
    [gpu::Form::Tiled, gpu::Form::Direct].into_iter().chain(held).collect()
}

#[wasm_bindgen_test]
async fn divided_work_gives_the_same() {
    let engine = webgpu().await;
    for kernel in ["matmul", "attention", "attention_backward"] {
        // Every dispatch becomes as small as it can be.
        engine.device().assume_throughput(1.0);
        agrees(&engine, kernel, CASES / 2).await;
    }
}

#[wasm_bindgen_test]
async fn every_form_agrees_with_its_twin() {
    let engine = webgpu().await;
    for form in forms(&engine) {
        engine.device().use_form(form);
        for kernel in ["matmul", "attention", "attention_backward", "rms_norm", "rms_norm_backward"] {
            agrees(&engine, kernel, CASES).await;
        }
    }
}
