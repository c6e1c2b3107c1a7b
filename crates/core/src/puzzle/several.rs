//! Questions with several right answers: an answer may be right and yet another than the one that a file gives.

use super::{
    Kind,
    maze::{Cell, Distances, Grid},
    sudoku::{Board, count_solutions},
};

/// Whether more than one answer to the question is right by rule: a second solution of a Sudoku, a second shortest path
/// of a maze. False for what is no question of the kind.
pub fn has_several_answers(kind: Kind, question: &[u8]) -> bool {
    match kind {
        Kind::Sudoku(shape) => Board::from_tokens(shape, question).is_ok_and(|puzzle| count_solutions(&puzzle, 2) == 2),
        Kind::Maze(side) => Grid::from_tokens(side, question).is_ok_and(|maze| {
            let first = |cell| maze.places_of(cell).first().copied();
            first(Cell::Start).zip(first(Cell::Goal)).is_some_and(|(start, goal)| {
                let distances = Distances::from(&maze, start);
                distances.steps_to(goal).is_some() && !distances.is_unique(goal)
            })
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_answer_is_found_and_none_invented() {
        let several = |kind: &str, text: &str| {
            let kind: Kind = kind.parse().unwrap();
            has_several_answers(kind, &kind.encode(text).unwrap())
        };
        assert!(several("sudoku-4x4", "1... ..1. .1.. ...1"));
        assert!(!several("sudoku-4x4", "1... ..3. .4.. ...2"));
        assert!(!several("sudoku-4x4", "11.. .... .... ...."));
        assert!(several("maze-5", "######S  ## # ##  G######"));
        assert!(!several("maze-5", "######S  ## ####  G######"));
        assert!(!several("maze-5", "######S#G################"));
        assert!(!has_several_answers("maze-5".parse().unwrap(), &[1; 3]));
    }
}
