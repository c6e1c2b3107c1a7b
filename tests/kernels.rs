//! Every shader against its CPU twin, on whatever adapter there is natively. No adapter: failure, not a skip.
#![cfg(not(target_arch = "wasm32"))]

#[path = "kernels/zero_gradients.rs"]
mod zero_gradients;

use hrm_core::engine::gpu::{Engine, Form, shaders};
use hrm_core::engine::{Engine as _, EngineError, Session as _, cpu};
use hrm_core::plan::{BufferId, EntryId, Program, Recorder};
use hrm_core::verify::self_test::{Draw, KERNELS, self_test, test_kernel};
use pollster::block_on;

/// Random shapes of each kernel.
const CASES: u64 = 64;

fn engine() -> Engine {
    block_on(Engine::new()).expect("these tests need a Vulkan, Metal or DX12 adapter; mesa-vulkan-drivers has one")
}

/// Compares a kernel with its twin on so many random shapes.
fn agrees(engine: &Engine, kernel: &str, count: u64) -> Result<(), String> {
    block_on(test_kernel(engine, kernel, count)).unwrap().expect("the kernel has cases").passes()
}

#[test]
fn every_shader_agrees_with_its_twin() {
    let engine = engine();
    println!("on {}", engine.device().name());
    let failures: Vec<_> = KERNELS.iter().filter_map(|(kernel, _)| agrees(&engine, kernel, CASES).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_form_agrees_with_its_twin() {
    let engine = engine();
    // Only SwiftShader compiles `Form::Held` in reasonable time: tests/web.rs has it.
    for form in [Form::Tiled, Form::Direct] {
        engine.device().use_form(form);
        for kernel in ["matmul", "attention", "attention_backward", "rms_norm", "rms_norm_backward"] {
            agrees(&engine, kernel, CASES).unwrap();
        }
    }
}

#[test]
fn divided_work_gives_the_same() {
    let engine = engine();
    for kernel in ["matmul", "attention", "attention_backward"] {
        // Every dispatch becomes as small as it can be.
        engine.device().assume_throughput(1.0);
        agrees(&engine, kernel, CASES / 2).unwrap();
    }
}

#[test]
fn zero_gradients_move_nothing() {
    block_on(zero_gradients::check(&cpu::Engine::new()));
    block_on(zero_gradients::check(&engine()));
}

/// A program with one buffer of so many elements.
fn huge(elements: usize) -> Program {
    let mut recorder = Recorder::new();
    recorder.entry("main");
    recorder.persistent("huge", &[elements]);
    recorder.finish().unwrap()
}

#[test]
fn a_program_too_large_for_the_cpu_is_an_error() {
    let prepared = |elements| block_on(cpu::Engine::new().prepare(huge(elements))).err().unwrap();
    let error = prepared(1 << 61);
    assert_eq!(cpu::Engine::new().admits(&huge(1 << 61)), Err(error.clone()));
    assert!(matches!(&error, EngineError::Limit { needed, .. } if *needed == 1 << 63), "{error}");
    assert!(error.to_string().contains("buffer `huge`"), "{error}");
    let error = prepared(1 << 60);
    assert!(matches!(&error, EngineError::OutOfMemory(_)), "{error}");
    // What will be held is foreseen without wrapping around, whether or not it can be.
    for elements in [1 << 40, 1 << 61, usize::MAX - 1] {
        let expected = (elements as u64).saturating_mul(4);
        assert_eq!(cpu::Engine::new().predicted_bytes(&huge(elements), &[]), expected);
        assert!(engine().predicted_bytes(&huge(elements), &[]) >= expected);
    }
}

#[test]
fn a_program_too_large_names_the_limit() {
    let engine = engine();
    let error = block_on(engine.prepare(huge(1 << 40))).err().unwrap();
    assert_eq!(engine.admits(&huge(1 << 40)), Err(error.clone()));
    assert_eq!(engine.admits(&huge(1 << 20)), Ok(()));
    assert!(matches!(&error, EngineError::Limit { needed, .. } if *needed == 1 << 42), "{error}");
    let EngineError::Limit { granted, .. } = error else { panic!("{error}") };
    let said = error.to_string();
    let excess = format!("at most {granted} is granted: {} too many", (1_u64 << 42) - granted);
    assert!(said.starts_with("buffer `huge` (bytes, max") && said.ends_with(&excess), "{said}");
}

#[test]
fn a_reading_too_large_fails_and_the_next_one_does_not() {
    let engine = engine();
    let elements = 1 << 20;
    let mut session = block_on(engine.prepare(huge(elements))).unwrap();
    // Its staging buffer would be larger than any.
    let error = block_on(session.run(&[], &vec![BufferId(0); 1 << 14])).unwrap_err();
    assert!(matches!(&error, EngineError::Gpu(_) | EngineError::OutOfMemory(_)), "{error}");
    let read = block_on(session.run(&[], &[BufferId(0)])).unwrap();
    assert_eq!(read[0].clone().f32().len(), elements);
}

#[test]
fn a_lost_device_is_an_error() {
    let engine = engine();
    let case = Draw::case(KERNELS[0].1, 1);
    let (id, entry) = (case.contents[0].0, EntryId(0));
    let mut session = block_on(engine.prepare(case.program.clone())).unwrap();
    block_on(session.run(&[entry], &[id])).unwrap();
    engine.device().destroy();
    let error = block_on(session.run(&[entry], &[id])).unwrap_err();
    assert!(matches!(error, EngineError::DeviceLost(_)), "{error}");
    let error = block_on(engine.prepare(case.program)).err().unwrap();
    assert!(matches!(error, EngineError::DeviceLost(_)), "{error}");
}

#[test]
fn every_shader_is_compared() {
    let mut compared: Vec<_> = KERNELS.iter().map(|(name, _)| *name).collect();
    compared.extend(["attention_held", "matmul_direct", "matmul_held"]);
    compared.sort_unstable();
    let present: Vec<_> = shaders::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(compared, present);
}

#[test]
fn every_shader_is_valid_within_the_defaults() {
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders")).unwrap() {
        let path = file.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        // No capability beyond what every WebGPU device has.
        let mut validator = naga::valid::Validator::new(naga::valid::ValidationFlags::all(), Default::default());
        validator.validate(&module).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let storage = |v: &&naga::GlobalVariable| matches!(v.space, naga::AddressSpace::Storage { .. });
        let bindings: std::collections::HashSet<_> = module
            .global_variables
            .iter()
            .map(|(_, v)| v)
            .filter(storage)
            .map(|v| v.binding.map(|b| b.binding))
            .collect();
        assert!(bindings.len() <= 8, "{}: {} storage buffers", path.display(), bindings.len());
    }
}

#[test]
fn a_spoilt_kernel_is_found() {
    let engine = engine();
    let sound = shaders::source("swiglu");
    let spoilt = sound.replace("gate / (1.0 +", "gate / (1.001 +");
    assert_ne!(sound, spoilt);
    engine.device().replace_shader("swiglu", &spoilt);
    let error = agrees(&engine, "swiglu", CASES).unwrap_err();
    assert!(error.contains("swiglu: case"), "{error}");
}

/// A shader of which every entry point ends before it has done anything.
fn idle(source: &str) -> String {
    let mut parts = source.split("@compute");
    let before = parts.next().unwrap_or_default().to_owned();
    parts.fold(before, |text, entry| {
        let (head, body) = entry.split_once(") {\n").expect("an entry point has a body");
        text + "@compute" + head + ") {\nif true { return; }\n" + body
    })
}

#[test]
fn the_self_test_names_the_kernel_that_is_spoilt() {
    // Few shapes: that each kernel is right on many is another test's.
    const FEW: u64 = 4;
    let verdicts = block_on(self_test(&engine(), FEW, |_| {})).unwrap();
    assert_eq!(verdicts.len(), KERNELS.len() + 1);
    assert!(verdicts.iter().all(|verdict| verdict.passes() == Ok(())), "{verdicts:?}");
    let engine = engine();
    engine.device().use_form(Form::Tiled);
    for (kernel, _) in KERNELS {
        engine.device().replace_shader(kernel, &idle(shaders::source(kernel)));
        let said = agrees(&engine, kernel, FEW).unwrap_err();
        assert!(said.starts_with(&format!("{kernel}: case ")), "{said}");
    }
    // Every kernel is spoilt now, and each is named; the memory is the adapter's.
    let mut told = Vec::new();
    block_on(self_test(&engine, FEW, |verdict| told.push((verdict.kernel, verdict.fault.is_some())))).unwrap();
    let expected = [("workgroup_memory", false)].into_iter().chain(KERNELS.iter().map(|(name, _)| (*name, true)));
    assert_eq!(told, expected.collect::<Vec<_>>());
}
