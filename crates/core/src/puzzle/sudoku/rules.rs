//! What a board breaks: conflicts between cells, and whether an answer solves its puzzle.

use std::fmt;

use super::{board::Board, shape::Shape};
use crate::puzzle::{Place, RuleFault};

/// A row, column or box, counted from 0 and printed from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A row, from the top.
    Row(usize),
    /// A column, from the left.
    Column(usize),
    /// A box, row by row.
    Box(usize),
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(index) => write!(f, "row {}", index + 1),
            Self::Column(index) => write!(f, "column {}", index + 1),
            Self::Box(index) => write!(f, "box {}", index + 1),
        }
    }
}

/// Two cells of a unit that hold the same digit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{digit} stands twice in {unit}: at {} and at {}", self.places[0], self.places[1])]
pub struct Conflict {
    /// The digit that repeats.
    pub digit: u8,
    /// The unit both cells lie in; where there are two, the row or column rather than the box.
    pub unit: Unit,
    /// The cells, the earlier first.
    pub cells: [usize; 2],
    places: [Place; 2],
}

/// Every pair of cells that hold the same digit in one row, column or box, each pair once.
pub fn conflicts(board: &Board) -> Vec<Conflict> {
    let shape = board.shape();
    let mut found = Vec::new();
    for first in 0..shape.cells() {
        let digit = board.digit(first);
        for second in first + 1..shape.cells() {
            if digit != 0
                && digit == board.digit(second)
                && let Some(unit) = shared_unit(shape, first, second)
            {
                let places = [first, second].map(|cell| Place::of(cell, shape.side()));
                found.push(Conflict { digit, unit, cells: [first, second], places });
            }
        }
    }
    found
}

fn shared_unit(shape: Shape, first: usize, second: usize) -> Option<Unit> {
    let in_both = |index: fn(Shape, usize) -> usize, unit: fn(usize) -> Unit| {
        (index(shape, first) == index(shape, second)).then(|| unit(index(shape, first)))
    };
    in_both(Shape::row, Unit::Row)
        .or_else(|| in_both(Shape::column, Unit::Column))
        .or_else(|| in_both(Shape::box_of, Unit::Box))
}

/// Why an answer does not solve its puzzle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The boards differ in size.
    #[error("the answer is a {answer} board, the puzzle a {puzzle} one")]
    Shape {
        /// Shape of the puzzle.
        puzzle: Shape,
        /// Shape of the answer.
        answer: Shape,
    },
    /// A given digit was changed or left out.
    #[error("{place}: the clue is {clue}, the answer has {}", digit_in_words(*.found))]
    Clue {
        /// The cell.
        cell: usize,
        /// Where it is.
        place: Place,
        /// The puzzle's digit.
        clue: u8,
        /// The answer's digit, 0 for none.
        found: u8,
    },
    /// Cells without a digit.
    #[error("{} has no digit ({} cells have none)", .first, .cells.len())]
    Blank {
        /// Every such cell.
        cells: Vec<usize>,
        /// Where the first one is.
        first: Place,
    },
    /// A digit stands twice in a unit.
    #[error(transparent)]
    Conflict(#[from] Conflict),
}

impl RuleFault for Fault {
    fn cells(&self) -> Vec<usize> {
        match self {
            Self::Shape { .. } => Vec::new(),
            Self::Clue { cell, .. } => vec![*cell],
            Self::Blank { cells, .. } => cells.clone(),
            Self::Conflict(conflict) => conflict.cells.to_vec(),
        }
    }
}

impl From<Fault> for crate::puzzle::Fault {
    fn from(fault: Fault) -> Self {
        Self::of_rule(fault)
    }
}

fn digit_in_words(digit: u8) -> String {
    if digit == 0 { "no digit".into() } else { digit.to_string() }
}

/// Whether `answer` keeps the clues of `puzzle`, has a digit in every cell and repeats none in a row, column or
/// box. The first fault, in this order, is the error.
pub fn check_answer(puzzle: &Board, answer: &Board) -> Result<(), Fault> {
    let shape = puzzle.shape();
    if answer.shape() != shape {
        return Err(Fault::Shape { puzzle: shape, answer: answer.shape() });
    }
    let pairs = puzzle.cells().iter().zip(answer.cells());
    if let Some((cell, (&clue, &found))) = pairs.enumerate().find(|(_, (clue, found))| **clue != 0 && clue != found) {
        return Err(Fault::Clue { cell, place: Place::of(cell, shape.side()), clue, found });
    }
    let blank: Vec<usize> = (0..shape.cells()).filter(|&cell| answer.digit(cell) == 0).collect();
    if let Some(&first) = blank.first() {
        return Err(Fault::Blank { first: Place::of(first, shape.side()), cells: blank });
    }
    conflicts(answer).into_iter().next().map_or(Ok(()), |conflict| Err(conflict.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(text: &str) -> Board {
        Board::parse(text, None).unwrap()
    }

    #[test]
    fn conflicts_name_cells_and_unit() {
        let found = conflicts(&board("1..1 2... .2.. 2..."));
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "1 stands twice in row 1: at row 1, column 1 and at row 1, column 4",
                "2 stands twice in column 1: at row 2, column 1 and at row 4, column 1",
                "2 stands twice in box 3: at row 3, column 2 and at row 4, column 1",
            ]
        );
        assert_eq!(found[2].cells, [9, 12]);
        assert_eq!(conflicts(&board("1... ..1. .1.. ...1")), []);
    }

    #[test]
    fn a_pair_in_row_and_box_is_named_once() {
        let found = conflicts(&board("11.. .... .... ...."));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].unit, Unit::Row(0));
    }

    #[test]
    fn answers_are_judged_by_rule() {
        let puzzle = board("1... ..1. .1.. ...1");
        let words = |text: &str| check_answer(&puzzle, &board(text)).unwrap_err().to_string();
        // Of several solutions each is right.
        assert_eq!(check_answer(&puzzle, &board("1234 3412 2143 4321")), Ok(()));
        assert_eq!(check_answer(&puzzle, &board("1324 2413 3142 4231")), Ok(()));
        assert_eq!(words("2143 3412 1234 4321"), "row 1, column 1: the clue is 1, the answer has 2");
        assert_eq!(words("1234 3412 2.43 4321"), "row 3, column 2: the clue is 1, the answer has no digit");
        assert_eq!(words("1234 3412 2143 4..1"), "row 4, column 2 has no digit (2 cells have none)");
        assert_eq!(
            words("1234 3412 2143 4341"),
            "4 stands twice in column 3: at row 3, column 3 and at row 4, column 3"
        );
        assert!(words(&".".repeat(36)).contains("6x6"));
    }
}
