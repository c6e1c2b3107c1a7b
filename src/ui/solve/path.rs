//! The path that a search finds through a maze, to be drawn where the model's is wrong.

use hrm_core::puzzle::{
    Kind,
    maze::{Grid, shortest_path},
};
use leptos::prelude::*;

use crate::ui::state::{Page, Phase};

/// A shortest path of the maze whose answer was wrong.
pub fn searched(page: Page) -> Option<Vec<usize>> {
    let wrong = page.run.phase.with(|phase| matches!(phase, Phase::Invalid(_)));
    let Kind::Maze(side) = page.kind() else { return None };
    let posed = page.posed_at_last().filter(|_| wrong)?;
    shortest_path(&Grid::from_tokens(side, &posed).ok()?)
}
