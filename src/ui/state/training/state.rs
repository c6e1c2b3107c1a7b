//! The run under way, or that is shown.

use hrm_core::{
    engine::Kind as EngineKind,
    train::{Evaluation, Recipe, Row},
};
use hrm_link::training::Board;
use leptos::prelude::*;

use crate::ui::{
    browser,
    state::{
        machine::Machine,
        route::Route,
        solver::Solver,
        training::{
            news::News,
            next_run::NextRun,
            notice::{Notice, Notices},
            phase::Phase,
            progress::Progress,
            runs::Runs,
            workers::Workers,
        },
    },
    url::address::Address,
};

/// What a person chose for hidden tabs.
const HIDDEN_KEY: &str = "hrm.train.hidden";

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

/// State of the run.
#[derive(Clone, Copy)]
pub struct Training {
    /// What takes the model of a run. Behind a number, for this is copied into many closures.
    solver: StoredValue<Solver>,
    pub(super) route: Route,
    pub(super) workers: Workers,
    /// What the next one will be.
    pub(super) next: NextRun,
    /// The stored ones.
    pub(super) runs: Runs,
    /// How far it is.
    pub phase: RwSignal<Phase>,
    /// The run.
    pub current: RwSignal<Option<Current>>,
    /// Its curve.
    pub rows: RwSignal<Vec<Row>>,
    /// Whether that is the thinned one of the list; the whole one comes as soon as the worker has read it.
    pub thinned: RwSignal<bool>,
    /// How far it is, in figures.
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
    pub fn new(solver: Solver, route: Route, workers: Workers, notices: Notices, next: NextRun, runs: Runs) -> Self {
        Self {
            solver: StoredValue::new(solver),
            route,
            workers,
            next,
            runs,
            phase: workers.phase,
            current: RwSignal::new(None),
            rows: RwSignal::new(Vec::new()),
            thinned: RwSignal::new(false),
            progress: RwSignal::new(Progress::default()),
            activity: RwSignal::new(None),
            boards: RwSignal::new(Boards::default()),
            result: RwSignal::new(None),
            saved: RwSignal::new(None),
            notice: notices.training,
            goes_on_hidden: RwSignal::new(browser::recall(HIDDEN_KEY).as_deref() != Some("pause")),
            opened: RwSignal::new(Vec::new()),
            reopening: StoredValue::new(None),
            curves_read: StoredValue::new(Vec::new()),
            news: StoredValue::new(News::default()),
            after_pause: StoredValue::new(AfterPause::Stay),
            diverged: StoredValue::new(false),
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

    /// Whether the worker is at a run.
    pub fn is_busy(self) -> bool {
        self.workers.is_busy()
    }

    /// The id of the run that is shown; untracked.
    pub fn shown(self) -> Option<String> {
        self.current.with_untracked(|current| Some(current.as_ref()?.id.clone()))
    }

    /// Whether that run is the one that is shown.
    pub fn shows(self, run: &str) -> bool {
        self.current.with(|current| current.as_ref().is_some_and(|current| current.id == run))
    }

    /// The run that a model for the board is of, by the model's name.
    pub fn run_of_model(self, name: &str) -> Option<String> {
        self.opened.with(|opened| Some(opened.iter().find(|(model, _)| model == name)?.1.clone()))
    }

    /// Takes what a person chose for hidden tabs, now and on the next visit.
    pub fn go_on_hidden(self, goes_on: bool) {
        browser::keep(HIDDEN_KEY, if goes_on { "go on" } else { "pause" });
        self.goes_on_hidden.set(goes_on);
    }
}
