//! Tasks besides training itself: files of runs, the list of stored ones. The training worker does them while it trains
//! nothing; else another one of its module, started when it is first needed.

use hrm_core::{names, puzzle::Kind, train::Row};
use hrm_link::{
    client::{Client, Module},
    protocol::{Event, Task},
    replies::{End, Loss, Replies},
    training::{Part, Stored, TrainingEvent, TrainingTask},
};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use crate::ui::{
    browser,
    state::training::{
        given::Table,
        notice::Notice,
        state::{Boards, Phase, Training},
    },
};

/// What a file of a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The person takes it away.
    Save,
    /// The board is solved with it.
    Solve,
    /// The same, of the run that the address names as the page is opened.
    Reopen,
}

/// The answer to a task, with a file where it is one; or why there is none, without a full stop.
type Answer = Result<(TrainingEvent, Option<ArrayBuffer>), String>;

/// The last step of a curve.
fn end(rows: &[Row]) -> Option<u64> {
    rows.last().map(|row| row.mean.step)
}

/// The last step of a run whose curve the list has thinned.
fn thinned_end(stored: &Stored) -> Option<u64> {
    let state = stored.state.as_ref().ok()?;
    end(&state.rows).filter(|_| state.thinned)
}

/// The answer to a task; `None` where the page has ended the worker, and waits for no answer any more.
async fn answer(mut replies: Replies) -> Option<Answer> {
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

impl Training {
    /// Asks the worker that trains; it is started if there is none.
    pub(super) fn request_trainer(self, task: TrainingTask, buffers: Vec<ArrayBuffer>) -> Option<Replies> {
        let client = self.client.with_value(Option::clone)?;
        client.wake();
        Some(client.request(Task::Training(task), buffers))
    }

    /// Asks the other worker of the training module about a file.
    pub fn request_of_file(self, task: Task, file: File) -> Replies {
        let client = self.files_client();
        client.wake();
        client.request(task, vec![file])
    }

    fn files_client(self) -> Client {
        let new = || Client::new(Module::Training, |_| ());
        let client = self.files_client.with_value(Option::clone).unwrap_or_else(new);
        self.files_client.set_value(Some(client.clone()));
        client
    }

    /// Asks whichever is at no run, and gives its answer to `take`.
    fn ask(self, task: TrainingTask, buffers: Vec<ArrayBuffer>, take: impl FnOnce(Answer) + 'static) {
        // Until the Train place is shown there is no worker of its own.
        let busy = untrack(|| self.is_busy()) || !self.is_open();
        let idle = if busy { None } else { self.client.with_value(Option::clone) };
        let client = idle.unwrap_or_else(|| self.files_client());
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

    /// Takes the list of runs that comes of a task; `failed` begins the sentence where none does.
    fn take_runs(self, failed: String) -> impl FnOnce(Answer) {
        move |answer| match answer {
            Ok((TrainingEvent::Runs(runs), _)) => {
                self.storage_fault.set(None);
                self.stored.set(Some(runs));
            }
            Ok(_) => {}
            Err(message) => self.storage_fault.set(Some(format!("{failed}: {message}."))),
        }
    }

    /// Lists the stored runs.
    pub fn list_runs(self) {
        self.ask(TrainingTask::ListRuns, Vec::new(), self.take_runs("The runs cannot be listed".into()));
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
        let is_read = |run: &String| self.curves_read.with_value(|read| read.contains(run));
        if is_read(&run) {
            return;
        }
        self.curves_read.update_value(|read| read.push(run.clone()));
        self.ask(TrainingTask::ReadCurve { run: run.clone() }, Vec::new(), move |answer| {
            self.curves_read.update_value(|read| read.retain(|other| *other != run));
            match answer {
                Ok((TrainingEvent::Curve(rows), _)) => self.take_curve(&run, &rows),
                Ok(_) => {}
                Err(message) => {
                    self.storage_fault.set(Some(format!("The whole curve cannot be read: {message}.")));
                }
            }
        });
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
        self.ask(TrainingTask::RenameRun { run, name }, Vec::new(), self.take_runs("That was not done".into()));
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
        self.ask(TrainingTask::DeleteRun { run }, Vec::new(), self.take_runs("That was not done".into()));
    }

    /// Reads a file of a stored run.
    pub fn read_run(self, run: &str, part: Part, r#use: Use) {
        let (run, files) = (run.to_owned(), self.kept.files_of(run));
        let take = {
            let run = run.clone();
            move |answer| self.take_file(&run, r#use, answer)
        };
        self.ask(TrainingTask::ReadRun { run, part }, files, take);
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
        let Some(replies) = self.request_trainer(TrainingTask::Snapshot { part }, Vec::new()) else { return };
        spawn_local(async move {
            if let Some(answer) = answer(replies).await {
                self.take_file(&run, r#use, answer);
            }
        });
    }

    fn take_file(self, run: &str, r#use: Use, answer: Answer) {
        match answer {
            Ok((TrainingEvent::File { name, part, config, puzzle, step }, Some(buffer))) => {
                if r#use == Use::Save {
                    let file = part.file_name(&name, step);
                    browser::save(&file, "application/octet-stream", &Uint8Array::new(&buffer).to_vec());
                } else {
                    self.adopt_run(run, &name, step, *config, puzzle, buffer);
                    self.show_adopted(puzzle, r#use);
                }
            }
            Ok(_) => {}
            Err(message) if r#use == Use::Reopen => {
                self.reopening.set_value(None);
                let text = format!("The run whose model this address names cannot be opened: {message}.");
                self.machine().notice.set(Some(text));
            }
            Err(message) => self.notice.set(Some(Notice { text: format!("{message}."), ways: Vec::new() })),
        }
    }

    /// Stores a saved run that a person brought as a file of that name.
    pub(super) fn store_run(self, run: String, name: String, file: ArrayBuffer) {
        self.hear_of_persistence(true);
        self.ask(TrainingTask::StoreRun { run }, vec![file], self.take_runs(format!("{name} was not added")));
    }

    /// Looks through a CSV file.
    pub(super) fn read_table(self, number: u32, name: String, file: ArrayBuffer, kind: Option<Kind>) {
        self.ask(TrainingTask::ReadTable { kind }, vec![file], move |answer| match answer {
            Ok((TrainingEvent::Table { kind, rows, test, problems, bad, notes }, _)) => {
                self.take_table(number, Table::Read { name, kind, rows, test, problems, bad, notes });
            }
            Ok(_) => {}
            Err(message) => self.take_table(number, Table::Unreadable { name, message }),
        });
    }
}
