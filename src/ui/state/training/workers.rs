//! The workers of the training module: the one that trains, and another one for what that is too busy for.

use hrm_link::{
    client::{Client, Module},
    protocol::{Event, Task},
    replies::{End, Loss, Replies},
    training::{TrainingEvent, TrainingTask},
};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use crate::ui::state::training::phase::Phase;

/// The answer to a task, with a file where it is one; or why there is none, without a full stop.
pub(super) type Answer = Result<(TrainingEvent, Option<ArrayBuffer>), String>;

/// The answer to a task; `None` where the page has ended the worker, and waits for no answer any more.
pub(super) async fn answer(mut replies: Replies) -> Option<Answer> {
    loop {
        return Some(match replies.next().await {
            Ok((Event::Training(event), buffer)) => Ok((event, buffer)),
            Ok((Event::Failed(failure), _)) => Err(failure.message),
            Ok(_) => continue,
            Err(End::Lost(loss)) => Err(why(loss)),
            Err(End::Over) => return None,
        });
    }
}

/// Why a worker is gone, as a part of a sentence.
pub(super) fn why(Loss { message, curable }: Loss) -> String {
    if curable { format!("the worker stopped ({message})") } else { message }
}

/// The two workers.
#[derive(Clone, Copy)]
pub struct Workers {
    /// The one that trains; there is none until the Train place is shown.
    trainer: StoredValue<Option<Client>, LocalStorage>,
    /// The other one, started when it is first needed.
    other: StoredValue<Option<Client>, LocalStorage>,
    /// How far the run is that the first one trains.
    pub(super) phase: RwSignal<Phase>,
}

impl Workers {
    /// None is started yet.
    pub fn new() -> Self {
        Self {
            trainer: StoredValue::new_local(None),
            other: StoredValue::new_local(None),
            phase: RwSignal::new(Phase::Idle),
        }
    }

    /// Starts the one that trains; false where it was started before.
    pub(super) fn start_trainer(self) -> bool {
        if self.has_trainer() {
            return false;
        }
        let client = Client::new(Module::Training, |_| ());
        self.trainer.set_value(Some(client.clone()));
        client.restart();
        true
    }

    /// Whether the one that trains was started.
    pub(super) fn has_trainer(self) -> bool {
        self.trainer.with_value(Option::is_some)
    }

    /// Whether that is at a run.
    pub fn is_busy(self) -> bool {
        self.phase.get().task().is_some()
    }

    /// Starts it anew: it gives back its memory, and answers nothing that it was asked.
    pub(super) fn restart_trainer(self) {
        self.trainer.with_value(|client| client.iter().for_each(Client::restart));
    }

    /// Ends a task of it.
    pub(super) fn cancel(self, task: u32) {
        self.trainer.with_value(|client| client.iter().for_each(|client| client.cancel(task)));
    }

    /// Asks it; it is started again if it has ended.
    pub(super) fn request_trainer(self, task: TrainingTask, buffers: Vec<ArrayBuffer>) -> Option<Replies> {
        let client = self.trainer.with_value(Option::clone)?;
        client.wake();
        Some(client.request(Task::Training(task), buffers))
    }

    /// Asks the other one about a file.
    pub(in crate::ui::state) fn request_of_file(self, task: Task, file: File) -> Replies {
        let client = self.other();
        client.wake();
        client.request(task, vec![file])
    }

    fn other(self) -> Client {
        let new = || Client::new(Module::Training, |_| ());
        let client = self.other.with_value(Option::clone).unwrap_or_else(new);
        self.other.set_value(Some(client.clone()));
        client
    }

    /// Asks whichever is at no run, and gives its answer to `take`.
    pub(super) fn ask(self, task: TrainingTask, buffers: Vec<ArrayBuffer>, take: impl FnOnce(Answer) + 'static) {
        let trainer = if untrack(|| self.is_busy()) { None } else { self.trainer.with_value(Option::clone) };
        let client = trainer.unwrap_or_else(|| self.other());
        client.wake();
        if !client.is_alive() {
            return take(Err("the browser starts no worker".into()));
        }
        let replies = client.request(Task::Training(task), buffers);
        spawn_local(async move {
            if let Some(answer) = answer(replies).await {
                take(answer);
            }
        });
    }
}
