//! Which grid of a task is meant.

use hrm_core::puzzle::arc::{Grid, Pair, Side, Task};

/// A grid of a task, whether it is there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Demonstrations or tests.
    pub side: Side,
    /// The pair, from 0.
    pub pair: usize,
    /// Whether it is the pair's output.
    pub is_output: bool,
}

impl Slot {
    /// The input of a pair.
    pub fn input(side: Side, pair: usize) -> Self {
        Self { side, pair, is_output: false }
    }

    /// The output of a pair.
    pub fn output(side: Side, pair: usize) -> Self {
        Self { side, pair, is_output: true }
    }

    /// Whether it is what a person is to find.
    pub fn is_asked(self) -> bool {
        self.side == Side::Test && self.is_output
    }

    /// Its name on the page.
    pub fn title(self) -> String {
        format!("{}, {}", pair_title(self.side, self.pair), if self.is_output { "output" } else { "input" })
    }

    /// A word for test ids: `train-0-input`.
    pub fn key(self) -> String {
        let side = if self.side == Side::Train { "train" } else { "test" };
        format!("{side}-{}-{}", self.pair, if self.is_output { "output" } else { "input" })
    }

    /// The grid, where the task has it.
    pub fn of(self, task: &Task) -> Option<&Grid> {
        let pair = task.pairs(self.side).get(self.pair)?;
        if self.is_output { pair.output.as_ref() } else { Some(&pair.input) }
    }

    /// Puts a grid there, or takes an output away; where there is no such pair nothing happens.
    pub fn put(self, task: &mut Task, grid: Option<Grid>) {
        match (pairs_of(task, self.side).get_mut(self.pair), grid) {
            (Some(pair), grid) if self.is_output => pair.output = grid,
            (Some(pair), Some(grid)) => pair.input = grid,
            _ => {}
        }
    }
}

/// A pair's name on the page.
pub fn pair_title(side: Side, pair: usize) -> String {
    format!("{} {}", if side == Side::Train { "Pair" } else { "Test" }, pair + 1)
}

/// The pairs of a side, to be changed.
pub fn pairs_of(task: &mut Task, side: Side) -> &mut Vec<Pair> {
    match side {
        Side::Train => &mut task.train,
        Side::Test => &mut task.test,
    }
}
