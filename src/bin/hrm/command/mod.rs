//! Arguments and dispatch.
// `println!` panics where nobody reads: see `output`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod average;
mod bench;
mod boards;
mod by;
mod convert;
mod engine_arg;
mod eval;
mod failure;
mod files;
mod gallery;
mod grow;
mod loaded;
mod models;
mod numbers;
mod official;
mod output;
mod progress;
mod puzzles;
mod recipe;
mod run;
mod run_folder;
mod self_test;
mod shell;
mod signals;
mod task_eval;
mod task_files;
mod task_model;
mod task_solve;
mod tasks;
mod test_set;
mod train;
mod training;
mod verify;
mod verify_model;
mod wider;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub(crate) use engine_arg::{EngineArg, PrecisionArg, take_threads};
pub(crate) use failure::{Failure, at};

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
    /// Read, learn and answer tasks of grids
    Arc(tasks::Args),
    /// Print what makes a shell complete this command's arguments
    Completions(shell::CompletionsArgs),
    /// Print a page for man
    Man(shell::ManArgs),
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
        Command::Arc(args) => tasks::run(args),
        Command::Completions(args) => shell::completions(args, Cli::command()),
        Command::Man(args) => shell::man(args, Cli::command()),
    };
    result.unwrap_or_else(|error| {
        if output::is_closed(&*error) {
            return ExitCode::SUCCESS;
        }
        output::note(format_args!("hrm: {error}"));
        ExitCode::from(2)
    })
}
