//! A first visit: the page shows at once what it is about.

use hrm_core::puzzle::FIRST_BOARD;
use leptos::prelude::*;

use crate::ui::{
    browser,
    state::{Page, Phase, drawing::Question},
    url::address::Address,
};

/// Where a browser remembers that it has been here.
const KEY: &str = "hrm.tour";

/// Segments of the run on the first board: as many as it takes, and one in which nothing changes any more.
const SEGMENTS: usize = 4;

/// Whether this browser has not been here before.
pub(super) fn is_first() -> bool {
    browser::recall(KEY).is_none()
}

impl Page {
    /// The next visit is not the first.
    pub fn remember_visit(self) {
        browser::keep(KEY, "seen");
        self.greets.set_value(false);
    }

    /// Solves the first board on a first visit, unless the address asks for something else.
    pub(super) fn welcome(self, address: &Address) {
        if self.greets.get_value() && *address == Address::default() {
            self.solve_first_board();
        }
    }

    /// Whether that is the board.
    pub fn shows_first_board(self) -> bool {
        let first = Question::first_of(FIRST_BOARD.0);
        self.drawing.question.with(|question| *question == first)
    }

    /// Puts the first board there; what was drawn comes back by Undo.
    pub fn show_first_board(self) {
        if !untrack(|| self.shows_first_board()) {
            self.drawing.replace(Question::first_of(FIRST_BOARD.0));
        }
    }

    /// Runs the model on it, no longer than it takes.
    pub fn solve_first_board(self) {
        self.think(Vec::new(), Some(SEGMENTS));
    }

    /// The first run that ends is shown once more, slowly: the board, the clocks and the curves move together.
    pub(super) fn replay_the_first(self) {
        let has_answer = self.run.phase.with_untracked(Phase::has_answer);
        if has_answer && self.greets.get_value() {
            self.remember_visit();
            self.player.replay();
            self.welcomed.set(true);
        }
    }
}
