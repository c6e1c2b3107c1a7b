//! `hrm train`: the loop around a run, with everything that must survive it.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use hrm_core::checkpoint::Weights;
use hrm_core::engine::AnyEngine;
use hrm_core::train::{Evaluation, Recipe, Run, Saved, curve};
use serde_json::json;

use super::{EngineArg, Failure, at, models, recipe};

/// Train a model by a recipe
///
/// Writes into the output folder: NAME.safetensors (the weights' moving average), NAME.json (its configuration),
/// NAME.card.json (how it was made and how good it is), metrics.csv (one row for every 20 steps and every evaluation) and
/// state.safetensors (everything that --resume needs to go on bit for bit).
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
    /// Threads of the CPU engine [default: all]
    #[arg(long)]
    threads: Option<usize>,
    /// Stop after so many minutes, with the state saved [default: when the recipe's steps are done]
    #[arg(long)]
    minutes: Option<f64>,
    /// Seconds from one saved state to the next
    #[arg(long, default_value_t = 60)]
    save_every: u64,
}

/// Seconds since the command began.
fn clock() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let engine = args.engine.open()?;
    pollster::block_on(async {
        let (run, out) = if args.resume { resume(&args, engine).await? } else { begin(&args, engine).await? };
        fs::create_dir_all(&out).map_err(|e| at(out.display())(&e))?;
        let file = args.recipe.clone();
        Training { run, out, file, changes: args.set.clone(), from: args.from.clone() }.train(&args).await
    })?;
    Ok(ExitCode::SUCCESS)
}

fn folder(args: &Args, recipe: &Recipe) -> PathBuf {
    args.out.clone().unwrap_or_else(|| Path::new("runs").join(&recipe.name))
}

async fn begin(args: &Args, engine: AnyEngine) -> Result<(Run<AnyEngine>, PathBuf), Failure> {
    let recipe = recipe::load(&args.recipe, &args.set)?;
    let weights = match &args.from {
        None => None,
        Some(name) => {
            let weights = models::load(name)?.weights.in_both_roles(&recipe.model);
            weights.check(&recipe.model).map_err(|e| at("--from")(&e))?;
            Some(weights)
        }
    };
    let out = folder(args, &recipe);
    let examples = recipe::examples(&recipe)?;
    Ok((Run::begin(engine, recipe, examples, weights, clock).await?, out))
}

async fn resume(args: &Args, engine: AnyEngine) -> Result<(Run<AnyEngine>, PathBuf), Failure> {
    let whole = args.recipe.extension().is_some_and(|extension| extension == "safetensors");
    if whole && !args.set.is_empty() {
        return Err("--set: a saved run keeps the recipe that it began with".into());
    }
    let recipe = if whole { None } else { Some(recipe::load(&args.recipe, &args.set)?) };
    let file = match &recipe {
        None => args.recipe.clone(),
        Some(recipe) => folder(args, recipe).join("state.safetensors"),
    };
    let bytes = fs::read(&file).map_err(|e| at(file.display())(&e))?;
    let saved = Saved::from_bytes(&bytes).map_err(|e| at(file.display())(&e))?;
    if recipe.is_some_and(|recipe| recipe != saved.recipe) {
        return Err(format!("{}: the state belongs to another recipe", file.display()).into());
    }
    let out = folder(args, &saved.recipe);
    let split = match &saved.given {
        Some(given) => saved.recipe.deal(given),
        None => recipe::generate(&saved.recipe)?,
    };
    Ok((Run::resume(engine, saved, split, clock).await.map_err(|e| at(file.display())(&e))?, out))
}

/// A run, where it writes, and where it came from.
struct Training {
    run: Run<AnyEngine>,
    out: PathBuf,
    /// The recipe's file.
    file: PathBuf,
    /// What was set otherwise than there.
    changes: Vec<String>,
    /// Where the start weights came from, if not from the seed.
    from: Option<String>,
}

impl Training {
    async fn train(&mut self, args: &Args) -> Result<(), Failure> {
        let total = self.run.recipe().training.steps;
        let bar = recipe::bar(total, "{bar:20} {pos}/{len} steps, {per_sec}, {eta} left  {msg}")?;
        bar.set_position(self.run.steps_done());
        bar.reset_eta();
        let start = Instant::now();
        let limit = args.minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0));
        let mut saved = Instant::now();
        let mut tested = String::new();
        while !self.run.is_done() && limit.is_none_or(|limit| start.elapsed() < limit) {
            let row = self.run.step().await?.1.map(|row| row.mean);
            bar.set_position(self.run.steps_done());
            if let Some(mean) = row {
                let evaluates = self.run.owes_evaluation();
                if evaluates && let Some(trial) = self.run.evaluate(async |_, _| ControlFlow::Continue(())).await? {
                    tested = format!(", unseen {:.1} % exact", 100.0 * trial.result().exact_accuracy);
                }
                let exact = 100.0 * mean.exact_accuracy;
                bar.set_message(format!("loss {:.3}, {exact:.1} % exact{tested}", mean.lm_loss));
                if evaluates {
                    let line = format!("step {} ({:.0} s): {}", mean.step, self.run.seconds(), bar.message());
                    bar.suspend(|| eprintln!("{line}"));
                }
            }
            if saved.elapsed() > Duration::from_secs(args.save_every) {
                self.save().await?;
                saved = Instant::now();
            }
        }
        bar.finish_and_clear();
        self.save().await?;
        let test = self.run.test_all(async |_, _| ControlFlow::Continue(())).await?;
        // With what the test gave.
        self.save().await?;
        let weights = self.run.weights(true).await?;
        self.write_model(&weights, test)?;
        let outcome = match test {
            Some(test) => format!(
                "{:.2} % of {} unseen puzzles exactly right, {:.2} % of cells",
                100.0 * test.exact_accuracy,
                test.count,
                100.0 * test.accuracy
            ),
            None => "there are no unseen puzzles to try it on".into(),
        };
        let (name, steps) = (&self.run.recipe().name, self.run.steps_done());
        println!("{name} after {steps} steps: {outcome}, in {}", self.out.display());
        Ok(())
    }

    /// Writes the state beside the old one, then puts it in its place; the curve beside it.
    async fn save(&mut self) -> Result<(), Failure> {
        let bytes = self.run.save().await?.to_bytes()?;
        let (new, file) = (self.out.join("state.new"), self.out.join("state.safetensors"));
        fs::write(&new, bytes).map_err(|e| at(new.display())(&e))?;
        fs::rename(&new, &file).map_err(|e| at(file.display())(&e))?;
        let metrics = self.out.join("metrics.csv");
        fs::write(&metrics, curve::csv(self.run.rows())).map_err(|e| at(metrics.display())(&e))?;
        Ok(())
    }

    fn write_model(&self, weights: &Weights, test: Option<Evaluation>) -> Result<(), Failure> {
        let recipe = self.run.recipe();
        let write = |extension: &str, bytes: &[u8]| {
            let file = self.out.join(format!("{}.{extension}", recipe.name));
            fs::write(&file, bytes).map_err(|e| at(file.display())(&e))
        };
        write("safetensors", &weights.to_safetensors()?)?;
        write("json", models::config_text(&recipe.model, recipe.puzzle)?.as_bytes())?;
        let mut card = json!({
            "recipe": self.file,
            "from": self.from,
            "parameters": weights.count() - 2 * recipe.model.hidden_size,
            "base_puzzles": recipe.data.base_puzzles,
            "augmented": true,
            "seed": recipe.training.seed,
            "steps": self.run.steps_done(),
            "batch": recipe.training.batch,
            "seconds": self.run.seconds().round(),
            "threads": rayon::current_num_threads(),
            "exact_accuracy": test.map(|test| test.exact_accuracy),
            "accuracy": test.map(|test| test.accuracy),
            "halting_step": test.map(|test| test.steps),
            "q_halt_accuracy": test.map(|test| test.q_halt_accuracy),
            "count": test.map(|test| test.count),
            "segments": recipe.model.halt_max_steps,
        });
        if !self.changes.is_empty() {
            card["changes"] = json!(self.changes);
        }
        write("card.json", (serde_json::to_string_pretty(&card)? + "\n").as_bytes())?;
        Ok(())
    }
}
