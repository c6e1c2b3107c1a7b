//! `hrm bench`: the workloads of `hrm_core::bench`, timed, each beside its peer.

mod case;
mod cpu_profile;
mod gpu_profile;
mod kernels;
mod ledger;
mod measure;
mod peer;
mod row;
mod time;

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use clap::ValueEnum;
use hrm_core::engine::{Kind, cpu};
use serde_json::{Value, json};

use super::engine_arg::word;
use super::{EngineArg, Failure, PrecisionArg, at, numbers, output};
use case::Case;

/// Measure this machine
///
/// Times are medians in seconds. Peers are the programs in benches/peers (PyTorch with 2 threads, where python3 has it), run
/// just before and just after each of ours, so that both see the same machine; the ratio is ours over the mean of the two.
///
/// Cases that may take minutes, above all where a processor plays the GPU, say "only when named": they run with --only.
///
/// FLOPs are those of the matrix products and of attention that the engine plays, a multiply-add counted as two; the
/// peak that they are a share of is measured on the same adapter, with f32 multiply-adds.
#[derive(clap::Args)]
pub struct Args {
    /// Only this case
    #[arg(long, value_enum)]
    only: Option<Case>,
    /// Only on this engine [default: every engine that a case is for; learn: cpu]
    #[arg(long, value_enum)]
    engine: Option<EngineArg>,
    /// Seeds of learn, with commas between them: one run each; the median counts
    #[arg(long, value_delimiter = ',', default_value = "1", value_parser = numbers::seed)]
    seeds: Vec<u64>,
    /// Leave the peers out
    #[arg(long)]
    no_peers: bool,
    /// Operands of the CPU engine's matrix products
    #[arg(long, value_enum, default_value = "f32")]
    precision: PrecisionArg,
    /// Print also which form the CPU engine chose for every shape of matrix product, and its speed
    #[arg(long)]
    verbose: bool,
    /// Measure this machine's processor: its peak and bandwidth, and of every kernel of a training step the time beside what
    /// bounds it, of its products PyTorch's rate too
    #[arg(long, conflicts_with_all = ["only", "engine", "ledger", "gpu_profile"])]
    cpu_profile: bool,
    /// Measure this machine's GPU: its peak, bandwidth and dispatches, and of every kernel the time beside what bounds it
    #[arg(long, conflicts_with_all = ["only", "engine", "ledger"])]
    gpu_profile: bool,
    /// The GPU that --gpu-profile measures: a part of its name [default: the fastest]
    #[arg(long, value_name = "NAME", requires = "gpu_profile")]
    adapter: Option<String>,
    /// Measure nothing: count what the gallery's models, the middle and the 27 M one ask of a GPU
    #[arg(long, conflicts_with_all = ["only", "engine"])]
    ledger: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Measure one case in this process, with criterion's own report in this folder (used by `hrm bench` itself)
    #[arg(long, hide = true, requires = "only")]
    inner: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if args.ledger {
        output::print(ledger::text(args.json)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.cpu_profile {
        cpu_profile::run(args.precision, !args.no_peers, args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.gpu_profile {
        gpu_profile::run(args.adapter.as_deref(), args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = args.engine.map(EngineArg::kind);
    let cases: Vec<Case> = match args.only {
        Some(case) => vec![case],
        None => Case::value_variants().iter().copied().filter(|case| !case.only_when_named()).collect(),
    };
    let on_engines = |case: Case| case.engines(chosen).into_iter().map(move |kind| (case, kind));
    let runs: Vec<(Case, Kind)> = cases.into_iter().flat_map(on_engines).collect();
    if runs.is_empty() {
        return Err("--engine: the case does not run on this engine".into());
    }
    if let (Some(folder), [(case, kind), ..]) = (&args.inner, &runs[..]) {
        output::print(pollster::block_on(measure::measure(*case, *kind, args.precision.get(), &args.seeds, folder))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !args.json {
        output::print(format_args!("processor: {}", cpu::processor()))?;
    }
    let mut results = Vec::new();
    for (case, kind) in runs {
        let peer =
            || if args.no_peers { None } else { case.peer().and_then(|script| peer::run(script, args.precision)) };
        let before = peer();
        let mut result = in_a_process(case, kind, args.precision, &args.seeds)?;
        if let (Some(before), Some(after)) = (before, peer()) {
            let seconds = |peer: &Value| peer["median_s"].as_f64().unwrap_or(f64::NAN);
            let mean = (seconds(&before) + seconds(&after)) / 2.0;
            result["peer"] = json!({"program": case.peer().map(|script| script[0]), "before": before, "after": after});
            result["ratio_to_peer"] = json!(result["seconds"].as_f64().unwrap_or(f64::NAN) / mean);
        }
        if !args.json {
            output::print(row::text(case, &result))?;
            if let (true, Some(forms)) = (args.verbose, result["forms"].as_str()) {
                output::print(forms)?;
            }
        }
        results.push(result);
    }
    // Criterion's own reports are of no use any more.
    let _ = std::fs::remove_dir_all(folder());
    if args.json {
        output::print(json!({ "processor": cpu::processor(), "cases": results }))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the cases' processes leave criterion's reports.
fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("hrm-bench-{}", std::process::id()))
}

/// Runs a case in a process of its own, so that criterion's report does not mix with ours.
fn in_a_process(case: Case, kind: Kind, precision: PrecisionArg, seeds: &[u64]) -> Result<Value, Failure> {
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    let output = Command::new(std::env::current_exe()?)
        .args(["bench", "--only", &case.name(), "--engine", word(kind), "--seeds", &seeds.join(",")])
        .args(["--precision", precision.word(), "--inner"])
        .arg(folder())
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    if !output.status.success() {
        return Err(format!("the case {} failed", case.name()).into());
    }
    Ok(serde_json::from_str(last).map_err(|e| at(case.name())(&e))?)
}
