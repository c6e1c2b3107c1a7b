//! State of a model that learns.

use hrm_core::{
    engine::Kind as EngineKind,
    puzzle::FIRST_KIND,
    train::{Evaluation, Preset, Recipe, Row},
};
use hrm_link::{
    client::Client,
    training::{Board, Stored},
};
use leptos::prelude::*;

use crate::ui::{
    browser,
    recipe_form::draft::{Draft, Fault},
    state::{
        machine::Machine,
        route::Route,
        solver::Solver,
        training::{
            given::{Files, Origin, Table},
            kept::Kept,
            meter::Meter,
            news::News,
            notice::Notice,
            progress::Progress,
        },
    },
    url::address::Address,
};

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
    /// The worker has heard it: the run is saved after the step that is under way.
    Saving(u32),
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
            Self::Preparing(task) | Self::Running(task) | Self::Pausing(task) | Self::Saving(task) => Some(task),
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
            Self::Saving(_) => "saving",
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

impl Current {
    /// Whether there is nothing to test it on.
    pub fn is_untested(&self) -> bool {
        self.ready.as_ref().is_some_and(|ready| ready.examples.1 == 0)
    }
}

/// What is known of a run once it is ready.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// The engine's name.
    pub engine: String,
    /// Base puzzles and unseen ones that there are.
    pub examples: (usize, usize),
    /// Why they are fewer than asked for.
    pub shortages: Vec<String>,
    /// Bytes that the engine holds.
    pub bytes: u64,
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
    /// What takes the model of a run. Behind a number, for this is copied into many closures.
    solver: StoredValue<Solver>,
    pub(super) route: Route,
    pub(super) client: StoredValue<Option<Client>, LocalStorage>,
    /// Another worker of the training module, for what the first one is too busy for.
    pub(super) files_client: StoredValue<Option<Client>, LocalStorage>,
    /// The recipe of the next run, as it is written.
    pub draft: RwSignal<Draft>,
    /// Processor cores among which the next run's engine may share a batch.
    pub(super) cores: RwSignal<usize>,
    /// The recipe; or what is wrong with its fields.
    pub recipe: Memo<Result<Recipe, Vec<Fault>>>,
    /// Where its first weights come from.
    pub origin: RwSignal<Origin>,
    pub(super) files: StoredValue<Files, LocalStorage>,
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
    /// Whether that is the thinned one of the list; the whole one comes as soon as the worker has read it.
    pub thinned: RwSignal<bool>,
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
    /// The last state that could not be saved.
    pub kept: Kept,
    /// Whether the browser promises to keep what is stored until a person deletes it; `None` while it has not said.
    pub persistent: RwSignal<Option<bool>>,
    /// What is to be said.
    pub notice: RwSignal<Option<Notice>>,
    /// The stored runs, once they are listed.
    pub stored: RwSignal<Option<Vec<Stored>>>,
    /// Why they cannot be listed, or one of them not be changed or read.
    pub storage_fault: RwSignal<Option<String>>,
    /// The stored run whose curves are shown beside the run's.
    pub compared: RwSignal<Option<String>>,
    /// That run's whole curve under its id, where the list has a thinned one: once it is read.
    pub compared_rows: RwSignal<Option<(String, Vec<Row>)>>,
    /// Whether a run goes on in a hidden tab.
    pub goes_on_hidden: RwSignal<bool>,
    /// Models of runs that were opened for the board: the model's name, and the run's id.
    pub(super) opened: RwSignal<Vec<(String, String)>>,
    /// What the address asks for, until the model of the run that it names is there.
    pub(super) reopening: StoredValue<Option<Address>>,
    /// Runs whose whole curves are being read.
    pub(super) curves_read: StoredValue<Vec<String>>,
    /// News that wait for the next frame.
    pub(super) news: StoredValue<News>,
    /// What follows when the run has paused.
    pub(super) after_pause: StoredValue<AfterPause>,
    /// Whether the loss left the real numbers: the run's failure follows.
    pub(super) diverged: StoredValue<bool>,
    /// Whether the browser was asked on this visit to keep what is stored: it may put the question to the person.
    pub(super) asked_to_persist: StoredValue<bool>,
}

/// What follows a pause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AfterPause {
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
    pub fn new(solver: Solver, route: Route) -> Self {
        let puzzle = FIRST_KIND;
        let draft = Draft::of_preset(puzzle, &Preset::all(puzzle)[0], u64::from(browser::seed()));
        let draft = RwSignal::new(draft);
        let cores = RwSignal::new(1);
        Self {
            solver: StoredValue::new(solver),
            route,
            client: StoredValue::new_local(None),
            files_client: StoredValue::new_local(None),
            draft,
            cores,
            recipe: Memo::new(move |_| draft.with(|draft| draft.recipe(cores.get()))),
            origin: RwSignal::new(Origin::Random),
            files: StoredValue::new_local(Files::default()),
            table: RwSignal::new(None),
            meter: Meter::new(),
            phase: RwSignal::new(Phase::Idle),
            current: RwSignal::new(None),
            rows: RwSignal::new(Vec::new()),
            thinned: RwSignal::new(false),
            progress: RwSignal::new(Progress::default()),
            activity: RwSignal::new(None),
            boards: RwSignal::new(Boards::default()),
            result: RwSignal::new(None),
            saved: RwSignal::new(None),
            kept: Kept::new(),
            persistent: RwSignal::new(None),
            notice: RwSignal::new(None),
            stored: RwSignal::new(None),
            storage_fault: RwSignal::new(None),
            compared: RwSignal::new(None),
            compared_rows: RwSignal::new(None),
            goes_on_hidden: RwSignal::new(browser::recall(HIDDEN_KEY).as_deref() != Some("pause")),
            opened: RwSignal::new(Vec::new()),
            reopening: StoredValue::new(None),
            curves_read: StoredValue::new(Vec::new()),
            news: StoredValue::new(News::default()),
            after_pause: StoredValue::new(AfterPause::Stay),
            diverged: StoredValue::new(false),
            asked_to_persist: StoredValue::new(false),
        }
    }

    /// What runs models on the board.
    pub(super) fn solver(self) -> Solver {
        self.solver.get_value()
    }

    /// What computes there.
    pub(super) fn machine(self) -> Machine {
        self.solver().machine
    }

    /// Whether its worker was started: the place has been shown.
    pub fn is_open(self) -> bool {
        self.client.with_value(Option::is_some)
    }

    /// Whether the worker is at a run.
    pub fn is_busy(self) -> bool {
        self.phase.get().task().is_some()
    }

    /// Whether that run is the one that is shown.
    pub fn shows(self, run: &str) -> bool {
        self.current.with(|current| current.as_ref().is_some_and(|current| current.id == run))
    }

    /// The run that a model for the board is of, by the model's name.
    pub fn run_of_model(self, name: &str) -> Option<String> {
        self.opened.with(|opened| Some(opened.iter().find(|(model, _)| model == name)?.1.clone()))
    }

    /// What the list says of a stored run, if it has it.
    pub fn of_stored<T>(self, run: &str, read: impl FnOnce(&Stored) -> T) -> Option<T> {
        self.stored.with(|stored| stored.iter().flatten().find(|stored| stored.run == run).map(read))
    }

    /// What keeps a run from being started, where a person chose a file of puzzles and there are none to learn from: they did
    /// not ask for generated ones.
    pub fn lacks_puzzles(self) -> Option<String> {
        if self.draft.with(|draft| draft.file.is_some()) {
            return None;
        }
        self.table.with(|table| match table.as_ref()? {
            Table::Reading(name) => Some(format!("{name} is being read.")),
            table if table.is_rejected() => Some(
                "There is nothing to learn from yet: choose another file of puzzles, or press Generate puzzles.".into(),
            ),
            _ => None,
        })
    }

    /// Takes what a person chose for hidden tabs, now and on the next visit.
    pub fn go_on_hidden(self, goes_on: bool) {
        browser::keep(HIDDEN_KEY, if goes_on { "go on" } else { "pause" });
        self.goes_on_hidden.set(goes_on);
    }
}
