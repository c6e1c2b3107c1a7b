//! Solving by rule: naked and hidden singles, and search where they do not suffice.

use super::{
    board::Board,
    shape::{Geometry, MAX_CELLS},
};

/// What a puzzle took to solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Sweeps over the board that placed at least one naked or hidden single.
    pub sweeps: u32,
    /// Digits tried where no single was left, 0 for a puzzle that singles solve. This is the `rating` of data
    /// files, in the sense of Sudoku-Extreme.
    pub guesses: u32,
}

/// Whether naked and hidden singles alone fill the board; such a puzzle has one solution.
pub fn solved_by_singles(puzzle: &Board) -> bool {
    Candidates::of(puzzle).is_some_and(|mut state| state.place_singles().is_ok() && state.blanks == 0)
}

/// The number of solutions, counted up to `limit`.
pub fn count_solutions(puzzle: &Board, limit: usize) -> usize {
    let mut found = 0;
    search(puzzle, &mut |_| {}, &mut |_| {
        found += 1;
        found >= limit
    });
    found
}

/// The solution, if there is exactly one.
#[cfg(test)]
pub(super) fn unique_solution(puzzle: &Board) -> Option<Board> {
    let mut solutions = Vec::new();
    search(puzzle, &mut |_| {}, &mut |solution| {
        solutions.push(solution);
        solutions.len() == 2
    });
    solutions.pop().filter(|_| solutions.is_empty())
}

/// What finding a first solution takes; `None` if there is none.
pub fn effort(puzzle: &Board) -> Option<Effort> {
    let mut solved = false;
    let effort = search(puzzle, &mut |_| {}, &mut |_| {
        solved = true;
        true
    });
    solved.then_some(effort)
}

/// How many solutions a puzzle has, counted up to two by a search that can be left at any guess and taken up again: a
/// puzzle may take more guesses than anybody can wait for.
pub struct Examination {
    search: Search,
    found: usize,
}

impl Examination {
    /// At its beginning.
    pub fn new(puzzle: &Board) -> Self {
        Self { search: Search::new(puzzle), found: 0 }
    }

    /// Searches on until it is known whether there are none, one or two, or `guesses` more were made: that is `None`.
    pub fn advance(&mut self, guesses: u32) -> Option<usize> {
        let budget = self.guesses().saturating_add(guesses);
        while self.found < 2 {
            match self.search.next(&mut |_| {}, budget) {
                Step::Solution(_) => self.found += 1,
                Step::Exhausted => break,
                Step::Paused => return None,
            }
        }
        Some(self.found)
    }

    /// Guesses made so far.
    pub fn guesses(&self) -> u32 {
        self.search.effort.guesses
    }
}

/// Depth-first search for solutions. `order` arranges the digits (as bits) of the cell that is tried next,
/// `visit` takes each solution and says whether to stop.
pub(super) fn search(
    puzzle: &Board,
    order: &mut dyn FnMut(&mut [u16]),
    visit: &mut dyn FnMut(Board) -> bool,
) -> Effort {
    let mut search = Search::new(puzzle);
    while let Step::Solution(solution) = search.next(order, u32::MAX) {
        if visit(solution) {
            break;
        }
    }
    search.effort
}

/// What a search came to.
enum Step {
    /// One more solution.
    Solution(Board),
    /// There are no more.
    Exhausted,
    /// The guesses that it may make are made.
    Paused,
}

/// A depth-first search as it stands between two solutions or guesses.
struct Search {
    /// A board that nothing was done about yet.
    fresh: Option<Candidates>,
    /// Boards on which a guess is due, each made by a guess on the one before.
    branches: Vec<Branch>,
    effort: Effort,
}

/// A board without singles, and the digits of one of its cells that are still to be tried, the next one last.
struct Branch {
    state: Candidates,
    cell: usize,
    choices: Vec<u16>,
}

impl Search {
    fn new(puzzle: &Board) -> Self {
        let effort = Effort { sweeps: 0, guesses: 0 };
        Self { fresh: Candidates::of(puzzle), branches: Vec::new(), effort }
    }

    /// Goes on to the next solution, as long as there are fewer than `budget` guesses in all.
    fn next(&mut self, order: &mut dyn FnMut(&mut [u16]), budget: u32) -> Step {
        loop {
            if let Some(mut state) = self.fresh.take()
                && let Ok(sweeps) = state.place_singles()
            {
                self.effort.sweeps += sweeps;
                let Some(cell) = state.most_constrained() else { return Step::Solution(state.board) };
                let mut choices: Vec<u16> =
                    (0..16).map(|bit| 1 << bit).filter(|bit| state.digits[cell] & bit != 0).collect();
                order(&mut choices);
                choices.reverse();
                self.branches.push(Branch { state, cell, choices });
            }
            let Some(branch) = self.branches.last_mut() else { return Step::Exhausted };
            let Some(&digit) = branch.choices.last() else {
                self.branches.pop();
                continue;
            };
            if self.effort.guesses >= budget {
                return Step::Paused;
            }
            self.effort.guesses += 1;
            branch.choices.pop();
            let mut next = branch.state.clone();
            if next.place(branch.cell, digit).is_ok() {
                self.fresh = Some(next);
            }
        }
    }
}

/// No digit fits a blank cell, or no cell of a unit takes a digit that it lacks.
struct Contradiction;

/// A board with, for every blank cell, the digits its row, column and box leave it (as bits).
#[derive(Clone)]
struct Candidates {
    board: Board,
    geometry: &'static Geometry,
    digits: [u16; MAX_CELLS],
    placed: [u16; 27],
    blanks: usize,
}

impl Candidates {
    /// `None` where the clues contradict each other.
    fn of(board: &Board) -> Option<Self> {
        let shape = board.shape();
        let mut state = Self {
            board: Board::empty(shape),
            geometry: shape.geometry(),
            digits: [shape.all_digits(); MAX_CELLS],
            placed: [0; 27],
            blanks: shape.cells(),
        };
        for (cell, &digit) in board.cells().iter().enumerate() {
            if digit != 0 {
                state.place(cell, 1 << (digit - 1)).ok()?;
            }
        }
        Some(state)
    }

    fn place(&mut self, cell: usize, digit: u16) -> Result<(), Contradiction> {
        if self.digits[cell] & digit == 0 {
            return Err(Contradiction);
        }
        self.board.set(cell, digit.trailing_zeros() as u8 + 1);
        self.blanks -= 1;
        for unit in self.geometry.units_of(cell) {
            self.placed[unit] |= digit;
            for &peer in self.geometry.cells_of(unit) {
                self.digits[usize::from(peer)] &= !digit;
            }
        }
        self.digits[cell] = 0;
        Ok(())
    }

    /// Places naked and hidden singles until none is left; returns the sweeps that found some.
    fn place_singles(&mut self) -> Result<u32, Contradiction> {
        for sweep in 0.. {
            let blanks = self.blanks;
            self.place_naked_singles()?;
            self.place_hidden_singles()?;
            if self.blanks == blanks {
                return Ok(sweep);
            }
        }
        unreachable!("every sweep but the last fills a cell")
    }

    fn place_naked_singles(&mut self) -> Result<(), Contradiction> {
        for cell in 0..self.board.shape().cells() {
            let digits = self.digits[cell];
            if digits.is_power_of_two() {
                self.place(cell, digits)?;
            } else if digits == 0 && self.board.digit(cell) == 0 {
                return Err(Contradiction);
            }
        }
        Ok(())
    }

    fn place_hidden_singles(&mut self) -> Result<(), Contradiction> {
        let all = self.board.shape().all_digits();
        for (unit, cells) in self.geometry.units().enumerate() {
            let (mut once, mut twice) = (0, 0);
            for &cell in cells {
                let digits = self.digits[usize::from(cell)];
                twice |= once & digits;
                once |= digits;
            }
            if once | self.placed[unit] != all {
                return Err(Contradiction);
            }
            let mut hidden = once & !twice;
            while hidden != 0 {
                let digit = hidden & hidden.wrapping_neg();
                hidden ^= digit;
                // An earlier single of this unit may have taken the only cell.
                let cell = cells.iter().find(|&&cell| self.digits[usize::from(cell)] & digit != 0);
                self.place(usize::from(*cell.ok_or(Contradiction)?), digit)?;
            }
        }
        Ok(())
    }

    /// The blank cell with the fewest candidates.
    fn most_constrained(&self) -> Option<usize> {
        (0..self.board.shape().cells())
            .filter(|&cell| self.digits[cell] != 0)
            .min_by_key(|&cell| self.digits[cell].count_ones())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::sudoku::{Shape, check_answer};

    fn board(text: &str) -> Board {
        Board::parse(text, None).unwrap()
    }

    #[test]
    fn counts_what_is_known() {
        assert_eq!(count_solutions(&Board::empty(Shape::FOUR), usize::MAX), 288);
        assert_eq!(count_solutions(&board("1... ..1. .1.. ...1"), usize::MAX), 18);
        assert_eq!(count_solutions(&Board::empty(Shape::NINE), 2), 2);
        assert_eq!(count_solutions(&board("11.. .... .... ...."), 2), 0);
        // No conflict, and yet no digit for the last cell of the first row.
        assert_eq!(count_solutions(&board("123. ...4 .... ...."), 2), 0);
    }

    #[test]
    fn six_by_six_first_rows_extend_to_the_known_number_of_grids() {
        // 28,200,960 grids in all, 6! of which share any first row.
        let first_row = board(&format!("123456{}", ".".repeat(30)));
        assert_eq!(count_solutions(&first_row, usize::MAX), 28_200_960 / 720);
    }

    #[test]
    fn an_easy_puzzle_takes_no_guess() {
        let puzzle = board("53..7.... 6..195... .98....6. 8...6...3 4..8.3..1 7...2...6 .6....28. ...419..5 ....8..79");
        let solution = unique_solution(&puzzle).unwrap();
        assert_eq!(
            solution.to_text(),
            "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
        );
        assert!(solved_by_singles(&puzzle));
        assert_eq!(effort(&puzzle).unwrap().guesses, 0);
    }

    #[test]
    fn a_hard_puzzle_needs_search() {
        let puzzle = board("8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..");
        let solution = unique_solution(&puzzle).unwrap();
        assert_eq!(check_answer(&puzzle, &solution), Ok(()));
        assert!(!solved_by_singles(&puzzle));
        assert!(effort(&puzzle).unwrap().guesses > 10);
    }

    #[test]
    fn an_examination_is_taken_up_where_it_was_left() {
        let hard = board("8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..");
        let (mut whole, mut slices) = (Examination::new(&hard), Examination::new(&hard));
        assert_eq!(whole.advance(u32::MAX), Some(1));
        let mut left = 0;
        let found = loop {
            match slices.advance(7) {
                Some(found) => break found,
                None => left += 1,
            }
            assert_eq!(slices.guesses(), 7 * left);
        };
        assert_eq!((found, slices.guesses()), (1, whole.guesses()));
        assert!(left > 10, "it was left {left} times");
        // What is known stays known.
        assert_eq!(slices.advance(0), Some(1));
    }

    #[test]
    fn what_no_search_decides_soon_is_not_known_within_the_budget() {
        // No two clues conflict, and there is no solution.
        for text in [
            ".....8.5. ...3.7.92 ......... .7.8..... ...7.3... 2.......8 82.....37 ........9 .........",
            ".....8.5. ...3.7..2 ......... .7.8..... ...7.3... ........8 8......37 ........9 .........",
        ] {
            let mut examination = Examination::new(&board(text));
            assert_eq!(examination.advance(5_000), None);
            assert_eq!(examination.guesses(), 5_000);
        }
        // These are known at once, whatever the budget.
        assert_eq!(Examination::new(&board("11.. .... .... ....")).advance(0), Some(0));
        assert_eq!(Examination::new(&board("1234 3412 2143 4321")).advance(0), Some(1));
        assert_eq!(Examination::new(&Board::empty(Shape::NINE)).advance(1_000), Some(2));
    }

    #[test]
    fn several_or_no_solutions_are_not_unique() {
        assert_eq!(unique_solution(&Board::empty(Shape::SIX)), None);
        assert_eq!(unique_solution(&board("11.. .... .... ....")), None);
        assert_eq!(effort(&board("11.. .... .... ....")), None);
    }
}
