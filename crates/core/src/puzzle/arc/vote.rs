//! The vote over many answers.

use super::Grid;

/// An answer that was given, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The answer.
    pub grid: Grid,
    /// How often it was given.
    pub count: usize,
    /// The mean of sigmoid(q_halt) where it was given, 0 to 1.
    pub q: f64,
}

/// Answers as they come in.
#[derive(Clone, Debug, Default)]
pub struct Votes {
    candidates: Vec<Candidate>,
}

impl Votes {
    /// Counts an answer with its q_halt (a logit).
    pub fn add(&mut self, grid: Grid, q_halt: f32) {
        let _ = (grid, q_halt);
        todo!()
    }

    /// The candidates, the most often given first; among equally many the one with the higher q, then the one given first.
    pub fn ranked(&self) -> Vec<&Candidate> {
        self.candidates.iter().collect()
    }
}
