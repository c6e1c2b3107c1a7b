//! What the cell that is pointed at takes from the others, as the worker last said.

use leptos::prelude::*;

use super::Page;
use crate::{
    model::Mixing,
    runtime::protocol::{Event, Task},
};

/// The last answer, and the question that is open.
#[derive(Clone, Copy)]
pub struct Mixed {
    /// What was found.
    pub found: RwSignal<Option<Mixing>>,
    task: StoredValue<Option<u32>>,
}

impl Mixed {
    /// Nothing asked yet.
    pub fn new() -> Self {
        Self { found: RwSignal::new(None), task: StoredValue::new(None) }
    }
}

impl Page {
    /// Asks for another cell or moment in place of what was asked before; with `None` for nothing any more.
    pub fn ask_mixing(self, task: Option<Task>) {
        if let Some(Some(task)) = self.mixing.task.try_update_value(Option::take) {
            self.machine.ask(Task::Cancel { task });
        }
        match task {
            Some(task) => self.mixing.task.set_value(Some(self.machine.ask(task))),
            None => self.mixing.found.set(None),
        }
    }

    /// Takes a report about what was asked; whether it was one. An answer to an earlier question is dropped.
    pub fn take_mixing(self, task: Option<u32>, event: &Event) -> bool {
        let asked = task.is_some() && self.mixing.task.get_value() == task;
        match event {
            Event::Mixing(found) => {
                if asked {
                    self.mixing.found.set(Some(found.clone()));
                }
                return true;
            }
            Event::Failed(failure) if asked => {
                self.machine.notice.set(Some(format!("The view of one cell failed: {}.", failure.message)));
            }
            _ => return asked,
        }
        true
    }
}
