//! Where a cell is, in words.

use std::fmt;

/// Row and column of a cell; prints as `row 1, column 2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
}

impl Place {
    /// The first cell.
    pub const ORIGIN: Self = Self { row: 0, column: 0 };

    /// The place of a cell on a board of `side` columns; cells are counted row by row.
    pub fn of(cell: usize, side: usize) -> Self {
        Self { row: cell / side, column: cell % side }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}, column {}", self.row + 1, self.column + 1)
    }
}
