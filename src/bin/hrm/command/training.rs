//! The loop around a run, with everything that must survive it.

use std::env;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::time::{Duration, Instant};

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::engine::{AnyEngine, Engine};
use hrm_core::learn::{BLANK, BLANK_NAME};
use hrm_core::model::parameters;
use hrm_core::train::{Evaluation, Run, TrainError, curve};
use serde_json::json;

use super::output::{counted, note};
use super::progress::Progress;
use super::run_folder::{METRICS, STATE, shell_word};
use super::signals::Signals;
use super::{Failure, files, models, output};

/// From one trial to the next where nothing can be written at the end.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// A run, where it writes, and where it came from.
pub struct Training<'s> {
    /// The run.
    pub run: Run<AnyEngine>,
    /// Its folder.
    pub out: PathBuf,
    /// The recipe's file.
    pub file: PathBuf,
    /// What was set otherwise than there.
    pub changes: Vec<String>,
    /// Where the start weights came from, if not from the seed.
    pub from: Option<String>,
    /// Who may end it.
    pub signals: &'s Signals,
    /// From one saved state to the next.
    pub pause: Duration,
    /// Computing time until it stops.
    pub limit: Option<Duration>,
}

impl Training<'_> {
    /// Trains to the recipe's end, the limit's or a signal; the state is saved in any case.
    ///
    /// # Errors
    /// The engine's, a loss that is not finite; no place for the state in the run's folder.
    pub async fn train(&mut self) -> Result<ExitCode, Failure> {
        self.tell_begin();
        let progress = Progress::new(self.run.recipe().training.steps, "steps")?;
        progress.begin_at(self.run.steps_done());
        let (start, mut saved) = (Instant::now(), Instant::now());
        let mut tested = String::new();
        let (mut told_step, mut told_lag) = (false, false);
        loop {
            // Also one that a signal broke off before the run was saved.
            if self.run.owes_evaluation()
                && let Some(figures) = self.evaluate().await?
            {
                tested.clone_from(&figures.text);
                let mean = self.run.rows().last().map(|row| row.mean).unwrap_or_default();
                let (loss, exact) = (mean.lm_loss, 100.0 * mean.exact_accuracy);
                let seconds = self.run.seconds();
                progress.line(format_args!(
                    "step {} ({seconds:.0} s): loss {loss:.3}, {exact:.1} % exact{tested}",
                    mean.step
                ));
                if figures.lags
                    && !std::mem::replace(&mut told_lag, true)
                    && let Some(lag) = self.lag()
                {
                    progress.line(lag);
                }
            }
            let is_over = self.limit.is_some_and(|limit| start.elapsed() >= limit);
            if self.run.is_done() || is_over || self.signals.asked() {
                break;
            }
            let row = self.run.step().await?.1.map(|row| row.mean);
            if let Some(mean) = row {
                let exact = 100.0 * mean.exact_accuracy;
                progress.message(format!("loss {:.3}, {exact:.1} % exact{tested}", mean.lm_loss));
                // Who reads this in a file sees at once that it learns, and how fast.
                if !told_step && !self.run.owes_evaluation() {
                    progress.line(format_args!(
                        "step {} ({:.0} s): loss {:.3}, {exact:.1} % exact",
                        mean.step,
                        self.run.seconds(),
                        mean.lm_loss
                    ));
                }
                told_step = true;
            }
            progress.set(self.run.steps_done());
            if saved.elapsed() > self.pause {
                self.save_on_the_way(&progress).await?;
                saved = Instant::now();
            }
        }
        progress.clear();
        if self.signals.asked() {
            note(format_args!(
                "stopping after step {}: saving (once more Ctrl-C or SIGTERM ends at once, without it)",
                self.run.steps_done()
            ));
        }
        self.save_at_the_end().await?;
        if self.signals.asked() {
            return self.stopped("stopped");
        }
        let status = self.finish().await?;
        // Also of a run too short to learn anything: what it wrote is mostly its start weights.
        if let Some(lag) = self.lag() {
            note(lag);
        }
        Ok(status)
    }

    /// The final test and the model's files.
    async fn finish(&mut self) -> Result<ExitCode, Failure> {
        let progress = Progress::new(self.run.unseen_of_all_sizes() as u64, "unseen puzzles tried")?;
        let signals = self.signals;
        let observe = async |done: usize, _: &Weights| {
            progress.set(done as u64);
            if signals.asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let test = self.run.test_all(observe).await?;
        progress.clear();
        if self.signals.asked() {
            return self.stopped("stopped in the last test, before the model was written,");
        }
        // With what the test gave.
        self.save_at_the_end().await?;
        let weights = self.run.weights(true).await?;
        self.write_model(&weights, test)?;
        let outcome = match test {
            Some(test) => format!(
                "{:.2} % of {} exactly right{}, {:.2} % of cells",
                100.0 * test.exact_accuracy,
                counted(test.count, "unseen puzzle", "unseen puzzles"),
                test.valid_beside_exact().map_or_else(String::new, |more| {
                    let how = match self.run.recipe().data.is_of_tasks() {
                        true => "as grids, with a mark of their ends wrong",
                        false => "by rule with another answer than the given one",
                    };
                    format!(" and {:.2} % right {how}", 100.0 * more)
                }),
                100.0 * test.accuracy
            ),
            None => "there are no unseen puzzles to try it on".into(),
        };
        let (name, steps) = (&self.run.recipe().name, counted(self.run.steps_done() as usize, "step", "steps"));
        output::print_result(format_args!("{name} after {steps}: {outcome}, in {}", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }

    fn tell_begin(&self) {
        let (run, recipe) = (&self.run, self.run.recipe());
        note(format_args!(
            "training {} from step {} to {} on {}; {} and {}; saved in {}",
            recipe.name,
            run.steps_done(),
            recipe.training.steps,
            run.engine().info().name,
            match (run.base_puzzles(), run.identifiers().len()) {
                (0, _) => "ever new puzzles".into(),
                (count, 0) => counted(count, "base puzzle", "base puzzles"),
                (count, tasks) => format!(
                    "{} of {} in {}",
                    counted(count, "demonstration", "demonstrations"),
                    counted(tasks, "task", "tasks"),
                    counted(recipe.model.num_puzzle_identifiers - 1, "version", "versions")
                ),
            },
            counted(run.unseen_of_all_sizes(), "unseen one", "unseen ones"),
            self.out.display()
        ));
    }

    /// Tells where a run that a signal ended goes on.
    fn stopped(&self, how: &str) -> Result<ExitCode, Failure> {
        let (step, state) = (self.run.steps_done(), self.out.join(STATE));
        let word = shell_word(&state);
        note(format_args!(
            "{how} after step {step}; saved in {}; to go on: hrm train {word} --resume",
            state.display()
        ));
        Ok(self.signals.status())
    }

    /// Tries the unseen puzzles with both the average of the weights, which counts, and the last weights; `None` where a signal
    /// broke it off.
    async fn evaluate(&mut self) -> Result<Option<Figures>, TrainError> {
        let signals = self.signals;
        let observe = async |_: usize, _: &Weights| match signals.asked() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let Some(average) = self.run.evaluate(observe).await? else { return Ok(None) };
        let average = average.result().exact_accuracy;
        if self.run.recipe().optimizer.ema == 0.0 {
            return Ok(Some(Figures { text: format!("; unseen {:.1} % exact", 100.0 * average), lags: false }));
        }
        let Some(last) = self.run.evaluate_last(self.run.tried(), observe).await? else { return Ok(None) };
        let last = last.result().exact_accuracy;
        let text = format!(
            "; unseen {:.1} % exact with the weights' average, {:.1} % with the last weights",
            100.0 * average,
            100.0 * last
        );
        Ok(Some(Figures { text, lags: last > average + 0.05 }))
    }

    /// Why the average of the weights is behind, and what helps.
    fn lag(&self) -> Option<String> {
        let recipe = self.run.recipe();
        recipe.optimizer.average_lag(self.run.steps_done(), recipe.training.steps)
    }

    /// Saves; where it cannot be written that is said, and training goes on.
    async fn save_on_the_way(&mut self, progress: &Progress) -> Result<(), Failure> {
        let bytes = self.run.save().await?.to_bytes()?;
        if let Err(error) = self.write_state(&bytes) {
            let (step, pause) = (self.run.steps_done(), self.pause.as_secs());
            progress.line(format_args!(
                "hrm: not saved at step {step}: {error}; what was saved before is whole, training goes on, and it is tried \
                 again in {pause} s"
            ));
        }
        Ok(())
    }

    /// Saves; where the run's folder takes nothing, in the system's folder for temporary files, and where that takes nothing
    /// either, as soon as one of the two does.
    async fn save_at_the_end(&mut self) -> Result<(), Failure> {
        let bytes = self.run.save().await?.to_bytes()?;
        let Err(error) = self.write_state(&bytes) else { return Ok(()) };
        let elsewhere = env::temp_dir().join(format!("hrm-{}.{STATE}", process::id()));
        loop {
            match files::write(&elsewhere, &bytes) {
                Ok(()) => {
                    let (shown, word, out) = (elsewhere.display(), shell_word(&elsewhere), shell_word(&self.out));
                    return Err(
                        format!("{error}; saved in {shown}; to go on: hrm train {word} --resume --out {out}").into()
                    );
                }
                Err(other) => note(format_args!(
                    "hrm: not saved: {error}; {other}; make room, it is tried again every {} s (Ctrl-C ends without it)",
                    TRY_AGAIN.as_secs()
                )),
            }
            std::thread::sleep(TRY_AGAIN);
            if self.write_state(&bytes).is_ok() {
                return Ok(());
            }
        }
    }

    /// Writes the state, and the curve beside it.
    fn write_state(&self, bytes: &[u8]) -> Result<(), Failure> {
        files::write(&self.out.join(STATE), bytes)?;
        files::write(&self.out.join(METRICS), curve::csv(self.run.rows()).as_bytes())
    }

    fn write_model(&self, weights: &Weights, test: Option<Evaluation>) -> Result<(), Failure> {
        let recipe = self.run.recipe();
        let state = self.out.join(STATE);
        let write = |extension: &str, bytes: &[u8]| {
            let file = self.out.join(format!("{}.{extension}", recipe.name));
            // The end of a run is made again from its state.
            files::write(&file, bytes).map_err(|error| not_written(&state, &*error))
        };
        let tasks = self.run.identifiers();
        if tasks.is_empty() {
            write("safetensors", &weights.to_safetensors()?)?;
            write("json", models::config_text(&recipe.model, Some(recipe.puzzle), &[])?.as_bytes())?;
        } else {
            // The rows of augmented versions are left out: they are the larger part by far, and the saved run has them.
            let (rows, names) = own_rows(&tasks);
            let mut own = weights.clone();
            own.keep_puzzle_rows(&rows)?;
            let config = ModelConfig { num_puzzle_identifiers: rows.len(), ..recipe.model.clone() };
            write("safetensors", &own.to_safetensors()?)?;
            write("json", models::config_text(&config, Some(recipe.puzzle), &names)?.as_bytes())?;
        }
        let mut card = json!({
            "recipe": self.file,
            "from": self.from,
            "parameters": parameters(&recipe.model),
            "base_puzzles": recipe.data.base_puzzles,
            "augmented": true,
            "seed": recipe.training.seed,
            "steps": self.run.steps_done(),
            "batch": recipe.training.batch,
            "precision": recipe.training.precision,
            "seconds": self.run.seconds().round(),
            "threads": rayon::current_num_threads(),
            "exact_accuracy": test.map(|test| test.exact_accuracy),
            "valid_accuracy": test.and_then(|test| test.valid_accuracy),
            "accuracy": test.map(|test| test.accuracy),
            "halting_step": test.map(|test| test.steps),
            "q_halt_accuracy": test.map(|test| test.q_halt_accuracy),
            "count": test.map(|test| test.count),
            "segments": recipe.model.halt_max_steps,
        });
        if !self.changes.is_empty() {
            card["changes"] = json!(self.changes);
        }
        if !tasks.is_empty() {
            card["tasks"] = json!(tasks.len());
        }
        write("card.json", (serde_json::to_string_pretty(&card)? + "\n").as_bytes())
    }
}

/// The rows of a puzzle embedding for no task and for tasks as they are, and their names.
fn own_rows(tasks: &[(&str, u32)]) -> (Vec<u64>, Vec<String>) {
    let blank = std::iter::once((u64::from(BLANK), BLANK_NAME.to_owned()));
    blank.chain(tasks.iter().map(|(id, identifier)| (u64::from(*identifier), (*id).to_owned()))).unzip()
}

/// What a test on unseen puzzles gave.
struct Figures {
    /// Behind the figures of the training.
    text: String,
    /// Whether the average of the weights is far behind the last ones.
    lags: bool,
}

/// That a model's file could not be written, and what there is instead.
fn not_written(state: &Path, error: &(dyn std::error::Error + 'static)) -> Failure {
    let word = shell_word(state);
    format!("{error}; the run is saved in {}, and hrm train {word} --resume writes its model", state.display()).into()
}
