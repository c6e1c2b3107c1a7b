//! `hrm bench --cpu-profile`: what this machine's processor can do, and what each kernel of a training step takes of it.

use std::collections::HashMap;
use std::fmt::Write;

use hrm_core::bench::{
    self, Workload,
    cpu_profile::{Profile, profile},
    kernel_time::KernelTime,
};
use hrm_core::engine::cpu;
use serde_json::{Value, json};

use super::kernels::{self, Column};
use super::peer;
use crate::command::{Failure, PrecisionArg, output};

/// Rows of the training step's batch, as in the case train-step.
const BATCH: usize = 64;

/// Measures the processor with the middle model's training step, and PyTorch with its products.
pub fn run(precision: PrecisionArg, with_peers: bool, as_json: bool) -> Result<(), Failure> {
    let Profile { engine, roof, kernels } =
        pollster::block_on(profile(precision.get(), Workload::new(&bench::middle(), BATCH)))?;
    let rates = if with_peers { products_of_peer(&kernels, precision) } else { HashMap::new() };
    if as_json {
        let processor = cpu::processor();
        output::print(
            json!({"processor": processor, "engine": engine, "roof": roof, "kernels": kernels, "peer": rates}),
        )?;
        return Ok(());
    }
    let mut text = format!("processor: {}\n{engine}\n", cpu::processor());
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "  peak {:.0} GFLOP/s of products' multiply-adds, {:.0} in f32",
        roof.products / 1e9,
        roof.others / 1e9
    );
    for (size, speed) in &roof.bandwidth {
        let _ = writeln!(text, "  {:.1} GB/s with vectors of {} KiB", speed / 1e9, size >> 10);
    }
    let what = format!("training step of the middle model, batch {BATCH}");
    text += &kernels::table(&what, &kernels, &roof, Column::Peer(rates));
    output::print(text.trim_end())?;
    Ok(())
}

/// PyTorch's operations a second of these products, by their sizes; nothing where it did not run.
fn products_of_peer(kernels: &[KernelTime], precision: PrecisionArg) -> HashMap<String, f64> {
    let sizes: Vec<&str> = kernels.iter().filter(|time| time.kernel == "matmul").map(|time| &time.sizes[..]).collect();
    let script: Vec<&str> = ["torch_products.py"].into_iter().chain(sizes).collect();
    let rates = |found: Value| serde_json::from_value(found["flops"].clone()).ok();
    peer::run(&script, precision).and_then(rates).unwrap_or_default()
}
