//! A view of a search, run again as an ordinary run on the form of the puzzle that it saw, in place of the plain run.

use hrm_core::{model::Intervention, recording::Recording};

use crate::ui::state::question::Question;

/// The view that is shown.
#[derive(Clone)]
pub struct Opened {
    /// Its number.
    pub view: usize,
    /// Whether it is one of the search that is shown; else of one before it.
    pub of_present: bool,
    /// Whether the run on the board is still the view's, and not a plain one on the puzzle as the view saw it.
    pub is_its_run: bool,
    /// The puzzle as it saw it.
    pub question: Question,
    /// The run that was shown before, and its puzzle.
    pub(super) plain: (Option<Recording>, Question),
    pub(super) due: Option<Due>,
}

/// What comes as soon as the board shows its puzzle.
#[derive(Clone)]
pub(super) enum Due {
    /// The view's run.
    Run(Vec<Intervention>, usize),
    /// The run that was shown before.
    Back,
}
