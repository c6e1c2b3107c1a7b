//! What the cell that is pointed at takes from the others, as the worker last said.

use hrm_core::model::Mixing;
use hrm_link::{
    protocol::{Event, Task},
    replies::{Answer, End},
};
use leptos::prelude::*;

use crate::ui::state::{latest::Latest, machine::Machine};

/// The last answer, and whether another one is to come.
#[derive(Clone, Copy)]
pub struct Mixed {
    machine: Machine,
    /// What was found.
    pub found: RwSignal<Option<Mixing>>,
    /// Whether something is wanted that the worker has not found yet.
    pub asked: RwSignal<bool>,
    questions: Latest,
}

impl Mixed {
    /// Nothing asked yet.
    pub fn new(machine: Machine) -> Self {
        Self { machine, found: RwSignal::new(None), asked: RwSignal::new(false), questions: Latest::new() }
    }

    /// Asks for another cell or moment in place of what was wanted before; with `None` for nothing any more.
    pub fn ask(self, task: Option<Task>) {
        self.asked.set(task.is_some());
        match task {
            Some(task) => {
                let put = move || Some((self.machine.request(task)?, ()));
                self.questions.ask(put, move |(), answer| self.take(answer));
            }
            None => {
                self.questions.forget_next();
                if let Some(task) = self.questions.task() {
                    self.machine.cancel(task);
                }
                self.found.set(None);
            }
        }
    }

    /// Takes an answer; one to what is no longer wanted is dropped.
    fn take(self, answer: Result<Answer, End>) {
        if self.questions.has_next() || !self.asked.get_untracked() {
            return;
        }
        self.asked.set(false);
        match answer {
            Ok((Event::Mixing(found), _)) => self.found.set(Some(found)),
            Ok((Event::Failed(failure), _)) => {
                self.machine.notice.set(Some(format!("The view of one cell failed: {}.", failure.message)));
            }
            _ => {}
        }
    }
}
