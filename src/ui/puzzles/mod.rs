//! What a game has on the page beyond what its boards say of themselves ([`hrm_core::puzzle::Board`]): one file a game, and a
//! line in this table. A game without needs neither.

mod extras;
mod maze;
mod sudoku;

use hrm_core::puzzle::Kind;

pub use extras::{Extras, Famous, Story};

/// The games that have something of their own.
static TABLE: [&dyn Extras; 2] = [&sudoku::Sudoku, &maze::Maze];

/// What the game of a kind has of its own, if anything.
pub fn of(kind: Kind) -> Option<&'static dyn Extras> {
    TABLE.into_iter().find(|extras| extras.game() == kind.game().name())
}

/// Runs worth seeing, of every game.
pub fn stories() -> impl Iterator<Item = &'static Story> {
    TABLE.into_iter().flat_map(Extras::stories)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::url::interventions;

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
        for story in stories() {
            let kind: Kind = story.model.parse().unwrap_or_else(|error| panic!("{}: {error}", story.name));
            let question = kind.encode(story.puzzle).unwrap_or_else(|error| panic!("{}: {error}", story.name));
            assert_eq!(kind.faults(&question), [], "{}", story.name);
            assert_eq!(interventions::read(story.acts).is_empty(), story.acts.is_empty(), "{}", story.name);
        }
        assert!(TABLE.iter().all(|extras| Kind::all().any(|kind| kind.game().name() == extras.game())));
    }
}
