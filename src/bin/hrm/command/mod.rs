//! Arguments and dispatch.
// `println!` panics where nobody reads: see `output`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod average;
mod bench;
mod convert;
mod eval;
mod files;
mod gallery;
mod grow;
mod models;
mod numbers;
mod official;
mod output;
mod progress;
mod puzzles;
mod recipe;
mod run;
mod run_folder;
mod shell;
mod signals;
mod train;
mod training;
mod verify;
mod verify_model;
mod wider;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use hrm_core::engine::{AnyEngine, EngineError, Kind, Precision};

/// The version, and the commit that the command was built from.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (commit ", env!("HRM_COMMIT_NAME"), ")");

/// The Hierarchical Reasoning Model on the command line.
///
/// Exit status: 0 done; 1 a rule of verify is broken; 2 it could not be done; 128 and the signal's number where Ctrl-C or
/// SIGTERM ended it.
#[derive(Parser)]
#[command(name = "hrm", version = VERSION)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a model by a recipe; goes on exactly where it stopped with --resume
    Train(train::Args),
    /// Measure a model on a CSV of puzzles
    Eval(eval::Args),
    /// Generate puzzles as a CSV
    Puzzles(puzzles::Args),
    /// Make a model for larger mazes out of one for smaller ones
    Grow(grow::Args),
    /// Rewrite a model as a PyTorch file of the official training, or as safetensors
    Convert(convert::Args),
    /// Make one model out of several of one shape: the mean of their weights
    Average(average::Args),
    /// Solve one puzzle
    Run(run::Args),
    /// Measure this machine, beside the programs that we compare with
    Bench(bench::Args),
    /// Compare an engine with numbers of the official code
    Verify(verify::Args),
    /// Print what makes a shell complete this command's arguments
    Completions(shell::CompletionsArgs),
    /// Print a page for man
    Man(shell::ManArgs),
}

/// Which engine computes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum EngineArg {
    /// Threads and vector instructions of this machine
    Cpu,
    /// The GPU, by Vulkan, Metal or DX12 (a software adapter where there is no other)
    Gpu,
}

impl EngineArg {
    fn kind(self) -> Kind {
        match self {
            EngineArg::Cpu => Kind::Cpu,
            EngineArg::Gpu => Kind::Gpu,
        }
    }

    fn open(self, precision: Precision) -> Result<AnyEngine, EngineError> {
        pollster::block_on(AnyEngine::start_with(self.kind(), precision))
    }
}

/// What the operands of matrix products are rounded to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PrecisionArg {
    /// Nothing is rounded
    #[default]
    F32,
    /// To bfloat16, where the processor multiplies it (AVX512-BF16): about twice as fast, results differ slightly
    Bf16,
}

impl PrecisionArg {
    fn get(self) -> Precision {
        match self {
            PrecisionArg::F32 => Precision::F32,
            PrecisionArg::Bf16 => Precision::Bf16,
        }
    }

    /// As recipes and `--precision` write it.
    fn word(self) -> &'static str {
        match self {
            PrecisionArg::F32 => "f32",
            PrecisionArg::Bf16 => "bf16",
        }
    }
}

/// Any error, as one line for the person at the terminal.
type Failure = Box<dyn std::error::Error>;

/// Puts the place in front of an error.
fn at(place: impl std::fmt::Display) -> impl Fn(&dyn std::error::Error) -> String {
    move |error| format!("{place}: {error}")
}

/// Runs the command; 0: done (and all rules hold), 1: a rule is broken, 2: it could not be done. That nobody reads what is
/// printed is a quiet end.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train(args) => train::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Puzzles(args) => puzzles::run(args),
        Command::Grow(args) => grow::run(args),
        Command::Average(args) => average::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Run(args) => run::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Completions(args) => shell::completions(args),
        Command::Man(args) => shell::man(args),
    };
    result.unwrap_or_else(|error| {
        if output::is_closed(&*error) {
            return ExitCode::SUCCESS;
        }
        output::note(format_args!("hrm: {error}"));
        ExitCode::from(2)
    })
}
