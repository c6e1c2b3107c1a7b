//! `hrm bench`: the workloads of `hrm_web::bench`, timed by criterion, each beside its peer.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use clap::ValueEnum;
use criterion::Criterion;
use hrm_web::bench::{MatmulBench, SegmentBench, TrainBench, Workload, middle, paper};
use hrm_web::engine::{AnyEngine, Engine, cpu, gpu};
use hrm_web::model::Taps;
use serde_json::{Value, json};

use super::{Failure, at};

/// Measure this machine
///
/// Times are medians in seconds. Peers are the programs in benches/peers (PyTorch with 2 threads, where python3 has it), run
/// just before and just after each of ours, so that both see the same machine; the ratio is ours over the mean of the two.
#[derive(clap::Args)]
pub struct Args {
    /// Only this case
    #[arg(long, value_enum)]
    only: Option<Case>,
    /// Leave the peers out
    #[arg(long)]
    no_peers: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Measure one case in this process, with criterion's own report in this folder (used by `hrm bench` itself)
    #[arg(long, hide = true, requires = "only")]
    inner: Option<PathBuf>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Case {
    /// 27 M model (D 512, 4+4 layers, T 82), one segment, batch 1, CPU engine
    Segment27m,
    /// The same segment with every state tapped, beside the untapped one
    Tapped27m,
    /// Middle model (D 128, 2+2 layers, S 81), one training step of batch 64, CPU engine
    TrainStep,
    /// Matrix product 648x512x512 on the GPU engine
    GpuMatmul,
    /// Matrix product 648x512x64 on the GPU engine
    GpuMatmulShallow,
}

impl Case {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned())
    }

    /// The peer's script, if it has one.
    fn peer(self) -> Option<&'static str> {
        match self {
            Case::Segment27m => Some("torch_segment.py"),
            Case::TrainStep => Some("torch_train_step.py"),
            Case::Tapped27m | Case::GpuMatmul | Case::GpuMatmulShallow => None,
        }
    }
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if let (Some(case), Some(folder)) = (args.only, &args.inner) {
        println!("{}", pollster::block_on(measure(case, folder))?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut results = Vec::new();
    for case in Case::value_variants().iter().filter(|case| args.only.is_none_or(|only| only == **case)) {
        let peer = || if args.no_peers { None } else { case.peer().and_then(run_peer) };
        let before = peer();
        let mut result = in_a_process(*case)?;
        if let (Some(before), Some(after)) = (before, peer()) {
            let seconds = |peer: &Value| peer["median_s"].as_f64().unwrap_or(f64::NAN);
            let mean = (seconds(&before) + seconds(&after)) / 2.0;
            result["peer"] = json!({"program": case.peer(), "before": before, "after": after});
            result["ratio_to_peer"] = json!(result["seconds"].as_f64().unwrap_or(f64::NAN) / mean);
        }
        if !args.json {
            print_row(*case, &result);
        }
        results.push(result);
    }
    if args.json {
        println!("{}", json!({ "cases": results }));
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs a case in a process of its own, so that criterion's report does not mix with ours.
fn in_a_process(case: Case) -> Result<Value, Failure> {
    let folder = std::env::temp_dir().join(format!("hrm-bench-{}", std::process::id()));
    let output = Command::new(std::env::current_exe()?)
        .args(["bench", "--only", &case.name(), "--inner"])
        .arg(&folder)
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    if !output.status.success() {
        return Err(format!("the case {} failed", case.name()).into());
    }
    Ok(serde_json::from_str(last).map_err(|e| at(case.name())(&e))?)
}

async fn measure(case: Case, folder: &Path) -> Result<Value, Failure> {
    let cpu = || AnyEngine::Cpu(cpu::Engine::new());
    let mut result = match case {
        Case::Segment27m => {
            let engine = cpu();
            let mut bench = SegmentBench::new(&engine, &paper(), Taps::None).await?;
            let seconds = criterion(&case.name(), folder, || pollster::block_on(bench.run()).map(|_| ()))?;
            json!({"seconds": seconds, "engine": engine.info().name})
        }
        Case::Tapped27m => {
            let engine = cpu();
            let mut seconds = [0.0; 2];
            for (taps, seconds) in [Taps::None, Taps::States].into_iter().zip(&mut seconds) {
                let mut bench = SegmentBench::new(&engine, &paper(), taps).await?;
                let name = format!("{}-{taps:?}", case.name());
                *seconds = criterion(&name, folder, || pollster::block_on(bench.run()).map(|_| ()))?;
            }
            let [untapped, tapped] = seconds;
            json!({"seconds": tapped, "untapped": untapped, "engine": engine.info().name})
        }
        Case::TrainStep => {
            let engine = cpu();
            let mut bench = TrainBench::new(&engine, Workload::new(&middle(), 64)).await?;
            let seconds = criterion(&case.name(), folder, || pollster::block_on(bench.run(1)).map(|_| ()))?;
            json!({"seconds": seconds, "engine": engine.info().name})
        }
        Case::GpuMatmul => gpu_matmul(case, folder, [648, 512, 512]).await?,
        Case::GpuMatmulShallow => gpu_matmul(case, folder, [648, 512, 64]).await?,
    };
    result["case"] = json!(case.name());
    Ok(result)
}

/// A matrix product as a share of what the adapter does at most.
async fn gpu_matmul(case: Case, folder: &Path, shape: [usize; 3]) -> Result<Value, Failure> {
    /// Products in a submit, so that its own cost does not count.
    const TIMES: usize = 8;
    let engine = gpu::Engine::new().await?;
    let name = engine.info().name;
    let peak = gpu::measure_peak(engine.device()).await?;
    let mut bench = MatmulBench::new(&engine, shape, TIMES).await?;
    let flops = bench.flops();
    let seconds = criterion(&case.name(), folder, || pollster::block_on(bench.run()))?;
    let rate = flops / seconds;
    Ok(json!({
        "seconds": seconds / TIMES as f64,
        "engine": name,
        "gflops": rate / 1e9,
        "peak_gflops": peak / 1e9,
        "share_of_peak": rate / peak,
    }))
}

/// The median of criterion's samples, in seconds.
fn criterion<E: Display>(name: &str, folder: &Path, mut run: impl FnMut() -> Result<(), E>) -> Result<f64, Failure> {
    let mut failed = None;
    Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(2))
        .measurement_time(Duration::from_secs(8))
        .output_directory(folder)
        .bench_function(name, |b| {
            b.iter(|| {
                if let Err(error) = run() {
                    failed.get_or_insert_with(|| error.to_string());
                }
            });
        });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let file = folder.join(name).join("new/estimates.json");
    let text = std::fs::read_to_string(&file).map_err(|e| at(file.display())(&e))?;
    let estimates: Value = serde_json::from_str(&text)?;
    let nanoseconds = estimates["median"]["point_estimate"].as_f64();
    nanoseconds.map(|ns| ns * 1e-9).ok_or_else(|| format!("{}: no median", file.display()).into())
}

/// A peer's one line of JSON; `None`, with a word on the terminal, where it cannot run.
fn run_peer(script: &str) -> Option<Value> {
    let file = Path::new("benches/peers").join(script);
    let output = Command::new("python3").arg(&file).stderr(Stdio::null()).output();
    let value = output.ok().filter(|o| o.status.success()).and_then(|o| serde_json::from_slice(&o.stdout).ok());
    if value.is_none() {
        eprintln!(
            "hrm: {} did not run; python3 needs PyTorch, and the working directory is the project's",
            file.display()
        );
    }
    value
}

fn print_row(case: Case, result: &Value) {
    let number = |name: &str| result[name].as_f64();
    print!("{:<18} {:>9.4} s", case.name(), number("seconds").unwrap_or(f64::NAN));
    if let (Some(rate), Some(peak), Some(share)) = (number("gflops"), number("peak_gflops"), number("share_of_peak")) {
        print!("  {rate:.2} of {peak:.2} GFLOP/s ({:.0} %)", 100.0 * share);
    }
    if let Some(ratio) = number("ratio_to_peer") {
        let seconds = |when: &str| result["peer"][when]["median_s"].as_f64().unwrap_or(f64::NAN);
        print!("  {ratio:.2} of PyTorch's {:.4} and {:.4} s", seconds("before"), seconds("after"));
    }
    if let Some(untapped) = number("untapped") {
        print!("  {:.3} of {untapped:.4} s untapped", number("seconds").unwrap_or(f64::NAN) / untapped);
    }
    println!("  on {}", result["engine"].as_str().unwrap_or_default());
}
