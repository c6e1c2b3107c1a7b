//! Where a run's examples come from.

use super::{Given, Recipe};
use crate::{
    data::{Batch, Example, Split},
    puzzle::Kind,
};

/// What a run learns from and is tested on: boards of a game, generated or of a file, or tasks of several grids.
pub trait Source {
    /// What is learnt in step `step` (from 0), a function of the step alone: so a resumed run meets what it would have met.
    fn batch(&self, step: u64, rows: usize) -> Batch;

    /// Of which nothing was learnt in so many steps, by the sizes of the boards: the recipe's own size first.
    fn unseen(&self, steps_done: u64) -> Vec<&Unseen>;

    /// Examples that it makes batches of; 0 where each is a fresh one.
    fn base_puzzles(&self) -> usize;

    /// The puzzle identifiers that have a name, each with it.
    fn identifiers(&self) -> Vec<(&str, u32)> {
        Vec::new()
    }

    /// The puzzles of the file that it was read from, which a saved run carries.
    fn given(&self) -> Option<&Given> {
        None
    }

    /// The file of tasks that it was read from, which a saved run carries.
    fn tasks(&self) -> Option<&str> {
        None
    }

    /// One sentence for each side that has fewer puzzles than a recipe asks for.
    fn shortages(&self, _recipe: &Recipe) -> Vec<String> {
        Vec::new()
    }

    /// Both sides of its puzzles of the recipe's own size, taken out of it, for another run; none where it has no such.
    fn into_split(self: Box<Self>) -> Split {
        Split::default()
    }
}

/// Examples of one kind that a model is tried on.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// Their kind, which says what of an answer is learnt.
    pub kind: Kind,
    /// The examples.
    pub examples: Vec<Example>,
    /// The puzzle identifier of each; none where all are 0.
    pub ids: Vec<u32>,
}

impl Unseen {
    /// Those of one kind, under identifier 0.
    pub fn new(kind: Kind, examples: Vec<Example>) -> Self {
        Self { kind, examples, ids: Vec::new() }
    }

    /// Adds one under its puzzle's identifier, as all others have one.
    pub(super) fn push(&mut self, example: Example, identifier: u32) {
        self.examples.push(example);
        self.ids.push(identifier);
    }
}
