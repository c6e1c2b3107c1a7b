//! What a game has on the page beyond what its boards say of themselves ([`hrm_core::puzzle::Board`]): one file a game, and a
//! line in this table. A game without needs neither.

mod maze;
mod sudoku;

use hrm_core::puzzle::Kind;

/// The games that have something of their own.
static TABLE: [&dyn Extras; 2] = [&sudoku::Sudoku, &maze::Maze];

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
    /// Puzzles of a kind that people know by a name.
    fn famous(&self, _kind: Kind) -> &'static [Famous] {
        &[]
    }
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

/// What the game of a kind has of its own, if anything.
pub fn of(kind: Kind) -> Option<&'static dyn Extras> {
    TABLE.into_iter().find(|extras| extras.game() == kind.game().name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_of_a_game_and_famous_puzzles_are_puzzles() {
        for kind in Kind::all() {
            let Some(extras) = of(kind) else { continue };
            assert_eq!(extras.game(), kind.game().name());
            for famous in extras.famous(kind) {
                let question = kind.encode(famous.puzzle).unwrap_or_else(|error| panic!("{}: {error}", famous.name));
                assert_eq!(kind.faults(&question), [], "{}", famous.name);
            }
        }
        assert!(TABLE.iter().all(|extras| Kind::all().any(|kind| kind.game().name() == extras.game())));
    }
}
