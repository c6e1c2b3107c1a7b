//! `hrm puzzles`: generated puzzles as a CSV, for `hrm eval`, for a recipe's `[data] file`, and for the page.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;

use hrm_core::data::csv::{self, Row};
use hrm_core::data::{Example, Hard, Split, SplitRequest, TEST_FRACTION, generate_split};
use hrm_core::puzzle::Kind;
use hrm_core::puzzle::sudoku::{Shape, effort, hard_puzzle};
use hrm_core::random::Random;

use super::output::{counted, note};
use super::progress::Progress;
use super::{Failure, files, numbers, output};

/// Boards that are searched before another one is begun.
const TRIES: usize = 10_000;

/// Generate puzzles as a CSV
///
/// Puzzles of test classes, which no recipe trains on (with --both a file that one can train with and test on), each of another symmetry class; the column rating holds the guesses of
/// a Sudoku solver by singles, or the steps through a maze.
#[derive(clap::Args)]
pub struct Args {
    /// What: sudoku-4x4, sudoku-6x6, sudoku-9x9, maze-5 … maze-30
    puzzle: Kind,
    /// How many
    #[arg(long, default_value_t = 1000, value_parser = numbers::puzzles, allow_negative_numbers = true)]
    count: usize,
    /// The same seed gives the same puzzles
    #[arg(long, default_value_t = 1, value_parser = numbers::seed, allow_negative_numbers = true)]
    seed: u64,
    /// Of the classes that recipes train on
    #[arg(long)]
    training: bool,
    /// Of both, a fifth of them of test classes: for a recipe's [data] file, to train with and to test on
    #[arg(long, conflicts_with = "training")]
    both: bool,
    /// 9x9 Sudokus no clue of which can be spared and that singles do not solve
    #[arg(long)]
    minimal: bool,
    /// With --minimal: guesses that a solver by singles needs for each at least
    #[arg(long, default_value_t = 0, requires = "minimal", value_parser = numbers::guesses, allow_negative_numbers = true)]
    guesses: u32,
    /// The file [default: the terminal]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if let Some(file) = &args.out {
        files::check_output(file, args.force)?;
    }
    let examples = match (args.puzzle, args.minimal) {
        (Kind::Sudoku(Shape::NINE), true) => minimal(&args)?,
        (kind, true) => return Err(format!("--minimal is of sudoku-9x9, not of {kind}").into()),
        (_, false) => generated(&args)?,
    };
    let source = if args.minimal { "minimal" } else { "generated" };
    let row = |example: Example| Row {
        source: format!("{source}, seed {}", args.seed),
        rating: args.puzzle.rating(&example.question).map_or_else(String::new, |rating| rating.to_string()),
        example,
    };
    let rows: Vec<Row> = examples.into_iter().map(row).collect();
    // Into memory first, so that a file is whole or not there.
    let mut text = Vec::new();
    csv::write(args.puzzle, &rows, &mut text)?;
    match &args.out {
        Some(file) => files::write(file, &text)?,
        None => output::write(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Puzzles of the sides that are asked for, and of each as many as there are.
fn generated(args: &Args) -> Result<Vec<Example>, Failure> {
    let (kind, count) = (args.puzzle, args.count);
    let (training, test) = match (args.training, args.both) {
        (true, _) => (count, 0),
        (_, true) => {
            let test = ((count as f64 * TEST_FRACTION).ceil() as usize).min(count);
            (count - test, test)
        }
        _ => (0, count),
    };
    let request =
        SplitRequest { training, test, seed: args.seed, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() };
    let progress = Progress::new(count as u64, "puzzles generated")?;
    let Split { training: of_training, test: of_test, .. } =
        generate_split(kind, &request, |done, _| progress.set(done as u64));
    progress.clear();
    for (found, asked, side, advice) in [
        (of_training.len(), training, "that recipes train on", ""),
        (of_test.len(), test, "set aside for testing", "; --training draws from the others, --both from all"),
    ] {
        if found < asked {
            let (found, advice) = (counted(found, "puzzle", "puzzles"), if args.both { "" } else { advice });
            note(format_args!(
                "hrm: {found} instead of {asked}: {kind} has no more of the symmetry classes {side}{advice}"
            ));
        }
    }
    Ok([of_test, of_training].concat())
}

fn minimal(args: &Args) -> Result<Vec<Example>, Failure> {
    let kind = args.puzzle;
    let progress = Progress::new(args.count as u64, "puzzles generated")?;
    let mut used = HashSet::new();
    let drawn = (0..).filter_map(|index| {
        let (puzzle, solution) = hard_puzzle(Shape::NINE, args.guesses, TRIES, &mut Random::stream(args.seed, index));
        let is_hard = effort(&puzzle).is_some_and(|effort| effort.guesses >= args.guesses);
        is_hard.then(|| Example { question: puzzle.to_tokens(), answer: solution.to_tokens() })
    });
    let wanted = drawn.filter(|example| {
        let class = kind.class_key(&example.question);
        class.is_ok_and(|class| (args.both || class.is_test(TEST_FRACTION) != args.training) && used.insert(class))
    });
    let told = wanted.take(args.count).zip(1..).map(|(example, done)| {
        progress.set(done);
        example
    });
    let examples = told.collect();
    progress.clear();
    Ok(examples)
}
