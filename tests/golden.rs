//! Every number of the official code that lies in tests/golden, on both engines.
#![cfg(not(target_arch = "wasm32"))]

#[path = "golden/official.rs"]
mod official;

use hrm_core::engine::{cpu, gpu};
use hrm_core::verify::{Golden, Report, verify};

fn golden(name: &str) -> Golden {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(format!("{path}.safetensors")).unwrap();
    Golden::parse(&bytes, &std::fs::read_to_string(format!("{path}.json")).unwrap()).unwrap()
}

fn assert_holds(report: &Report) {
    for g in &report.groups {
        println!("{:<45} {:>9.2e} of {:?} ({} tensors, {})", g.name, g.worst, g.limit, g.count, g.worst_tensor);
    }
    assert!(report.passes(), "broken rules, or not compared: {:?}", report.not_compared);
}

macro_rules! on_the_cpu {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            assert_holds(&pollster::block_on(verify(&cpu::Engine::new(), &golden(stringify!($name)))).unwrap());
        }
    )* };
}

macro_rules! on_the_gpu {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            let engine = pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one");
            assert_holds(&pollster::block_on(verify(&engine, &golden(stringify!($name)))).unwrap());
        }
    )* };
}

#[test]
fn an_official_checkpoint() {
    println!("{:?}", pollster::block_on(official::check(&cpu::Engine::new())));
}

mod on_the_gpu {
    use super::*;

    #[test]
    fn an_official_checkpoint() {
        let engine = pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one");
        println!("{:?}", pollster::block_on(official::check(&engine)));
    }

    on_the_gpu! {
        hrm_tiny_forward
        hrm_tiny_train
        hrm_tiny_act_train
        hrm_tiny_mlp_train
        trm_tiny_attention_forward
        trm_tiny_mlp_train
    }
}

on_the_cpu! {
    hrm_tiny_forward
    hrm_tiny_train
    hrm_tiny_act_train
    hrm_tiny_mlp_train
    trm_tiny_attention_forward
    trm_tiny_mlp_train
}
