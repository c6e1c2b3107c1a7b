//! Random puzzles: a random full grid from which clues are dug out.

use std::ops::RangeInclusive;

use super::{
    board::Board,
    shape::Shape,
    solve::{count_solutions, effort, search, solved_by_singles},
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

/// A puzzle as [`minimal_puzzle`] gives it that takes a solver at least `guesses` ([`super::Effort`]), and its solution; the
/// hardest that was met where `tries` boards were searched in vain.
///
/// Random minimal puzzles that need 50 guesses are one in hundreds. So one of them is changed again and again: a few clues of
/// its solution are put back, others taken away, and of the two the harder is kept.
pub fn hard_puzzle(shape: Shape, guesses: u32, tries: usize, random: &mut Random) -> (Board, Board) {
    let rated = |puzzle: &Board| effort(puzzle).map_or(0, |effort| effort.guesses);
    let mut hardest: Option<(u32, (Board, Board))> = None;
    let mut left = tries;
    while left > 0 {
        let (mut puzzle, solution) = minimal_puzzle(shape, random);
        let mut rating = rated(&puzzle);
        left -= 1;
        // A board that does not get harder for long is given up for a new one.
        let mut in_vain = 0;
        while rating < guesses && in_vain < IN_VAIN && left > 0 {
            let refilled = refill(puzzle, &solution, random);
            let changed = dig(refilled, 0, random, |board| count_solutions(board, 2) == 1);
            let changed_rating = rated(&changed);
            left -= 1;
            in_vain = if changed_rating > rating { 0 } else { in_vain + 1 };
            // An equal one is taken too: it leads on to others.
            if changed_rating >= rating {
                (puzzle, rating) = (changed, changed_rating);
            }
        }
        if hardest.as_ref().is_none_or(|(best, _)| rating > *best) {
            hardest = Some((rating, (puzzle, solution)));
        }
        if rating >= guesses {
            break;
        }
    }
    hardest.map_or_else(|| minimal_puzzle(shape, random), |(_, found)| found)
}

/// Changes of a board, one after the other, that may leave it no harder before another one is begun.
const IN_VAIN: usize = 12;

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
    use crate::puzzle::sudoku::{check_answer, conflicts, solve::unique_solution};

    #[test]
    fn full_grids_obey_the_rules_and_differ() {
        for shape in Shape::ALL {
            let mut random = Random::new(1);
            let grids: Vec<Board> = (0..20).map(|_| full_grid(shape, &mut random)).collect();
            assert!(grids.iter().all(|grid| grid.clues() == shape.cells() && conflicts(grid).is_empty()));
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
    fn hard_puzzles_take_the_guesses_asked_for() {
        for (seed, guesses) in [(1, 0), (2, 5), (3, 20)] {
            let (puzzle, solution) = hard_puzzle(Shape::NINE, guesses, 100_000, &mut Random::new(seed));
            assert_eq!(unique_solution(&puzzle), Some(solution));
            assert!(!solved_by_singles(&puzzle));
            assert!(effort(&puzzle).unwrap().guesses >= guesses);
        }
        // What is not found is the hardest of what was met.
        let (puzzle, solution) = hard_puzzle(Shape::NINE, u32::MAX, 3, &mut Random::new(4));
        assert_eq!(unique_solution(&puzzle), Some(solution));
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
