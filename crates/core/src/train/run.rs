//! A run: a recipe being followed on an engine, with the curve of its way. The command line and the page's worker are
//! loops around it.

use std::ops::ControlFlow;

use super::{
    Evaluation, Recipe, Row, StepReport, TrainError, Trainer, Trial,
    boards::Boards,
    curve::{ROW, mean},
    evaluate::evaluate_identified,
    examples::Examples,
    saved::Saved,
    shard::Helper,
    source::{Source, Unseen},
    tasks::TaskData,
};
use crate::{
    checkpoint::Weights,
    config::ModelConfig,
    data::{Example, Split},
    engine::{Engine, Kind as EngineKind},
    model::{Solver, Taps},
    puzzle::{Kind, arc::Task},
};

/// A run in progress.
pub struct Run<E: Engine> {
    engine: E,
    recipe: Recipe,
    trainer: Trainer<E::Session>,
    source: Box<dyn Source>,
    /// By the sizes of the boards that are tried; made for the first evaluation.
    solvers: Vec<Option<Solver<E::Session>>>,
    rows: Vec<Row>,
    /// Steps since the last row.
    recent: Vec<StepReport>,
    /// On all unseen puzzles, at the end.
    result: Option<Evaluation>,
    /// Seconds of computing before `since`.
    seconds: f64,
    since: f64,
    clock: fn() -> f64,
}

impl<E: Engine> Run<E> {
    /// Starts a run from `weights`, or from random ones. `clock` tells seconds.
    ///
    /// # Errors
    /// Weights that do not fit, too few examples, an engine's limits.
    pub async fn begin(
        engine: E,
        recipe: Recipe,
        examples: Examples,
        weights: Option<Weights>,
        clock: fn() -> f64,
    ) -> Result<Self, TrainError> {
        let boards = Boards::new(&recipe, examples)?;
        Self::begin_with(engine, recipe, Box::new(boards), weights, clock).await
    }

    /// Starts a run that learns tasks, those of which [`super::complete`] made the recipe.
    ///
    /// # Errors
    /// As [`Run::begin`]; tasks that are not the recipe's.
    pub async fn begin_tasks(
        engine: E,
        recipe: Recipe,
        tasks: &[Task],
        weights: Option<Weights>,
        clock: fn() -> f64,
    ) -> Result<Self, TrainError> {
        let tasks = TaskData::of_tasks(&recipe, tasks)?;
        Self::begin_with(engine, recipe, Box::new(tasks), weights, clock).await
    }

    /// Starts a run on examples of any source. What a source does not give to be saved with the run has to be brought again
    /// where it goes on.
    ///
    /// # Errors
    /// Weights that do not fit, an engine's limits.
    pub async fn begin_with(
        engine: E,
        recipe: Recipe,
        source: Box<dyn Source>,
        weights: Option<Weights>,
        clock: fn() -> f64,
    ) -> Result<Self, TrainError> {
        let trainer = Self::trainer(&engine, &recipe, weights).await?;
        Ok(Self::of(engine, recipe, trainer, source, clock))
    }

    async fn trainer(engine: &E, recipe: &Recipe, weights: Option<Weights>) -> Result<Trainer<E::Session>, TrainError> {
        let setup = recipe.setup();
        // Before weights are drawn that no engine could hold.
        let plan = setup.record()?;
        engine.admits(&plan.program)?;
        let given = weights.map(|weights| weights.in_both_roles(&setup.model));
        let weights = given.unwrap_or_else(|| Weights::init(&setup.model, setup.seed));
        weights.check(&setup.model)?;
        Trainer::new(engine, setup, &weights).await
    }

    /// Goes on where a run was saved. Its examples are those of `saved`, or what its recipe generates.
    ///
    /// # Errors
    /// A state that does not hold together, too few examples, an engine's limits.
    pub async fn resume(engine: E, saved: Saved, split: Split, clock: fn() -> f64) -> Result<Self, TrainError> {
        Self::resume_with(engine, saved, split, clock, Vec::new()).await
    }

    /// As [`Run::resume`], with helpers that hold the same state: see [`Trainer::resume_with`].
    ///
    /// # Errors
    /// As [`Run::resume`].
    pub async fn resume_with(
        engine: E,
        saved: Saved,
        split: Split,
        clock: fn() -> f64,
        helpers: Vec<Box<dyn Helper>>,
    ) -> Result<Self, TrainError> {
        let Saved { recipe, rows, recent, seconds, result, given, tasks, state, .. } = saved;
        let trainer = Trainer::resume_with(&engine, state, helpers).await?;
        let source: Box<dyn Source> = match tasks {
            None => Box::new(Boards::new(&recipe, Examples { split, given })?),
            Some(tasks) => Box::new(TaskData::of_text(&recipe, tasks)?),
        };
        Ok(Self { rows, recent, seconds, result, ..Self::of(engine, recipe, trainer, source, clock) })
    }

    fn of(
        engine: E,
        recipe: Recipe,
        trainer: Trainer<E::Session>,
        source: Box<dyn Source>,
        clock: fn() -> f64,
    ) -> Self {
        Self {
            engine,
            recipe,
            trainer,
            source,
            solvers: Vec::new(),
            rows: Vec::new(),
            recent: Vec::new(),
            result: None,
            seconds: 0.0,
            since: clock(),
            clock,
        }
    }

    /// The puzzles that it learns from and is tested on, taken out of it; of a run that learns tasks none.
    pub fn into_split(self) -> Split {
        self.source.into_split()
    }

    /// What it follows.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Gives it another name, which changes nothing else.
    pub fn rename(&mut self, name: String) {
        self.recipe.name = name;
    }

    /// What computes.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    /// Base puzzles; of tasks their demonstrations.
    pub fn base_puzzles(&self) -> usize {
        self.source.base_puzzles()
    }

    /// The puzzle identifiers that have a name, each with it: of tasks the ids, each with the identifier of the task as it is.
    pub fn identifiers(&self) -> Vec<(&str, u32)> {
        self.source.identifiers()
    }

    /// Bytes that the engine holds for the training step.
    pub fn bytes(&self) -> u64 {
        self.trainer.bytes()
    }

    /// Its curve so far.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The unseen puzzles of the recipe's own size. Of tasks the demonstrations that are held out, as long as they are, and then
    /// the tests whose outputs are known.
    pub fn test(&self) -> &[Example] {
        self.unseen().first().map_or(&[], |unseen| &unseen.examples)
    }

    /// How many there are of all sizes, which [`Run::test_all`] tries.
    pub fn unseen_of_all_sizes(&self) -> usize {
        self.unseen().iter().map(|unseen| unseen.examples.len()).sum()
    }

    fn unseen(&self) -> Vec<&Unseen> {
        self.source.unseen(self.steps_done())
    }

    /// What [`Run::test_all`] gave at its end.
    pub fn result(&self) -> Option<Evaluation> {
        self.result
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// Whether the schedule is at its end.
    pub fn is_done(&self) -> bool {
        self.steps_done() >= self.recipe.training.steps
    }

    /// Seconds of computing since the run began.
    pub fn seconds(&self) -> f64 {
        self.seconds + (self.clock)() - self.since
    }

    /// Leaves the time since the last step out of the count: the run was paused.
    pub fn skip_pause(&mut self) {
        self.since = (self.clock)();
    }

    /// Starts one step and reports the last one whose numbers are there; where that fills a row of the curve, the row is
    /// the second result. A row waits for its numbers, other steps do not: they queue up on the engine.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite.
    pub async fn step(&mut self) -> Result<(Option<StepReport>, Option<&Row>), TrainError> {
        let (step, rows) = (self.steps_done(), self.recipe.training.batch);
        let batch = self.source.batch(step, rows);
        // That of a run which was stopped and goes on is not the one that it ends with.
        self.result = None;
        // The CPU has no queue to fill; waiting for it lets a browser's other events run meanwhile.
        let report = match self.engine.info().kind {
            EngineKind::Cpu => Some(self.trainer.step(&batch).await?),
            EngineKind::Gpu => self.trainer.advance(&batch).await?,
        };
        self.recent.extend(report);
        let under_way = usize::from(report.is_none_or(|report| report.step < self.steps_done()));
        let full = self.recent.len() + under_way >= ROW || self.is_at_evaluation();
        if full {
            self.settle().await?;
            self.rows.push(Row { mean: mean(&self.recent), seconds: self.seconds(), test: None });
        }
        (self.seconds, self.since) = (self.seconds(), (self.clock)());
        let last = self.recent.last().copied();
        if !full {
            return Ok((last, None));
        }
        self.recent.clear();
        Ok((last, self.rows.last()))
    }

    /// Waits for the step that is under way, if there is one, and reports it.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite.
    pub async fn settle(&mut self) -> Result<Option<StepReport>, TrainError> {
        let last = self.trainer.settle().await?;
        self.recent.extend(last);
        Ok(last)
    }

    fn is_at_evaluation(&self) -> bool {
        let step = self.steps_done();
        step > 0 && (step.is_multiple_of(self.recipe.training.evaluate_every) || self.is_done())
    }

    /// Whether the last step is one after which the unseen puzzles are tried and that has not been done. Where there are none
    /// to try, nothing is owed.
    pub fn owes_evaluation(&self) -> bool {
        self.is_at_evaluation() && self.tried() > 0 && self.rows.last().is_some_and(|row| row.test.is_none())
    }

    /// One sentence for each side that has fewer puzzles than the recipe asks for; of tasks a recipe asks for no number.
    pub fn shortages(&self) -> Vec<String> {
        self.source.shortages(&self.recipe)
    }

    /// Unseen puzzles that [`Run::evaluate`] tries.
    pub fn tried(&self) -> usize {
        self.recipe.training.evaluate_on.min(self.test().len())
    }

    /// Tries the unseen puzzles that the recipe says, notes the result in the last row and returns that; `None` where
    /// `observe` broke off, or there are none.
    ///
    /// # Errors
    /// The engine's.
    pub async fn evaluate(
        &mut self,
        observe: impl AsyncFnMut(usize, &Weights) -> ControlFlow<()>,
    ) -> Result<Option<Trial>, TrainError> {
        let trial = self.evaluate_on(self.tried(), observe).await?;
        if let (Some(row), Some(trial)) = (self.rows.last_mut(), &trial) {
            row.test = Some(trial.result());
        }
        (self.seconds, self.since) = (self.seconds(), (self.clock)());
        Ok(trial)
    }

    /// Tries all unseen puzzles and keeps what comes out as the run's result; `None` where `observe` broke off, or there are
    /// none.
    ///
    /// # Errors
    /// The engine's.
    pub async fn test_all(
        &mut self,
        observe: impl AsyncFnMut(usize, &Weights) -> ControlFlow<()>,
    ) -> Result<Option<Evaluation>, TrainError> {
        let trial = self.evaluate_on(self.test().len(), observe).await?;
        self.result = trial.map(|trial| trial.result());
        Ok(self.result)
    }

    /// Tries the first `few` unseen puzzles with the averaged weights; `None` where `observe` broke off, or there are none: a
    /// share of nothing is no figure. `observe` hears how many are done, and has the weights that are tried.
    ///
    /// # Errors
    /// The engine's.
    pub async fn evaluate_on(
        &mut self,
        few: usize,
        observe: impl AsyncFnMut(usize, &Weights) -> ControlFlow<()>,
    ) -> Result<Option<Trial>, TrainError> {
        self.try_weights(true, few, observe).await
    }

    /// As [`Run::evaluate_on`], with the weights as the last step left them: their average lags behind while the run is
    /// shorter than what it spans. Nothing is noted.
    ///
    /// # Errors
    /// The engine's.
    pub async fn evaluate_last(
        &mut self,
        few: usize,
        observe: impl AsyncFnMut(usize, &Weights) -> ControlFlow<()>,
    ) -> Result<Option<Trial>, TrainError> {
        self.try_weights(false, few, observe).await
    }

    async fn try_weights(
        &mut self,
        averaged: bool,
        few: usize,
        mut observe: impl AsyncFnMut(usize, &Weights) -> ControlFlow<()>,
    ) -> Result<Option<Trial>, TrainError> {
        let segments = self.recipe.model.halt_max_steps;
        let all = self.test().len();
        let few = few.min(all);
        if few == 0 {
            return Ok(None);
        }
        let weights = self.weights(averaged).await?;
        let mut total: Option<Trial> = None;
        for board in 0..self.unseen().len() {
            // Of the further sizes as large a part as of the recipe's own.
            let count = (self.unseen()[board].examples.len() * few).div_ceil(all);
            let mut solver = self.solver(board, count, &weights).await?;
            let done = total.as_ref().map_or(0, |trial| trial.result().count);
            let observe = async |more| observe(done + more, &weights).await;
            let Unseen { kind, examples, ids } = self.unseen()[board];
            let trial = evaluate_identified(&mut solver, *kind, (&examples[..count], ids), segments, observe).await;
            self.solvers[board] = Some(solver);
            let Some(trial) = trial? else { return Ok(None) };
            match &mut total {
                Some(total) => total.add(&trial),
                None => total = Some(trial),
            }
        }
        Ok(total)
    }

    /// A solver with these weights for so many examples of a size of board.
    async fn solver(
        &mut self,
        board: usize,
        count: usize,
        weights: &Weights,
    ) -> Result<Solver<E::Session>, TrainError> {
        if self.solvers.len() <= board {
            self.solvers.resize_with(board + 1, || None);
        }
        let rows = self.recipe.training.batch.clamp(1, count.max(1));
        if let Some(mut solver) = self.solvers[board].take_if(|solver| solver.batch() == rows) {
            solver.set_weights(weights)?;
            return Ok(solver);
        }
        let model = self.model(self.unseen()[board].kind)?;
        Ok(Solver::new(&self.engine, &model, weights, rows, Taps::None).await?)
    }

    /// The recipe's model at the size of a kind of its game.
    fn model(&self, kind: Kind) -> Result<ModelConfig, TrainError> {
        let Recipe { puzzle, model, .. } = &self.recipe;
        if kind == *puzzle {
            return Ok(model.clone());
        }
        let size = kind.size();
        model.at_size(size.rows(), size.columns()).ok_or(TrainError::Sizes { cells: model.seq_len, size })
    }

    /// The weights as they are now, or their moving average.
    ///
    /// # Errors
    /// The engine's.
    pub async fn weights(&mut self, averaged: bool) -> Result<Weights, TrainError> {
        self.trainer.weights(averaged).await
    }

    /// Everything that [`Run::resume`] needs.
    ///
    /// # Errors
    /// The engine's.
    pub async fn save(&mut self) -> Result<Saved, TrainError> {
        self.settle().await?;
        let engine = self.engine.info();
        Ok(Saved {
            recipe: self.recipe.clone(),
            rows: self.rows.clone(),
            recent: self.recent.clone(),
            seconds: self.seconds,
            engine: Some(engine.kind),
            bf16: engine.bf16.map(|bf16| bf16.to_string()),
            result: self.result,
            given: self.source.given().cloned(),
            tasks: self.source.tasks().map(str::to_owned),
            state: self.trainer.state().await?,
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::{data::generate_split, engine::cpu};

    const RECIPE: &str = r#"{"name":"a","puzzle":"sudoku-4x4","data":{"base_puzzles":8,"test_puzzles":4,"seed":1},
        "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2,"halt_max_steps":2},
        "training":{"batch":4,"steps":3,"seed":1,"evaluate_every":2,"evaluate_on":4}}"#;

    async fn go_on(_: usize, _: &Weights) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    /// A run on generated puzzles, at its end.
    async fn ended(with_unseen: bool) -> Run<cpu::Engine> {
        let recipe: Recipe = serde_json::from_str(RECIPE).unwrap();
        let mut split = generate_split(recipe.puzzle, &recipe.data.request(), |_, _| {});
        if !with_unseen {
            split.test.clear();
        }
        let examples = Examples { split, given: None };
        let mut run = Run::begin(cpu::Engine::new(), recipe, examples, None, || 0.0).await.unwrap();
        while !run.is_done() {
            run.step().await.unwrap();
            assert!(with_unseen || !run.owes_evaluation());
            if run.owes_evaluation() {
                assert_eq!(run.evaluate(go_on).await.unwrap().unwrap().answers.len(), 4);
            }
        }
        run
    }

    #[test]
    fn without_unseen_puzzles_there_is_no_figure() {
        pollster::block_on(async {
            let mut run = ended(false).await;
            assert!(run.rows().len() == 2 && run.rows().iter().all(|row| row.test.is_none()));
            assert_eq!(run.evaluate(go_on).await.unwrap(), None);
            assert_eq!(run.test_all(go_on).await.unwrap(), None);
        });
    }

    #[test]
    fn the_last_weights_are_tried_beside_their_average_and_nothing_is_noted() {
        pollster::block_on(async {
            let mut run = ended(true).await;
            let (rows, average) = (run.rows().to_vec(), run.evaluate_on(4, go_on).await.unwrap().unwrap());
            let last = run.evaluate_last(4, go_on).await.unwrap().unwrap();
            assert_eq!(last.answers.len(), 4);
            assert_ne!(run.weights(true).await.unwrap(), run.weights(false).await.unwrap());
            assert_eq!(run.rows(), rows);
            // The solver that both share is given its weights anew.
            assert_eq!(run.evaluate_on(4, go_on).await.unwrap().unwrap(), average);
            assert_eq!(run.evaluate_last(4, go_on).await.unwrap().unwrap(), last);
        });
    }

    #[test]
    fn the_result_and_the_engine_are_saved_and_a_name_can_change() {
        pollster::block_on(async {
            let mut run = ended(true).await;
            assert_eq!(run.save().await.unwrap().result, None);
            let result = run.test_all(go_on).await.unwrap();
            assert_eq!(result.map(|result| result.count), Some(4));
            run.rename("b".into());
            let saved = Saved::from_bytes(&run.save().await.unwrap().to_bytes().unwrap()).unwrap();
            assert_eq!((saved.result, saved.engine, saved.recipe.name.as_str()), (result, Some(EngineKind::Cpu), "b"));
            let split = run.into_split();
            let resumed = Run::resume(cpu::Engine::new(), saved, split, || 0.0).await.unwrap();
            assert_eq!(resumed.result(), result);
        });
    }
}
