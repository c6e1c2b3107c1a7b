//! What views of a run and of a search ask for that takes long: in a worker of its own, so that it waits for no run, and no
//! frame of the page waits for it.

use hrm_link::{
    client::{Client, Module},
    protocol::Task,
    replies::Replies,
};
use js_sys::Object;
use leptos::prelude::*;

use crate::ui::state::latest::Latest;

/// The worker, which is started when it is first asked.
#[derive(Clone, Copy)]
pub struct Analyst {
    client: StoredValue<Option<Client>, LocalStorage>,
    /// What is asked about the states of a run.
    pub components: Latest,
}

impl Analyst {
    /// Not started yet.
    pub fn new() -> Self {
        Self { client: StoredValue::new_local(None), components: Latest::new() }
    }

    /// Asks it.
    pub fn request(self, task: Task, files: Vec<impl Into<Object>>) -> Replies {
        let new = || Client::new(Module::Solving, |_| ());
        let client = self.client.with_value(Option::clone).unwrap_or_else(new);
        self.client.set_value(Some(client.clone()));
        client.wake();
        client.request(task, files)
    }
}
