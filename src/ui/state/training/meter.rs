//! What the next run will take: a few of its steps are measured, in a worker of their own that ends with them, so that a
//! large model never keeps anything else waiting.

use hrm_core::{engine::Kind as EngineKind, train::Recipe};
use hrm_link::{
    client::{Client, Module},
    protocol::{Event, Task},
    replies::{End, Replies},
    training::{Estimate, TrainingEvent, TrainingTask},
};
use js_sys::Object;
use leptos::{prelude::*, task::spawn_local};

/// A measurement under way or done.
#[derive(Clone, Copy)]
pub struct Meter {
    client: StoredValue<Option<Client>, LocalStorage>,
    /// What it is of.
    of: StoredValue<Option<(Recipe, EngineKind)>>,
    /// What was found.
    pub found: RwSignal<Option<Result<Estimate, String>>>,
    /// Whether it is being measured.
    pub busy: RwSignal<bool>,
}

impl Meter {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            client: StoredValue::new_local(None),
            of: StoredValue::new(None),
            found: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    async fn follow(self, mut replies: Replies) {
        loop {
            let found = match replies.next().await {
                Ok((Event::Training(TrainingEvent::Estimated(estimate)), _)) => Ok(estimate),
                Ok((Event::Failed(failure), _)) => Err(failure.message),
                Err(End::Lost(loss)) => Err(loss.message),
                Ok(_) => continue,
                Err(End::Over) => return,
            };
            if !found.as_ref().is_ok_and(|estimate| estimate.step_seconds.is_none()) {
                self.end();
            }
            self.found.set(Some(found));
        }
    }

    /// Ends a measurement; what was found before the time stays.
    pub(super) fn end(self) {
        self.busy.set(false);
        if let Some(client) = self.client.with_value(Option::clone) {
            client.stop();
        }
    }

    /// Measures a recipe on an engine.
    pub(super) fn measure(self, recipe: Recipe, engine: EngineKind) {
        let new = || Client::new(Module::Training, |_| ());
        let client = self.client.with_value(Option::clone).unwrap_or_else(new);
        self.client.set_value(Some(client.clone()));
        self.of.set_value(Some((recipe.clone(), engine)));
        client.restart();
        self.busy.set(true);
        let task = Task::Training(TrainingTask::Estimate { recipe: Box::new(recipe), engine });
        spawn_local(self.follow(client.request(task, Vec::<Object>::new())));
    }

    /// Whether a recipe was measured to the end; what was found of another one is not shown any more.
    pub(super) fn is_measured(self, of: &(Recipe, EngineKind)) -> bool {
        if self.of.with_value(|measured| measured.as_ref() != Some(of)) {
            self.found.set(None);
        }
        self.found.with_untracked(|found| match found {
            Some(Ok(estimate)) => estimate.step_seconds.is_some(),
            found => found.is_some(),
        })
    }
}
