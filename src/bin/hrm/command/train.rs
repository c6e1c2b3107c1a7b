//! `hrm train`: the loop around the trainer, with everything that must survive it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hrm_web::checkpoint::Weights;
use hrm_web::data::{Dataset, Example, Split, SplitRequest, generate_split};
use hrm_web::engine::{AnyEngine, AnySession};
use hrm_web::model::{Solver, Taps};
use hrm_web::train::{Evaluation, Setup, State, StepReport, Trainer, evaluate};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::recipe::Recipe;
use super::{EngineArg, Failure, at, models};

/// Train a model by a recipe
///
/// Writes into the output folder: NAME.safetensors (the weights' moving average), NAME.json (its configuration),
/// NAME.card.json (how it was made and how good it is), metrics.csv (one row for every 20 steps and every evaluation) and
/// state.safetensors (everything that --resume needs to go on bit for bit).
#[derive(clap::Args)]
pub struct Args {
    /// The recipe (.toml)
    recipe: PathBuf,
    /// Output folder [default: runs/NAME]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on from the state in the output folder
    #[arg(long)]
    resume: bool,
    /// Start from the weights of a gallery model or a .safetensors file
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

/// Steps that one row of the metrics sums up.
const ROW: u64 = 20;

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let recipe = Recipe::load(&args.recipe)?;
    let setup = recipe.setup()?;
    let out = args.out.clone().unwrap_or_else(|| Path::new("runs").join(&recipe.name));
    fs::create_dir_all(&out).map_err(|e| at(out.display())(&e))?;
    let split = examples(&recipe)?;
    let base_puzzles = split.training.len();
    let data = Dataset::augmented(recipe.puzzle, split.training, recipe.data.seed)?;
    let engine = args.engine.open()?;
    let mut run = Run {
        file: args.recipe.clone(),
        recipe,
        from: args.from.clone(),
        setup,
        out,
        engine,
        base_puzzles,
        test: split.test,
        start: Instant::now(),
        before: 0.0,
    };
    pollster::block_on(run.train(&args, &data))?;
    Ok(ExitCode::SUCCESS)
}

/// Base puzzles for training and unseen ones, split by symmetry class before anything is trained.
fn examples(recipe: &Recipe) -> Result<Split, Failure> {
    let data = &recipe.data;
    let request = SplitRequest { training: data.base_puzzles, test: data.test_puzzles, seed: data.seed };
    let bar = bar((data.base_puzzles + data.test_puzzles) as u64, "generating {pos}/{len} puzzles, {eta} left")?;
    let split = generate_split(recipe.puzzle, &request, |done, _| bar.set_position(done as u64));
    bar.finish_and_clear();
    eprintln!("{} base puzzles, {} unseen ones", split.training.len(), split.test.len());
    Ok(split)
}

fn bar(len: u64, template: &str) -> Result<ProgressBar, Failure> {
    let bar = ProgressBar::new(len);
    bar.set_style(ProgressStyle::with_template(template)?);
    Ok(bar)
}

/// A run and where it writes.
struct Run {
    /// The recipe's file and what it says.
    file: PathBuf,
    recipe: Recipe,
    /// Where the start weights came from, if not from the seed.
    from: Option<String>,
    setup: Setup,
    out: PathBuf,
    engine: AnyEngine,
    base_puzzles: usize,
    test: Vec<Example>,
    start: Instant,
    /// Seconds spent before a resume.
    before: f64,
}

impl Run {
    async fn train(&mut self, args: &Args, data: &Dataset) -> Result<(), Failure> {
        let mut trainer = if args.resume { self.resume().await? } else { self.begin(args.from.as_deref()).await? };
        let header = !args.resume;
        let mut metrics = fs::OpenOptions::new()
            .create(true)
            .append(args.resume)
            .truncate(header)
            .write(true)
            .open(self.out.join("metrics.csv"))?;
        if header {
            writeln!(
                metrics,
                "step,seconds,lr,lm_loss,q_halt_loss,q_continue_loss,accuracy,exact_accuracy,q_halt_accuracy,\
                 mean_steps,grad_norm,test_exact_accuracy,test_accuracy,test_steps,test_q_halt_accuracy"
            )?;
        }
        let total = self.setup.total_steps;
        let bar = bar(total, "{bar:20} {pos}/{len} steps, {per_sec}, {eta} left  {msg}")?;
        bar.set_position(trainer.steps_done());
        bar.reset_eta();
        let limit = args.minutes.map(|m| Duration::from_secs_f64(m * 60.0));
        let mut saved = Instant::now();
        let mut rows: Vec<StepReport> = Vec::new();
        let mut tested: Option<Evaluation> = None;
        while trainer.steps_done() < total && limit.is_none_or(|limit| self.start.elapsed() < limit) {
            let step = trainer.steps_done();
            rows.push(trainer.step(&data.batch(step, self.setup.batch)).await?);
            bar.set_position(step + 1);
            let evaluates = (step + 1).is_multiple_of(self.recipe.training.evaluate_every) || step + 1 == total;
            let test = if evaluates {
                let few = &self.test[..self.recipe.training.evaluate_on.min(self.test.len())];
                let evaluation = self.evaluate(&trainer.weights(true).await?, few).await?;
                tested = Some(evaluation);
                tested
            } else {
                None
            };
            if evaluates || rows.len() as u64 == ROW {
                let mean = mean(&rows);
                rows.clear();
                writeln!(metrics, "{}", self.row(&mean, test))?;
                let tested =
                    tested.map_or(String::new(), |t| format!(", unseen {:.1} % exact", 100.0 * t.exact_accuracy));
                bar.set_message(format!(
                    "loss {:.3}, {:.1} % exact{tested}",
                    mean.lm_loss,
                    100.0 * mean.exact_accuracy
                ));
                if !bar.is_hidden() || evaluates {
                    bar.println(format!("step {}: {}", step + 1, bar.message()));
                }
                if bar.is_hidden() && evaluates {
                    eprintln!("step {} ({:.0} s): {}", step + 1, self.seconds(), bar.message());
                }
            }
            if saved.elapsed() > Duration::from_secs(args.save_every) {
                self.save(&mut trainer).await?;
                saved = Instant::now();
            }
        }
        bar.finish_and_clear();
        self.save(&mut trainer).await?;
        let weights = trainer.weights(true).await?;
        let evaluation = self.evaluate(&weights, &self.test).await?;
        self.write_model(&weights, trainer.steps_done(), evaluation)?;
        println!(
            "{} after {} steps: {:.2} % of {} unseen puzzles exactly right, {:.2} % of cells, in {}",
            self.recipe.name,
            trainer.steps_done(),
            100.0 * evaluation.exact_accuracy,
            evaluation.count,
            100.0 * evaluation.accuracy,
            self.out.display()
        );
        Ok(())
    }

    async fn begin(&self, from: Option<&str>) -> Result<Trainer<AnySession>, Failure> {
        let weights = match from {
            None => Weights::init(&self.setup.model, self.setup.seed),
            Some(name) => models::load(name)?.weights,
        };
        weights.check(&self.setup.model).map_err(|e| at("--from")(&e))?;
        Ok(Trainer::new(&self.engine, self.setup.clone(), &weights).await?)
    }

    async fn resume(&mut self) -> Result<Trainer<AnySession>, Failure> {
        let file = self.out.join("state.safetensors");
        let bytes = fs::read(&file).map_err(|e| at(file.display())(&e))?;
        let state = State::from_bytes(&bytes).map_err(|e| at(file.display())(&e))?;
        if state.setup != self.setup {
            return Err(format!("{}: the state belongs to another recipe", file.display()).into());
        }
        let time = fs::read_to_string(self.out.join("seconds.txt")).unwrap_or_default();
        self.before = time.trim().parse().unwrap_or(0.0);
        Ok(Trainer::resume(&self.engine, state).await.map_err(|e| at(file.display())(&e))?)
    }

    /// Writes the state beside the old one, then puts it in its place.
    async fn save(&self, trainer: &mut Trainer<AnySession>) -> Result<(), Failure> {
        let bytes = trainer.state().await?.to_bytes()?;
        let (new, file) = (self.out.join("state.new"), self.out.join("state.safetensors"));
        fs::write(&new, bytes).map_err(|e| at(new.display())(&e))?;
        fs::rename(&new, &file).map_err(|e| at(file.display())(&e))?;
        fs::write(self.out.join("seconds.txt"), format!("{:.0}\n", self.seconds()))?;
        Ok(())
    }

    fn seconds(&self) -> f64 {
        self.before + self.start.elapsed().as_secs_f64()
    }

    async fn evaluate(&self, weights: &Weights, examples: &[Example]) -> Result<Evaluation, Failure> {
        let rows = self.setup.batch.clamp(1, examples.len().max(1));
        let config = &self.setup.model;
        let mut solver = Solver::new(&self.engine, config, weights, rows, Taps::None).await?;
        Ok(evaluate(&mut solver, examples, config.halt_max_steps, |_| {}).await?)
    }

    fn row(&self, mean: &StepReport, test: Option<Evaluation>) -> String {
        let StepReport { step, lr, lm_loss, q_halt_loss, q_continue_loss, .. } = *mean;
        let StepReport { accuracy, exact_accuracy, q_halt_accuracy, mean_steps, grad_norm, .. } = *mean;
        let test = test.map_or(",,,".to_owned(), |t| {
            format!("{:.5},{:.5},{:.3},{:.5}", t.exact_accuracy, t.accuracy, t.steps, t.q_halt_accuracy)
        });
        format!(
            "{step},{:.1},{lr:.3e},{lm_loss:.5},{q_halt_loss:.5},{q_continue_loss:.5},{accuracy:.5},\
             {exact_accuracy:.5},{q_halt_accuracy:.5},{mean_steps:.3},{grad_norm:.4},{test}",
            self.seconds()
        )
    }

    fn write_model(&self, weights: &Weights, steps: u64, test: Evaluation) -> Result<(), Failure> {
        let name = &self.recipe.name;
        fs::write(self.out.join(format!("{name}.safetensors")), weights.to_safetensors()?)?;
        let mut config = serde_json::to_value(&self.setup.model)?;
        config["puzzle"] = self.recipe.puzzle.name().into();
        fs::write(self.out.join(format!("{name}.json")), serde_json::to_string_pretty(&config)? + "\n")?;
        let card = json!({
            "recipe": self.file,
            "from": self.from,
            "parameters": weights.count() - 2 * self.setup.model.hidden_size,
            "base_puzzles": self.base_puzzles,
            "augmented": true,
            "seed": self.setup.seed,
            "steps": steps,
            "batch": self.setup.batch,
            "seconds": self.seconds().round(),
            "threads": rayon::current_num_threads(),
            "exact_accuracy": test.exact_accuracy,
            "accuracy": test.accuracy,
            "halting_step": test.steps,
            "q_halt_accuracy": test.q_halt_accuracy,
            "count": test.count,
            "segments": self.setup.model.halt_max_steps,
        });
        fs::write(self.out.join(format!("{name}.card.json")), serde_json::to_string_pretty(&card)? + "\n")?;
        Ok(())
    }
}

/// The mean of some steps; of what concerns halted rows, weighted by how many there were.
fn mean(rows: &[StepReport]) -> StepReport {
    let over_steps = |f: fn(&StepReport) -> f64| rows.iter().map(f).sum::<f64>() / rows.len().max(1) as f64;
    let halted: f64 = rows.iter().map(|r| r.halted).sum();
    let over_halted = |f: fn(&StepReport) -> f64| rows.iter().map(|r| f(r) * r.halted).sum::<f64>() / halted.max(1.0);
    StepReport {
        step: rows.last().map_or(0, |r| r.step),
        lr: rows.last().map_or(0.0, |r| r.lr),
        lm_loss: over_steps(|r| r.lm_loss),
        q_halt_loss: over_steps(|r| r.q_halt_loss),
        q_continue_loss: over_steps(|r| r.q_continue_loss),
        halted,
        accuracy: over_halted(|r| r.accuracy),
        exact_accuracy: over_halted(|r| r.exact_accuracy),
        q_halt_accuracy: over_halted(|r| r.q_halt_accuracy),
        mean_steps: over_halted(|r| r.mean_steps),
        grad_norm: over_steps(|r| r.grad_norm),
    }
}
