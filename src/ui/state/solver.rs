//! What solves the puzzle on the board: it gives runs to the worker, ends them, and follows the board and its model.

use std::time::Duration;

use hrm_core::{
    gallery::Entry,
    model::Intervention,
    puzzle,
    recording::{Recording, solve::Until},
};
use hrm_link::{
    engine_timing::Choice,
    protocol::{Event, Failure, Task},
    replies::{End, Replies},
};
use leptos::{prelude::*, task::spawn_local};

use crate::ui::{
    board::edit::Brush,
    browser::{self, files::received},
    state::{
        attempt::Attempt,
        dimension::Measured,
        drawing::Drawing,
        machine::{Machine, Status},
        player::Player,
        question::Question,
        run::{Phase, Run},
        visit::Visit,
        wider::Wider,
    },
    url::address::Address,
};

/// How many times the segments of training a run may take, by choice.
pub const STRETCHES: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// Segments of the run on the first board: as many as it takes, and one in which nothing changes any more.
const OF_FIRST_BOARD: usize = 4;

/// The board, the model and its run, and what a run ends.
#[derive(Clone, Copy)]
pub struct Solver {
    pub(super) drawing: Drawing,
    pub(super) machine: Machine,
    pub(super) run: Run,
    pub(super) player: Player,
    pub(super) attempt: Attempt,
    pub(super) measured: Measured,
    pub(super) wider: Wider,
    pub(super) visit: Visit,
}

impl Solver {
    /// Whether the run on the page is of another model than the open one, which then cannot be asked about it.
    pub fn is_foreign(self) -> bool {
        let open = self.machine.digest.get();
        let of_other = |run: &Recording| open.as_ref().is_some_and(|open| *open != run.maker().digest);
        self.run.recording.with(|run| run.as_ref().is_some_and(of_other))
    }

    /// Runs the model on the puzzle that is drawn, as soon as it is known on which engine.
    pub fn solve(self) {
        self.attempt.end();
        self.wider.opened.update(|opened| opened.iter_mut().for_each(|opened| opened.is_its_run = false));
        self.think(Vec::new(), None);
    }

    /// Runs it on the first board, no longer than it takes.
    pub fn solve_first_board(self) {
        self.think(Vec::new(), Some(OF_FIRST_BOARD));
    }

    /// Begins a person's attempt at the puzzle on the board; the model thinks about it meanwhile, if it has not yet.
    pub fn begin_attempt(self) {
        let question = self.drawing.question.get_untracked();
        if self.run.asked.with_value(|asked| asked.request.question != question.tokens)
            || self.run.recording.with_untracked(Option::is_none)
        {
            self.solve();
        }
        self.attempt.begin(question.tokens);
    }

    /// Runs the model as an address asks, where it does.
    pub(super) fn run_to(self, address: &Address) {
        let Some(moment) = address.moment else { return };
        let stretch = address.stretch.filter(|stretch| STRETCHES.contains(stretch));
        let (acts, until, segments) = (address.acts.clone(), address.until, address.segments);
        // A puzzle that the address brought clears the last run first.
        let start = move || {
            let kind = untrack(|| self.drawing.kind());
            // For this puzzle alone: the next one gets what a person has chosen.
            self.run.stretch_for_this(stretch.unwrap_or(1));
            self.run.until.set(until);
            self.run.watch.set(true);
            self.think(Vec::new(), segments);
            self.player.await_moment(moment);
            let fits = |asked: &Intervention| asked.act.fits(kind.seq_len(), kind.vocab_size());
            let acts: Vec<_> = acts.into_iter().filter(fits).collect();
            self.run.asked.update_value(|asked| asked.after = (!acts.is_empty()).then_some((acts, moment)));
        };
        set_timeout(start, Duration::ZERO);
    }

    /// Runs the model with what is done to it on the way, for as many segments as are asked for, or as are chosen.
    pub(super) fn think(self, interventions: Vec<Intervention>, segments: Option<usize>) {
        if untrack(|| self.run.is_running()) || !self.machine.revive() {
            return;
        }
        self.measured.stop();
        self.drawing.question.with_untracked(|question| self.wider.clear_unless_of(question));
        self.run.set_aside(self.player.moment.get_untracked());
        self.player.rewind();
        self.run.asked.update_value(|asked| asked.wait(interventions, segments));
        self.run.phase.set(Phase::Waiting);
        // A stroke would forget the run: from here on the board is looked at until a person takes a brush again.
        self.drawing.brush.set(Brush::Look);
        self.start_if_waiting();
    }

    /// Gives the run that waits to the worker, if all is known that it needs.
    pub(super) fn start_if_waiting(self) {
        if self.run.phase.with_untracked(|phase| *phase != Phase::Waiting) {
            return;
        }
        let Some(shapes) = self.machine.shapes.get_untracked() else { return };
        let engine = self.machine.engine.get_untracked();
        let question = self.drawing.question.with_untracked(|question| question.tokens.clone());
        let request = self.run.request(shapes, question);
        let task = Task::Solve { engine, request: request.clone() };
        let Some(replies) = self.machine.request(task) else { return };
        self.run.engine.set(Some(engine));
        self.run.asked.update_value(|asked| asked.request = request);
        self.run.phase.set(Phase::Running { task: replies.task });
        spawn_local(self.follow_run(replies));
    }

    /// Takes what the worker says of a run, as long as that is the one on the page.
    async fn follow_run(self, mut replies: Replies) {
        let task = replies.task;
        loop {
            let answer = replies.next().await;
            if self.run.phase.get_untracked() != (Phase::Running { task }) {
                return;
            }
            match answer {
                Ok((Event::Started { engine, model }, _)) => self.run.begin(engine, model, self.machine.maker()),
                Ok((Event::Segment(report), buffer)) => {
                    let states = received(buffer);
                    self.run.record(report, &states);
                    self.player.follow();
                }
                Ok((Event::Finished, _)) => {
                    self.run.finish(untrack(|| self.drawing.kind()));
                    self.run_what_comes_after();
                    self.visit.replay_the_first(self.run, self.player);
                }
                Ok((Event::Cancelled, _)) => self.was_stopped(),
                Ok((Event::Failed(failure), _)) => self.run.fail(self.why(failure)),
                Ok(_) => {}
                // What is said of a worker that is lost is said where that is heard.
                Err(End::Lost(_)) => return,
                Err(End::Over) => return self.was_stopped(),
            }
        }
    }

    /// Why a run failed, with what to do.
    fn why(self, Failure { message, engine }: Failure) -> String {
        match (engine, self.machine.choice.get_untracked()) {
            (true, Choice::Gpu) => {
                format!("{message}. What was recorded stays. Solve again to start it anew, or choose the CPU engine.")
            }
            (true, _) => format!("{message}. What was recorded stays."),
            (false, _) => message,
        }
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
        self.machine.cancel(task);
        let deaf = move || {
            if self.run.phase.get_untracked() == (Phase::Running { task }) {
                self.was_stopped();
                self.machine.restart("The worker did not answer within two seconds.");
            }
        };
        set_timeout(deaf, Duration::from_secs(2));
    }

    /// The run has ended before its time.
    pub(super) fn was_stopped(self) {
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
        let Some(replies) = self.machine.request(Task::Generate { kind, size: board.size(), settings, seed }) else {
            return;
        };
        let task = Some(replies.task);
        self.drawing.generating.set_value(task);
        spawn_local(async move {
            match replies.last().await {
                // Of several that were asked for the last one counts.
                Ok((Event::Generated { question: tokens }, _)) if self.drawing.generating.get_value() == task => {
                    self.drawing.replace_as_wished(Question { kind, tokens });
                }
                Ok((Event::Failed(failure), _)) => self.machine.fail(failure.message),
                _ => {}
            }
        });
    }

    /// Shows boards of `kind`: the one last drawn, or the first; a new one where none is stored.
    pub fn show_kind(self, kind: puzzle::Kind) {
        if untrack(|| self.drawing.kind()) != kind && !self.drawing.recall(kind) {
            self.drawing.replace(Question::first_of(kind));
            if kind.first().is_none() && kind.generator().is_some() {
                self.generate(kind);
            }
        }
    }

    /// Opens the model that fits the board whenever that is another one, or the same for a board of another size.
    pub(super) fn follow_model(self) {
        let of_board = Memo::new(move |_| {
            let every_size = |model: &Entry| model.every_size.then(|| self.drawing.kind());
            self.machine.model.with(|model| model.as_ref().map(|model| (model.name.clone(), every_size(model))))
        });
        Effect::new(move |before: Option<Option<String>>| {
            let name = of_board.get().map(|(name, _)| name);
            untrack(|| {
                self.measured.stop();
                self.measured.found.set(None);
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
        Effect::new(move |_| {
            self.machine.shapes.track();
            let failed = self.machine.status.with(|status| matches!(status, Status::Failed(_)));
            if failed && self.run.phase.get_untracked() == Phase::Waiting {
                // What failed is what the verdict says where nothing runs.
                self.run.phase.set(Phase::Idle);
            }
            untrack(|| self.start_if_waiting());
        });
    }

    /// Has it found out how many solutions the board has.
    fn examine(self, question: Question) {
        let Question { kind, tokens } = question.clone();
        let Some(replies) = self.machine.request(Task::Examine { kind, question: tokens }) else { return };
        spawn_local(async move {
            match replies.last().await {
                Ok((Event::Examined(solutions), _))
                    if self.drawing.question.with_untracked(|present| *present == question) =>
                {
                    self.drawing.solutions.set(Some(solutions));
                }
                Ok((Event::Failed(failure), _)) => self.machine.fail(failure.message),
                _ => {}
            }
        });
    }

    /// A changed board has no answer yet, and is examined.
    pub(super) fn follow_question(self) {
        Effect::new(move |earlier: Option<()>| {
            let question = self.drawing.question.get();
            untrack(|| {
                if earlier.is_some() {
                    self.wider.clear_unless_of(&question);
                    self.run.forget_stretch();
                    self.drop_thought();
                    self.drawing.pointed.set(None);
                }
                if self.drawing.brush.get_untracked() == Brush::Look {
                    self.drawing.brush.set(Brush::default());
                }
                self.drawing.solutions.set(None);
                self.examine(question);
                self.bring_what_is_due();
            });
        });
    }
}
