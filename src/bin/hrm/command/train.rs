//! `hrm train`: a run that begins, or goes on.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use hrm_core::data::Split;
use hrm_core::engine::{AnyEngine, Bf16, Engine};
use hrm_core::train::{Recipe, Run, Saved};

use super::output::note;
use super::run_folder::{self, STATE, shell_word};
use super::signals::Signals;
use super::training::Training;
use super::{EngineArg, Failure, PrecisionArg, at, files, models, numbers, recipe, take_threads};

/// Train a model by a recipe
///
/// Writes into the output folder: NAME.safetensors (the weights' moving average), NAME.json (its configuration),
/// NAME.card.json (how it was made and how good it is), metrics.csv (one row for every 20 steps and every evaluation) and
/// state.safetensors (everything that --resume needs to go on: bit for bit on the same kind of processor, within rounding
/// elsewhere and where the page began).
///
/// Ctrl-C or SIGTERM ends after the step, saves and says where; a second one ends at once. A folder that holds a run is
/// refused.
#[derive(clap::Args)]
pub struct Args {
    /// The recipe (.toml), or with --resume a saved run (.safetensors), from here or from the page
    recipe: PathBuf,
    /// Output folder [default: runs/NAME]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on from the saved run, or from the state in the recipe's output folder
    #[arg(long)]
    resume: bool,
    /// A field of the recipe set otherwise, as TOML: training.batch=16, 'model.loss="softmax_cross_entropy"'; once for
    /// each field. With --resume the same as when the run began
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Start from the weights of a gallery model or a .safetensors file; a TRM's one module becomes both of an HRM's
    #[arg(long, conflicts_with = "resume")]
    from: Option<String>,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Operands of the CPU engine's matrix products, as [training] precision in the recipe; with --resume it may change
    /// [default: the recipe's, else f32]
    #[arg(long, value_enum)]
    precision: Option<PrecisionArg>,
    /// Threads of the CPU engine [default: all]
    #[arg(long, value_parser = numbers::threads, allow_negative_numbers = true)]
    threads: Option<usize>,
    /// Stop after so many minutes, with the state saved [default: when the recipe's steps are done]
    #[arg(long, value_parser = numbers::minutes, allow_negative_numbers = true)]
    minutes: Option<f64>,
    /// Seconds from one saved state to the next
    #[arg(long, default_value_t = 60, value_parser = numbers::seconds, allow_negative_numbers = true)]
    save_every: u64,
}

/// Seconds since the command began.
fn clock() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let signals = Signals::listen()?;
    take_threads(args.threads)?;
    let mut args = args;
    if let (Some(precision), false) = (args.precision, args.resume) {
        args.set.push(format!("training.precision=\"{}\"", precision.word()));
    }
    pollster::block_on(async {
        let begun = if args.resume { resume(&args, &signals).await? } else { begin(&args, &signals).await? };
        let Some((run, out)) = begun else { return Ok(signals.status()) };
        let limit = args.minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0));
        let pause = Duration::from_secs(args.save_every);
        let (file, changes, from) = (args.recipe, args.set, args.from);
        Training { run, out, file, changes, from, signals: &signals, pause, limit }.train().await
    })
}

/// A run and its folder; `None` where a signal came before its first step.
type Begun = Option<(Run<AnyEngine>, PathBuf)>;

fn folder(args: &Args, recipe: &Recipe) -> PathBuf {
    args.out.clone().unwrap_or_else(|| Path::new("runs").join(&recipe.name))
}

async fn begin(args: &Args, signals: &Signals) -> Result<Begun, Failure> {
    let (recipe, tasks) = recipe::load(&args.recipe, &args.set)?;
    let engine = args.engine.open(recipe.training.precision)?;
    let weights = match &args.from {
        None => None,
        Some(name) => {
            let weights = models::load("--from", name)?.weights.in_both_roles(&recipe.model);
            weights.check(&recipe.model).map_err(|e| at("--from")(&e))?;
            Some(weights)
        }
    };
    let out = folder(args, &recipe);
    run_folder::begin(&out, &recipe)?;
    if recipe.data.is_of_tasks() {
        return Ok(Some((Run::begin_tasks(engine, recipe, &tasks, weights, clock).await?, out)));
    }
    let Some((recipe, examples)) = recipe::examples(recipe, signals)? else { return Ok(None) };
    Ok(Some((Run::begin(engine, recipe, examples, weights, clock).await?, out)))
}

/// Why a run in bf16 does not go on bit for bit, if that is so: its state was `saved` by a processor that sums products of
/// bf16 otherwise than this one does, or does not say by which.
fn sums_differ(saved: Option<&str>, here: Option<Bf16>) -> Option<String> {
    let here = here?.to_string();
    let before = match saved {
        Some(saved) if saved == here => return None,
        Some(saved) => format!("it was saved by a processor that does so by {saved}"),
        None => "the state does not say how they were summed before".into(),
    };
    Some(format!(
        "this processor sums products of bf16 by {here}, {before}: the run goes on within rounding, not bit for bit"
    ))
}

async fn resume(args: &Args, signals: &Signals) -> Result<Begun, Failure> {
    let whole = args.recipe.extension().is_some_and(|extension| extension == "safetensors");
    if whole && !args.set.is_empty() {
        return Err("--set: a saved run keeps the recipe that it began with".into());
    }
    let recipe = if whole { None } else { Some(recipe::load(&args.recipe, &args.set)?.0) };
    let file = match &recipe {
        None => args.recipe.clone(),
        Some(recipe) => folder(args, recipe).join(STATE),
    };
    if recipe.is_some() && !file.exists() {
        return Err(
            format!("{}: there is no saved run to go on with; without --resume one begins", file.display()).into()
        );
    }
    let mut saved = Saved::from_bytes(&files::read(&file)?).map_err(|e| at(file.display())(&e))?;
    let (precision, mut recipe) = (args.precision.map(PrecisionArg::get), recipe);
    let changes_precision = precision.is_some_and(|precision| precision != saved.recipe.training.precision);
    if let (Some(precision), true) = (precision, changes_precision) {
        note(format_args!("{}: goes on with another precision than it was saved with", file.display()));
        saved.recipe.training.precision = precision;
    }
    if let (Some(precision), Some(recipe)) = (precision, &mut recipe) {
        recipe.training.precision = precision;
    }
    // Sizes that it does not name are those of the file that it began with.
    if let Some(recipe) = recipe.as_mut().filter(|recipe| recipe.data.file.is_some() && recipe.data.boards.is_empty()) {
        recipe.data.boards.clone_from(&saved.recipe.data.boards);
    }
    if let Some(difference) = recipe.as_ref().and_then(|recipe| recipe::difference(&saved.recipe, recipe)) {
        let (shown, word) = (file.display(), shell_word(&file));
        return Err(format!(
            "{shown}: the state belongs to another recipe, {difference}; to go on with its own: hrm train {word} --resume"
        )
        .into());
    }
    let out = match &args.out {
        Some(out) => out.clone(),
        None if whole => run_folder::of_saved(&file, &saved.recipe),
        None => folder(args, &saved.recipe),
    };
    let engine = args.engine.open(saved.recipe.training.precision)?;
    if !changes_precision && let Some(difference) = sums_differ(saved.bf16.as_deref(), engine.info().bf16) {
        note(format_args!("{}: {difference}", file.display()));
    }
    run_folder::go_on(&out, &saved, &file)?;
    let split = match &saved.given {
        Some(given) => saved.recipe.deal(&given.own),
        None if saved.tasks.is_some() => Split::default(),
        None => match recipe::generate(&saved.recipe, signals)? {
            Some(split) => split,
            None => return Ok(None),
        },
    };
    Ok(Some((Run::resume(engine, saved, split, clock).await.map_err(|e| at(file.display())(&e))?, out)))
}
