//! A right answer as a path, to be drawn where the model's is wrong.

use leptos::prelude::*;

use crate::ui::{
    puzzles,
    state::{Drawing, Phase, Run},
};

/// The cells of a right path of the puzzle whose answer was wrong, where its game draws one.
pub fn searched(drawing: Drawing, run: Run) -> Option<Vec<usize>> {
    let wrong = run.phase.with(|phase| matches!(phase, Phase::Invalid(_)));
    let posed = run.posed_at_last().filter(|_| wrong)?;
    puzzles::of(drawing.kind())?.right_path(drawing.kind(), &posed)
}
