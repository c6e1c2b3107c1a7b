//! `hrm bench --gpu-profile`: what this machine's GPU can do, and what each kernel takes of it.

use std::fmt::Write;

use hrm_core::{
    bench::{
        self,
        gpu_profile::{Limits, Profile, Table, profile},
    },
    engine::Engine as _,
};
use serde_json::json;

use super::kernels::{self, Column};
use crate::command::{Failure, engine_arg::open_gpu, output};

/// Bytes of the vectors by which bandwidth is taken.
const SIZES: [u64; 3] = [1 << 20, 16 << 20, 128 << 20];

/// Measures the adapter of that name, or the fastest, with the middle model's segment and training step.
pub fn run(adapter: Option<&str>, as_json: bool) -> Result<(), Failure> {
    let engine = open_gpu(adapter)?;
    let told = |what: &str, done, all| output::note(format_args!("{what}: {done}/{all} kernels timed"));
    let Profile { limits, tables } = pollster::block_on(profile(&engine, ("middle", &bench::middle()), &SIZES, told))?;
    let name = engine.info().name;
    if as_json {
        output::print(json!({"adapter": name, "limits": limits, "tables": tables}))?;
        return Ok(());
    }
    let mut text = format!("{name}\n{}", of_limits(&limits));
    let roof = limits.roof();
    for Table { what, kernels } in &tables {
        text += &kernels::table(what, kernels, &roof, Column::Compiling);
    }
    output::print(text.trim_end())?;
    Ok(())
}

fn of_limits(limits: &Limits) -> String {
    let mut text = format!("  peak {:.2} GFLOP/s of f32 multiply-adds\n", limits.peak_flops / 1e9);
    // Writing to a String cannot fail.
    for (size, speed) in &limits.bandwidth {
        let _ = writeln!(text, "  {:.1} GB/s with vectors of {} MiB", speed / 1e9, size >> 20);
    }
    for (count, seconds) in &limits.dispatches {
        let _ = writeln!(text, "  {count} dispatches, each needing the one before: {:.3} ms", seconds * 1e3);
    }
    let _ = writeln!(text, "  an empty queue answers after {:.3} ms", limits.round_trip * 1e3);
    let _ = writeln!(text, "  clearing 16 KiB of workgroup memory: {:.3} µs a workgroup", limits.clearing * 1e6);
    text
}
