//! `hrm arc solve`: a task is learnt and answered.

use std::process::ExitCode;
use std::time::Instant;

use clap::ValueEnum;
use hrm_core::engine::AnyEngine;
use hrm_core::learn::{HeldOut, LearnError, LearnSettings, Learner, TestAnswer, names_of};
use hrm_core::puzzle::arc::{Grid, Task, codec::TokenGrid};
use hrm_core::train::{TrainError, Trained};
use serde_json::{Value, json};

use super::output::{self, counted, note};
use super::progress::Progress;
use super::signals::Signals;
use super::task_model::{self, TaskModel};
use super::{EngineArg, Failure, PrecisionArg, at, models, numbers, take_threads, task_files};

/// Learn a task and answer its tests by vote
///
/// New puzzle identifiers, one for the task and one for each of its augmented versions, are learnt on its demonstrations, of which
/// the last is held out for the first half of the time, to see whether the task is solved. Then every test is answered under
/// every version; the answers are cropped, undone and counted. Two attempts are handed in, as in the benchmark.
///
/// JSON: {"tests": [{"attempt_1", "attempt_2", "raw", "candidates": [{"grid", "count", "q"}]}], "right": [true, false or null
/// where the file has no output]}
#[derive(clap::Args)]
pub struct Args {
    /// A file of one task {"train": [...], "test": [...]}, or the id of a task of the collections
    #[arg(value_name = "TASK.json")]
    task: String,
    /// A gallery model's name, a .safetensors file or a saved run that learnt tasks [default: random weights of a small model]
    #[arg(long)]
    model: Option<String>,
    /// Minutes of learning; 0 answers at once
    #[arg(long, default_value = "3", value_parser = numbers::minutes, allow_negative_numbers = true)]
    minutes: f64,
    /// Steps of learning in place of minutes: then the same seed gives the same answer, bit for bit
    #[arg(long, value_parser = numbers::steps, allow_negative_numbers = true, conflicts_with = "minutes")]
    steps: Option<u64>,
    /// Versions of the task beside itself that are learnt and asked, at most
    #[arg(long, default_value_t = 48, value_parser = numbers::augmentations, allow_negative_numbers = true)]
    augmentations: usize,
    /// Seed of versions, samples and weights
    #[arg(long, default_value_t = 0, value_parser = numbers::seed, allow_negative_numbers = true)]
    seed: u64,
    /// Side of the token grid, 1 to 30 [default: the model's where it holds the task, else the smallest that does]
    #[arg(long, value_parser = numbers::token_side, allow_negative_numbers = true)]
    side: Option<usize>,
    /// Samples of a step
    #[arg(long, default_value_t = 16, value_parser = numbers::batch, allow_negative_numbers = true)]
    batch: usize,
    /// What is trained
    #[arg(long, value_enum, default_value = "everything")]
    train_only: TrainedArg,
    /// Write what was learnt as a model: a .safetensors file with its configuration beside it
    #[arg(long, value_name = "FILE")]
    save: Option<std::path::PathBuf>,
    /// Replace the file of --save if it exists
    #[arg(long)]
    force: bool,
    /// Print one JSON object instead of grids
    #[arg(long)]
    json: bool,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Operands of the CPU engine's matrix products
    #[arg(long, value_enum, default_value = "f32")]
    precision: PrecisionArg,
    /// Threads of the CPU engine [default: all]
    #[arg(long, value_parser = numbers::threads, allow_negative_numbers = true)]
    threads: Option<usize>,
}

/// Which weights are trained.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum TrainedArg {
    /// All weights
    Everything,
    /// The task's own vectors: faster, with less to learn by
    Embedding,
}

/// Looks at the demonstration that is held out in so many parts of the time.
const LOOKS: f64 = 10.0;
/// Questions answered at a time.
const ROWS: usize = 16;

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let signals = Signals::listen()?;
    take_threads(args.threads)?;
    if let Some(file) = &args.save {
        models::check_output(file, args.force)?;
    }
    let task = task_files::one(&args.task)?;
    let model = args.model.as_deref().map(task_model::load).transpose()?;
    let settings = LearnSettings {
        augmentations: args.augmentations,
        seed: args.seed,
        batch: args.batch,
        side: args.side.and_then(TokenGrid::new),
        trained: match args.train_only {
            TrainedArg::Everything => Trained::Everything,
            TrainedArg::Embedding => Trained::Embedding,
        },
        ..LearnSettings::default()
    };
    let engine = args.engine.open(args.precision.get())?;
    pollster::block_on(async {
        let base = model.map(|TaskModel { base, .. }| base);
        let place = args.model.as_deref().unwrap_or(&args.task);
        let mut learner = Learner::begin(engine, &task, base, &settings).await.map_err(|e| match e {
            LearnError::Task(e) => at(&args.task)(&e),
            e => at(place)(&e),
        })?;
        tell_begin(&learner);
        let budget = args.steps.map_or(Budget::Seconds(args.minutes * 60.0), Budget::Steps);
        learn(&mut learner, budget, &signals).await?;
        if signals.asked() {
            note("stopped before an answer");
            return Ok(signals.status());
        }
        if let Some(file) = &args.save {
            save(&learner, &task, file)?;
        }
        let tests = answer(&learner, &signals).await?;
        let Some(tests) = tests else { return Ok(signals.status()) };
        match args.json {
            true => output::print_result(json_of(&task, &tests))?,
            false => output::print_result(text_of(&task, &tests))?,
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// How long is learnt.
#[derive(Clone, Copy)]
enum Budget {
    Seconds(f64),
    Steps(u64),
}

impl Budget {
    /// The share that is used up.
    fn used(self, start: Instant, steps: u64) -> f64 {
        match self {
            Self::Seconds(seconds) if seconds > 0.0 => start.elapsed().as_secs_f64() / seconds,
            Self::Steps(all) if all > 0 => steps as f64 / all as f64,
            _ => 1.0,
        }
    }
}

fn tell_begin(learner: &Learner<AnyEngine>) {
    let (set, side) = (learner.set(), learner.set().side().side());
    note(format_args!(
        "learning {} in {} on a token grid of {side}x{side}",
        counted(learner.demonstrations(), "demonstration", "demonstrations"),
        counted(set.identifiers() - 1, "version", "versions"),
    ));
    if !learner.holds_out() {
        note(
            "there is one demonstration alone: nothing can be held out, so nobody knows whether it is solved before the answer",
        );
    }
}

/// Learns until the budget is used up or a signal comes. What went wrong on the way, so that it ends earlier, is said.
async fn learn(learner: &mut Learner<AnyEngine>, budget: Budget, signals: &Signals) -> Result<(), Failure> {
    let (start, mut looked) = (Instant::now(), 0.0);
    let total = match budget {
        Budget::Seconds(seconds) => seconds.ceil() as u64,
        Budget::Steps(steps) => steps,
    };
    let progress = match budget {
        Budget::Seconds(_) => Progress::new(total, "seconds of learning")?,
        Budget::Steps(_) => Progress::new(total, "steps of learning")?,
    };
    loop {
        let used = budget.used(start, learner.steps_done());
        if used >= 1.0 || signals.asked() {
            break;
        }
        if learner.holds_out() && used >= 0.5 {
            let found = learner.try_held_out().await?;
            progress.line(format_args!("{}; it is learnt too from now on", look(learner, start, found)));
            learner.join();
            looked = used;
        } else if used >= looked + 1.0 / LOOKS {
            let found = learner.try_held_out().await?;
            progress.line(look(learner, start, found));
            looked = used;
        }
        match learner.step().await {
            Ok(report) => progress.message(format!("step {}, loss {:.3}", report.step, report.lm_loss)),
            Err(LearnError::Train(error @ TrainError::NotFinite { .. })) => {
                let kept = learner.kept().0;
                progress.line(format_args!("hrm: {error}; the answer is that of the weights at step {kept}"));
                progress.clear();
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        progress.set((used * total as f64) as u64);
    }
    progress.clear();
    learner.keep().await?;
    note(format_args!(
        "{} in {:.0} s",
        counted(learner.steps_done() as usize, "step", "steps"),
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// What is known of the demonstration that is held out, in words.
fn look(learner: &Learner<AnyEngine>, start: Instant, found: Option<HeldOut>) -> String {
    let (step, seconds) = (learner.steps_done(), start.elapsed().as_secs_f64());
    let words = match found {
        None => String::new(),
        Some(HeldOut { right: true, .. }) => ": the last demonstration is solved".into(),
        Some(HeldOut { accuracy, .. }) => format!(": {:.0} % of the last demonstration is right", 100.0 * accuracy),
    };
    let held = if found.is_some() && learner.holds_out() { ", held out" } else { "" };
    format!("step {step} ({seconds:.0} s){words}{held}")
}

async fn answer(learner: &Learner<AnyEngine>, signals: &Signals) -> Result<Option<Vec<TestAnswer>>, Failure> {
    let mut answerer = learner.answerer(ROWS).await?;
    let progress = Progress::new(answerer.progress().1 as u64, "answers")?;
    while answerer.advance().await? {
        progress.set(answerer.progress().0 as u64);
        if signals.asked() {
            progress.clear();
            return Ok(None);
        }
    }
    progress.clear();
    Ok(Some(answerer.tests()))
}

/// Writes the model with the names of the task's versions, so that `hrm arc eval` knows it.
fn save(learner: &Learner<AnyEngine>, task: &Task, file: &std::path::Path) -> Result<(), Failure> {
    let names = names_of(learner.set(), &[&task.id]);
    let kind = learner.set().side().kind();
    models::write(file, learner.kept().1, &models::config_text(learner.config(), Some(kind), &names)?)
}

/// Whether a test is answered in two attempts; `None` where its output is not known.
fn is_right(expected: Option<&Grid>, test: &TestAnswer) -> Option<bool> {
    Some(test.is_right(expected?, 2))
}

fn json_of(task: &Task, tests: &[TestAnswer]) -> Value {
    let right = task.test.iter().zip(tests).map(|(pair, test)| is_right(pair.output.as_ref(), test));
    json!({
        "tests": tests.iter().map(TestAnswer::json).collect::<Vec<_>>(),
        "right": right.collect::<Vec<Option<bool>>>(),
    })
}

fn text_of(task: &Task, tests: &[TestAnswer]) -> String {
    let mut lines = Vec::new();
    for (number, (pair, test)) in (1..).zip(task.test.iter().zip(tests)) {
        let right = match is_right(pair.output.as_ref(), test) {
            None => "",
            Some(true) => ": right in two attempts",
            Some(false) => ": wrong in two attempts",
        };
        lines.push(format!("test {number}{right}"));
        for (attempt, found) in (1..).zip(test.candidates.iter().take(2)) {
            lines.push(format!("attempt {attempt}, {} of {} answers, q {:.3}", found.count, test.total, found.q));
            lines.push(found.grid.to_string());
        }
        let raw = match &test.raw {
            None => "the answer without a vote is no grid".into(),
            Some(raw) if test.attempts.first() == Some(raw) => "the answer without a vote is attempt 1".into(),
            Some(raw) if test.attempts.get(1) == Some(raw) => "the answer without a vote is attempt 2".into(),
            Some(raw) => format!("the answer without a vote\n{raw}"),
        };
        lines.push(raw);
    }
    lines.join("\n")
}
