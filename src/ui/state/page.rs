//! The page's state as a whole: its parts, and what the worker says, which concerns many of them.

use hrm_link::client::Heard;
use leptos::prelude::*;

use crate::ui::{
    browser,
    state::{
        analyst::Analyst,
        attempt::Attempt,
        brought::Files,
        dimension::Measured,
        drawing::Drawing,
        experiment::Experiment,
        laid_over::LaidOver,
        link::Links,
        machine::Machine,
        mixing::Mixed,
        player::Player,
        route::Route,
        run::Run,
        solver::Solver,
        theme::Theme,
        training::{NextRun, Notices, Runs, Training, Workers},
        visit::Visit,
        wider::Wider,
    },
    url::address::Address,
};

/// The parts of the state: each is a context of its own. A component asks for those that it uses, and never for all.
macro_rules! parts {
    ($($(#[doc = $doc:literal])* $name:ident: $part:ident),* $(,)?) => {
        /// All parts. Copies refer to the same state.
        #[derive(Clone, Copy)]
        pub struct Page {
            $($(#[doc = $doc])* pub(super) $name: $part,)*
            /// The model of an address without a puzzle, until the gallery is known.
            linked_model: StoredValue<Option<String>>,
        }

        impl Page {
            /// Makes its parts contexts of all components below.
            pub fn provide(self) {
                $(provide_context(self.$name);)*
            }
        }

        $(impl $part {
            /// That of the page of the component that asks.
            pub fn here() -> Self {
                expect_context()
            }
        })*
    };
}

parts! {
    /// The puzzle as it is drawn.
    drawing: Drawing,
    /// Where on the page one is.
    route: Route,
    /// Worker, gallery, engine.
    machine: Machine,
    /// The run of the model.
    run: Run,
    /// The moment that is shown.
    player: Player,
    /// What a person fills in.
    attempt: Attempt,
    /// What is done to the thought.
    experiment: Experiment,
    /// What computes what views ask for.
    analyst: Analyst,
    /// How many dimensions the open model uses.
    measured: Measured,
    /// What the cell that is pointed at takes from the others.
    mixing: Mixed,
    /// What is laid over the board.
    laid_over: LaidOver,
    /// Many views of the puzzle.
    wider: Wider,
    /// What runs the model on the board.
    solver: Solver,
    /// What the next run of training will be.
    next_run: NextRun,
    /// The stored runs of training.
    runs: Runs,
    /// A model that learns.
    training: Training,
    /// The page's address, and links from the page to itself.
    links: Links,
    /// Files that a person brings, and those that are handed out.
    files: Files,
    /// The theme, for what is painted by hand.
    theme: Theme,
    /// What is done on a first visit alone.
    visit: Visit,
}

impl Page {
    /// The page as its address describes it.
    pub fn new() -> Self {
        let address = Address::parse(&browser::fragment());
        let drawing = Drawing::new(address.puzzle.as_deref());
        let route = Route::new(&address);
        // The model of a run is not in the gallery: it comes when that is read.
        let model = address.model.clone().filter(|_| address.run.is_none());
        let machine = Machine::new(model.clone(), address.engine, drawing.question);
        let run = Run::new();
        let player = Player::new(run.recording);
        let (attempt, mixing) = (Attempt::new(drawing), Mixed::new(machine));
        let (analyst, visit) = (Analyst::new(), Visit::new(&address));
        let (measured, wider) = (Measured::new(machine), Wider::new(machine, analyst));
        let solver = Solver { drawing, machine, run, player, attempt, measured, wider, visit };
        let (workers, notices) = (Workers::new(), Notices::new(route, machine));
        let (next_run, runs) = (NextRun::new(machine, route, workers, notices), Runs::new(workers, notices));
        let training = Training::new(solver, route, workers, notices, next_run, runs);
        let page = Self {
            drawing,
            route,
            machine,
            run,
            player,
            attempt,
            experiment: Experiment::new(run.recording, run.kept),
            analyst,
            measured,
            mixing,
            laid_over: LaidOver::new(run.recording, player.moment, mixing.found),
            wider,
            solver,
            next_run,
            runs,
            training,
            links: Links { route, drawing, machine, run, player, solver, next_run, training },
            files: Files { route, drawing, machine, run, player, solver, workers, notices, next_run, runs, training },
            theme: Theme::new(),
            visit,
            linked_model: StoredValue::new(model.filter(|_| address.puzzle.is_none())),
        };
        page.next_run.take_recipe(&address);
        page.machine.start(move |heard| page.hear(heard));
        page.machine.list_kept_models();
        page.machine.test_gpu_before_use();
        page.follow_gallery();
        page.solver.follow_model();
        page.solver.follow_question();
        page.attempt.follow();
        page.links.follow();
        match &address.run {
            Some(run) => page.training.reopen_model_of_run(run, &address),
            None => page.solver.run_to(&address),
        }
        page.links.outlive_reload();
        if page.visit.is_welcome(&address) {
            page.solver.solve_first_board();
        }
        page
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Lost(loss) => {
                if untrack(|| self.run.is_running()) {
                    self.run.fail(format!("The worker stopped: {}. What was recorded stays.", loss.message));
                }
                self.machine.lost(&loss);
            }
            Heard::Waiting(words) => self.machine.await_worker(&words),
            Heard::Refused(message) => self.machine.fail(message),
        }
    }

    /// Once the gallery is known, the board is fitted to it, and a link that names a model alone shows its kind.
    fn follow_gallery(self) {
        Effect::new(move |_| {
            if self.machine.listed.get() > 0 {
                untrack(|| {
                    self.drawing.fit(&self.machine.kinds());
                    self.show_kind_of_link();
                });
            }
        });
    }

    /// A link that names a model and no puzzle shows a board of that model's.
    fn show_kind_of_link(self) {
        let asked = self.linked_model.try_update_value(Option::take).flatten();
        let kind = asked.and_then(|name| {
            self.machine.gallery.with_untracked(|all| all.iter().find(|model| model.name == name).map(|it| it.puzzle))
        });
        if let Some(kind) = kind {
            self.solver.show_kind(kind);
        }
    }
}
