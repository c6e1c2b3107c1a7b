//! The measurement of how many dimensions the open model uses.

use hrm_core::analysis::Dimensionality;
use hrm_link::protocol::{Event, Task};
use leptos::prelude::*;

use crate::ui::{browser, state::Page};

/// Puzzles of a measurement.
pub const DIMENSION_PUZZLES: usize = 20;

/// A measurement under way or done.
#[derive(Clone, Copy)]
pub struct Measured {
    /// What was found so far.
    pub found: RwSignal<Option<Dimensionality>>,
    /// The task, while it runs.
    pub task: RwSignal<Option<u32>>,
}

impl Measured {
    /// None yet.
    pub fn new() -> Self {
        Self { found: RwSignal::new(None), task: RwSignal::new(None) }
    }
}

impl Page {
    /// Takes a report about the measurement; whether it was one.
    pub fn take_measurement(self, task: Option<u32>, event: &Event) -> bool {
        if task.is_none() || self.dimensionality.task.get_untracked() != task {
            return false;
        }
        match event {
            Event::Dimension(found) => {
                self.dimensionality.found.set(Some(*found));
                return true;
            }
            Event::Failed(failure) => {
                self.machine.notice.set(Some(format!("The dimensions could not be measured: {}.", failure.message)));
            }
            _ => {}
        }
        self.dimensionality.task.set(None);
        true
    }

    /// Measures the open model over random puzzles of the board's kind.
    pub fn measure_dimensions(self) {
        let engine = self.machine.engine.get_untracked();
        let kind = untrack(|| self.kind());
        self.dimensionality.found.set(None);
        let task = Task::Dimension { engine, kind, puzzles: DIMENSION_PUZZLES, seed: browser::seed() };
        self.dimensionality.task.set(Some(self.machine.ask(task)));
    }

    /// Ends the measurement; what was found stays.
    pub fn stop_measuring(self) {
        if let Some(task) = self.dimensionality.task.get_untracked() {
            self.machine.ask(Task::Cancel { task });
        }
    }
}
