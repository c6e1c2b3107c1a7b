//! The run that the worker trains: the loop, and what it tells the page meanwhile.

use std::{cell::RefCell, ops::ControlFlow};

use super::{
    crew, examples,
    protocol::{Board, Estimate, Part, Source, Start, TrainingEvent},
    storage::{Lock, Storage, StorageError},
};
use crate::{
    checkpoint::Weights,
    data::generate_split,
    engine::{AnyEngine, Engine, Kind},
    model::param_specs,
    runtime::{
        host::TaskError,
        protocol::Event,
        scope::{self, Breath},
        worker::Inbox,
    },
    train::{DataRecipe, Examples, Recipe, Row, Run, Saved, StepReport, predicted_bytes},
};

/// Milliseconds between two reports of steps.
const REPORT_MS: f64 = 100.0;
/// At most this share of the time is spent saving.
const SAVE_SHARE: f64 = 0.05;

/// What the page asked for with [`super::protocol::TrainingTask::Train`].
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
    /// Where it is saved; without one it lasts as long as the tab.
    place: Result<(Storage, Lock), StorageError>,
    saved_at: f64,
    save_pause: f64,
}

/// Seconds since the worker began.
fn clock() -> f64 {
    scope::now() / 1000.0
}

fn tell(id: u32, event: TrainingEvent) {
    scope::report(Some(id), Event::Training(event));
}

/// Gives a run's shards to workers of their own. A GPU computes them all, one after the other.
async fn among_workers(mut run: Run<AnyEngine>, kind: Kind) -> Result<Run<AnyEngine>, TaskError> {
    let shards = run.recipe().training.shards;
    if shards < 2 || kind == Kind::Gpu {
        return Ok(run);
    }
    let saved = run.save().await?;
    let helpers = crew::start(&saved.to_bytes()?, shards).await?;
    Ok(Run::resume_with(AnyEngine::start(kind).await?, saved, run.into_split(), clock, helpers).await?)
}

/// The run's place, locked for this tab. Only that another tab has it is a reason not to train.
async fn place(id: u32, run: &str) -> Result<Result<(Storage, Lock), StorageError>, TaskError> {
    let opened = async {
        let storage = Storage::open().await?;
        let lock = storage.lock(run).await?;
        Ok((storage, lock))
    };
    match opened.await {
        Err(StorageError::InUse) => Err(StorageError::InUse.into()),
        Err(error) => {
            tell(id, TrainingEvent::NotSaved { message: error.to_string() });
            Ok(Err(error))
        }
        place => Ok(place),
    }
}

impl Trainee {
    /// Prepares a run: from its recipe, or where it was saved. `None` where that was cancelled.
    ///
    /// `weights` are those it begins with, unless random; `files` came with the request.
    pub async fn prepare(
        order: &Order,
        start: Start,
        kind: Kind,
        weights: Option<Weights>,
        files: Vec<Vec<u8>>,
        inbox: &RefCell<Inbox>,
    ) -> Result<Option<Self>, TaskError> {
        let place = place(order.id, &order.run).await?;
        let run = match start {
            Start::Begin { recipe, from } => {
                let mut files = files.into_iter();
                let examples = match &recipe.data.file {
                    Some(name) => {
                        let file = files.next().ok_or_else(|| TaskError::MissingFile(name.clone()))?;
                        Examples::of_file(&recipe, examples::of_csv(recipe.puzzle, &file)?)
                    }
                    None => {
                        let Some(split) = examples::generate(order.id, &recipe, inbox).await else { return Ok(None) };
                        Examples { split, given: None }
                    }
                };
                let weights = match (from, files.next()) {
                    (Source::File, Some(file)) => Some(Weights::from_safetensors(&file)?),
                    _ => weights,
                };
                Run::begin(AnyEngine::start(kind).await?, *recipe, examples, weights, clock).await?
            }
            Start::Continue => {
                let (storage, _) = place.as_ref().map_err(StorageError::clone)?;
                let saved = Saved::from_bytes(&storage.read(&order.run).await?)?;
                let split = match &saved.given {
                    Some(given) => saved.recipe.deal(given),
                    None => match examples::generate(order.id, &saved.recipe, inbox).await {
                        Some(split) => split,
                        None => return Ok(None),
                    },
                };
                Run::resume(AnyEngine::start(kind).await?, saved, split, clock).await?
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

    /// Trains until the recipe's end, the order's, or a pause; then the run is saved.
    pub async fn train(&mut self, order: &Order, inbox: &RefCell<Inbox>) -> Result<Event, TaskError> {
        self.run.skip_pause();
        self.tell_ready(order.id);
        if self.run.steps_done() == 0 {
            let observe = listen(order.id, inbox, |_| None);
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
            let before = scope::now();
            let (report, row) = self.run.step().await?;
            news.add(report, row.cloned(), scope::now() - before);
            news.tell(&self.run, false);
            if clock() - self.saved_at > self.save_pause {
                self.save(order).await?;
            }
            breath.take().await;
            let wanted = inbox.borrow_mut().take_snapshots();
            for (id, part) in wanted {
                self.hand_out(id, part).await?;
            }
        }
        news.report = self.run.settle().await?.or(news.report);
        news.tell(&self.run, true);
        self.save(order).await?;
        if self.run.is_done() && !is_cancelled() {
            self.test(order.id, inbox).await?;
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
            bytes: run.bytes(),
            engine: run.engine().info().name,
        };
        tell(id, ready);
    }

    /// Tries the unseen puzzles; false where a pause broke it off: it is owed then.
    async fn evaluate(&mut self, order: &Order, news: &mut News, inbox: &RefCell<Inbox>) -> Result<bool, TaskError> {
        let of = self.run.recipe().training.evaluate_on.min(self.run.test().len());
        let observe = listen(order.id, inbox, |done| Some(TrainingEvent::Evaluating { done, of }));
        let Some(trial) = self.run.evaluate(observe).await? else { return Ok(false) };
        news.rows.extend(self.run.rows().last().cloned());
        news.tell(&self.run, true);
        self.tell_boards(order, trial.answers);
        Ok(true)
    }

    /// Tries all unseen puzzles: the run's result.
    async fn test(&mut self, id: u32, inbox: &RefCell<Inbox>) -> Result<(), TaskError> {
        let of = self.run.test().len();
        let observe = listen(id, inbox, |done| Some(TrainingEvent::Evaluating { done, of }));
        if let Some(trial) = self.run.evaluate_on(of, observe).await? {
            tell(id, TrainingEvent::Tested(trial.result()));
        }
        Ok(())
    }

    /// Shows the page the watched boards, the first unseen ones, with what the model answered to them.
    fn tell_boards(&self, order: &Order, answers: Vec<Vec<u8>>) {
        let kind = self.run.recipe().puzzle;
        let board = |(example, answer): (&crate::data::Example, Vec<u8>)| {
            let solved = kind.check(&example.question, &answer).is_ok();
            Board { example: example.clone(), answer, solved }
        };
        let boards = self.run.test().iter().zip(answers).take(order.boards).map(board).collect();
        tell(order.id, TrainingEvent::Boards { step: self.run.steps_done(), boards });
    }

    /// Writes the run's state; where that fails, the page is told and training goes on.
    async fn save(&mut self, &Order { id, save_seconds, .. }: &Order) -> Result<(), TaskError> {
        let before = clock();
        self.saved_at = before;
        let Ok((storage, _)) = &self.place else { return Ok(()) };
        let bytes = self.run.save().await?.to_bytes()?;
        match storage.write(&self.run_id, &bytes).await {
            Ok(bytes) => tell(id, TrainingEvent::Saved { step: self.run.steps_done(), bytes }),
            Err(error) => tell(id, TrainingEvent::NotSaved { message: error.to_string() }),
        }
        self.saved_at = clock();
        self.save_pause = save_seconds.max((self.saved_at - before) / SAVE_SHARE);
        Ok(())
    }

    /// Hands a part of the run to the page as task `id`.
    pub async fn hand_out(&mut self, id: u32, part: Part) -> Result<(), TaskError> {
        let saved = match part {
            Part::Run => self.run.save().await?.to_bytes()?,
            Part::Weights => self.run.weights(true).await?.to_safetensors()?,
        };
        let file = file_event(self.run.recipe(), self.run.steps_done(), part);
        scope::report_with_file(id, Event::Training(file), &saved);
        Ok(())
    }
}

/// What the page is told of a file with a part of a run.
pub fn file_event(recipe: &Recipe, step: u64, part: Part) -> TrainingEvent {
    let name = match part {
        Part::Weights => format!("{}.safetensors", recipe.name),
        Part::Run => format!("{}-step-{step}.state.safetensors", recipe.name),
    };
    TrainingEvent::File { name, part, config: Box::new(recipe.model.clone()), puzzle: recipe.puzzle, step }
}

/// An observer of an evaluation that looks at the messages now and then and tells how far it is.
fn listen(
    id: u32,
    inbox: &RefCell<Inbox>,
    event: impl Fn(usize) -> Option<TrainingEvent>,
) -> impl AsyncFnMut(usize) -> ControlFlow<()> {
    let breath = Breath::default();
    async move |done| {
        if breath.take().await
            && let Some(event) = event(done)
        {
            tell(id, event);
        }
        if inbox.borrow().is_cancelled(id) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// What the page has not been told yet.
struct News {
    id: u32,
    report: Option<StepReport>,
    rows: Vec<Row>,
    told: f64,
    /// A moving average of the time of a step, in milliseconds.
    step_ms: Option<f64>,
}

impl News {
    fn new(id: u32) -> Self {
        Self { id, report: None, rows: Vec::new(), told: 0.0, step_ms: None }
    }

    fn add(&mut self, report: Option<StepReport>, row: Option<Row>, milliseconds: f64) {
        self.report = report.or(self.report);
        self.rows.extend(row);
        self.step_ms = Some(self.step_ms.map_or(milliseconds, |before| 0.9 * before + 0.1 * milliseconds));
    }

    /// Tells what is new, unless the last report was a moment ago and this can wait.
    fn tell(&mut self, run: &Run<AnyEngine>, now: bool) {
        let Some(report) = self.report.filter(|_| now || scope::now() - self.told > REPORT_MS) else { return };
        let step_seconds = self.step_ms.unwrap_or(0.0) / 1000.0;
        let rows = std::mem::take(&mut self.rows);
        tell(self.id, TrainingEvent::Stepped { report, rows, seconds: run.seconds(), step_seconds });
        self.told = scope::now();
    }
}

/// Seconds of steps that only warm up: a browser compiles a module's busiest functions anew while they run.
const WARM_UP_SECONDS: f64 = 1.5;
/// Steps that are measured at most.
const MEASURED: usize = 5;
/// Seconds after which no further step is measured.
const MEASURED_SECONDS: f64 = 5.0;

/// What a recipe takes: at once what is known of it without computing, then the time of a step, from a few on a few
/// generated puzzles.
pub async fn estimate(id: u32, recipe: &Recipe, kind: Kind) -> Result<TrainingEvent, TaskError> {
    recipe.check().map_err(TaskError::Recipe)?;
    let engine = AnyEngine::start(kind).await?;
    let specs = param_specs(&recipe.model).into_iter().filter(|spec| spec.trained);
    let parameters = specs.map(|spec| spec.shape.iter().product::<usize>()).sum();
    let bytes = predicted_bytes(&engine, &recipe.setup())?;
    let known = Estimate { parameters, bytes, step_seconds: None };
    tell(id, TrainingEvent::Estimated(known));
    let few = Recipe {
        data: DataRecipe { base_puzzles: 8, test_puzzles: 1, file: None, ..recipe.data.clone() },
        ..recipe.clone()
    };
    let split = generate_split(few.puzzle, &few.data.request(), |_, _| {});
    let run = Run::begin(engine, few, Examples { split, given: None }, None, clock).await?;
    let mut run = among_workers(run, kind).await?;
    let begun = clock();
    loop {
        run.step().await?;
        scope::breathe().await;
        if clock() - begun > WARM_UP_SECONDS {
            break;
        }
    }
    let begun = clock();
    let mut times = Vec::with_capacity(MEASURED);
    while times.len() < MEASURED && (times.is_empty() || clock() - begun < MEASURED_SECONDS) {
        scope::breathe().await;
        let before = clock();
        run.step().await?;
        times.push(clock() - before);
    }
    times.sort_by(f64::total_cmp);
    Ok(TrainingEvent::Estimated(Estimate { bytes: run.bytes(), step_seconds: Some(times[times.len() / 2]), ..known }))
}
