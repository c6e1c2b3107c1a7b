//! The table of games. A new one is a folder beside this file and a line here.

use std::sync::{PoisonError, RwLock};

use super::{Game, maze, sudoku};

/// The games, in the order in which the page lists them.
static TABLE: [&dyn Game; 2] = [&sudoku::Sudoku, &maze::Maze];

/// Boards that have names, and are offered nowhere.
static UNLISTED: [&dyn Game; 1] = [&super::arc::TokenGrids];

/// Games that were added to the table while the program runs.
static ADDED: RwLock<Vec<&'static dyn Game>> = RwLock::new(Vec::new());

/// Every game, in the order in which the page lists them.
pub fn games() -> Vec<&'static dyn Game> {
    let added = ADDED.read().unwrap_or_else(PoisonError::into_inner);
    TABLE.iter().chain(added.iter()).copied().collect()
}

/// Every game by whose name there are kinds: those of [`games`], and those that are never offered.
pub(super) fn named() -> Vec<&'static dyn Game> {
    let mut named = games();
    named.extend(UNLISTED);
    named
}

/// Adds a game to the table; one of a name that it has already changes nothing.
pub fn add_game(game: &'static dyn Game) {
    let mut added = ADDED.write().unwrap_or_else(PoisonError::into_inner);
    if TABLE.iter().chain(added.iter()).all(|known| known.name() != game.name()) {
        added.push(game);
    }
}
