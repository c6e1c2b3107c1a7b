//! The measurement of how many dimensions the open model uses.

use hrm_core::{analysis::Dimensionality, puzzle::Kind};
use hrm_link::protocol::{Event, Task};
use leptos::prelude::*;

use crate::ui::{browser, state::machine::Machine};

/// Puzzles of a measurement.
pub const DIMENSION_PUZZLES: usize = 20;

/// A measurement under way or done.
#[derive(Clone, Copy)]
pub struct Measured {
    machine: Machine,
    /// What was found so far.
    pub found: RwSignal<Option<Dimensionality>>,
    /// The task, while it runs.
    pub task: RwSignal<Option<u32>>,
}

impl Measured {
    /// None yet.
    pub fn new(machine: Machine) -> Self {
        Self { machine, found: RwSignal::new(None), task: RwSignal::new(None) }
    }

    /// Takes a report about the measurement; whether it was one.
    pub(super) fn take(self, task: Option<u32>, event: &Event) -> bool {
        if task.is_none() || self.task.get_untracked() != task {
            return false;
        }
        match event {
            Event::Dimension(found) => {
                self.found.set(Some(*found));
                return true;
            }
            Event::Failed(failure) => {
                self.machine.notice.set(Some(format!("The dimensions could not be measured: {}.", failure.message)));
            }
            _ => {}
        }
        self.task.set(None);
        true
    }

    /// Measures the open model over random puzzles of a kind.
    pub fn begin(self, kind: Kind) {
        let engine = self.machine.engine.get_untracked();
        self.found.set(None);
        let task = Task::Dimension { engine, kind, puzzles: DIMENSION_PUZZLES, seed: browser::seed() };
        self.task.set(Some(self.machine.ask(task)));
    }

    /// Ends the measurement; what was found stays.
    pub fn stop(self) {
        if let Some(task) = self.task.get_untracked() {
            self.machine.ask(Task::Cancel { task });
        }
    }
}
