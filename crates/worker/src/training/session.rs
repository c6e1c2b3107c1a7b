//! The run that the worker trains: the loop, and what it tells the page meanwhile.

use std::{cell::RefCell, ops::ControlFlow};

use hrm_core::{
    checkpoint::Weights,
    data::{Example, Split},
    engine::{AnyEngine, Engine, Kind},
    train::{Examples, Given, Recipe, Run, TrainError},
};
use hrm_link::{
    protocol::Event,
    training::{Board, Part, Source, Start, TrainingEvent, TrainingTask},
};

use crate::{
    error::TaskError,
    global::{self, Breath},
    inbox::Inbox,
    storage_error::StorageError,
    training::{
        examples::{self, KnownTable},
        news::News,
        place::{Place, newest_state},
        shard_workers,
    },
};

/// At most this share of the time is spent saving.
const SAVE_SHARE: f64 = 0.05;

/// What the page asked for with [`hrm_link::training::TrainingTask::Train`].
pub struct Order {
    pub id: u32,
    pub run: String,
    pub steps: Option<u64>,
    pub boards: usize,
    pub save_seconds: f64,
}

/// A run in the worker's memory, with its place in the private file system.
pub struct Trainee {
    /// Its id.
    pub run_id: String,
    engine: Kind,
    run: Run<AnyEngine>,
    /// Where it is saved; without one the page keeps its states as long as the tab lasts.
    place: Result<Place, StorageError>,
    saved_at: f64,
    save_pause: f64,
}

/// Seconds since the worker began.
pub(super) fn clock() -> f64 {
    global::now() / 1000.0
}

pub(super) fn tell(id: u32, event: TrainingEvent) {
    global::report(Some(id), Event::Training(event));
}

/// Gives a run's shards to workers of their own. A GPU computes them all, one after the other.
pub(super) async fn among_workers(mut run: Run<AnyEngine>, kind: Kind) -> Result<Run<AnyEngine>, TaskError> {
    let shards = run.recipe().training.shards;
    if shards < 2 || kind == Kind::Gpu {
        return Ok(run);
    }
    let saved = run.save().await?;
    let helpers = shard_workers::start(&saved.to_bytes()?, shards).await?;
    let engine = AnyEngine::start_with(kind, saved.recipe.training.precision).await?;
    Ok(Run::resume_with(engine, saved, run.into_split(), clock, helpers).await?)
}

/// The run's place, locked for this tab. Only that another tab has it is a reason not to train.
async fn place(id: u32, run: &str) -> Result<Result<Place, StorageError>, TaskError> {
    let opened = Place::open(run).await;
    match &opened {
        Err(StorageError::InUse) => return Err(StorageError::InUse.into()),
        Err(error) => tell(id, TrainingEvent::NotSaved { message: error.to_string() }),
        Ok(_) => {}
    }
    Ok(opened)
}

/// Both sides of a run's examples: dealt out of `given` ones, or generated; `None` where that was cancelled.
async fn split_of(
    id: u32,
    recipe: &Recipe,
    given: Option<&Given>,
    inbox: &RefCell<Inbox<TrainingTask>>,
) -> Option<Split> {
    match given {
        Some(given) => Some(recipe.deal(&given.own)),
        None => examples::generate(id, recipe, inbox).await,
    }
}

impl Trainee {
    /// Prepares a run: from its recipe, or where it was saved. `None` where that was cancelled.
    ///
    /// `weights` are those it begins with, unless random; `files` came with the request, of which the rows of the first may be
    /// `known`.
    pub async fn prepare(
        order: &Order,
        start: Start,
        kind: Kind,
        weights: Option<Weights>,
        files: Vec<Vec<u8>>,
        known: Option<KnownTable>,
        inbox: &RefCell<Inbox<TrainingTask>>,
    ) -> Result<Option<Self>, TaskError> {
        let place = place(order.id, &order.run).await?;
        let run = match start {
            Start::Begin { recipe, from } => {
                let mut files = files.into_iter();
                let (recipe, examples) = match &recipe.data.file {
                    Some(name) => {
                        let file = files.next().ok_or_else(|| TaskError::MissingFile(name.clone()))?;
                        let rows = examples::of_csv(recipe.puzzle, &file, known)?;
                        recipe.of_sizes(rows)
                    }
                    None => {
                        let Some(split) = examples::generate(order.id, &recipe, inbox).await else { return Ok(None) };
                        (*recipe, Examples { split, given: None })
                    }
                };
                let weights = match (from, files.next()) {
                    (Source::File, Some(file)) => Some(Weights::from_safetensors(&file)?),
                    _ => weights,
                };
                let engine = AnyEngine::start_with(kind, recipe.training.precision).await?;
                Run::begin(engine, recipe, examples, weights, clock).await?
            }
            Start::Branch { recipe, of } => {
                let saved = newest_state(&of, files.first()).await?;
                let weights = Some(saved.averaged_weights()?);
                let given = saved.given;
                let Some(split) = split_of(order.id, &recipe, given.as_ref(), inbox).await else { return Ok(None) };
                let engine = AnyEngine::start_with(kind, recipe.training.precision).await?;
                Run::begin(engine, *recipe, Examples { split, given }, weights, clock).await?
            }
            Start::Continue => {
                let saved = newest_state(&order.run, files.first()).await?;
                let Some(split) = split_of(order.id, &saved.recipe, saved.given.as_ref(), inbox).await else {
                    return Ok(None);
                };
                let engine = AnyEngine::start_with(kind, saved.recipe.training.precision).await?;
                Run::resume(engine, saved, split, clock).await?
            }
        };
        let run = among_workers(run, kind).await?;
        let run_id = order.run.clone();
        let saved_at = clock();
        Ok(Some(Self { run_id, engine: kind, run, place, saved_at, save_pause: order.save_seconds }))
    }

    /// Whether it is this run on this engine.
    pub fn is(&self, run: &str, engine: Kind) -> bool {
        self.run_id == run && self.engine == engine
    }

    /// Takes the run's lock again; whether the run can go on as it is here. Where another tab has gone on with it meanwhile,
    /// what that one saved is the run.
    ///
    /// # Errors
    /// Another tab trains it now.
    pub async fn retake(&mut self) -> Result<bool, StorageError> {
        match &mut self.place {
            Ok(place) => place.retake().await,
            Err(_) => Ok(true),
        }
    }

    /// Gives the run another name.
    pub fn rename(&mut self, name: String) {
        self.run.rename(name);
    }

    /// Trains until the recipe's end, the order's, or a pause; then the run is saved, and any tab may go on with it.
    pub async fn train(&mut self, order: &Order, inbox: &RefCell<Inbox<TrainingTask>>) -> Result<Event, TaskError> {
        let ended = self.train_locked(order, inbox).await;
        if let Ok(place) = &mut self.place {
            place.release();
        }
        if let Err(TaskError::Train(TrainError::NotFinite { step })) = ended {
            tell(order.id, TrainingEvent::Diverged { step });
        }
        ended
    }

    async fn train_locked(&mut self, order: &Order, inbox: &RefCell<Inbox<TrainingTask>>) -> Result<Event, TaskError> {
        self.run.skip_pause();
        self.tell_ready(order.id);
        if self.run.steps_done() == 0 {
            let observe = self.listen(order.id, inbox, |_| None);
            if let Some(trial) = self.run.evaluate_on(order.boards, observe).await? {
                self.tell_boards(order, trial.answers);
            }
            self.save(order).await?;
        }
        let last = order.steps.map_or(u64::MAX, |steps| self.run.steps_done() + steps);
        let mut news = News::new(order.id);
        let breath = Breath::default();
        let is_cancelled = || inbox.borrow().is_cancelled(order.id);
        loop {
            if self.run.owes_evaluation() && !self.evaluate(order, &mut news, inbox).await? {
                break;
            }
            if self.run.is_done() || self.run.steps_done() >= last || is_cancelled() {
                break;
            }
            let before = global::now();
            let (report, row) = self.run.step().await?;
            news.add(report, row.cloned(), global::now() - before);
            news.tell(&self.run, false);
            breath.take().await;
            let asked = inbox.borrow_mut().take_saves();
            if !asked.is_empty() || clock() - self.saved_at > self.save_pause {
                self.save(order).await?;
            }
            asked.into_iter().for_each(|id| global::report_last(id, Event::Finished));
            let wanted = inbox.borrow_mut().take_snapshots(|_| true);
            for (id, part) in wanted {
                self.hand_out(id, part).await?;
                global::report_last(id, Event::Finished);
            }
        }
        news.report = self.run.settle().await?.or(news.report);
        news.tell(&self.run, true);
        self.save(order).await?;
        if self.run.is_done() && !is_cancelled() {
            self.test(order, inbox).await?;
        }
        Ok(if is_cancelled() { Event::Cancelled } else { Event::Finished })
    }

    fn tell_ready(&self, id: u32) {
        let run = &self.run;
        let ready = TrainingEvent::Ready {
            recipe: Box::new(run.recipe().clone()),
            rows: run.rows().to_vec(),
            step: run.steps_done(),
            seconds: run.seconds(),
            examples: (run.base_puzzles(), run.test().len()),
            shortages: run.shortages(),
            bytes: run.bytes(),
            engine: run.engine().info().name,
        };
        tell(id, ready);
    }

    /// Tries the unseen puzzles; false where a pause broke it off: it is owed then.
    async fn evaluate(
        &mut self,
        order: &Order,
        news: &mut News,
        inbox: &RefCell<Inbox<TrainingTask>>,
    ) -> Result<bool, TaskError> {
        let of = self.run.tried();
        let observe = self.listen(order.id, inbox, move |done| Some(TrainingEvent::Evaluating { done, of }));
        let Some(trial) = self.run.evaluate(observe).await? else { return Ok(false) };
        news.rows.extend(self.run.rows().last().cloned());
        news.tell(&self.run, true);
        self.tell_boards(order, trial.answers);
        Ok(true)
    }

    /// Tries all unseen puzzles, unless that was done: the run's result, which is saved with it.
    async fn test(&mut self, order: &Order, inbox: &RefCell<Inbox<TrainingTask>>) -> Result<(), TaskError> {
        if self.run.result().is_none() {
            let of = self.run.test().len();
            let observe = self.listen(order.id, inbox, move |done| Some(TrainingEvent::Evaluating { done, of }));
            if self.run.test_all(observe).await?.is_some() {
                self.save(order).await?;
            }
        }
        if let Some(result) = self.run.result() {
            tell(order.id, TrainingEvent::Tested(result));
        }
        Ok(())
    }

    /// Shows the page the watched boards, the first unseen ones, with what the model answered to them.
    fn tell_boards(&self, order: &Order, answers: Vec<Vec<u8>>) {
        let kind = self.run.recipe().puzzle;
        let board = |(example, answer): (&Example, Vec<u8>)| {
            let solved = kind.check(&example.question, &answer).is_ok();
            Board { example: example.clone(), answer, solved }
        };
        let boards = self.run.test().iter().zip(answers).take(order.boards).map(board).collect();
        tell(order.id, TrainingEvent::Boards { step: self.run.steps_done(), boards });
    }

    /// Writes the run's state; where that fails, the page is told, keeps the state itself, and training goes on.
    async fn save(&mut self, &Order { id, save_seconds, .. }: &Order) -> Result<(), TaskError> {
        let before = clock();
        let state = self.run.save().await?.to_bytes()?;
        let (step, bytes) = (self.run.steps_done(), state.len());
        match self.store(&state).await {
            Ok(()) => tell(id, TrainingEvent::Saved { step, bytes }),
            Err(error) => {
                tell(id, TrainingEvent::NotSaved { message: error.to_string() });
                global::report_with_file(id, Event::Training(TrainingEvent::Kept { step }), &state);
            }
        }
        self.saved_at = clock();
        self.save_pause = save_seconds.max((self.saved_at - before) / SAVE_SHARE);
        Ok(())
    }

    /// Writes a state into the run's place. One that could not be opened before is tried again: a person may have made room.
    async fn store(&mut self, state: &[u8]) -> Result<(), StorageError> {
        if self.place.is_err() {
            self.place = Place::open(&self.run_id).await;
        }
        match &mut self.place {
            Ok(place) => place.write(state).await,
            Err(error) => Err(error.clone()),
        }
    }

    /// Hands a part of the run to the page as task `id`.
    pub async fn hand_out(&mut self, id: u32, part: Part) -> Result<(), TaskError> {
        let saved = match part {
            Part::Run => self.run.save().await?.to_bytes()?,
            Part::Weights => self.run.weights(true).await?.to_safetensors()?,
        };
        global::report_with_file(id, Event::Training(self.file_event(part)), &saved);
        Ok(())
    }

    fn file_event(&self, part: Part) -> TrainingEvent {
        file_event(self.run.recipe(), self.run.steps_done(), part)
    }

    /// An observer of an evaluation that looks at the messages now and then and tells how far it is. Who wants the weights
    /// need not wait for its end: they do not change meanwhile.
    fn listen<'a, E: Fn(usize) -> Option<TrainingEvent> + 'a>(
        &self,
        id: u32,
        inbox: &'a RefCell<Inbox<TrainingTask>>,
        event: E,
    ) -> impl AsyncFnMut(usize, &Weights) -> ControlFlow<()> + use<'a, E> {
        let (breath, file) = (Breath::default(), self.file_event(Part::Weights));
        async move |done: usize, weights: &Weights| {
            if breath.take().await
                && let Some(event) = event(done)
            {
                tell(id, event);
            }
            for (id, _) in inbox.borrow_mut().take_snapshots(|part| part == Part::Weights) {
                // What cannot be written is not answered; the run itself goes on.
                if let Ok(bytes) = weights.to_safetensors() {
                    global::report_with_file(id, Event::Training(file.clone()), &bytes);
                }
                global::report_last(id, Event::Finished);
            }
            if inbox.borrow().is_cancelled(id) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
}

/// Hands a part of a stored run to the page as task `id`; `kept` is what the page has of it that could not be stored.
pub async fn hand_out_stored(id: u32, run: &str, part: Part, kept: Option<&Vec<u8>>) -> Result<(), TaskError> {
    let saved = newest_state(run, kept).await?;
    let bytes = match part {
        Part::Run => saved.to_bytes()?,
        Part::Weights => saved.averaged_weights()?.to_safetensors()?,
    };
    global::report_with_file(id, Event::Training(file_event(&saved.recipe, saved.state.step, part)), &bytes);
    Ok(())
}

/// What the page is told of a file with a part of a run.
fn file_event(recipe: &Recipe, step: u64, part: Part) -> TrainingEvent {
    let name = recipe.name.clone();
    TrainingEvent::File { name, part, config: Box::new(recipe.model.clone()), puzzle: recipe.puzzle, step }
}
