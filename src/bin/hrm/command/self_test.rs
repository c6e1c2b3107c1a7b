//! `hrm verify --self-test --engine gpu`: every kernel on this adapter against its twin on the CPU.

use std::process::ExitCode;

use hrm_core::engine::Engine;
use hrm_core::verify::self_test::{Verdict, self_test};
use serde_json::json;

use super::{EngineArg, Failure, engine_arg::open_gpu, output};

/// Random shapes of each kernel.
const CASES: u64 = 16;

/// Tests the adapter of that name, or the fastest, and prints what each kernel's largest error is.
pub fn run(engine: EngineArg, adapter: Option<&str>, as_json: bool) -> Result<ExitCode, Failure> {
    if !matches!(engine, EngineArg::Gpu) {
        return Err(
            "--self-test: the CPU engine is what a GPU is compared with; expected --engine gpu beside it".into()
        );
    }
    let engine = open_gpu(adapter)?;
    let name = engine.info().name;
    let verdicts = pollster::block_on(self_test(&engine, CASES, |_| {}))?;
    let passes = verdicts.iter().all(|verdict| verdict.fault.is_none());
    if as_json {
        output::print_result(json!({"adapter": name, "kernels": verdicts, "pass": passes}))?;
    } else {
        let mut lines = vec![format!("self-test on {name}")];
        for Verdict { kernel, cases, worst, fault } in &verdicts {
            let verdict = fault.as_ref().map_or(String::new(), |fault| format!("  WRONG: {fault}"));
            lines.push(format!("  {kernel:<24} {cases:>3} shapes  largest error {worst:>8.1e}{verdict}"));
        }
        let wrong = verdicts.iter().filter(|verdict| verdict.fault.is_some()).count();
        lines.push(match wrong {
            0 => "every kernel agrees with the CPU engine".into(),
            wrong => format!("{wrong} of {} are wrong on this adapter", verdicts.len()),
        });
        output::print_result(lines.join("\n"))?;
    }
    Ok(if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
