//! The stored runs: their list, their names, and what is kept in this tab alone of one that could not be stored.

use hrm_core::{names, train::Row};
use hrm_link::training::{Stored, StoredState, TrainingEvent, TrainingTask};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use crate::ui::{
    browser::{self, files::contents},
    format::words::id_of,
    state::training::{
        kept::Kept,
        notice::Notices,
        workers::{Answer, Workers},
    },
};

/// State of the list.
#[derive(Clone, Copy)]
pub struct Runs {
    workers: Workers,
    notices: Notices,
    /// The stored runs, once they are listed.
    pub stored: RwSignal<Option<Vec<Stored>>>,
    /// Why they cannot be listed, or one of them not be changed or read.
    pub storage_fault: RwSignal<Option<String>>,
    /// The last state that could not be saved.
    pub kept: Kept,
    /// The one whose curves are shown beside those of the run under way.
    pub compared: RwSignal<Option<String>>,
    /// That run's whole curve under its id, where the list has a thinned one: once it is read.
    pub compared_rows: RwSignal<Option<(String, Vec<Row>)>>,
    /// Whether the browser promises to keep what is stored until a person deletes it; `None` while it has not said.
    pub persistent: RwSignal<Option<bool>>,
    /// Whether the browser was asked on this visit to keep what is stored: it may put the question to the person.
    asked_to_persist: StoredValue<bool>,
}

impl Runs {
    /// Not listed yet.
    pub fn new(workers: Workers, notices: Notices) -> Self {
        Self {
            workers,
            notices,
            stored: RwSignal::new(None),
            storage_fault: RwSignal::new(None),
            kept: Kept::new(),
            compared: RwSignal::new(None),
            compared_rows: RwSignal::new(None),
            persistent: RwSignal::new(None),
            asked_to_persist: StoredValue::new(false),
        }
    }

    /// What the list says of a run, if it has it.
    pub fn of_stored<T>(self, run: &str, read: impl FnOnce(&Stored) -> T) -> Option<T> {
        self.stored.with(|stored| stored.iter().flatten().find(|stored| stored.run == run).map(read))
    }

    /// What is stored of a run, where it can be read; for what does not run again when the list changes.
    pub fn state_of<T>(self, run: &str, read: impl FnOnce(&StoredState) -> T) -> Option<T> {
        untrack(|| self.of_stored(run, |stored| stored.state.as_ref().ok().map(read))).flatten()
    }

    /// The name, or where a run other than `own` has it already, one that is like it.
    pub(super) fn free_name(self, name: &str, own: Option<&str>) -> String {
        self.stored.with_untracked(|stored| {
            let others = || stored.iter().flatten().filter(|stored| Some(&stored.run[..]) != own);
            names::distinct(name, |name| others().any(|stored| stored.name == name))
        })
    }

    /// Takes the list that comes of a task; `failed` begins the sentence where none does.
    fn take(self, failed: String) -> impl FnOnce(Answer) {
        move |answer| match answer {
            Ok((TrainingEvent::Runs(runs), _)) => {
                self.storage_fault.set(None);
                self.stored.set(Some(runs));
            }
            Ok(_) => {}
            Err(message) => self.storage_fault.set(Some(format!("{failed}: {message}."))),
        }
    }

    /// Lists the runs.
    pub(super) fn list(self) {
        self.workers.ask(TrainingTask::ListRuns, Vec::new(), self.take("The runs cannot be listed".into()));
    }

    /// Gives a run another name, with a number behind it where another run has it. Returns the name that it gets.
    pub(super) fn rename(self, run: String, name: &str) -> Option<String> {
        if let Err(error) = names::check(name) {
            self.storage_fault.set(Some(format!("The run keeps its name: {error}.")));
            return None;
        }
        let name = self.free_name(name, Some(&run));
        let task = TrainingTask::RenameRun { run, name: name.clone() };
        self.workers.ask(task, Vec::new(), self.take("That was not done".into()));
        Some(name)
    }

    /// Deletes a run, or clears away what one left in storage that never came so far as to be saved.
    pub(super) fn delete(self, run: String) {
        self.workers.ask(TrainingTask::DeleteRun { run }, Vec::new(), self.take("That was not done".into()));
    }

    /// Stores a saved run that a person brings as a file, under a new id.
    pub fn take_saved(self, file: File) {
        let name = file.name();
        let run = id_of(name.split('.').next().unwrap_or_default(), browser::seed());
        spawn_local(async move {
            match contents(&file).await {
                Ok(buffer) => self.store(run, &name, buffer),
                Err(message) => self.notices.refuse(message),
            }
        });
    }

    fn store(self, run: String, name: &str, file: ArrayBuffer) {
        self.hear_of_persistence(true);
        self.workers.ask(TrainingTask::StoreRun { run }, vec![file], self.take(format!("{name} was not added")));
    }

    /// Hears whether the browser keeps what is stored until a person deletes it; with `ask` it is asked to, once on a visit.
    pub(super) fn hear_of_persistence(self, ask: bool) {
        let ask = ask && !self.asked_to_persist.get_value();
        if ask {
            self.asked_to_persist.set_value(true);
        }
        spawn_local(async move { self.persistent.set(browser::persist_storage(ask).await) });
    }
}
