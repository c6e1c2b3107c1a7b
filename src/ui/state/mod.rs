//! The page's state, in one place: what is drawn, what computes, what ran, what is shown of it.

mod attempt;
mod brought;
mod checkpoint;
mod dimension;
mod drawing;
mod experiment;
mod link;
mod machine;
mod mixing;
mod opened_view;
mod player;
mod run;
mod self_test;
mod training;
mod visit;
mod wider;

pub(super) use attempt::Attempt;
pub(super) use checkpoint::Unsettled;
pub(super) use dimension::{DIMENSION_PUZZLES, Measured};
pub(super) use drawing::{Drawing, Question, Wish};
pub(super) use experiment::Experiment;
pub(super) use link::STRETCHES;
pub(super) use machine::{Checkpoint, Machine, Status, kinds_of};
pub(super) use mixing::Mixed;
pub(super) use player::{Player, SPEEDS, Stride};
pub(super) use run::{Phase, Run};
pub(super) use self_test::Tested;
pub(super) use training::{
    Boards, Current, Notice, Origin, Phase as TrainingPhase, Progress, Table, Training, Use, Way,
};
pub(super) use wider::{End, Widening, Wider, can_branch};

use hrm_core::{
    gallery::Entry,
    model::Intervention,
    puzzle,
    recording::{
        Recording,
        solve::{SolveRequest, Until},
    },
};
use hrm_link::{
    client::Heard,
    engine_timing::Choice,
    protocol::{Event, Task},
};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;

use crate::ui::{
    board::{edit::Brush, overlay::Overlay},
    browser,
    url::{address::Address, place::Place, view::View},
};

/// Everything that components share. Copies refer to the same state.
#[derive(Clone, Copy)]
pub(super) struct Page {
    /// The puzzle as it is drawn.
    pub drawing: Drawing,
    /// Worker, gallery, engine.
    pub machine: Machine,
    /// The run of the model.
    pub run: Run,
    /// What a person fills in.
    pub attempt: Attempt,
    /// The moment that is shown.
    pub player: Player,
    /// What is done to the thought.
    pub experiment: Experiment,
    /// How many dimensions the open model uses.
    pub dimensionality: Measured,
    /// What the cell that is pointed at takes from the others.
    pub mixing: Mixed,
    /// Many views of the puzzle.
    pub wider: Wider,
    /// A model that learns.
    pub training: Training,
    /// The cell that the pointer or the keyboard is at, lit in every view.
    pub pointed: RwSignal<Option<usize>>,
    /// The cell that views of one cell are about: the one that is pointed at, else the selected one. So it is still the
    /// same when the pointer has left the board on its way to such a view.
    pub cell: Memo<usize>,
    /// The task that the address holds, as its link writes it.
    pub task: RwSignal<Option<String>>,
    /// The place of the page that is shown.
    pub place: RwSignal<Place>,
    /// The view of the model's inside that is shown.
    pub view: RwSignal<View>,
    /// Another one that was put beside it.
    pub beside: RwSignal<Option<View>>,
    /// What is laid over the board.
    pub overlay: RwSignal<Option<Overlay>>,
    /// Raised when the theme changes: what is painted by hand is painted anew.
    pub theme: RwSignal<u32>,
    /// Whether the first run to end is to be replayed: on a first visit, unless it came by a link to a moment.
    greets: StoredValue<bool>,
    /// The model of an address without a puzzle, until the gallery is known.
    linked_model: StoredValue<Option<String>>,
    /// Whether that has just been done.
    pub welcomed: RwSignal<bool>,
}

impl Page {
    /// The page as its address describes it.
    pub fn new() -> Self {
        let address = Address::parse(&browser::fragment());
        let drawing = Drawing::new(address.puzzle.as_deref());
        let run = Run::new();
        let pointed = RwSignal::new(None);
        let page = Self {
            drawing,
            // The model of a run is not in the gallery: it comes when that is read.
            machine: Machine::new(
                address.model.clone().filter(|_| address.run.is_none()),
                address.engine,
                drawing.question,
            ),
            run,
            attempt: Attempt::new(),
            player: Player::new(run.recording),
            experiment: Experiment::new(run.recording, run.kept),
            dimensionality: Measured::new(),
            mixing: Mixed::new(),
            wider: Wider::new(),
            training: Training::new(),
            pointed,
            cell: Memo::new(move |_| pointed.get().unwrap_or_else(|| drawing.cursor.get())),
            task: RwSignal::new(address.task.clone()),
            place: RwSignal::new(address.place),
            view: RwSignal::new(address.view),
            beside: RwSignal::new(address.beside),
            overlay: RwSignal::new(None),
            theme: RwSignal::new(0),
            greets: StoredValue::new(address.moment.is_none() && address.run.is_none() && visit::is_first()),
            welcomed: RwSignal::new(false),
            linked_model: StoredValue::new(
                address.model.clone().filter(|_| address.puzzle.is_none() && address.run.is_none()),
            ),
        };
        page.take_recipe(&address);
        page.machine.start(move |heard| page.hear(heard));
        page.list_kept_models();
        page.machine.test_gpu_before_use();
        page.follow_model();
        page.follow_question();
        page.follow_attempt();
        page.follow_address();
        match &address.run {
            Some(run) => page.reopen_model_of_run(run, &address),
            None => page.run_to(&address),
        }
        page.outlive_reload();
        page.welcome(&address);
        page
    }

    /// The page of the component that asks.
    pub fn here() -> Self {
        expect_context()
    }

    /// The kind of the puzzle that is drawn.
    pub fn kind(self) -> puzzle::Kind {
        self.drawing.question.with(|question| question.kind)
    }

    /// What is laid over the board at the present moment, `[S]`: the figure that was chosen, else a row of the mixing.
    pub fn laid_over_board(self) -> Option<Vec<f32>> {
        let moment = self.player.moment.get();
        match self.overlay.get() {
            Some(overlay) => self.run.recording.with(|recording| overlay.values(recording.as_ref()?, moment)),
            None => self.mixing_laid(),
        }
    }

    /// The puzzle that the run on the page was about at last: an experiment may have changed a clue.
    pub fn posed_at_last(self) -> Option<Vec<u8>> {
        self.run.recording.with(|recording| recording.as_ref().map(|recording| recording.posed(recording.moments())))
    }

    /// Whether a run is under way or about to be.
    pub fn is_running(self) -> bool {
        self.run.phase.with(|phase| matches!(phase, Phase::Waiting | Phase::Running { .. }))
    }

    /// Whether a run is of the open model, which can be asked about it; not while that is being opened.
    pub fn is_of_open_model(self, run: &Recording) -> bool {
        self.machine.digest.with(|digest| digest.as_ref() == Some(&run.maker().digest))
    }

    /// Whether the run on the page is of another model than the open one, which then cannot be asked about it.
    pub fn is_foreign(self) -> bool {
        let open = self.machine.digest.get();
        let of_other = |run: &Recording| open.as_ref().is_some_and(|open| *open != run.maker().digest);
        self.run.recording.with(|run| run.as_ref().is_some_and(of_other))
    }

    /// Runs the model on the puzzle that is drawn, as soon as it is known on which engine.
    pub fn solve(self) {
        self.attempt.end();
        self.think(Vec::new(), None);
    }

    /// Runs the model with what is done to it on the way, for as many segments as are asked for, or as are chosen.
    fn think(self, interventions: Vec<Intervention>, segments: Option<usize>) {
        if untrack(|| self.is_running()) || !self.machine.revive() {
            return;
        }
        self.stop_measuring();
        self.drawing.question.with_untracked(|question| self.wider.clear_unless_of(question));
        self.run.set_aside(self.player.moment.get_untracked());
        self.run.after.set_value(None);
        self.player.rewind();
        self.run.interventions.set_value(interventions);
        self.run.asked.set_value(segments);
        self.run.phase.set(Phase::Waiting);
        // A stroke would forget the run: from here on the board is looked at until a person takes a brush again.
        self.drawing.brush.set(Brush::Look);
        self.start_if_waiting();
    }

    fn start_if_waiting(self) {
        if self.run.phase.with_untracked(|phase| *phase != Phase::Waiting) {
            return;
        }
        let Some(shapes) = self.machine.shapes.get_untracked() else { return };
        let engine = self.machine.engine.get_untracked();
        let question = self.drawing.question.with_untracked(|question| question.tokens.clone());
        let chosen = shapes.segments * self.run.stretch.get_untracked();
        let asked_for = self.run.asked.get_value();
        let segments = asked_for.unwrap_or(chosen);
        let interventions = self.run.interventions.get_value();
        // One sees whether a touched thought recovers only if it goes on.
        let ends_early = interventions.is_empty() && asked_for.is_none();
        let until = if ends_early { self.run.until.get_untracked() } else { Until::Budget };
        let watch = self.run.watch.get_untracked() || !interventions.is_empty() || asked_for.is_some();
        let asked = question.clone();
        let task = self.machine.ask(Task::Solve {
            engine,
            request: SolveRequest { question: asked, segments, until, unwatched: !watch, interventions },
        });
        self.run.engine.set(Some(engine));
        self.run.watched.set_value(watch);
        self.run.planned.set_value(segments);
        self.run.phase.set(Phase::Running { task });
        self.run.question.set_value(question);
    }

    /// The stretch beyond the one that the run on the page has come to the end of; none of a touched or broken run.
    pub fn longer(self) -> Option<usize> {
        let segments = self.machine.shapes.get()?.segments;
        let ended = self.run.phase.with(Phase::has_answer) && !self.is_foreign();
        let thought = self.run.recording.with(|run| {
            let untouched = run.as_ref().filter(|run| ended && run.interventions().is_empty())?;
            Some(untouched.segments().len())
        })?;
        STRETCHES.into_iter().find(|stretch| stretch * segments > thought)
    }

    /// Thinks beyond the end of the run: the same thought from its beginning, for nothing in it is random.
    pub fn think_longer(self) {
        if let Some(stretch) = untrack(|| self.longer()) {
            self.run.stretch_for_this(stretch);
            self.run.until.set(Until::Budget);
            self.solve();
        }
    }

    /// Ends the run, if one is under way, and forgets what it left.
    fn drop_thought(self) {
        if let Phase::Running { task } = self.run.phase.get_untracked() {
            self.end_task(task);
        }
        self.run.clear();
        self.player.rewind();
    }

    /// Ends the run; what is recorded stays, and where that is nothing the run before it is shown again.
    pub fn cancel(self) {
        match self.run.phase.get_untracked() {
            Phase::Waiting => {
                self.run.phase.set(Phase::Idle);
                self.bring_back();
            }
            Phase::Running { task } => self.end_task(task),
            _ => {}
        }
    }

    /// Ends a run's task. A worker that does not listen is ended and another one started.
    fn end_task(self, task: u32) {
        self.machine.ask(Task::Cancel { task });
        let deaf = move || {
            if self.run.phase.get_untracked() == (Phase::Running { task }) {
                self.was_stopped();
                self.machine.restart("The worker did not answer within two seconds.");
            }
        };
        set_timeout(deaf, std::time::Duration::from_secs(2));
    }

    /// The run has ended before its time.
    fn was_stopped(self) {
        if !self.bring_back() {
            self.run.stopped();
        }
    }

    /// Shows the run before the present one again, where this one has left nothing; whether it does.
    fn bring_back(self) -> bool {
        let moment = self.run.bring_back();
        moment.into_iter().for_each(|moment| self.player.seek(moment));
        moment.is_some()
    }

    /// Draws a new puzzle of the game of `kind`, of the size that is wished for; it becomes one of a kind that a model takes.
    pub fn generate(self, kind: puzzle::Kind) {
        let seed = browser::seed();
        let wish = self.drawing.wish.get_untracked();
        let (board, settings) = (wish.board(kind), wish.settings(kind));
        let kind = board.fitting(&self.machine.kinds());
        let task = self.machine.ask(Task::Generate { kind, size: board.size(), settings, seed });
        self.drawing.generating.set_value(Some((task, kind)));
    }

    /// Shows boards of `kind`: the one last drawn, or the first; a new one where none is stored.
    pub fn show_kind(self, kind: puzzle::Kind) {
        if untrack(|| self.kind()) != kind && !self.drawing.recall(kind) {
            self.drawing.replace(Question::first_of(kind));
            if kind.first().is_none() && kind.generator().is_some() {
                self.generate(kind);
            }
        }
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Lost { message, curable } => {
                if untrack(|| self.is_running()) {
                    self.run.fail(format!("The worker stopped: {message}. What was recorded stays."));
                }
                self.dimensionality.task.set(None);
                self.machine.lost(&message, curable);
            }
            Heard::Waiting(words) => self.machine.await_worker(&words),
            Heard::Report { task, event, buffer } => self.take(task, event, buffer),
        }
    }

    fn take(self, task: Option<u32>, event: Event, buffer: Option<ArrayBuffer>) {
        let running = self.run.phase.with_untracked(|phase| match phase {
            Phase::Running { task } => Some(*task),
            _ => None,
        });
        let of_run = running.is_some() && task == running;
        // The end of what is cancelled is told as well.
        if event == Event::Cancelling {
            return;
        }
        if self.take_measurement(task, &event) || self.take_mixing(task, &event) || self.take_projection(task, &event) {
            return;
        }
        match event {
            Event::Generated { question } => {
                if let Some((_, kind)) = self.drawing.generating.get_value().filter(|(asked, _)| Some(*asked) == task) {
                    self.drawing.replace_as_wished(Question { kind, tokens: question });
                }
            }
            Event::Examined(solutions) if self.drawing.examining.get_value() == task => {
                self.drawing.solutions.set(Some(solutions));
            }
            Event::Started { engine, model } if of_run => self.run.begin(engine, model, self.machine.maker()),
            Event::Segment(report) if of_run => {
                let states = buffer.map_or_else(Vec::new, |buffer| Uint8Array::new(&buffer).to_vec());
                self.run.record(report, &states);
                self.player.follow();
            }
            Event::Finished if of_run => {
                self.run.finish(untrack(|| self.kind()));
                self.run_what_comes_after();
                self.replay_the_first();
            }
            Event::Cancelled if of_run => self.was_stopped(),
            Event::Failed(failure) if of_run => {
                self.run.fail(match (failure.engine, self.machine.choice.get_untracked()) {
                    (true, Choice::Gpu) => format!(
                        "{}. What was recorded stays. Solve again to start it anew, or choose the CPU engine.",
                        failure.message
                    ),
                    (true, _) => format!("{}. What was recorded stays.", failure.message),
                    (false, _) => failure.message,
                });
            }
            event => {
                let (failed, listed) = (matches!(event, Event::Failed(_)), matches!(event, Event::Listed { .. }));
                self.machine.take(task, event);
                if listed {
                    self.drawing.fit(&self.machine.kinds());
                    self.show_kind_of_link();
                }
                if failed && self.run.phase.get_untracked() == Phase::Waiting {
                    // What failed is what the verdict says where nothing runs.
                    self.run.phase.set(Phase::Idle);
                }
                self.start_if_waiting();
            }
        }
    }

    /// A link that names a model and no puzzle shows a board of that model's.
    fn show_kind_of_link(self) {
        let asked = self.linked_model.try_update_value(Option::take).flatten();
        let kind = asked.and_then(|name| {
            self.machine.gallery.with_untracked(|all| all.iter().find(|model| model.name == name).map(|it| it.puzzle))
        });
        if let Some(kind) = kind {
            self.show_kind(kind);
        }
    }

    /// Opens the model that fits the board whenever that is another one, or the same for a board of another size.
    fn follow_model(self) {
        let of_board = Memo::new(move |_| {
            let every_size = |model: &Entry| model.every_size.then(|| self.kind());
            self.machine.model.with(|model| model.as_ref().map(|model| (model.name.clone(), every_size(model))))
        });
        Effect::new(move |before: Option<Option<String>>| {
            let name = of_board.get().map(|(name, _)| name);
            untrack(|| {
                self.stop_measuring();
                self.dimensionality.found.set(None);
                // Views and experiments ask the open model about the run: it has to be that model's.
                if before.flatten().is_some_and(|before| Some(before) != name) {
                    self.wider.clear();
                    self.drop_thought();
                }
                if let Some(name) = &name {
                    self.machine.open(name.clone());
                }
            });
            name
        });
        Effect::new(move |_| {
            if self.machine.choice.get() == Choice::Auto {
                untrack(|| self.machine.measure_if_unknown());
            }
            untrack(|| self.start_if_waiting());
        });
    }

    /// A changed board has no answer yet, and is examined.
    fn follow_question(self) {
        Effect::new(move |earlier: Option<()>| {
            let question = self.drawing.question.get();
            untrack(|| {
                if earlier.is_some() {
                    self.wider.clear_unless_of(&question);
                    self.run.forget_stretch();
                    self.drop_thought();
                    self.pointed.set(None);
                }
                if self.drawing.brush.get_untracked() == Brush::Look {
                    self.drawing.brush.set(Brush::default());
                }
                self.drawing.solutions.set(None);
                let Question { kind, tokens } = question;
                let task = self.machine.ask(Task::Examine { kind, question: tokens });
                self.drawing.examining.set_value(Some(task));
                self.bring_what_is_due();
            });
        });
    }
}
