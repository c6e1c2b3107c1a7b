//! `hrm bench --ledger`: what every model asks of a GPU, counted.

use std::fmt::Write;

use hrm_core::{
    bench,
    config::ModelConfig,
    engine::gpu::{Ledger, REFERENCES, ledger},
    model::{Options, record_inference},
    train::{OptimizerConfig, record_training},
};
use serde_json::{Value, json};

use crate::command::{Failure, at, gallery, models};

/// Rows of a training step's batch.
const BATCH: usize = 32;

/// A model's segment or training step.
struct Row {
    model: String,
    entry: &'static str,
    batch: usize,
    counted: Ledger,
}

/// The models of the gallery, then those that are measured.
fn configs() -> Result<Vec<(String, ModelConfig)>, Failure> {
    let mut all = Vec::new();
    for name in gallery::names() {
        all.push((name.to_owned(), models::load("--model", name)?.config));
    }
    all.extend(
        [("tiny", bench::tiny()), ("middle", bench::middle()), ("27 M", bench::paper())]
            .map(|(name, config)| (name.to_owned(), config)),
    );
    Ok(all)
}

fn rows() -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for (model, config) in configs()? {
        let wrong = at(&model);
        let segment = record_inference(&config, 1, Options::default()).map_err(|e| wrong(&e))?;
        let step = record_training(&config, BATCH, &OptimizerConfig::default(), false).map_err(|e| wrong(&e))?;
        let counted = [
            ("segment", 1, ledger(&segment.program, &[segment.segment])),
            ("training step", BATCH, ledger(&step.program, &[step.gradient, step.update])),
        ];
        let row = |(entry, batch, counted)| Row { model: model.clone(), entry, batch, counted };
        rows.extend(counted.map(row));
    }
    Ok(rows)
}

/// The ledger as a table, or as one JSON object.
pub fn text(as_json: bool) -> Result<String, Failure> {
    let rows = rows()?;
    if as_json {
        let devices: Vec<Value> = REFERENCES
            .iter()
            .map(|of| {
                let launch_us = of.launch * 1e6;
                json!({"name": of.name, "gflops": of.flops / 1e9, "gb_per_s": of.bytes / 1e9, "launch_us": launch_us})
            })
            .collect();
        let of_row = |row: &Row| {
            let Ledger { dispatches, workgroups_least, flops, bytes, predicted } = &row.counted;
            json!({
                "model": row.model, "entry": row.entry, "batch": row.batch, "dispatches": dispatches,
                "workgroups_least": workgroups_least, "flops": flops, "bytes": bytes,
                "predicted_ms": predicted.map(|seconds| seconds * 1e3),
            })
        };
        let rows: Vec<Value> = rows.iter().map(of_row).collect();
        return Ok(json!({ "devices": devices, "rows": rows }).to_string());
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "Dispatches, workgroups of the smallest, operations, bytes, and the time in ms that each device takes at the least:"
    );
    for (number, of) in (1..).zip(&REFERENCES) {
        let (flops, bytes, launch) = (of.flops / 1e12, of.bytes / 1e9, of.launch * 1e6);
        let _ = writeln!(
            text,
            "  {number} {}: {flops:.2} TFLOP/s, {bytes:.0} GB/s, assumed {launch:.0} µs a dispatch",
            of.name
        );
    }
    let _ = write!(text, "{:<24} {:<13} batch disp. least    GFLOP       MB", "model", "entry");
    (1..=REFERENCES.len()).for_each(|number| _ = write!(text, " {number:>8}"));
    for Row { model, entry, batch, counted } in &rows {
        let Ledger { dispatches, workgroups_least, flops, bytes, predicted } = counted;
        let _ = write!(
            text,
            "\n{model:<24} {entry:<13} {batch:>5} {dispatches:>5} {workgroups_least:>5} {:>8.3} {:>8.1}",
            flops / 1e9,
            bytes / 1e6
        );
        predicted.iter().for_each(|seconds| _ = write!(text, " {:>8.2}", seconds * 1e3));
    }
    Ok(text)
}
