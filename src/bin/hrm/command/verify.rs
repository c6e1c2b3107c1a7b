//! `hrm verify`: an engine against the official code's numbers, or the GPU's kernels against the CPU's.

use std::path::PathBuf;
use std::process::ExitCode;

use hrm_core::checkpoint::torch::PuzzleRows;
use hrm_core::engine::Engine;
use hrm_core::verify::{Golden, verify};
use serde_json::json;

use super::{EngineArg, Failure, PrecisionArg, at, files, models, output, self_test, verify_model};

/// Compare an engine with a golden file; the .json beside it tells the configuration
///
/// Errors are the largest difference over the largest golden magnitude. Exit status: 0 when every rule holds and every
/// tensor was compared, 1 when not, 2 when the file cannot be used. With --model the file holds that model's outputs instead.
///
/// With --self-test there is no file: every kernel of the GPU engine runs on small odd shapes on this machine's adapter and is
/// compared with the CPU engine in f64. Exit status: 0 when all agree, 1 when not, 2 when there is no adapter.
#[derive(clap::Args)]
pub struct Args {
    /// The golden file (.safetensors)
    #[arg(required_unless_present = "self_test", conflicts_with = "self_test")]
    file: Option<PathBuf>,
    /// Test every kernel on this machine's GPU instead
    #[arg(long, conflicts_with_all = ["model", "precision"])]
    self_test: bool,
    /// The GPU to test: a part of its name [default: the fastest]
    #[arg(long, value_name = "NAME", requires = "self_test")]
    adapter: Option<String>,
    /// A model whose outputs the golden file holds: its inputs as `batch.inputs` and `batch.puzzle_identifiers`, the logits of
    /// the segments as `f32.segment.0.logits` and so on. As for `hrm run`, also what the official training writes
    #[arg(long)]
    model: Option<String>,
    /// A field of that model's configuration set otherwise than its file or its tensors tell; once for each field
    #[arg(long, value_name = "FIELD=VALUE", requires = "model")]
    set: Vec<String>,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Operands of the CPU engine's matrix products
    #[arg(long, value_enum, default_value = "f32")]
    precision: PrecisionArg,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let Some(file) = &args.file else { return self_test::run(args.engine, args.adapter.as_deref(), args.json) };
    let bytes = files::read(file)?;
    if let Some(model) = &args.model {
        let read = |rows: &[u64]| models::read("--model", model, &args.set, PuzzleRows::Only(rows));
        return verify_model::run(read, file, &bytes, &args.engine.open(args.precision.get())?, args.json);
    }
    let json_file = file.with_extension("json");
    if !json_file.exists() {
        let (file, json_file) = (file.display(), json_file.display());
        return Err(format!("{file}: its configuration is missing, expected beside it as {json_file}").into());
    }
    let text = files::read_text(&json_file)?;
    let golden = Golden::parse(&bytes, &text).map_err(|e| at(file.display())(&e))?;
    let engine = args.engine.open(args.precision.get())?;
    let report = pollster::block_on(verify(&engine, &golden)).map_err(|e| at(file.display())(&e))?;
    if args.json {
        let value = json!({
            "file": file,
            "kind": if golden.is_training() { "training" } else { "forward" },
            "engine": engine.info().name,
            "groups": report.groups,
            "compared": report.compared(),
            "total": report.total,
            "not_compared": report.not_compared,
            "pass": report.passes(),
        });
        output::print_result(value)?;
    } else {
        let mut lines = vec![format!("{} on {}", file.display(), engine.info().name)];
        for g in &report.groups {
            let rule = g.limit.map_or("reported".to_owned(), |limit| format!("at most {limit:.0e}"));
            let verdict = if g.holds() { "" } else { "  BROKEN" };
            lines.push(format!(
                "  {:<44} {:>8.1e}  {rule:<14} {:>4} tensors  {}{verdict}",
                g.name, g.worst, g.count, g.worst_tensor
            ));
        }
        lines.extend(report.not_compared.iter().map(|name| format!("  not compared: {name}")));
        lines.push(format!("{} of {} tensors compared", report.compared(), report.total));
        output::print_result(lines.join("\n"))?;
    }
    Ok(if report.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
