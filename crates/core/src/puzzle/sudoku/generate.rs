//! Random puzzles: a random full grid from which clues are dug out.

use std::ops::RangeInclusive;

use super::{
    board::Board,
    shape::Shape,
    solve::{count_solutions, search, solved_by_singles},
};
use crate::random::Random;

/// Clue counts of generated puzzles: 4-10 of 16, 8-20 of 36, 30-50 of 81.
pub fn clue_range(shape: Shape) -> RangeInclusive<usize> {
    match shape.side() {
        4 => 4..=10,
        6 => 8..=20,
        _ => 30..=50,
    }
}

/// The clue count of a difficulty: 0 is the most of [`clue_range`], 1 the fewest; values outside are clamped.
pub fn clues_at(shape: Shape, difficulty: f64) -> usize {
    let (fewest, most) = clue_range(shape).into_inner();
    // A NaN becomes 0.
    let removed = (difficulty.clamp(0.0, 1.0) * (most - fewest) as f64).round() as usize;
    most - removed
}

/// A full grid in which every digit order of every choice is equally likely.
pub fn full_grid(shape: Shape, random: &mut Random) -> Board {
    let mut grid = Board::empty(shape);
    search(&Board::empty(shape), &mut |digits| random.shuffle(digits), &mut |found| {
        grid = found;
        true
    });
    grid
}

/// A puzzle of `clues` clues that naked and hidden singles solve, and its solution.
///
/// Digging in random order seldom reaches the fewest clues, so it is repeated, from where it got stuck and from
/// new grids, until it does; the budget (a fraction of a second) suffices for [`clue_range`]. Below that the
/// puzzle with the fewest clues met is returned.
pub fn puzzle_by_singles(shape: Shape, clues: usize, random: &mut Random) -> (Board, Board) {
    let mut best: Option<(Board, Board)> = None;
    for _ in 0..GRIDS {
        let solution = full_grid(shape, random);
        let mut puzzle = dig(solution, clues, random, solved_by_singles);
        for _ in 0..REFILLS {
            if puzzle.clues() <= clues {
                return (puzzle, solution);
            }
            let refilled = refill(puzzle, &solution, random);
            let dug = dig(refilled, clues, random, solved_by_singles);
            if dug.clues() <= puzzle.clues() {
                puzzle = dug;
            }
        }
        if best.is_none_or(|(fewest, _)| puzzle.clues() < fewest.clues()) {
            best = Some((puzzle, solution));
        }
    }
    best.expect("at least one grid was tried")
}

const GRIDS: usize = 32;
const REFILLS: usize = 40;
/// Clues put back before a stuck puzzle is dug again.
const REFILLED: usize = 3;

/// A puzzle with one solution, no clue of which can be spared and which singles do not solve, and its solution.
pub fn minimal_puzzle(shape: Shape, random: &mut Random) -> (Board, Board) {
    loop {
        let solution = full_grid(shape, random);
        let puzzle = dig(solution, 0, random, |board| count_solutions(board, 2) == 1);
        if !solved_by_singles(&puzzle) {
            return (puzzle, solution);
        }
    }
}

/// Takes clues away in random order, none without which `keeps` would fail, until `clues` are left.
fn dig(mut puzzle: Board, clues: usize, random: &mut Random, keeps: fn(&Board) -> bool) -> Board {
    let mut left = puzzle.clues();
    for cell in random.permutation(puzzle.shape().cells()) {
        if left <= clues {
            break;
        }
        let digit = puzzle.digit(cell);
        if digit == 0 {
            continue;
        }
        puzzle.set(cell, 0);
        if keeps(&puzzle) {
            left -= 1;
        } else {
            puzzle.set(cell, digit);
        }
    }
    puzzle
}

fn refill(mut puzzle: Board, solution: &Board, random: &mut Random) -> Board {
    let blanks: Vec<usize> = (0..puzzle.shape().cells()).filter(|&cell| puzzle.digit(cell) == 0).collect();
    for _ in 0..REFILLED.min(blanks.len()) {
        let cell = blanks[random.below(blanks.len())];
        puzzle.set(cell, solution.digit(cell));
    }
    puzzle
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::sudoku::{check_answer, conflicts, unique_solution};

    #[test]
    fn full_grids_obey_the_rules_and_differ() {
        for shape in Shape::ALL {
            let mut random = Random::new(1);
            let grids: Vec<Board> = (0..20).map(|_| full_grid(shape, &mut random)).collect();
            assert!(grids.iter().all(|grid| grid.is_complete() && conflicts(grid).is_empty()));
            assert!(grids.windows(2).all(|pair| pair[0] != pair[1]));
        }
    }

    #[test]
    fn puzzles_have_the_demanded_clues_and_one_solution() {
        for shape in Shape::ALL {
            for clues in clue_range(shape) {
                let mut random = Random::stream(2, clues as u64);
                let (puzzle, solution) = puzzle_by_singles(shape, clues, &mut random);
                assert_eq!(puzzle.clues(), clues, "{puzzle:?}");
                assert!(solved_by_singles(&puzzle));
                assert_eq!(unique_solution(&puzzle), Some(solution));
                assert_eq!(check_answer(&puzzle, &solution), Ok(()));
            }
        }
    }

    #[test]
    fn a_seed_tells_the_puzzle() {
        let puzzle = || puzzle_by_singles(Shape::NINE, 30, &mut Random::new(7));
        assert_eq!(puzzle(), puzzle());
    }

    #[test]
    fn difficulty_maps_onto_the_clue_range() {
        assert_eq!(clues_at(Shape::FOUR, 0.0), 10);
        assert_eq!(clues_at(Shape::FOUR, 1.0), 4);
        assert_eq!(clues_at(Shape::SIX, 0.5), 14);
        assert_eq!(clues_at(Shape::NINE, -3.0), 50);
        assert_eq!(clues_at(Shape::NINE, f64::NAN), 50);
    }

    #[test]
    fn minimal_puzzles_spare_no_clue_and_need_search() {
        let (puzzle, solution) = minimal_puzzle(Shape::NINE, &mut Random::new(3));
        assert_eq!(unique_solution(&puzzle), Some(solution));
        assert!(!solved_by_singles(&puzzle));
        for cell in (0..81).filter(|&cell| puzzle.digit(cell) != 0) {
            let mut fewer = puzzle;
            fewer.set(cell, 0);
            assert_eq!(count_solutions(&fewer, 2), 2);
        }
    }
}
