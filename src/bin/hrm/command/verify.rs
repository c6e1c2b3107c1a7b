//! `hrm verify`: an engine against the official code's numbers.

use std::path::PathBuf;
use std::process::ExitCode;

use hrm_web::engine::Engine;
use hrm_web::verify::{Golden, verify};
use serde_json::json;

use super::{EngineArg, Failure, at};

/// Compare an engine with a golden file; the .json beside it tells the configuration
///
/// Errors are the largest difference over the largest golden magnitude. Exit status: 0 when every rule holds and every
/// tensor was compared, 1 when not, 2 when the file cannot be used.
#[derive(clap::Args)]
pub struct Args {
    /// The golden file (.safetensors)
    file: PathBuf,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let bytes = std::fs::read(&args.file).map_err(|e| at(args.file.display())(&e))?;
    let json_file = args.file.with_extension("json");
    let text = std::fs::read(&json_file).map_err(|e| at(json_file.display())(&e))?;
    let text = hrm_web::text::decode(&text).map_err(|e| at(json_file.display())(&e))?;
    let golden = Golden::parse(&bytes, &text).map_err(|e| at(args.file.display())(&e))?;
    let engine = args.engine.open()?;
    let report = pollster::block_on(verify(&engine, &golden)).map_err(|e| at(args.file.display())(&e))?;
    if args.json {
        let value = json!({
            "file": args.file,
            "kind": if golden.is_training() { "training" } else { "forward" },
            "engine": engine.info().name,
            "groups": report.groups,
            "compared": report.compared(),
            "total": report.total,
            "not_compared": report.not_compared,
            "pass": report.passes(),
        });
        println!("{value}");
    } else {
        println!("{} on {}", args.file.display(), engine.info().name);
        for g in &report.groups {
            let rule = g.limit.map_or("reported".to_owned(), |limit| format!("at most {limit:.0e}"));
            let verdict = if g.holds() { "" } else { "  BROKEN" };
            println!(
                "  {:<44} {:>8.1e}  {rule:<14} {:>4} tensors  {}{verdict}",
                g.name, g.worst, g.count, g.worst_tensor
            );
        }
        for name in &report.not_compared {
            println!("  not compared: {name}");
        }
        println!("{} of {} tensors compared", report.compared(), report.total);
    }
    Ok(if report.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
