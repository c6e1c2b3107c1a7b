//! What each step of a module would answer.

use hrm_core::{model::Level, puzzle::Kind, recording::Recording};

use crate::ui::board::wrong::wrong_cells;

/// What one step would answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The step.
    pub moment: usize,
    /// Its answer, `[S]`.
    pub tokens: Vec<u8>,
    /// Cells that differ from the step before; none at the first.
    pub changed: Vec<usize>,
    /// Cells that break a rule of the puzzle as it stood then.
    pub wrong: Vec<usize>,
}

/// Every step of a module.
pub fn reads(kind: Kind, recording: &Recording, level: Level) -> Vec<Read> {
    let mut reads: Vec<Read> = Vec::new();
    for (moment, step) in recording.steps().enumerate().filter(|(_, step)| step.level == level) {
        let tokens = step.readout.answer();
        let changed = match reads.last() {
            Some(before) => (0..tokens.len()).filter(|&cell| before.tokens.get(cell) != tokens.get(cell)).collect(),
            None => Vec::new(),
        };
        // An experiment may have changed a clue on the way.
        let wrong = wrong_cells(kind, &recording.posed(moment), &tokens);
        reads.push(Read { moment, tokens, changed, wrong });
    }
    reads
}
