//! What the training worker reports. Steps arrive ten times a second at most; what they change on the page is drawn once a
//! frame.

use hrm_link::{
    protocol::Event,
    replies::{End, Replies},
    training::TrainingEvent,
};
use js_sys::ArrayBuffer;
use leptos::prelude::*;

use crate::ui::{
    format::words::{thousands, trying},
    state::training::{
        news::{News, extend},
        notice::{Notice, Way},
        phase::Phase,
        progress::Progress,
        state::{AfterPause, Boards, Current, Ready, Training},
        workers::why,
    },
};

impl Training {
    /// Takes what the worker says of the run that it trains, as long as that is its task.
    pub(super) async fn follow_run(self, mut replies: Replies) {
        let task = replies.task;
        loop {
            let answer = replies.next().await;
            let phase = self.phase.get_untracked();
            if phase.task() != Some(task) {
                return;
            }
            match answer {
                Ok((Event::Cancelling, _)) => {
                    if phase == Phase::Pausing(task) {
                        self.phase.set(Phase::Saving(task));
                    }
                }
                Ok((Event::Training(event), buffer)) => self.take_step(event, buffer),
                Ok((Event::Finished | Event::Cancelled, _)) => {
                    self.flush_news();
                    self.activity.set(None);
                    self.rest();
                }
                Ok((Event::Failed(failure), _)) => self.break_off(failure.message, failure.engine),
                Ok(_) => {}
                Err(End::Lost(loss)) => return self.break_off(why(loss), true),
                Err(End::Over) => return,
            }
        }
    }

    /// The task is over: the run has paused, or is at its end.
    fn rest(self) {
        let steps =
            self.current.with_untracked(|current| current.as_ref().map(|current| current.recipe.training.steps));
        let done = steps.is_some_and(|steps| self.progress.get_untracked().step >= steps);
        // Cancelled before it was ready, there is nothing to go on with but what is stored or kept.
        let unready = self.current.get_untracked().filter(|current| current.ready.is_none());
        if let Some(Current { id, .. }) = unready {
            if self.runs.kept.step_of_untracked(&id).is_some() {
                return self.phase.set(Phase::Paused);
            }
            let unsaved = self.saved.get_untracked().is_none();
            self.close_run();
            if unsaved {
                self.runs.delete(id);
            }
            return;
        }
        if self.after_pause.get_value() == AfterPause::Close {
            return self.put_away();
        }
        self.phase.set(if done { Phase::Done } else { Phase::Paused });
        if self.after_pause.get_value() == AfterPause::Await && !document().hidden() && !done {
            self.continue_run(None);
        }
        self.runs.list();
    }

    fn take_step(self, event: TrainingEvent, buffer: Option<ArrayBuffer>) {
        match event {
            TrainingEvent::Generating { done, of } => {
                let [done, of] = [done, of].map(|number| thousands(number as u64));
                self.activity.set(Some(format!("Generating puzzles: {done} of {of}")));
            }
            TrainingEvent::Ready { recipe, rows, step, seconds, examples, shortages, bytes, engine } => {
                self.current.update(|current| {
                    if let Some(current) = current {
                        current.recipe = *recipe;
                        current.ready = Some(Ready { engine, examples, shortages, bytes });
                    }
                });
                self.activity.set(None);
                self.rows.set(rows);
                self.thinned.set(false);
                // A run that was stopped before its end has been tested, and is to be tested again.
                self.result.set(None);
                self.progress.set(Progress { step, seconds, ..Progress::default() });
                if let Phase::Preparing(task) = self.phase.get_untracked() {
                    self.phase.set(Phase::Running(task));
                    self.pause_if_hidden();
                }
            }
            TrainingEvent::Stepped { report, rows, seconds, step_seconds } => {
                let first = self.news.try_update_value(|news| {
                    extend(&mut news.rows, rows);
                    news.progress = Some(Progress {
                        step: report.step,
                        seconds,
                        step_seconds: Some(step_seconds),
                        last: Some(report),
                    });
                    !std::mem::replace(&mut news.due, true)
                });
                if first == Some(true) {
                    request_animation_frame(move || self.flush_news());
                }
            }
            TrainingEvent::Evaluating { done, of } => {
                let all = self.current.with_untracked(|now| Some(now.as_ref()?.ready.as_ref()?.examples.1));
                self.activity.set(Some(trying(done, of, all.unwrap_or(of))));
            }
            TrainingEvent::Boards { step, boards } => {
                self.activity.set(None);
                self.boards.set(Boards { step, boards });
            }
            TrainingEvent::Tested(result) => self.result.set(Some(result)),
            TrainingEvent::Saved { step, bytes } => {
                self.saved.set(Some((step, bytes)));
                if let Some(id) = self.shown() {
                    self.runs.kept.drop_of(&id);
                }
                self.list_run_if_new();
            }
            TrainingEvent::NotSaved { message } => {
                let id = self.shown();
                // Said once, until it can be saved again.
                if id.as_ref().is_none_or(|id| self.runs.kept.step_of_untracked(id).is_none()) {
                    let text = format!(
                        "Not saved: {message}. Training goes on; this tab keeps the last state for as long as it is open."
                    );
                    self.notice.set(Some(Notice { text, ways: id.map(Way::Download).into_iter().collect() }));
                }
            }
            TrainingEvent::Kept { step } => {
                if let Some(state) = buffer {
                    let run = self.shown();
                    self.runs.kept.keep(run, step, state);
                }
            }
            TrainingEvent::Diverged { .. } => self.diverged.set_value(true),
            _ => {}
        }
    }

    /// The run that is shown belongs into the list as soon as it is stored.
    fn list_run_if_new(self) {
        let id = self.shown();
        let listed = id.is_some_and(|id| untrack(|| self.runs.of_stored(&id, |_| ())).is_some());
        if !listed {
            self.runs.list();
        }
    }

    /// Puts what waits on the page.
    pub(super) fn flush_news(self) {
        let Some(News { rows, progress, .. }) = self.news.try_update_value(std::mem::take) else { return };
        if !rows.is_empty() {
            self.rows.update(|all| extend(all, rows));
        }
        if let Some(progress) = progress {
            self.progress.set(progress);
        }
    }
}
