//! What the cell that is pointed at takes from the others, as the worker last said.

use hrm_core::model::Mixing;
use hrm_link::protocol::{Event, Task};
use leptos::prelude::*;

use crate::ui::state::Page;

/// The last answer, and the questions that are open.
#[derive(Clone, Copy)]
pub struct Mixed {
    /// What was found.
    pub found: RwSignal<Option<Mixing>>,
    /// Whether something is wanted that the worker has not found yet.
    pub asked: RwSignal<bool>,
    /// The row of it (a layer, or a head of one) that is laid over the board.
    pub laid: RwSignal<Option<usize>>,
    /// The task that the worker has.
    task: StoredValue<Option<u32>>,
    /// What it is asked next: of all that was wanted meanwhile, the last. A scrub would keep it busy with the rest.
    next: StoredValue<Option<Task>>,
}

impl Mixed {
    /// Nothing asked yet.
    pub fn new() -> Self {
        Self {
            found: RwSignal::new(None),
            asked: RwSignal::new(false),
            laid: RwSignal::new(None),
            task: StoredValue::new(None),
            next: StoredValue::new(None),
        }
    }
}

impl Page {
    /// What each cell gives to the one in view, in the layer or head that is laid over the board, `[S]`.
    pub fn mixing_laid(self) -> Option<Vec<f32>> {
        let row = self.mixing.laid.get()?;
        let prefix = self.run.recording.with(|recording| Some(recording.as_ref()?.shapes().prefix))?;
        self.mixing.found.with(|found| Some(found.as_ref()?.row(row)?.get(prefix..)?.to_vec()))
    }

    /// Asks for another cell or moment in place of what was wanted before; with `None` for nothing any more.
    pub fn ask_mixing(self, task: Option<Task>) {
        let under_way = self.mixing.task.get_value();
        self.mixing.asked.set(task.is_some());
        match task {
            Some(task) if under_way.is_some() => self.mixing.next.set_value(Some(task)),
            Some(task) => self.mixing.task.set_value(Some(self.machine.ask(task))),
            None => {
                self.mixing.next.set_value(None);
                self.mixing.task.set_value(None);
                if let Some(task) = under_way {
                    self.machine.ask(Task::Cancel { task });
                }
                self.mixing.found.set(None);
            }
        }
    }

    /// Takes a report about what was asked; whether it was one. An answer to what is no longer wanted is dropped.
    pub fn take_mixing(self, task: Option<u32>, event: &Event) -> bool {
        // A worker that was started anew knows nothing of what its predecessor was asked.
        let renewed = matches!(event, Event::Opened { .. });
        let asked = task.is_some() && self.mixing.task.get_value() == task;
        if !asked && !renewed {
            return matches!(event, Event::Mixing(_));
        }
        self.mixing.task.set_value(None);
        match (self.mixing.next.try_update_value(Option::take).flatten(), event) {
            (Some(next), _) => self.ask_mixing(Some(next)),
            (None, Event::Mixing(found)) => {
                self.mixing.asked.set(false);
                self.mixing.found.set(Some(found.clone()));
            }
            (None, Event::Failed(failure)) => {
                self.mixing.asked.set(false);
                self.machine.notice.set(Some(format!("The view of one cell failed: {}.", failure.message)));
            }
            (None, _) => self.mixing.asked.set(false),
        }
        asked
    }
}
