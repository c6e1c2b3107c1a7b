//! What a person does with the run: begin, continue, pause, stop; and what follows a failure.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::{AfterPause, Boards, Current, Notice, Origin, Page, Phase, Progress, Use, Way, hear::News, tasks::Lane};
use crate::{
    engine::Kind as EngineKind,
    runtime::{
        client::Client,
        protocol::Task,
        training::protocol::{Part, Source, Start, TrainingTask},
    },
    train::Row,
    ui::{browser, place::Place, state::Status, train::words::id_of},
};

/// Until its files are read, a run has no task.
const READING: Phase = Phase::Preparing(0);
/// Unseen boards that are watched.
const BOARDS: usize = 6;
/// Seconds between two saves of a run.
const SAVE_SECONDS: f64 = 15.0;

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
        self.follow_engine();
        self.measure_when_settled();
    }

    /// The engine that a run would take, as chosen on the page; `None` while that is being measured.
    pub fn training_engine(self) -> Option<EngineKind> {
        let no_model = self.machine.status.with(|status| matches!(status, Status::Failed(_)));
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
        training.news.set_value(News::default());
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
            Phase::Pausing(_) | Phase::Saving(_) if training.after_pause.get_value() == AfterPause::Close => {
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
    pub(super) fn put_away(self) {
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
    pub(super) fn close_run(self) {
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
    pub(super) fn break_off(self, message: String, engine_failed: bool) {
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

    /// A GPU computes a batch whole; the CPU's cores may share it.
    fn follow_engine(self) {
        Effect::new(move |_| {
            let cores = match self.training_engine() {
                Some(EngineKind::Gpu) => 1,
                _ => browser::cores(),
            };
            self.training.cores.set(cores);
        });
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
