//! What the cell that is pointed at takes from the others, as the worker last said.

use hrm_core::model::Mixing;
use hrm_link::protocol::{Event, Task};
use leptos::prelude::*;

use crate::ui::state::machine::Machine;

/// The last answer, and the questions that are open.
#[derive(Clone, Copy)]
pub struct Mixed {
    machine: Machine,
    /// What was found.
    pub found: RwSignal<Option<Mixing>>,
    /// Whether something is wanted that the worker has not found yet.
    pub asked: RwSignal<bool>,
    /// The task that the worker has.
    task: StoredValue<Option<u32>>,
    /// What it is asked next: of all that was wanted meanwhile, the last. A scrub would keep it busy with the rest.
    next: StoredValue<Option<Task>>,
}

impl Mixed {
    /// Nothing asked yet.
    pub fn new(machine: Machine) -> Self {
        Self {
            machine,
            found: RwSignal::new(None),
            asked: RwSignal::new(false),
            task: StoredValue::new(None),
            next: StoredValue::new(None),
        }
    }

    /// Asks for another cell or moment in place of what was wanted before; with `None` for nothing any more.
    pub fn ask(self, task: Option<Task>) {
        let under_way = self.task.get_value();
        self.asked.set(task.is_some());
        match task {
            Some(task) if under_way.is_some() => self.next.set_value(Some(task)),
            Some(task) => self.task.set_value(Some(self.machine.ask(task))),
            None => {
                self.next.set_value(None);
                self.task.set_value(None);
                if let Some(task) = under_way {
                    self.machine.ask(Task::Cancel { task });
                }
                self.found.set(None);
            }
        }
    }

    /// Takes a report about what was asked; whether it was one. An answer to what is no longer wanted is dropped.
    pub(super) fn take(self, task: Option<u32>, event: &Event) -> bool {
        // A worker that was started anew knows nothing of what its predecessor was asked.
        let renewed = matches!(event, Event::Opened { .. });
        let asked = task.is_some() && self.task.get_value() == task;
        if !asked && !renewed {
            return matches!(event, Event::Mixing(_));
        }
        self.task.set_value(None);
        match (self.next.try_update_value(Option::take).flatten(), event) {
            (Some(next), _) => self.ask(Some(next)),
            (None, Event::Mixing(found)) => {
                self.asked.set(false);
                self.found.set(Some(found.clone()));
            }
            (None, Event::Failed(failure)) => {
                self.asked.set(false);
                self.machine.notice.set(Some(format!("The view of one cell failed: {}.", failure.message)));
            }
            (None, _) => self.asked.set(false),
        }
        asked
    }
}
