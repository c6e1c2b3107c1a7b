//! What a game may have on the page beyond what its boards say of themselves.

use hrm_core::puzzle::Kind;

use crate::ui::url::view::View;

/// What a game may have of its own.
pub trait Extras: Sync {
    /// The game's name ([`hrm_core::puzzle::Game::name`]).
    fn game(&self) -> &'static str;
    /// What the board is like, as a sentence under it.
    fn figures(&self, _kind: Kind, _question: &[u8]) -> Option<String> {
        None
    }
    /// A right answer as a path, cell by cell, to be drawn over a wrong one.
    fn right_path(&self, _kind: Kind, _question: &[u8]) -> Option<Vec<usize>> {
        None
    }
    /// What is said of a right answer, in place of that it is one.
    fn solved(&self, _kind: Kind, _question: &[u8]) -> Option<String> {
        None
    }
    /// What is said behind the fault of a wrong one.
    fn unsolved(&self, _kind: Kind, _question: &[u8]) -> Option<String> {
        None
    }
    /// Runs worth seeing.
    fn stories(&self) -> &'static [Story] {
        &[]
    }
    /// Puzzles of a kind that people know by a name.
    fn famous(&self, _kind: Kind) -> &'static [Famous] {
        &[]
    }
}

/// A run worth seeing, as a link asks for it.
pub struct Story {
    /// The words of the link.
    pub name: &'static str,
    /// What one sees.
    pub says: &'static str,
    /// The gallery's model.
    pub model: &'static str,
    /// As text.
    pub puzzle: &'static str,
    /// The view that shows it.
    pub view: View,
    /// The step that is shown; beyond the last one: the last.
    pub moment: usize,
    /// How many times the segments of training the run takes, where that is not once.
    pub stretch: Option<usize>,
    /// What is done to the states, as an address writes it.
    pub acts: &'static str,
}

/// A puzzle that people know by a name.
pub struct Famous {
    /// The name.
    pub name: &'static str,
    /// Where it comes from, and why it is known.
    pub source: &'static str,
    /// As text.
    pub puzzle: &'static str,
}
