//! What a person does with a run: begin, continue, pause, stop, rename, delete.

use hrm_core::{
    engine::Kind as EngineKind,
    train::{Recipe, Row},
};
use hrm_link::training::{Source, Start, TrainingTask};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};

use crate::ui::{
    browser,
    format::words::id_of,
    state::training::{
        given::Origin,
        news::News,
        notice::{Notice, Way},
        phase::Phase,
        progress::Progress,
        state::{AfterPause, Boards, Current, Training},
    },
    url::place::Place,
};

/// Until its files are read, a run has no task.
const READING: Phase = Phase::Preparing(0);
/// Unseen boards that are watched.
const BOARDS: usize = 6;
/// Seconds between two saves of a run.
const SAVE_SECONDS: f64 = 15.0;

impl Training {
    /// Starts the training worker and lists the runs: the Train place is shown for the first time.
    pub fn open_training(self) {
        if !self.workers.start_trainer() {
            return;
        }
        self.runs.list();
        self.runs.hear_of_persistence(false);
        self.follow_visibility();
        self.follow_thinned();
        self.follow_compared();
        self.next.follow_engine();
        self.next.measure_when_settled();
    }

    /// Shows the place where models learn, and waits until its worker has been started.
    pub(in crate::ui::state) async fn show(self) {
        self.route.place.set(Place::Train);
        while !self.workers.has_trainer() {
            browser::breathe().await;
        }
    }

    /// Begins a new run by the draft; at most `steps` steps of it.
    pub fn begin_run(self, steps: Option<u64>) {
        let engine = self.machine().engine.get_untracked();
        let Ok(mut recipe) = self.next.recipe.get_untracked() else { return };
        if untrack(|| self.is_busy() || self.next.lacks_puzzles().is_some()) {
            return;
        }
        recipe.name = self.runs.free_name(&recipe.name, None);
        let id = self.show_new(&recipe, engine);
        let from = match self.next.origin.get_untracked() {
            Origin::Random => Source::Random,
            Origin::Gallery(name) => Source::Gallery(name),
            Origin::Run(run) => Source::Run(run),
            Origin::File(_) => Source::File,
        };
        self.phase.set(READING);
        spawn_local(async move {
            let buffers = self.next.buffers_of(&recipe, &from).await;
            if self.phase.get_untracked() != READING {
                return;
            }
            match buffers {
                Ok(buffers) => {
                    let start = Start::Begin { recipe: Box::new(recipe), from };
                    self.ask_to_train(id, start, engine, steps, buffers);
                }
                Err(message) => self.break_off(message, false),
            }
        });
    }

    /// Begins a new run from the averaged weights of another one and on its puzzles; by its recipe, but for what `change`
    /// changes.
    pub fn branch_run(self, of: &str, change: impl FnOnce(&mut Recipe)) {
        if untrack(|| self.is_busy()) {
            return;
        }
        let shown = self.current.get_untracked().filter(|current| current.id == of);
        let shown = shown.map(|current| current.recipe);
        let known = shown.or_else(|| self.runs.state_of(of, |state| state.recipe.clone()));
        let Some(mut recipe) = known else { return };
        let engine = self.machine().engine.get_untracked();
        change(&mut recipe);
        recipe.name = self.runs.free_name(&recipe.name, None);
        let id = self.show_new(&recipe, engine);
        let start = Start::Branch { recipe: Box::new(recipe), of: of.into() };
        self.ask_to_train(id, start, engine, None, self.runs.kept.files_of(of));
    }

    /// Shows a new run and returns its id.
    fn show_new(self, recipe: &Recipe, engine: EngineKind) -> String {
        let id = id_of(&recipe.name, browser::seed());
        self.show_run(Current { id: id.clone(), recipe: recipe.clone(), engine, ready: None }, Vec::new());
        self.runs.hear_of_persistence(true);
        id
    }

    /// Goes on with the run that is shown.
    pub fn continue_run(self, steps: Option<u64>) {
        let current =
            self.current.with_untracked(|current| Some((current.as_ref()?.id.clone(), current.as_ref()?.engine)));
        if let Some((id, engine)) = current.filter(|_| !untrack(|| self.is_busy())) {
            self.notice.set(None);
            self.ask_to_continue(id, engine, steps);
        }
    }

    /// Shows a stored run and goes on with it; on `engine`, or on the kind that it was on: another rounds otherwise.
    pub fn continue_stored(self, id: &str, engine: Option<EngineKind>) {
        let engine = engine.unwrap_or_else(|| self.engine_of(id));
        if self.show_stored(id, engine) {
            self.ask_to_continue(id.into(), engine, None);
        }
    }

    /// The engine on which a stored run goes on: where it does not say, the page's.
    fn engine_of(self, id: &str) -> EngineKind {
        let own = self.runs.state_of(id, |state| state.engine).flatten();
        own.unwrap_or_else(|| self.machine().engine.get_untracked())
    }

    /// Shows a stored run, which can be gone on with.
    pub fn open_stored(self, id: &str) {
        let engine = self.engine_of(id);
        if self.show_stored(id, engine) {
            let steps = self.current.with_untracked(|now| now.as_ref().map_or(0, |now| now.recipe.training.steps));
            let done = self.progress.get_untracked().step >= steps;
            self.phase.set(if done { Phase::Done } else { Phase::Paused });
        }
    }

    /// Puts a stored run in place of the one that is shown; false where that is not possible now.
    fn show_stored(self, id: &str, engine: EngineKind) -> bool {
        if untrack(|| self.is_busy()) {
            return false;
        }
        let state = self.runs.state_of(id, Clone::clone);
        let known = state.is_some();
        if let Some(state) = state {
            let steps = state.recipe.training.steps;
            self.show_run(Current { id: id.into(), recipe: state.recipe, engine, ready: None }, state.rows);
            self.thinned.set(state.thinned);
            self.progress.set(Progress { step: state.step, seconds: state.seconds, ..Progress::default() });
            self.saved.set(Some((state.step, 0)));
            self.result.set(state.result.filter(|_| state.step >= steps));
        }
        known
    }

    fn ask_to_continue(self, run: String, engine: EngineKind, steps: Option<u64>) {
        self.after_pause.set_value(AfterPause::Stay);
        self.runs.hear_of_persistence(true);
        let buffers = self.runs.kept.files_of(&run);
        self.ask_to_train(run, Start::Continue, engine, steps, buffers);
    }

    fn ask_to_train(
        self,
        run: String,
        start: Start,
        engine: EngineKind,
        steps: Option<u64>,
        buffers: Vec<ArrayBuffer>,
    ) {
        let task = TrainingTask::Train { run, start, engine, steps, boards: BOARDS, save_seconds: SAVE_SECONDS };
        let Some(replies) = self.workers.request_trainer(task, buffers) else { return };
        self.phase.set(Phase::Preparing(replies.task));
        spawn_local(self.follow_run(replies));
    }

    /// Puts a run in place of the one that is shown.
    fn show_run(self, current: Current, rows: Vec<Row>) {
        self.next.meter.end();
        self.after_pause.set_value(AfterPause::Stay);
        self.diverged.set_value(false);
        self.news.set_value(News::default());
        if self.runs.compared.get_untracked().as_ref() == Some(&current.id) {
            self.runs.compared.set(None);
        }
        self.current.set(Some(current));
        self.rows.set(rows);
        self.thinned.set(false);
        self.progress.set(Progress::default());
        self.boards.set(Boards::default());
        self.result.set(None);
        self.saved.set(None);
        self.notice.set(None);
        self.activity.set(None);
    }

    /// Asks the run to pause; it is saved then.
    pub fn pause_run(self) {
        if self.phase.get_untracked() == READING {
            return self.close_run();
        }
        if let Some(task) = self.phase.get_untracked().task() {
            self.workers.cancel(task);
            self.phase.set(Phase::Pausing(task));
        }
    }

    /// Pauses the run and puts it away: it stays among the stored ones. A second time, while the worker does not listen, it
    /// ends the worker: what was saved last stays.
    pub fn stop_run(self) {
        match self.phase.get_untracked() {
            Phase::Idle => {}
            Phase::Pausing(_) | Phase::Saving(_) if self.after_pause.get_value() == AfterPause::Close => {
                self.restart_trainer();
                if self.is_only_kept() { self.put_away() } else { self.close_run() }
            }
            phase if phase.task().is_some() => {
                self.after_pause.set_value(AfterPause::Close);
                self.pause_run();
            }
            _ => self.put_away(),
        }
    }

    /// Whether the newest state of the run that is shown is in this tab alone.
    fn is_only_kept(self) -> bool {
        let id = self.shown();
        let kept = id.and_then(|id| self.runs.kept.step_of_untracked(&id));
        kept.is_some() && kept > self.saved.get_untracked().map(|(step, _)| step)
    }

    /// Puts the run away; where it is not saved, only when that is asked for again.
    pub(super) fn put_away(self) {
        let warned = self.after_pause.get_value() == AfterPause::Warned;
        let step = self.progress.get_untracked().step;
        let saved = self.saved.get_untracked().is_some_and(|(saved, _)| saved == step);
        // What a run that broke off did after its last state is lost already.
        let would_be_lost = match self.phase.get_untracked() {
            Phase::Failed => self.is_only_kept(),
            _ => !saved,
        };
        if warned || step == 0 || !would_be_lost {
            return self.close_run();
        }
        self.after_pause.set_value(AfterPause::Warned);
        if untrack(|| self.is_busy()) {
            self.phase.set(Phase::Paused);
        }
        let id = self.shown();
        let text = "This run is not saved: download it, or press the same button again to give it up.".into();
        self.notice.set(Some(Notice { text, ways: id.map(Way::Download).into_iter().collect() }));
    }

    /// Shows no run any more. The worker is started anew: it gives back the memory and the run's lock.
    pub(super) fn close_run(self) {
        self.restart_trainer();
        if let Some(id) = self.shown() {
            self.runs.kept.drop_of(&id);
        }
        self.notice.set(None);
        self.phase.set(Phase::Idle);
        self.current.set(None);
        self.rows.set(Vec::new());
        self.boards.set(Boards::default());
        self.activity.set(None);
        self.runs.list();
    }

    fn restart_trainer(self) {
        // What it was asked it does not answer any more.
        self.curves_read.set_value(Vec::new());
        self.workers.restart_trainer();
    }

    /// In a hidden tab the run pauses, if the person wants that, and goes on when it is seen again.
    fn follow_visibility(self) {
        let handle = window_event_listener_untyped("visibilitychange", move |_| {
            let hidden = document().hidden();
            if hidden {
                self.pause_if_hidden();
                self.save_run();
            } else {
                self.flush_news();
                let awaits = self.after_pause.get_value() == AfterPause::Await;
                if awaits && self.phase.get_untracked() == Phase::Paused {
                    self.continue_run(None);
                } else if !untrack(|| self.is_busy()) {
                    // Another tab may have changed them.
                    self.runs.list();
                }
            }
        });
        // A page that is closed or left while a run is trained, or is stored nowhere, asks first; it saves meanwhile.
        let leaving = window_event_listener(leptos::ev::beforeunload, move |event| {
            self.save_run();
            // What is being saved is not saved yet, and what only this tab has is lost with it.
            let phase = self.phase.get_untracked();
            if matches!(phase, Phase::Running(_) | Phase::Pausing(_) | Phase::Saving(_)) || self.is_only_kept() {
                event.prevent_default();
            }
        });
        on_cleanup(move || {
            handle.remove();
            leaving.remove();
        });
    }

    /// Has the run saved after the step that is under way, without a pause.
    fn save_run(self) {
        if matches!(self.phase.get_untracked(), Phase::Running(_)) {
            // Its answer is the news that it is saved.
            drop(self.workers.request_trainer(TrainingTask::Save, Vec::new()));
        }
    }

    /// A run that is being prepared when its tab is hidden pauses as soon as it is ready.
    pub(super) fn pause_if_hidden(self) {
        let runs = matches!(self.phase.get_untracked(), Phase::Running(_));
        if runs && document().hidden() && !self.goes_on_hidden.get_untracked() {
            self.after_pause.set_value(AfterPause::Await);
            self.pause_run();
        }
    }

    /// Gives a stored run another name, with a number behind it where another run has it; where it is shown, there too.
    pub fn rename_run(self, run: String, name: &str) {
        let shown = untrack(|| self.shows(&run));
        let name = self.runs.rename(run, name);
        if let Some(name) = name.filter(|_| shown) {
            self.current.update(|current| current.iter_mut().for_each(|current| current.recipe.name.clone_from(&name)));
        }
    }

    /// Deletes a stored run.
    pub fn delete_run(self, run: String) {
        if self.runs.compared.get_untracked().as_ref() == Some(&run) {
            self.runs.compared.set(None);
        }
        let shown = untrack(|| self.shows(&run));
        if shown && !untrack(|| self.is_busy()) {
            self.phase.set(Phase::Idle);
            self.current.set(None);
            self.rows.set(Vec::new());
            self.boards.set(Boards::default());
        }
        self.runs.kept.drop_of(&run);
        self.runs.delete(run);
    }
}
