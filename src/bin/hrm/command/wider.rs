//! Many views of a puzzle, or branches: the options that `hrm run` and `hrm eval` share, and what both do with them.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use hrm_core::checkpoint::Weights;
use hrm_core::data::Example;
use hrm_core::engine::AnyEngine;
use hrm_core::puzzle::{Kind, has_several_answers};
use hrm_core::search::{Choose, Event, Forms, Outcome, Rows, Search, Settings, Start, Table, Until, search};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Failure;
use super::models::Model;

/// Numbers of segments that a table has columns for.
const MILESTONES: [usize; 3] = [8, 16, 32];
/// Rows of a batch where nothing else is asked for.
const ROWS: usize = 16;
/// How long questions with several right answers are looked for.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many of them are named.
const NAMED: usize = 5;

/// Options of the search.
#[derive(clap::Args)]
pub struct Args {
    /// Think wider: views of each puzzle at most, each for up to --segments segments. View 0 is the plain run
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    views: Option<u32>,
    /// When to stop
    #[arg(long, value_enum, default_value = "rules", requires = "views")]
    until: UntilArg,
    /// Which answer is taken
    #[arg(long, value_enum, default_value = "rules", requires = "views")]
    choose: ChooseArg,
    /// How the views see the puzzle
    #[arg(long, value_enum, default_value = "symmetric", requires = "views")]
    forms: FormsArg,
    /// Which states the views begin from
    #[arg(long, value_enum, default_value = "model", requires = "views")]
    start: StartArg,
    /// Gaussian noise added to both states before every segment, its RMS over theirs
    #[arg(long, default_value_t = 0.0, value_parser = noise, requires = "views")]
    noise: f32,
    /// Branches in place of views, at the same budget: the surest cells become clues of the next pass, until the rules hold
    /// or placed digits contradict each other (Sudoku)
    #[arg(long, requires = "views")]
    branch: bool,
    /// The same seed gives the same views
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Random weights of the model's shape in place of its own, for comparison
    #[arg(long)]
    untrained: bool,
}

/// When a search stops.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum UntilArg {
    /// At the first answer that holds by rule
    Rules,
    /// At the first view that halts by its Q-head
    Halt,
    /// When every view has had its segments
    Budget,
}

/// Which answer is taken.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChooseArg {
    /// The earliest that holds by rule, else that of the best q_halt
    Rules,
    /// That of the best q_halt
    Q,
    /// That of the state that changed least in its last segment
    Residual,
    /// The one that most views give
    Vote,
}

/// How the views see the puzzle.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormsArg {
    /// Each in a random symmetric form
    Symmetric,
    /// All as it stands, for comparison
    Identical,
}

/// Which states the views begin from.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum StartArg {
    /// The model's own
    Model,
    /// Random ones
    Random,
}

fn noise(text: &str) -> Result<f32, String> {
    let size: f32 = text.parse().map_err(|_| "expected a number from 0 to 10".to_owned())?;
    if (0.0..=10.0).contains(&size) { Ok(size) } else { Err("expected a number from 0 to 10".to_owned()) }
}

impl Args {
    /// The settings, where a search is asked for.
    pub fn settings(&self, segments: usize, table: bool) -> Result<Option<Settings>, Failure> {
        let Some(views) = self.views else { return Ok(None) };
        let settings = Settings {
            views: views as usize,
            segments,
            until: match self.until {
                UntilArg::Rules => Until::Rules,
                UntilArg::Halt => Until::Halt,
                UntilArg::Budget => Until::Budget,
            },
            choose: match self.choose {
                ChooseArg::Rules => Choose::Rules,
                ChooseArg::Q => Choose::Q,
                ChooseArg::Residual => Choose::Residual,
                ChooseArg::Vote => Choose::Vote,
            },
            forms: match self.forms {
                FormsArg::Symmetric => Forms::Symmetric,
                FormsArg::Identical => Forms::Identical,
            },
            start: match self.start {
                StartArg::Model => Start::Model,
                StartArg::Random => Start::Random,
            },
            noise: self.noise,
            branch: self.branch,
            seed: self.seed,
            milestones: if table { MILESTONES.to_vec() } else { Vec::new() },
            table,
        };
        let budget = settings.until == Until::Budget;
        if table && !budget && (settings.until, settings.choose) != (Until::Rules, Choose::Rules) {
            return Err(
                "--table: expected --until rules --choose rules, or --until budget for every way to choose".into()
            );
        }
        Ok(Some(settings))
    }

    /// The model, with random weights where they are asked for.
    pub fn weights(&self, model: Model) -> Model {
        if !self.untrained {
            return model;
        }
        Model { weights: Weights::init(&model.config, self.seed), ..model }
    }

    /// Rows of a batch for so many puzzles.
    pub fn rows(&self, asked: Option<usize>, puzzles: usize) -> usize {
        let most = (self.views.unwrap_or(1) as usize).saturating_mul(puzzles);
        asked.unwrap_or(ROWS).clamp(1, most.max(1))
    }
}

/// One puzzle: a line for every view as it ends, then the answer.
pub fn run(
    model: &Model,
    engine: &AnyEngine,
    question: &[u8],
    settings: &Settings,
    rows: usize,
    json: bool,
) -> Result<ExitCode, Failure> {
    let kind = model.kind;
    let mut ended = None;
    pollster::block_on(async {
        let mut rows = Rows::new(engine, &model.config, &model.weights, rows, settings).await?;
        let observe = async |event: Event<'_>| {
            if let Event::Ended(_, outcome) = event {
                ended = Some(outcome);
            }
            ControlFlow::Continue(())
        };
        let clock = Instant::now();
        let asked = [Search::new(kind, question, settings)?];
        search(&mut rows, asked, || clock.elapsed().as_secs_f64() * 1e3, observe).await?;
        Ok::<_, Failure>(())
    })?;
    let Some(Outcome { chosen: Some(chosen), courses, segments, distinct_answers, milliseconds, .. }) = ended else {
        return Err("no view ran".into());
    };
    let verdict = kind.check(question, &chosen.answer);
    let answer = kind.decode(&chosen.answer);
    if json {
        let views: Vec<_> = courses
            .iter()
            .filter_map(|course| {
                let last = course.snapshots.last()?;
                let (found, answer) = (course.found.as_ref().map(|(segment, _)| segment), kind.decode(&last.answer));
                Some(json!({
                    "view": course.view, "segments": course.segments, "valid_at": found, "halted_at": course.halted_at,
                    "answer": answer, "q_halt": last.q_halt, "residual": last.residual,
                }))
            })
            .collect();
        println!(
            "{}",
            json!({
                "answer": answer, "valid": verdict.is_ok(), "view": chosen.view, "segment": chosen.segment,
                "segments": segments, "seconds": milliseconds / 1e3, "distinct_answers": distinct_answers, "views": views,
            })
        );
        return Ok(ExitCode::SUCCESS);
    }
    let noun = if settings.branch { "branch" } else { "view" };
    for course in &courses {
        let Some(last) = course.snapshots.last() else { continue };
        let found = course.found.as_ref().map_or_else(String::new, |(segment, _)| format!("  valid at {segment}"));
        let (answer, number, ran) = (kind.decode(&last.answer), course.view, course.segments);
        println!("{noun} {number:>3}  {ran:>3} segments  {answer}  q_halt {:>7.3}{found}", last.q_halt);
    }
    println!("{} of {noun} {} after {} segments", answer, chosen.view, chosen.segment);
    println!(
        "{} begun, {segments} segments, {distinct_answers} distinct answers, {:.2} s",
        courses.len(),
        milliseconds / 1e3
    );
    match verdict {
        Ok(()) => println!("valid"),
        Err(fault) => println!("not valid: {fault}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Puzzles with answers: means over all of them.
pub fn eval(
    model: &Model,
    engine: &AnyEngine,
    examples: &[Example],
    settings: &Settings,
    rows: usize,
    json: bool,
) -> Result<ExitCode, Failure> {
    let kind = model.kind;
    let ways = if settings.until == Until::Budget { Choose::ALL.to_vec() } else { vec![Choose::Rules] };
    let mut table = Table::new(settings.views, settings.segments, &ways);
    let bar = ProgressBar::new(examples.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} puzzles, {msg}")?);
    let (mut exact, mut valid, mut halted) = (0, 0, 0);
    let (mut views, mut segments, mut distinct, mut milliseconds) = (0, 0, 0, 0.0);
    let mut solved_seconds = Vec::new();
    pollster::block_on(async {
        let mut rows = Rows::new(engine, &model.config, &model.weights, rows, settings).await?;
        let observe = async |event: Event<'_>| {
            let Event::Ended(number, outcome) = event else { return ControlFlow::Continue(()) };
            let Example { question, answer } = &examples[number];
            let is_right = |answer: &[u8]| kind.check(question, answer).is_ok();
            if let Some(chosen) = &outcome.chosen {
                exact += usize::from(chosen.answer == *answer);
                if is_right(&chosen.answer) {
                    valid += 1;
                    solved_seconds.push(outcome.milliseconds / 1e3);
                }
            }
            halted += usize::from(outcome.courses.iter().any(|course| course.halted_at.is_some()));
            views += outcome.courses.len();
            segments += outcome.segments;
            distinct += outcome.distinct_answers;
            milliseconds += outcome.milliseconds;
            if settings.table {
                table.add(&outcome.courses, is_right);
            }
            bar.inc(1);
            bar.set_message(format!("{valid} solved"));
            ControlFlow::Continue(())
        };
        let clock = Instant::now();
        let searches = examples.iter().map(|example| Search::new(kind, &example.question, settings));
        let searches = searches.collect::<Result<Vec<_>, _>>()?;
        search(&mut rows, searches, || clock.elapsed().as_secs_f64() * 1e3, observe).await?;
        Ok::<_, Failure>(())
    })?;
    bar.finish_and_clear();
    name_several(kind, examples);
    solved_seconds.sort_by(f64::total_cmp);
    let mean = |sum: f64| sum / examples.len() as f64;
    let [exact, valid, halted, views, segments, distinct] =
        [exact, valid, halted, views, segments, distinct].map(|sum| mean(sum as f64));
    let seconds = mean(milliseconds / 1e3);
    let median = solved_seconds.get(solved_seconds.len() / 2);
    if json {
        let mut value = json!({
            "count": examples.len(), "exact_accuracy": exact, "valid_accuracy": valid, "halted": halted,
            "mean_views": views, "mean_segments": segments, "mean_seconds": seconds, "median_seconds_solved": median,
            "distinct_answers": distinct, "settings": settings,
        });
        if settings.table {
            value["table"] = serde_json::to_value(&table)?;
        }
        println!("{value}");
        return Ok(ExitCode::SUCCESS);
    }
    let noun = if settings.branch { "branches" } else { "views" };
    println!("puzzles            {:>9}", examples.len());
    println!("exact accuracy     {exact:>9.4}");
    println!("valid accuracy     {valid:>9.4}");
    println!("mean {noun:<13} {views:>9.2}");
    println!("mean segments      {segments:>9.2}");
    println!("mean seconds       {seconds:>9.3}");
    println!("distinct answers   {distinct:>9.2}");
    if settings.table {
        print!("{}", table.to_markdown());
    }
    Ok(ExitCode::SUCCESS)
}

/// The share of answers that are right by rule, whether or not they are the given ones.
pub fn valid_share(kind: Kind, examples: &[Example], answers: &[Vec<u8>]) -> f64 {
    let right = |(example, answer): (&Example, &Vec<u8>)| kind.check(&example.question, answer).is_ok();
    examples.iter().zip(answers).filter(|&pair| right(pair)).count() as f64 / examples.len().max(1) as f64
}

/// Says which questions have several right answers, as far as they are found in little time: there exact accuracy counts
/// right answers wrong.
pub fn name_several(kind: Kind, examples: &[Example]) {
    let start = Instant::now();
    let (mut found, mut looked_at) = (Vec::new(), 0);
    for (number, example) in (1..).zip(examples) {
        if start.elapsed() > PATIENCE {
            break;
        }
        looked_at += 1;
        if has_several_answers(kind, &example.question) {
            found.push((number, example));
        }
    }
    if found.is_empty() {
        return;
    }
    let of = if looked_at < examples.len() { format!("the first {looked_at}") } else { looked_at.to_string() };
    eprintln!("hrm: {} of {of} questions have several right answers; valid accuracy counts each of them", found.len());
    for (number, example) in found.iter().take(NAMED) {
        eprintln!("hrm: puzzle {number}: {}", kind.decode(&example.question));
    }
}
