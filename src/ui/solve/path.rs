//! A right answer as a path, to be drawn where the model's is wrong.

use leptos::prelude::*;

use crate::ui::{
    puzzles,
    state::{Page, Phase},
};

/// The cells of a right path of the puzzle whose answer was wrong, where its game draws one.
pub fn searched(page: Page) -> Option<Vec<usize>> {
    let wrong = page.run.phase.with(|phase| matches!(phase, Phase::Invalid(_)));
    let posed = page.posed_at_last().filter(|_| wrong)?;
    puzzles::of(page.kind())?.right_path(page.kind(), &posed)
}
