//! `hrm puzzles`: generated puzzles as a CSV, for `hrm eval`, for a recipe's `[data] file`, and for the page.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use hrm_web::data::csv::{self, Row};
use hrm_web::data::{Example, Shortfall, SplitRequest, TEST_FRACTION, generate_split};
use hrm_web::puzzle::Kind;
use hrm_web::puzzle::sudoku::{Shape, minimal_puzzle};
use hrm_web::random::Random;

use super::{Failure, at};

/// Generate puzzles as a CSV
///
/// Puzzles of test classes, which no recipe trains on, each of another symmetry class; the column rating holds the guesses of
/// a Sudoku solver by singles, or the steps through a maze.
#[derive(clap::Args)]
pub struct Args {
    /// What: sudoku-4x4, sudoku-6x6, sudoku-9x9, maze-5 … maze-30
    puzzle: Kind,
    /// How many
    #[arg(long, default_value_t = 1000)]
    count: usize,
    /// The same seed gives the same puzzles
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of the classes that recipes train on
    #[arg(long)]
    training: bool,
    /// 9x9 Sudokus no clue of which can be spared and that singles do not solve
    #[arg(long)]
    minimal: bool,
    /// The file [default: the terminal]
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let examples = match (args.puzzle, args.minimal) {
        (Kind::Sudoku(Shape::NINE), true) => minimal(&args),
        (kind, true) => return Err(format!("--minimal is of sudoku-9x9, not of {kind}").into()),
        (kind, false) => {
            let (training, test) = if args.training { (args.count, 0) } else { (0, args.count) };
            let request = SplitRequest { training, test, seed: args.seed, difficulty: (0.0, 1.0), smaller: 0.0 };
            let split = generate_split(kind, &request, |_, _| {});
            for shortfall in Shortfall::of(kind, &split, &request, false) {
                eprintln!("hrm: {shortfall}");
            }
            [split.test, split.training].concat()
        }
    };
    let source = if args.minimal { "minimal" } else { "generated" };
    let row = |example: Example| Row {
        source: format!("{source}, seed {}", args.seed),
        rating: args.puzzle.rating(&example.question).map_or_else(String::new, |rating| rating.to_string()),
        example,
    };
    let rows: Vec<Row> = examples.into_iter().map(row).collect();
    let output: Box<dyn Write> = match &args.out {
        Some(file) => Box::new(File::create(file).map_err(|e| at(file.display())(&e))?),
        None => Box::new(stdout().lock()),
    };
    csv::write(args.puzzle, &rows, output)?;
    Ok(ExitCode::SUCCESS)
}

fn minimal(args: &Args) -> Vec<Example> {
    let kind = args.puzzle;
    let mut used = HashSet::new();
    let drawn = (0..).map(|index| {
        let (puzzle, solution) = minimal_puzzle(Shape::NINE, &mut Random::stream(args.seed, index));
        Example { question: puzzle.to_tokens(), answer: solution.to_tokens() }
    });
    let wanted = drawn.filter(|example| {
        let class = kind.class_key(&example.question);
        class.is_ok_and(|class| class.is_test(TEST_FRACTION) != args.training && used.insert(class))
    });
    wanted.take(args.count).collect()
}
