//! `hrm puzzles`: generated puzzles as a CSV, for `hrm eval`, for a recipe's `[data] file`, and for the page.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;

use hrm_core::data::csv::{self, Row};
use hrm_core::data::{Example, Hard, Split, SplitRequest, TEST_FRACTION, generate_split};
use hrm_core::puzzle::{Kind, Settings};
use hrm_core::random::Random;

use super::output::{counted, note};
use super::progress::Progress;
use super::{Failure, at, files, numbers, output};

/// Boards that are searched before another one is begun.
const TRIES: usize = 10_000;
/// Puzzles drawn in vain, one after another, before no more are looked for.
const PATIENCE: usize = 10_000;

/// Generate puzzles as a CSV
///
/// Puzzles of test classes, which no recipe trains on (with --both a file that one can train with and test on), each of another symmetry class; the column rating holds the guesses of
/// a Sudoku solver by singles, or the steps through a maze.
#[derive(clap::Args)]
pub struct Args {
    /// What: sudoku-4x4, sudoku-6x6, sudoku-9x9, maze-5 … maze-30, maze-7x9 and so on
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
    /// A setting of the game's generator for all of them, such as difficulty=3 of Sudokus, loops=0 or path=30 of mazes; once for
    /// each. Without any they are as recipes have them
    #[arg(long, value_name = "NAME=NUMBER", conflicts_with = "minimal")]
    set: Vec<String>,
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
    let kind = args.puzzle;
    let Some(generator) = kind.generator() else {
        return Err(format!("puzzles of {kind} are not generated").into());
    };
    let settings = settings(&args.set)?;
    settings.check(&generator.settings()).map_err(|e| at("--set")(&e))?;
    if args.minimal && !generator.has_hard() {
        let known: Vec<String> = Kind::all().filter(|kind| kind.has_hard()).map(|kind| kind.name()).collect();
        return Err(format!("--minimal is of {}, not of {kind}", known.join(", ")).into());
    }
    let examples = match () {
        () if args.minimal => {
            let hard = |random: &mut Random| {
                let example = generator.generate_hard(random, args.guesses, TRIES)?;
                (kind.rating(&example.question) >= Some(args.guesses)).then_some(example)
            };
            drawn(&args, hard)?
        }
        () if !settings.is_empty() => drawn(&args, |random| Some(generator.generate(random, &settings)))?,
        () => generated(&args)?,
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

/// Puzzles that `draw` gives, of the sides that are asked for and each of another class.
fn drawn(args: &Args, draw: impl Fn(&mut Random) -> Option<Example>) -> Result<Vec<Example>, Failure> {
    let kind = args.puzzle;
    let progress = Progress::new(args.count as u64, "puzzles generated")?;
    let mut used = HashSet::new();
    // So many puzzles in vain, one after another, are a sign that the classes are used up.
    let mut in_vain = 0;
    let mut examples = Vec::new();
    for index in 0.. {
        if examples.len() >= args.count || in_vain >= PATIENCE {
            break;
        }
        in_vain += 1;
        let Some(example) = draw(&mut Random::stream(args.seed, index)) else { continue };
        let class = kind.class_key(&example.question);
        let is_wanted =
            class.is_ok_and(|class| (args.both || class.is_test(TEST_FRACTION) != args.training) && used.insert(class));
        if is_wanted {
            examples.push(example);
            in_vain = 0;
            progress.set(examples.len() as u64);
        }
    }
    progress.clear();
    if examples.len() < args.count {
        let found = counted(examples.len(), "puzzle", "puzzles");
        note(format_args!("hrm: {found} instead of {}: no more of other symmetry classes were found", args.count));
    }
    Ok(examples)
}

/// What `--set` says.
fn settings(given: &[String]) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    for text in given {
        let value = text.split_once('=').and_then(|(name, value)| Some((name, value.parse().ok()?)));
        let (name, value) = value.ok_or_else(|| format!("--set {text}: expected NAME=NUMBER"))?;
        settings.set(name, value);
    }
    Ok(settings)
}
