//! A model that learns: the draft of its recipe, the run in the second worker, the runs that are stored.

mod files;
mod hear;
mod meter;
mod tasks;

pub use files::{Origin, Table};
pub use meter::Meter;
pub use tasks::Use;

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use self::{
    files::Files,
    tasks::{Awaited, Lane},
};
use super::Page;
use crate::{
    engine::Kind as EngineKind,
    puzzle::{Kind, sudoku::Shape},
    runtime::{
        client::Client,
        protocol::Task,
        training::protocol::{Board, Part, Source, Start, Stored, TrainingTask},
    },
    train::{Evaluation, Preset, Recipe, Row, StepReport},
    ui::{
        browser,
        place::Place,
        train::{
            draft::{Draft, Fault},
            words::id_of,
        },
    },
};

/// Until its files are read, a run has no task.
const READING: Phase = Phase::Preparing(0);
/// Unseen boards that are watched.
pub const BOARDS: usize = 6;
/// Seconds between two saves of a run.
const SAVE_SECONDS: f64 = 15.0;
/// What a person chose for hidden tabs.
const HIDDEN_KEY: &str = "hrm.train.hidden";

/// How far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There is none.
    Idle,
    /// Puzzles are generated, the engine made ready; the task's number.
    Preparing(u32),
    /// It learns.
    Running(u32),
    /// It is to pause.
    Pausing(u32),
    /// It can go on.
    Paused,
    /// Its schedule is at its end.
    Done,
    /// It broke off.
    Failed,
}

impl Phase {
    /// The task that the worker is at.
    pub fn task(self) -> Option<u32> {
        match self {
            Self::Preparing(task) | Self::Running(task) | Self::Pausing(task) => Some(task),
            _ => None,
        }
    }

    /// For tests and styles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Preparing(_) => "preparing",
            Self::Running(_) => "running",
            Self::Pausing(_) => "pausing",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// The run that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// Its id.
    pub id: String,
    /// What it follows.
    pub recipe: Recipe,
    /// On which engine it was asked for.
    pub engine: EngineKind,
    /// What the worker said when it was ready.
    pub ready: Option<Ready>,
}

/// What is known of a run once it is ready.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// The engine's name.
    pub engine: String,
    /// Base puzzles and unseen ones that there are.
    pub examples: (usize, usize),
    /// Bytes that the engine holds.
    pub bytes: usize,
}

/// How far a run is and how fast.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Seconds of computing.
    pub seconds: f64,
    /// Seconds a step, lately.
    pub step_seconds: Option<f64>,
}

/// Something to be said beside the controls, with ways on.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What happened and where.
    pub text: String,
    /// What can be done.
    pub ways: Vec<Way>,
}

/// A way on after a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// From the last saved state.
    Continue(String),
    /// From the last saved state, on the CPU.
    OnCpu(String),
    /// Take the whole state away as a file.
    Download(String),
}

/// Unseen boards as the weights solve them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Boards {
    /// After this step.
    pub step: u64,
    /// The boards.
    pub boards: Vec<Board>,
}

/// State of training.
#[derive(Clone, Copy)]
pub struct Training {
    client: StoredValue<Option<Client>, LocalStorage>,
    /// The recipe of the next run, as it is written.
    pub draft: RwSignal<Draft>,
    /// The recipe; or what is wrong with its fields.
    pub recipe: Memo<Result<Recipe, Vec<Fault>>>,
    /// Where its first weights come from.
    pub origin: RwSignal<Origin>,
    files: StoredValue<Files, LocalStorage>,
    /// What is known of the CSV file.
    pub table: RwSignal<Option<Table>>,
    /// What the next run will take.
    pub meter: Meter,
    /// How far the run is.
    pub phase: RwSignal<Phase>,
    /// The run.
    pub current: RwSignal<Option<Current>>,
    /// Its curve.
    pub rows: RwSignal<Vec<Row>>,
    /// How far it is.
    pub progress: RwSignal<Progress>,
    /// What it is at besides steps, in words.
    pub activity: RwSignal<Option<String>>,
    /// The watched boards.
    pub boards: RwSignal<Boards>,
    /// Its result on all unseen puzzles, at its end.
    pub result: RwSignal<Option<Evaluation>>,
    /// The last saved step, and the file's size.
    pub saved: RwSignal<Option<(u64, usize)>>,
    /// What is to be said.
    pub notice: RwSignal<Option<Notice>>,
    /// The stored runs, once they are listed.
    pub stored: RwSignal<Option<Vec<Stored>>>,
    /// Why they cannot be listed, or one of them not be changed.
    pub storage_fault: RwSignal<Option<String>>,
    /// The stored run whose curves are shown beside the run's.
    pub compared: RwSignal<Option<String>>,
    /// Whether a run goes on in a hidden tab.
    pub goes_on_hidden: RwSignal<bool>,
    awaited: StoredValue<Vec<Awaited>>,
    /// News that wait for the next frame.
    news: StoredValue<hear::News>,
    /// What follows when the run has paused.
    after_pause: StoredValue<AfterPause>,
}

/// What follows a pause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum AfterPause {
    /// Nothing.
    #[default]
    Stay,
    /// The run is put away.
    Close,
    /// The same, where it is not saved and the person knows.
    Warned,
    /// It goes on when the tab is seen again.
    Await,
}

impl Training {
    /// No run yet.
    pub fn new() -> Self {
        let puzzle = Kind::Sudoku(Shape::FOUR);
        let draft = Draft::of_preset(puzzle, &Preset::all(puzzle)[0], u64::from(browser::seed()));
        let draft = RwSignal::new(draft);
        Self {
            client: StoredValue::new_local(None),
            draft,
            recipe: Memo::new(move |_| draft.with(Draft::recipe)),
            origin: RwSignal::new(Origin::Random),
            files: StoredValue::new_local(Files::default()),
            table: RwSignal::new(None),
            meter: Meter::new(),
            phase: RwSignal::new(Phase::Idle),
            current: RwSignal::new(None),
            rows: RwSignal::new(Vec::new()),
            progress: RwSignal::new(Progress::default()),
            activity: RwSignal::new(None),
            boards: RwSignal::new(Boards::default()),
            result: RwSignal::new(None),
            saved: RwSignal::new(None),
            notice: RwSignal::new(None),
            stored: RwSignal::new(None),
            storage_fault: RwSignal::new(None),
            compared: RwSignal::new(None),
            goes_on_hidden: RwSignal::new(browser::recall(HIDDEN_KEY).as_deref() != Some("pause")),
            awaited: StoredValue::new(Vec::new()),
            news: StoredValue::new(hear::News::default()),
            after_pause: StoredValue::new(AfterPause::Stay),
        }
    }

    /// Whether the worker is at a run.
    pub fn is_busy(self) -> bool {
        self.phase.get().task().is_some()
    }

    /// Takes what a person chose for hidden tabs, now and on the next visit.
    pub fn go_on_hidden(self, goes_on: bool) {
        browser::keep(HIDDEN_KEY, if goes_on { "go on" } else { "pause" });
        self.goes_on_hidden.set(goes_on);
    }
}

impl Page {
    /// Starts the second worker and lists the runs: the Train place is shown for the first time.
    pub fn open_training(self) {
        let training = self.training;
        if training.client.with_value(Option::is_some) {
            return;
        }
        let client = Client::new(move |heard| self.hear_training(heard));
        training.client.set_value(Some(client.clone()));
        client.restart();
        self.list_runs();
        self.follow_visibility();
        self.measure_when_settled();
    }

    /// The engine that a run would take, as chosen on the page; `None` while that is being measured.
    pub fn training_engine(self) -> Option<EngineKind> {
        let no_model = self.machine.status.with(|status| matches!(status, super::Status::Failed(_)));
        self.machine.engine().or(no_model.then_some(EngineKind::Cpu))
    }

    /// Begins a new run by the draft; at most `steps` steps of it.
    pub fn begin_run(self, steps: Option<u64>) {
        let training = self.training;
        let Some(engine) = untrack(|| self.training_engine()) else { return };
        let Ok(recipe) = training.recipe.get_untracked() else { return };
        if untrack(|| training.is_busy()) {
            return;
        }
        let id = id_of(&recipe.name, browser::seed());
        self.show_run(Current { id: id.clone(), recipe: recipe.clone(), engine, ready: None }, Vec::new());
        browser::persist_storage();
        let from = match training.origin.get_untracked() {
            Origin::Random => Source::Random,
            Origin::Gallery(name) => Source::Gallery(name),
            Origin::File(_) => Source::File,
        };
        training.phase.set(READING);
        spawn_local(async move {
            let buffers = self.buffers_of(&recipe, &from).await;
            if training.phase.get_untracked() != READING {
                return;
            }
            let buffers = match buffers {
                Ok(buffers) => buffers,
                Err(message) => return self.break_off(message, false),
            };
            let start = Start::Begin { recipe: Box::new(recipe), from };
            let task =
                TrainingTask::Train { run: id, start, engine, steps, boards: BOARDS, save_seconds: SAVE_SECONDS };
            let task = self.ask_trainer(Task::Training(task), buffers);
            training.phase.set(Phase::Preparing(task));
        });
    }

    /// Goes on with the run that is shown.
    pub fn continue_run(self, steps: Option<u64>) {
        let training = self.training;
        let current =
            training.current.with_untracked(|current| Some((current.as_ref()?.id.clone(), current.as_ref()?.engine)));
        if let Some((id, engine)) = current.filter(|_| !untrack(|| training.is_busy())) {
            training.notice.set(None);
            self.ask_to_continue(id, engine, steps);
        }
    }

    /// Shows a stored run and goes on with it; on `engine`, or on the page's.
    pub fn continue_stored(self, id: &str, engine: Option<EngineKind>) {
        let Some(engine) = engine.or(untrack(|| self.training_engine())) else { return };
        if self.show_stored(id, engine) {
            self.ask_to_continue(id.into(), engine, None);
        }
    }

    /// Shows a stored run, which can be gone on with.
    pub fn open_stored(self, id: &str) {
        let engine = untrack(|| self.training_engine()).unwrap_or(EngineKind::Cpu);
        if self.show_stored(id, engine) {
            let steps =
                self.training.current.with_untracked(|now| now.as_ref().map_or(0, |now| now.recipe.training.steps));
            let done = self.training.progress.get_untracked().step >= steps;
            self.training.phase.set(if done { Phase::Done } else { Phase::Paused });
        }
    }

    /// Puts a stored run in place of the one that is shown; false where that is not possible now.
    fn show_stored(self, id: &str, engine: EngineKind) -> bool {
        let training = self.training;
        if untrack(|| training.is_busy()) {
            return false;
        }
        let state = training.stored.with_untracked(|stored| {
            stored.iter().flatten().find(|stored| stored.run == id).and_then(|stored| stored.state.clone().ok())
        });
        let known = state.is_some();
        if let Some(state) = state {
            self.show_run(Current { id: id.into(), recipe: state.recipe, engine, ready: None }, state.rows);
            training.progress.set(Progress { step: state.step, seconds: state.seconds, step_seconds: None });
            training.saved.set(Some((state.step, 0)));
        }
        known
    }

    fn ask_to_continue(self, run: String, engine: EngineKind, steps: Option<u64>) {
        self.training.after_pause.set_value(AfterPause::Stay);
        let task = TrainingTask::Train {
            run,
            start: Start::Continue,
            engine,
            steps,
            boards: BOARDS,
            save_seconds: SAVE_SECONDS,
        };
        let task = self.ask_trainer(Task::Training(task), Vec::new());
        self.training.phase.set(Phase::Preparing(task));
    }

    /// Puts a run in place of the one that is shown.
    fn show_run(self, current: Current, rows: Vec<Row>) {
        let training = self.training;
        self.stop_meter();
        training.after_pause.set_value(AfterPause::Stay);
        training.news.set_value(hear::News::default());
        if training.compared.get_untracked().as_ref() == Some(&current.id) {
            training.compared.set(None);
        }
        training.current.set(Some(current));
        training.rows.set(rows);
        training.progress.set(Progress::default());
        training.boards.set(Boards::default());
        training.result.set(None);
        training.saved.set(None);
        training.notice.set(None);
        training.activity.set(None);
    }

    /// Asks the run to pause; it is saved then.
    pub fn pause_run(self) {
        if self.training.phase.get_untracked() == READING {
            return self.close_run();
        }
        if let Some(task) = self.training.phase.get_untracked().task() {
            self.ask_trainer(Task::Cancel { task }, Vec::new());
            self.training.phase.set(Phase::Pausing(task));
        }
    }

    /// Pauses the run and puts it away: it stays among the stored ones. A second time, while the worker does not listen, it
    /// ends the worker: what was saved last stays.
    pub fn stop_run(self) {
        let training = self.training;
        match training.phase.get_untracked() {
            Phase::Idle => {}
            Phase::Pausing(_) if training.after_pause.get_value() == AfterPause::Close => {
                self.restart_trainer();
                self.close_run();
            }
            phase if phase.task().is_some() => {
                training.after_pause.set_value(AfterPause::Close);
                self.pause_run();
            }
            _ => self.put_away(),
        }
    }

    /// Puts the run away; where it is not saved, only when that is asked for again.
    fn put_away(self) {
        let training = self.training;
        let warned = training.after_pause.get_value() == AfterPause::Warned;
        let step = training.progress.get_untracked().step;
        let saved = training.saved.get_untracked().is_some_and(|(saved, _)| saved == step);
        if saved || warned || step == 0 || training.phase.get_untracked() == Phase::Failed {
            return self.close_run();
        }
        training.after_pause.set_value(AfterPause::Warned);
        training.phase.set(Phase::Paused);
        let id = training.current.with_untracked(|current| current.as_ref().map(|current| current.id.clone()));
        let text = "This run is not saved: download it, or press Stop again to give it up.".into();
        training.notice.set(Some(Notice { text, ways: id.map(Way::Download).into_iter().collect() }));
    }

    /// Shows no run any more. The worker is started anew: it gives back the memory and the run's lock.
    fn close_run(self) {
        let training = self.training;
        self.restart_trainer();
        training.notice.set(None);
        training.phase.set(Phase::Idle);
        training.current.set(None);
        training.rows.set(Vec::new());
        training.boards.set(Boards::default());
        training.activity.set(None);
        self.list_runs();
    }

    fn restart_trainer(self) {
        self.training.awaited.update_value(|awaited| awaited.retain(|awaited| awaited.lane != Lane::Trainer));
        if let Some(client) = self.training.client.with_value(Option::clone) {
            client.restart();
        }
    }

    /// Says why the run broke off, and what can be done.
    fn break_off(self, message: String, engine_failed: bool) {
        let training = self.training;
        self.flush_news();
        training.activity.set(None);
        training.phase.set(Phase::Failed);
        let current = training.current.get_untracked();
        let mut text = format!("The run broke off: {message}.");
        let mut ways = Vec::new();
        if let (Some(current), Some((step, _))) = (&current, training.saved.get_untracked()) {
            text.push_str(&format!(" It is saved as it was after step {step}."));
            ways.push(Way::Continue(current.id.clone()));
            if engine_failed && current.engine == EngineKind::Gpu {
                ways.push(Way::OnCpu(current.id.clone()));
            }
            ways.push(Way::Download(current.id.clone()));
        } else {
            text.push_str(" What you set up is as it was.");
        }
        training.notice.set(Some(Notice { text, ways }));
        match current.filter(|_| training.saved.get_untracked().is_none()) {
            Some(Current { id, .. }) => self.forget_run(id),
            None => self.list_runs(),
        }
    }

    /// Takes one of the ways on.
    pub fn go(self, way: &Way) {
        self.training.notice.set(None);
        match way {
            Way::Continue(id) => self.continue_stored(id, None),
            Way::OnCpu(id) => self.continue_stored(id, Some(EngineKind::Cpu)),
            Way::Download(id) => {
                let shown = self.training.current.with_untracked(|now| now.as_ref().is_some_and(|now| now.id == *id));
                if shown { self.snapshot(Part::Run, Use::Save) } else { self.read_run(id, Part::Run, Use::Save) }
            }
        }
    }

    /// In a hidden tab the run pauses, if the person wants that, and goes on when it is seen again.
    fn follow_visibility(self) {
        let training = self.training;
        let handle = window_event_listener_untyped("visibilitychange", move |_| {
            let hidden = document().hidden();
            if hidden && !training.goes_on_hidden.get_untracked() {
                if let Phase::Running(_) = training.phase.get_untracked() {
                    training.after_pause.set_value(AfterPause::Await);
                    self.pause_run();
                }
            } else if !hidden {
                self.flush_news();
                let awaits = training.after_pause.get_value() == AfterPause::Await;
                if awaits && training.phase.get_untracked() == Phase::Paused {
                    self.continue_run(None);
                }
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Measures the draft whenever its fields have settled and nothing is trained.
    fn measure_when_settled(self) {
        const SETTLED: Duration = Duration::from_secs(1);
        let training = self.training;
        let wanted = Memo::new(move |_| {
            let here = self.place.get() == Place::Train && !training.is_busy();
            let recipe = training.recipe.get().ok().filter(|_| here)?;
            Some((recipe, self.training_engine()?))
        });
        let timer = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |_| {
            let wanted = wanted.get();
            if let Some(Some(timer)) = timer.try_update_value(Option::take) {
                timer.clear();
            }
            untrack(|| self.stop_meter());
            if let Some(wanted) = wanted.filter(|wanted| !untrack(|| self.is_measured(wanted))) {
                let measure = move || self.measure_recipe(wanted.0, wanted.1);
                timer.set_value(set_timeout_with_handle(measure, SETTLED).ok());
            }
        });
    }
}

/// The last figures of a report, for words.
pub fn progress_of(report: &StepReport, seconds: f64, step_seconds: f64) -> Progress {
    Progress { step: report.step, seconds, step_seconds: Some(step_seconds) }
}
