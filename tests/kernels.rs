//! Every shader against its CPU twin, on whatever adapter there is natively. No adapter: failure, not a skip.
#![cfg(not(target_arch = "wasm32"))]

#[path = "kernels/cases.rs"]
mod cases;
#[path = "kernels/compare.rs"]
mod compare;

use hrm_web::engine::gpu::{Engine, shaders};
use pollster::block_on;

/// Random shapes of each kernel.
const CASES: u64 = 64;

fn engine() -> Engine {
    block_on(Engine::new()).expect("these tests need a Vulkan, Metal or DX12 adapter; mesa-vulkan-drivers has one")
}

#[test]
fn every_shader_agrees_with_its_twin() {
    let engine = engine();
    println!("on {}", engine.device().name());
    let failures: Vec<_> = cases::KERNELS
        .iter()
        .filter_map(|(kernel, _)| block_on(compare::compare(&engine, kernel, CASES)).err())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_shader_is_compared() {
    let compared: Vec<_> = cases::KERNELS.iter().map(|(name, _)| *name).collect();
    let present: Vec<_> = shaders::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(compared, present);
}

#[test]
fn a_spoilt_kernel_is_found() {
    let engine = engine();
    let sound = shaders::source("swiglu");
    let spoilt = sound.replace("gate / (1.0 +", "gate / (1.001 +");
    assert_ne!(sound, spoilt);
    engine.device().replace_shader("swiglu", &spoilt);
    let error = block_on(compare::compare(&engine, "swiglu", CASES)).unwrap_err();
    assert!(error.contains("swiglu, case"), "{error}");
}
