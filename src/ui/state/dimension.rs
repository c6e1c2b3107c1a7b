//! The measurement of how many dimensions the open model uses.

use hrm_core::{analysis::Dimensionality, puzzle::Kind};
use hrm_link::{
    protocol::{Event, Task},
    replies::Replies,
};
use leptos::{prelude::*, task::spawn_local};

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

    /// Measures the open model over random puzzles of a kind.
    pub fn begin(self, kind: Kind) {
        let engine = self.machine.engine.get_untracked();
        self.found.set(None);
        let task = Task::Dimension { engine, kind, puzzles: DIMENSION_PUZZLES, seed: browser::seed() };
        let Some(replies) = self.machine.request(task) else { return };
        self.task.set(Some(replies.task));
        spawn_local(self.follow(replies));
    }

    async fn follow(self, mut replies: Replies) {
        let task = Some(replies.task);
        while let Ok((event, _)) = replies.next().await {
            match event {
                Event::Dimension(found) if self.task.get_untracked() == task => self.found.set(Some(found)),
                Event::Failed(failure) => {
                    let text = format!("The dimensions could not be measured: {}.", failure.message);
                    self.machine.notice.set(Some(text));
                }
                _ => {}
            }
        }
        if self.task.get_untracked() == task {
            self.task.set(None);
        }
    }

    /// Ends the measurement; what was found stays.
    pub fn stop(self) {
        if let Some(task) = self.task.get_untracked() {
            self.machine.cancel(task);
        }
    }
}
