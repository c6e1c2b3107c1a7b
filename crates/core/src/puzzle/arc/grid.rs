//! A grid of colours.

use std::fmt;

use super::COLOURS;
use crate::{
    puzzle::{Place, Size},
    text::counted,
};

/// A grid of 1x1 to 30x30 cells, each one of ten colours (0 to 9), row by row.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Grid {
    size: Size,
    cells: Vec<u8>,
}

impl Grid {
    /// The most rows, and the most columns.
    pub const MOST: usize = 30;

    /// A grid of given cells, row by row.
    ///
    /// # Errors
    /// More than [`Grid::MOST`] rows or columns, a number of cells that the size does not have, a cell over 9.
    pub fn new(size: Size, cells: Vec<u8>) -> Result<Self, GridFault> {
        if size.rows() > Self::MOST {
            return Err(GridFault::Rows { found: size.rows() });
        }
        if size.columns() > Self::MOST {
            return Err(GridFault::Columns { row: 0, found: size.columns() });
        }
        if cells.len() != size.cells() {
            return Err(GridFault::Cells { found: cells.len(), expected: size.cells() });
        }
        if let Some(at) = cells.iter().position(|&colour| colour >= COLOURS) {
            return Err(GridFault::Colour { place: Place::of(at, size.columns()), found: cells[at] });
        }
        Ok(Self { size, cells })
    }

    /// A grid of given rows.
    ///
    /// # Errors
    /// As [`Grid::new`]; no rows, a row without cells, rows that are not equally long.
    pub fn of_rows(rows: &[impl AsRef<[u8]>]) -> Result<Self, GridFault> {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        if columns == 0 {
            return Err(GridFault::Empty);
        }
        for (row, cells) in rows.iter().enumerate() {
            let found = cells.as_ref().len();
            if found != columns {
                return Err(GridFault::Ragged { row, found, expected: columns });
            }
        }
        if rows.len() > Self::MOST {
            return Err(GridFault::Rows { found: rows.len() });
        }
        if columns > Self::MOST {
            return Err(GridFault::Columns { row: 0, found: columns });
        }
        Self::new(Size::new(rows.len(), columns), rows.iter().flat_map(|row| row.as_ref()).copied().collect())
    }

    /// A grid of one colour; a side over [`Grid::MOST`] is taken as that, a colour over 9 as 9.
    pub fn filled(size: Size, colour: u8) -> Self {
        let size = Size::new(size.rows().min(Self::MOST), size.columns().min(Self::MOST));
        Self { size, cells: vec![colour.min(COLOURS - 1); size.cells()] }
    }

    /// An all-black grid.
    pub fn black(size: Size) -> Self {
        Self::filled(size, 0)
    }

    /// Rows and columns.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Rows, 1 to [`Grid::MOST`].
    pub fn rows(&self) -> usize {
        self.size.rows()
    }

    /// Columns, 1 to [`Grid::MOST`].
    pub fn columns(&self) -> usize {
        self.size.columns()
    }

    /// The colours, row by row.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// The rows, each with its colours.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.cells.chunks_exact(self.columns())
    }

    /// The colour at a place; `None` outside.
    pub fn get(&self, at: Place) -> Option<u8> {
        (at.row < self.rows() && at.column < self.columns()).then(|| self.cells[at.row * self.columns() + at.column])
    }

    /// Gives a cell a colour; a place outside and a colour over 9 change nothing.
    pub fn set(&mut self, at: Place, colour: u8) {
        if at.row < self.rows() && at.column < self.columns() && colour < COLOURS {
            self.cells[at.row * self.size.columns() + at.column] = colour;
        }
    }

    /// The colours that occur, as bits: bit c for colour c.
    pub fn colours(&self) -> u16 {
        self.cells.iter().fold(0, |found, &colour| found | 1 << colour)
    }

    /// Every cell replaced by what a table has for its colour; an entry over 9 counts as 9.
    #[must_use]
    pub fn recoloured(&self, table: &[u8; COLOURS as usize]) -> Self {
        let cells = self.cells.iter().map(|&colour| table[usize::from(colour)].min(COLOURS - 1)).collect();
        Self { size: self.size, cells }
    }

    /// A grid of `size` whose cell at a place is what `of` says of it.
    pub(super) fn of_places(size: Size, of: impl Fn(Place) -> u8) -> Self {
        let mut grid = Self::black(size);
        for at in 0..grid.cells.len() {
            let place = Place::of(at, grid.columns());
            grid.set(place, of(place));
        }
        grid
    }
}

/// Prints as a line of digits a row.
impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, line) in self.lines().enumerate() {
            if row > 0 {
                f.write_str("\n")?;
            }
            line.iter().try_for_each(|colour| write!(f, "{colour}"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.size, self.to_string().replace('\n', "/"))
    }
}

/// Why cells are no grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GridFault {
    /// No rows, or a first row without cells.
    #[error("found an empty grid, expected 1x1 to 30x30 cells")]
    Empty,
    /// Too many rows.
    #[error("found {found} rows, expected at most {}", Grid::MOST)]
    Rows {
        /// How many.
        found: usize,
    },
    /// Too many cells in a row.
    #[error("row {}: found {found} cells, expected at most {}", row + 1, Grid::MOST)]
    Columns {
        /// The row, from 0.
        row: usize,
        /// How many cells.
        found: usize,
    },
    /// A row of another length than the first one.
    #[error("row {}: found {}, expected {expected} as in row 1", row + 1, counted(*found, "cell", "cells"))]
    Ragged {
        /// The row, from 0.
        row: usize,
        /// Its cells.
        found: usize,
        /// The first row's cells.
        expected: usize,
    },
    /// Another number of cells than the size has.
    #[error("found {}, expected {expected}", counted(*found, "cell", "cells"))]
    Cells {
        /// How many.
        found: usize,
        /// Rows times columns.
        expected: usize,
    },
    /// A number that is no colour.
    #[error("{place}: found {found}, expected a colour from 0 to 9")]
    Colour {
        /// The cell.
        place: Place,
        /// What stands there.
        found: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_checked() {
        let said = |rows: &[&[u8]]| Grid::of_rows(rows).unwrap_err().to_string();
        assert_eq!(said(&[]), "found an empty grid, expected 1x1 to 30x30 cells");
        assert_eq!(said(&[&[], &[]]), "found an empty grid, expected 1x1 to 30x30 cells");
        assert_eq!(said(&[&[1, 2], &[1]]), "row 2: found 1 cell, expected 2 as in row 1");
        assert_eq!(said(&[&[1, 2], &[1, 10]]), "row 2, column 2: found 10, expected a colour from 0 to 9");
        assert_eq!(said(&[&[0][..]; 31]), "found 31 rows, expected at most 30");
        assert_eq!(said(&[&[0; 31][..]]), "row 1: found 31 cells, expected at most 30");
        assert_eq!(Grid::new(Size::new(2, 2), vec![0; 3]), Err(GridFault::Cells { found: 3, expected: 4 }));
        assert_eq!(Grid::new(Size::new(2, 31), vec![0; 62]), Err(GridFault::Columns { row: 0, found: 31 }));
        assert!(Grid::of_rows(&[[9; 30]; 30]).is_ok());
    }

    #[test]
    fn cells_are_reached_by_place() {
        let mut grid = Grid::of_rows(&[[1, 2, 3], [4, 5, 6]]).unwrap();
        let at = |row, column| Place { row, column };
        assert_eq!([at(1, 0), at(2, 0), at(0, 3)].map(|place| grid.get(place)), [Some(4), None, None]);
        grid.set(at(1, 0), 9);
        for (place, colour) in [(at(1, 1), 10), (at(2, 0), 1), (at(0, 3), 1)] {
            grid.set(place, colour);
        }
        assert_eq!(grid.to_string(), "123\n956");
        assert_eq!(grid.colours(), 0b10_0110_1110);
        assert_eq!(format!("{grid:?}"), "2x3:123/956");
    }
}
