//! What a training is given: its puzzles and its first weights.

use hrm_core::{puzzle::Kind, train::BoardShare};
use hrm_link::training::RowsOfSize;
use web_sys::File;

/// Where a run's first weights come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Chance.
    Random,
    /// A model of the gallery, by name.
    Gallery(String),
    /// A stored run, by its id.
    Run(String),
    /// A file, by name.
    File(String),
}

/// What is known of a CSV file.
#[derive(Clone, Debug, PartialEq)]
pub enum Table {
    /// It is being looked through.
    Reading(String),
    /// It is no file of puzzles.
    Unreadable {
        /// Its name.
        name: String,
        /// Why.
        message: String,
    },
    /// It can be learnt from.
    Read {
        /// Its name.
        name: String,
        /// Its kind of puzzle.
        kind: Kind,
        /// Good rows.
        rows: usize,
        /// Those that can only be unseen ones.
        test: usize,
        /// Its rows of further sizes of the same game.
        sizes: Vec<RowsOfSize>,
        /// What is wrong with the bad rows, in a few lines.
        problems: Vec<String>,
        /// Lines without a good row.
        bad: usize,
        /// How it was understood, where that is not plain.
        notes: Vec<String>,
    },
}

impl Table {
    /// Whether there are puzzles to learn from in it; not while that is not known.
    pub fn is_learnable(&self) -> bool {
        matches!(self, Self::Read { rows, test, .. } if rows > test)
    }

    /// Whether it was looked through and there is nothing to learn from in it.
    pub fn is_rejected(&self) -> bool {
        !self.is_learnable() && !matches!(self, Self::Reading(_))
    }

    /// Its further sizes of which something can be learnt, each for its share of what can be.
    pub(super) fn boards(&self) -> Vec<BoardShare> {
        let Self::Read { rows, test, sizes, .. } = self else { return Vec::new() };
        BoardShare::of_counts(rows - test, sizes.iter().map(|of| (of.size, of.rows - of.test)))
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Reading(name) | Self::Unreadable { name, .. } | Self::Read { name, .. } => name,
        }
    }
}

/// Files that the next run needs. They are read when they are used.
#[derive(Clone, Debug, Default)]
pub struct Files {
    pub(super) table: Option<File>,
    /// A table that is looked through, under a number of its own, for two files may have one name: it takes the place of the
    /// one before only if it holds puzzles to learn from.
    pub(super) looked_at: Option<(u32, File)>,
    /// Tables that were chosen so far.
    pub(super) chosen: u32,
    pub(super) weights: Option<File>,
}
