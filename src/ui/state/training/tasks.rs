//! Tasks besides training itself: files of runs, the list of stored ones. The training worker does them while it trains
//! nothing; else another one of its module, started when it is first needed.

use hrm_core::{names, puzzle::Kind, train::Row};
use hrm_link::{
    client::{Client, Heard, Module},
    protocol::{Event, Failure, Task},
    replies::Replies,
    training::{Part, Stored, TrainingEvent, TrainingTask},
};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use web_sys::File;

use crate::ui::{
    browser,
    state::training::{
        awaited::{Awaited, Lane, Use, Wanted},
        given::Table,
        notice::Notice,
        state::{Boards, Phase, Training},
    },
};

/// The last step of a curve.
fn end(rows: &[Row]) -> Option<u64> {
    rows.last().map(|row| row.mean.step)
}

/// The last step of a run whose curve the list has thinned.
fn thinned_end(stored: &Stored) -> Option<u64> {
    let state = stored.state.as_ref().ok()?;
    end(&state.rows).filter(|_| state.thinned)
}

/// Asks a worker, which is started if there is none.
fn ask(client: &Client, task: Task, buffers: Vec<ArrayBuffer>) -> u32 {
    client.wake();
    client.ask_with(task, buffers)
}

impl Training {
    /// Asks the training worker; it is started if there is none. 0 is no task.
    pub(super) fn ask_trainer(self, task: Task, buffers: Vec<ArrayBuffer>) -> u32 {
        self.client.with_value(Option::clone).map_or(0, |client| ask(&client, task, buffers))
    }

    /// Asks the other worker of the training module.
    fn ask_files(self, task: Task, buffers: Vec<ArrayBuffer>) -> u32 {
        ask(&self.files_client(), task, buffers)
    }

    /// The same; the answers come back to the one who asks.
    pub fn request_of_file(self, task: Task, file: File) -> Replies {
        let client = self.files_client();
        client.wake();
        client.request(task, vec![file])
    }

    fn files_client(self) -> Client {
        let new = || Client::new(Module::Training, move |heard| self.hear_files(heard));
        let client = self.files_client.with_value(Option::clone).unwrap_or_else(new);
        self.files_client.set_value(Some(client.clone()));
        client
    }

    fn hear_files(self, heard: Heard) {
        match heard {
            Heard::Waiting(_) | Heard::Report { task: None, .. } => {}
            Heard::Lost { message, .. } => self.lose_tasks(Lane::Files, &message),
            Heard::Report { task: Some(task), event, buffer } => _ = self.settle(Lane::Files, task, &event, buffer),
        }
    }

    fn ask_idle(self, task: TrainingTask, buffers: Vec<ArrayBuffer>, wanted: Wanted) {
        // Until the Train place is shown there is no worker of its own.
        let busy = untrack(|| self.is_busy()) || !self.is_open();
        let task = Task::Training(task);
        let (lane, task) = match busy {
            true => (Lane::Files, self.ask_files(task, buffers)),
            false => (Lane::Trainer, self.ask_trainer(task, buffers)),
        };
        self.await_task(lane, task, wanted);
    }

    fn await_task(self, lane: Lane, task: u32, wanted: Wanted) {
        self.awaited.update_value(|awaited| awaited.push(Awaited { lane, task, wanted }));
        let client = match lane {
            Lane::Trainer => self.client,
            Lane::Files => self.files_client,
        };
        if !client.with_value(|client| client.as_ref().is_some_and(Client::is_alive)) {
            self.lose_tasks(lane, "the browser starts no worker");
        }
    }

    /// A worker is gone: what it was asked for has failed.
    pub(super) fn lose_tasks(self, lane: Lane, message: &str) {
        let tasks: Vec<u32> = self.awaited.with_value(|awaited| {
            awaited.iter().filter(|awaited| awaited.lane == lane).map(|awaited| awaited.task).collect()
        });
        let event = Event::Failed(Failure { message: message.into(), engine: false });
        for task in tasks {
            self.settle(lane, task, &event, None);
        }
    }

    /// Lists the stored runs.
    pub fn list_runs(self) {
        self.ask_idle(TrainingTask::ListRuns, Vec::new(), Wanted::Runs);
    }

    /// Asks for the whole curve of a run that is shown by the list's thinned one; not of one that is made ready to go
    /// on: there it comes with the run. What could not be read is asked for again when the list comes anew.
    pub(super) fn follow_thinned(self) {
        Effect::new(move |_| {
            self.stored.track();
            if self.thinned.get() && !self.is_busy() {
                let shown = self.current.with_untracked(|now| now.as_ref().map(|now| now.id.clone()));
                if let Some(run) = shown {
                    self.read_curve(run);
                }
            }
        });
    }

    /// The same for the run that is compared with; its curve is read anew where the list's goes farther.
    pub(super) fn follow_compared(self) {
        Effect::new(move |_| {
            let other = self.compared.get();
            let listed = other.as_ref().and_then(|run| self.of_stored(run, thinned_end)?);
            let suffices = self.compared_rows.with_untracked(|read| {
                read.as_ref().is_some_and(|(run, rows)| Some(run) == other.as_ref() && end(rows) >= listed)
            });
            if suffices {
                return;
            }
            self.compared_rows.set(None);
            if let Some(run) = other.filter(|_| listed.is_some()) {
                self.read_curve(run);
            }
        });
    }

    fn read_curve(self, run: String) {
        let is_it = |awaited: &Awaited| matches!(&awaited.wanted, Wanted::Curve(other) if *other == run);
        if !self.awaited.with_value(|awaited| awaited.iter().any(is_it)) {
            self.ask_idle(TrainingTask::ReadCurve { run: run.clone() }, Vec::new(), Wanted::Curve(run));
        }
    }

    /// Takes the whole curve of a run where it is the one that is shown, unless all its rows are there by now, or the
    /// one that is compared with.
    fn take_curve(self, run: &str, rows: &[Row]) {
        let shown = untrack(|| self.shows(run));
        if shown && self.thinned.get_untracked() {
            self.rows.set(rows.to_vec());
            self.thinned.set(false);
        }
        if self.compared.with_untracked(|other| other.as_deref() == Some(run)) {
            self.compared_rows.set(Some((run.into(), rows.to_vec())));
        }
    }

    /// Gives a stored run another name, with a number behind it where another run has it; where it is shown, there too.
    pub fn rename_run(self, run: String, name: String) {
        if let Err(error) = names::check(&name) {
            self.storage_fault.set(Some(format!("The run keeps its name: {error}.")));
            return;
        }
        let name = self.free_name(&name, Some(&run));
        self.current.update(|current| {
            if let Some(current) = current.as_mut().filter(|current| current.id == run) {
                current.recipe.name.clone_from(&name);
            }
        });
        self.ask_idle(TrainingTask::RenameRun { run, name }, Vec::new(), Wanted::Changed);
    }

    /// Deletes a stored run.
    pub fn delete_run(self, run: String) {
        if self.compared.get_untracked().as_ref() == Some(&run) {
            self.compared.set(None);
        }
        let shown = untrack(|| self.shows(&run));
        if shown && !untrack(|| self.is_busy()) {
            self.phase.set(Phase::Idle);
            self.current.set(None);
            self.rows.set(Vec::new());
            self.boards.set(Boards::default());
        }
        self.kept.drop_of(&run);
        self.forget_run(run);
    }

    /// Clears away what a run left in storage that never came so far as to be saved.
    pub(super) fn forget_run(self, run: String) {
        self.ask_idle(TrainingTask::DeleteRun { run }, Vec::new(), Wanted::Changed);
    }

    /// Reads a file of a stored run.
    pub fn read_run(self, run: &str, part: Part, r#use: Use) {
        let wanted = Wanted::File { run: run.into(), r#use };
        self.ask_idle(TrainingTask::ReadRun { run: run.into(), part }, self.kept.files_of(run), wanted);
    }

    /// Takes a file of the run that is shown, as it is now.
    pub fn snapshot(self, part: Part, r#use: Use) {
        let current = self
            .current
            .with_untracked(|current| current.as_ref().map(|current| (current.id.clone(), current.ready.is_some())));
        let Some((run, in_worker)) = current else { return };
        // A run that broke off, or that is only looked at, is not in the worker's memory.
        if !in_worker || self.phase.get_untracked() == Phase::Failed {
            return self.read_run(&run, part, r#use);
        }
        let task = self.ask_trainer(Task::Training(TrainingTask::Snapshot { part }), Vec::new());
        self.await_task(Lane::Trainer, task, Wanted::File { run, r#use });
    }

    /// Stores a saved run that a person brought as a file of that name.
    pub(super) fn store_run(self, run: String, name: String, file: ArrayBuffer) {
        self.hear_of_persistence(true);
        self.ask_idle(TrainingTask::StoreRun { run }, vec![file], Wanted::Added(name));
    }

    /// Looks through a CSV file.
    pub(super) fn read_table(self, number: u32, name: String, file: ArrayBuffer, kind: Option<Kind>) {
        self.ask_idle(TrainingTask::ReadTable { kind }, vec![file], Wanted::Table(number, name));
    }

    /// Takes the answer to a task; whether it was awaited.
    pub(super) fn settle(self, lane: Lane, task: u32, event: &Event, buffer: Option<ArrayBuffer>) -> bool {
        let found = self.awaited.try_update_value(|awaited| {
            let at = awaited.iter().position(|awaited| awaited.lane == lane && awaited.task == task)?;
            Some(awaited.remove(at).wanted)
        });
        let Some(Some(wanted)) = found else { return false };
        match (wanted, event) {
            (Wanted::Table(number, name), Event::Failed(failure)) => {
                self.take_table(number, Table::Unreadable { name, message: failure.message.clone() });
            }
            (
                Wanted::Table(number, name),
                Event::Training(TrainingEvent::Table { kind, rows, test, problems, bad, notes }),
            ) => {
                let (kind, rows, test, bad) = (*kind, *rows, *test, *bad);
                let (problems, notes) = (problems.clone(), notes.clone());
                self.take_table(number, Table::Read { name, kind, rows, test, problems, bad, notes });
            }
            (Wanted::Runs, Event::Failed(failure)) => {
                self.storage_fault.set(Some(format!("The runs cannot be listed: {}.", failure.message)));
            }
            (Wanted::Changed, Event::Failed(failure)) => {
                self.storage_fault.set(Some(format!("That was not done: {}.", failure.message)));
            }
            (Wanted::Added(name), Event::Failed(failure)) => {
                self.storage_fault.set(Some(format!("{name} was not added: {}.", failure.message)));
            }
            (Wanted::Runs | Wanted::Changed | Wanted::Added(_), Event::Training(TrainingEvent::Runs(runs))) => {
                self.storage_fault.set(None);
                self.stored.set(Some(runs.clone()));
            }
            (Wanted::Curve(_), Event::Failed(failure)) => {
                let text = format!("The whole curve cannot be read: {}.", failure.message);
                self.storage_fault.set(Some(text));
            }
            (Wanted::Curve(run), Event::Training(TrainingEvent::Curve(rows))) => self.take_curve(&run, rows),
            (
                Wanted::File { run, r#use },
                Event::Training(TrainingEvent::File { name, part, config, puzzle, step }),
            ) => {
                let Some(buffer) = buffer else { return true };
                if r#use == Use::Save {
                    let file = part.file_name(name, *step);
                    browser::save(&file, "application/octet-stream", &Uint8Array::new(&buffer).to_vec());
                } else {
                    self.adopt_run(&run, name, *step, (**config).clone(), *puzzle, buffer);
                    self.show_adopted(*puzzle, r#use);
                }
            }
            (Wanted::File { r#use: Use::Reopen, .. }, Event::Failed(failure)) => {
                self.reopening.set_value(None);
                let text = format!("The run whose model this address names cannot be opened: {}.", failure.message);
                self.machine().notice.set(Some(text));
            }
            (_, Event::Failed(failure)) => {
                let text = format!("{}.", failure.message);
                self.notice.set(Some(Notice { text, ways: Vec::new() }));
            }
            _ => {}
        }
        true
    }
}
