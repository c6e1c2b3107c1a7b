//! `hrm puzzles`: generated puzzles as a CSV, for `hrm eval`, for a recipe's `[data] file`, and for the page.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use hrm_core::data::csv::{self, Row};
use hrm_core::data::{Example, Hard, Split, SplitRequest, TEST_FRACTION, generate_split};
use hrm_core::puzzle::{Game, Kind, Mixture, Part, Size, UnknownKind, games};
use hrm_core::random::Random;
use xxhash_rust::xxh3::xxh3_64;

use super::output::{counted, note};
use super::progress::Progress;
use super::test_set::TestSet;
use super::{Failure, files, numbers, output};

/// Boards that are searched before another one is begun.
const TRIES: usize = 10_000;
/// Puzzles drawn in vain, one after another, before no more are looked for.
const PATIENCE: usize = 10_000;

/// What is generated.
#[derive(Clone)]
enum Wanted {
    Kind(Kind),
    /// A game, of which --rows and --cols give the size.
    Game(&'static dyn Game),
    /// The lists of a test set.
    Set(PathBuf),
}

impl FromStr for Wanted {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        if let Some(game) = games().into_iter().find(|game| game.name() == text) {
            return Ok(Self::Game(game));
        }
        let is_file = Path::new(text).extension().is_some_and(|extension| extension == "toml");
        if is_file { Ok(Self::Set(text.into())) } else { text.parse().map(Self::Kind) }
    }
}

/// Generate puzzles as a CSV
///
/// Puzzles of test classes, which no recipe trains on (with --both a file that one can train with and test on), each of another symmetry class; the column rating holds the guesses of
/// a Sudoku solver by singles, or the steps through a maze.
#[derive(clap::Args)]
pub struct Args {
    /// What: sudoku-4x4, sudoku-6x6, sudoku-9x9, maze-5 … maze-30, maze-7x9 and so on; or a game's name with --rows; or the .toml
    /// file of a test set, whose lists are written into the folder --out
    puzzle: Wanted,
    /// Rows, where the puzzle is a game's name
    #[arg(long, value_parser = numbers::side, allow_negative_numbers = true)]
    rows: Option<usize>,
    /// Columns, where the puzzle is a game's name [default: as many as rows]
    #[arg(long, value_parser = numbers::side, allow_negative_numbers = true, requires = "rows")]
    cols: Option<usize>,
    /// How many [default: 1000, or as many as a test set says]
    #[arg(long, value_parser = numbers::puzzles, allow_negative_numbers = true)]
    count: Option<usize>,
    /// The same seed gives the same puzzles
    #[arg(long, default_value_t = 1, value_parser = numbers::seed, allow_negative_numbers = true)]
    seed: u64,
    /// How they are made, in games that have several makes: one name, or several with commas between, of which each makes as
    /// many; the column source begins with it
    #[arg(long, value_delimiter = ',', value_name = "NAME,NAME", conflicts_with = "minimal")]
    make: Vec<String>,
    /// Of the classes that recipes train on
    #[arg(long)]
    training: bool,
    /// Of both, a fifth of them of test classes: for a recipe's [data] file, to train with and to test on
    #[arg(long, conflicts_with = "training")]
    both: bool,
    /// A setting of the game's generator, such as difficulty=3 of Sudokus, loops=0 or path=30 of mazes; a range such as
    /// density=10..40 is drawn for each puzzle; once for each setting. Without any, and without --make, they are as recipes have
    /// them
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
    let kind = match &args.puzzle {
        Wanted::Set(file) => return write_set(&args, file),
        Wanted::Game(game) => {
            let rows =
                args.rows.ok_or_else(|| format!("{}: expected --rows, and --cols for no square", game.name()))?;
            let size = Size::new(rows, args.cols.unwrap_or(rows));
            Kind::of(*game, size).ok_or_else(|| format!("there are no {size} {}", game.plural()))?
        }
        Wanted::Kind(kind) if args.rows.is_some() => {
            let (game, size) = (kind.game().name(), kind.size());
            return Err(format!("--rows: {kind} is of {size}; expected it beside {game} alone").into());
        }
        Wanted::Kind(kind) => *kind,
    };
    if let Some(file) = &args.out {
        files::check_output(file, args.force)?;
    }
    let Some(generator) = kind.generator() else {
        return Err(format!("puzzles of {kind} are not generated").into());
    };
    let mixture = mixture(&args, kind)?;
    if args.minimal && !generator.has_hard() {
        let known: Vec<String> = Kind::all().filter(|kind| kind.has_hard()).map(|kind| kind.name()).collect();
        return Err(format!("--minimal is of {}, not of {kind}", known.join(", ")).into());
    }
    let (count, seed) = (args.count.unwrap_or(COUNT), args.seed);
    let drawing = Drawing { kind, count, seed, training: args.training, both: args.both };
    let rows = match () {
        () if args.minimal => {
            let hard = |random: &mut Random, _: &[usize]| {
                let example = generator.generate_hard(random, args.guesses, TRIES)?;
                (kind.rating(&example.question) >= Some(args.guesses)).then_some((example, 0))
            };
            drawing.rows(drawing.drawn(hard)?, |_| "minimal")
        }
        () if !mixture.is_empty() => drawing.mixed(&mixture, 0)?,
        () => drawing.rows(drawing.generated()?.into_iter().map(|example| (example, 0)).collect(), |_| GENERATED),
    };
    let text = csv_of(kind, &rows)?;
    match &args.out {
        Some(file) => files::write(file, &text)?,
        None => output::write(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Puzzles where nobody says how many.
const COUNT: usize = 1000;
/// The source of puzzles that are of no make by name.
const GENERATED: &str = "generated";
/// The setting that --make gives.
const MAKE: &str = "make";

/// Into memory first, so that a file is whole or not there.
fn csv_of(kind: Kind, rows: &[Row]) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    csv::write(kind, rows, &mut text)?;
    Ok(text)
}

/// Writes the lists of a test set into files of their names.
fn write_set(args: &Args, file: &Path) -> Result<ExitCode, Failure> {
    let shown = file.display();
    let others =
        [args.rows.is_some(), !args.make.is_empty(), !args.set.is_empty(), args.minimal, args.training, args.both];
    if others.contains(&true) {
        return Err(
            format!("{shown} tells what is generated; expected no other option than --count, --out, --force").into()
        );
    }
    let folder = args.out.as_ref().ok_or_else(|| format!("{shown}: expected --out FOLDER for its lists"))?;
    let set = TestSet::read(file)?;
    files::make_folder(folder)?;
    let out = |name: &str| folder.join(format!("{name}.csv"));
    set.list.iter().try_for_each(|list| files::check_output(&out(&list.name), args.force))?;
    for list in &set.list {
        let count = args.count.map_or(list.count, |count| count.min(list.count));
        let drawing = Drawing { kind: list.puzzle, count, seed: list.seed, training: false, both: false };
        let rows = drawing.mixed(&list.mixture, list.least_rating)?;
        let text = csv_of(list.puzzle, &rows)?;
        let (found, out) = (format!("{:016x}", xxh3_64(&text)), out(&list.name));
        if let Some(expected) = list.xxh3.as_ref().filter(|expected| count == list.count && **expected != found) {
            return Err(format!(
                "{shown}: list {:?} is not what it was: its file's xxh3 is {found}, expected {expected}",
                list.name
            )
            .into());
        }
        files::write(&out, &text)?;
        let count = counted(rows.len(), "puzzle", "puzzles");
        note(format_args!("{}: {}, {}, xxh3 {found}", set.name, out.display(), count));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is drawn, and of which side.
struct Drawing {
    kind: Kind,
    count: usize,
    seed: u64,
    training: bool,
    both: bool,
}

impl Drawing {
    /// Rows of a file, whose sources begin with the name of each example's part.
    fn rows(&self, examples: Vec<(Example, usize)>, name: impl Fn(usize) -> &'static str) -> Vec<Row> {
        self.named(examples, |part| name(part).to_owned())
    }

    fn named(&self, examples: Vec<(Example, usize)>, name: impl Fn(usize) -> String) -> Vec<Row> {
        let row = |(example, part): (Example, usize)| Row {
            source: format!("{}, seed {}", name(part), self.seed),
            rating: self.kind.rating(&example.question).map_or_else(String::new, |rating| rating.to_string()),
            example,
        };
        examples.into_iter().map(row).collect()
    }

    /// Puzzles of a mixture's parts in turns, none with a lesser rating.
    fn mixed(&self, mixture: &Mixture, least: u32) -> Result<Vec<Row>, Failure> {
        let generator = self.kind.generator().ok_or_else(|| format!("puzzles of {} are not generated", self.kind))?;
        let draw = |random: &mut Random, counts: &[usize]| {
            let number = mixture.next(counts)?;
            let settings = mixture.parts()[number].settings(generator, random);
            let example = generator.generate(random, &settings);
            let is_enough = least == 0 || self.kind.rating(&example.question) >= Some(least);
            is_enough.then_some((example, number))
        };
        let name = |part: usize| mixture.parts()[part].name_of(MAKE).unwrap_or(GENERATED).to_owned();
        Ok(self.named(self.drawn(draw)?, name))
    }

    /// Puzzles of the sides that are asked for, and of each as many as there are.
    fn generated(&self) -> Result<Vec<Example>, Failure> {
        let &Self { kind, count, .. } = self;
        let (training, test) = match (self.training, self.both) {
            (true, _) => (count, 0),
            (_, true) => {
                let test = ((count as f64 * TEST_FRACTION).ceil() as usize).min(count);
                (count - test, test)
            }
            _ => (0, count),
        };
        let request = SplitRequest {
            training,
            test,
            seed: self.seed,
            difficulty: (0.0, 1.0),
            smaller: 0.0,
            hard: Hard::default(),
        };
        let progress = Progress::new(count as u64, "puzzles generated")?;
        let Split { training: of_training, test: of_test, .. } =
            generate_split(kind, &request, |done, _| progress.set(done as u64));
        progress.clear();
        for (found, asked, side, advice) in [
            (of_training.len(), training, "that recipes train on", ""),
            (of_test.len(), test, "set aside for testing", "; --training draws from the others, --both from all"),
        ] {
            if found < asked {
                let (found, advice) = (counted(found, "puzzle", "puzzles"), if self.both { "" } else { advice });
                note(format_args!(
                    "hrm: {found} instead of {asked}: {kind} has no more of the symmetry classes {side}{advice}"
                ));
            }
        }
        Ok([of_test, of_training].concat())
    }

    /// Puzzles that `draw` gives with the numbers of their parts, of the sides that are asked for and each of another class. It
    /// is told how many there are of each part.
    fn drawn(
        &self,
        draw: impl Fn(&mut Random, &[usize]) -> Option<(Example, usize)>,
    ) -> Result<Vec<(Example, usize)>, Failure> {
        let &Self { kind, count, .. } = self;
        let progress = Progress::new(count as u64, "puzzles generated")?;
        let mut used = HashSet::new();
        // So many puzzles in vain, one after another, are a sign that the classes are used up.
        let mut in_vain = 0;
        let (mut examples, mut counts) = (Vec::new(), Vec::new());
        for index in 0.. {
            if examples.len() >= count || in_vain >= PATIENCE {
                break;
            }
            in_vain += 1;
            let Some((example, part)) = draw(&mut Random::stream(self.seed, index), &counts) else { continue };
            let class = kind.class_key(&example.question);
            let is_wanted = class
                .is_ok_and(|class| (self.both || class.is_test(TEST_FRACTION) != self.training) && used.insert(class));
            if is_wanted {
                counts.resize(counts.len().max(part + 1), 0);
                counts[part] += 1;
                examples.push((example, part));
                in_vain = 0;
                progress.set(examples.len() as u64);
            }
        }
        progress.clear();
        if examples.len() < count {
            let found = counted(examples.len(), "puzzle", "puzzles");
            note(format_args!("hrm: {found} instead of {count}: no more of other symmetry classes were found"));
        }
        Ok(examples)
    }
}

/// What `--make` and `--set` say: a part for each make. A setting that only some of the makes have is one of those.
fn mixture(args: &Args, kind: Kind) -> Result<Mixture, Failure> {
    let Some(generator) = kind.generator() else { return Ok(Mixture::default()) };
    let mut parts = vec![Part::default(); args.make.len().max(1)];
    for (part, make) in parts.iter_mut().zip(&args.make) {
        part.ask(MAKE, make);
        part.check(generator).map_err(|e| format!("--make: {e}"))?;
    }
    // The make first: it tells what else there is.
    let (makes, others): (Vec<&String>, Vec<&String>) = args.set.iter().partition(|text| text.starts_with("make="));
    for text in makes.into_iter().chain(others) {
        let (name, value) = text.split_once('=').ok_or_else(|| format!("--set {text}: expected NAME=NUMBER"))?;
        let mut refusal = None;
        let mut is_taken = false;
        for part in &mut parts {
            let mut asked = part.clone();
            asked.ask(name, value);
            match asked.check(generator) {
                Ok(()) => {
                    is_taken = true;
                    *part = asked;
                }
                Err(error) => refusal = Some(error),
            }
        }
        if let Some(refusal) = refusal.filter(|_| !is_taken) {
            return Err(format!("--set: {refusal}").into());
        }
    }
    parts.retain(|part| !part.is_empty());
    Ok(Mixture::new(parts))
}
