//! `hrm arc`: tasks of grids.

use std::path::PathBuf;
use std::process::ExitCode;

use hrm_core::puzzle::arc::{Grid, Pair, Task, file};

use super::output::{self, counted, note};
use super::{Failure, files, task_eval, task_files, task_solve};

/// Tasks of grids: read them, learn and answer them
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Read tasks and print a line for each, or what is wrong with a file
    Check(CheckArgs),
    /// Learn a task and answer its tests by vote
    Solve(task_solve::Args),
    /// Measure a model on the tests of tasks that it has learnt
    Eval(task_eval::Args),
}

/// Read tasks and print a line for each, or what is wrong with a file
///
/// A line has the task's id and the sizes of its pairs, input>output, with ? for a test whose output is not known. Exit status:
/// 0 when every file was read, 2 when something is wrong with one of them; the others are read all the same.
#[derive(clap::Args)]
struct CheckArgs {
    /// Files of a task {"train": [...], "test": [...]}, of many {"id": task}, or of challenges and their solutions; folders, with
    /// every .json file in them and below
    #[arg(required = true, value_name = "FILE|FOLDER")]
    paths: Vec<PathBuf>,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.action {
        Action::Check(args) => check(&args.paths),
        Action::Solve(args) => task_solve::run(args),
        Action::Eval(args) => task_eval::run(args),
    }
}

fn check(paths: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut found = Vec::new();
    for path in paths {
        task_files::add_files(path, &mut found)?;
    }
    let mut faults = Vec::new();
    let mut texts = Vec::new();
    for path in found {
        match files::read_text(&path) {
            Ok(text) => texts.push((path.display().to_string(), text)),
            Err(error) => faults.push(error.to_string()),
        }
    }
    let mut read = Vec::new();
    for (name, text) in &texts {
        match file::read_all(&[(name, text)]) {
            // Their challenges may be in another one of the files.
            Err(error) if !matches!(error.fault, file::FileFault::SolutionsAlone { .. }) => {
                faults.push(error.to_string())
            }
            _ => read.push((name.as_str(), text.as_str())),
        }
    }
    let tasks = file::read_all(&read).unwrap_or_else(|error| {
        faults.push(error.to_string());
        Vec::new()
    });
    let mut lines: Vec<String> = tasks.iter().map(line).collect();
    if !tasks.is_empty() {
        let of = counted(read.len(), "file", "files");
        lines.push(format!("{} of {of}", counted(tasks.len(), "task", "tasks")));
        output::print_result(lines.join("\n"))?;
    }
    faults.iter().for_each(|fault| note(format_args!("hrm: {fault}")));
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn line(task: &Task) -> String {
    let shown = |grid: Option<&Grid>| grid.map_or("?".to_owned(), |grid| grid.size().to_string());
    let sizes = |pairs: &[Pair]| {
        let sizes = pairs.iter().map(|pair| format!("{}>{}", pair.input.size(), shown(pair.output.as_ref())));
        sizes.collect::<Vec<_>>().join(" ")
    };
    // On one line whatever a file calls it.
    let id = task.id.escape_debug();
    format!("{id}: {} train {}, {} test {}", task.train.len(), sizes(&task.train), task.test.len(), sizes(&task.test))
}
