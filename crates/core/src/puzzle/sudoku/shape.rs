//! The three board sizes and the geometry of their rows, columns and boxes.

use std::fmt;

/// The most cells a board can have (9x9).
pub(super) const MAX_CELLS: usize = 81;
const MAX_SIDE: usize = 9;

/// The size of a board and of its boxes: 4x4 (boxes 2x2), 6x6 (boxes of 2 rows by 3 columns) or 9x9 (3x3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    side: u8,
    box_rows: u8,
    box_cols: u8,
}

impl Shape {
    /// 4x4 with 2x2 boxes.
    pub const FOUR: Self = Self { side: 4, box_rows: 2, box_cols: 2 };
    /// 6x6 with boxes of 2 rows by 3 columns.
    pub const SIX: Self = Self { side: 6, box_rows: 2, box_cols: 3 };
    /// 9x9 with 3x3 boxes.
    pub const NINE: Self = Self { side: 9, box_rows: 3, box_cols: 3 };
    /// Every shape, smallest first.
    pub const ALL: [Self; 3] = [Self::FOUR, Self::SIX, Self::NINE];

    /// The shape of a board with so many cells (16, 36 or 81).
    pub fn of_cells(cells: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.cells() == cells)
    }

    /// Rows, columns, boxes and digits of a board.
    pub const fn side(self) -> usize {
        self.side as usize
    }

    /// Rows of a box.
    pub const fn box_rows(self) -> usize {
        self.box_rows as usize
    }

    /// Columns of a box.
    pub const fn box_cols(self) -> usize {
        self.box_cols as usize
    }

    /// Cells of a board: the model's sequence length S.
    pub const fn cells(self) -> usize {
        self.side() * self.side()
    }

    /// Tokens: pad (0), blank (1) and a token for each digit (digit + 1).
    pub const fn vocab_size(self) -> usize {
        self.side() + 2
    }

    /// The row of a cell, from 0; cells are counted row by row.
    pub const fn row(self, cell: usize) -> usize {
        cell / self.side()
    }

    /// The column of a cell, from 0.
    pub const fn column(self, cell: usize) -> usize {
        cell % self.side()
    }

    /// The box of a cell, from 0; boxes are counted row by row.
    pub const fn box_of(self, cell: usize) -> usize {
        let stacks = self.side() / self.box_cols();
        self.row(cell) / self.box_rows() * stacks + self.column(cell) / self.box_cols()
    }

    /// Whether the transposed board has boxes of the same shape.
    pub const fn is_transposable(self) -> bool {
        self.box_rows == self.box_cols
    }

    /// Every digit, as bits 0 (digit 1) to side - 1.
    pub(super) const fn all_digits(self) -> u16 {
        (1 << self.side) - 1
    }

    pub(super) fn geometry(self) -> &'static Geometry {
        static GEOMETRY: [Geometry; 3] =
            [Geometry::new(Shape::FOUR), Geometry::new(Shape::SIX), Geometry::new(Shape::NINE)];
        match self.side {
            4 => &GEOMETRY[0],
            6 => &GEOMETRY[1],
            _ => &GEOMETRY[2],
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{0}x{0}", self.side)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape({self})")
    }
}

/// Tables of a shape, made at compile time: the solver looks nothing up by division.
pub(super) struct Geometry {
    side: usize,
    cells: [[u8; MAX_SIDE]; 3 * MAX_SIDE],
    units: [[u8; 3]; MAX_CELLS],
}

impl Geometry {
    const fn new(shape: Shape) -> Self {
        let side = shape.side();
        let mut geometry = Self { side, cells: [[0; MAX_SIDE]; 3 * MAX_SIDE], units: [[0; 3]; MAX_CELLS] };
        let mut filled = [0; 3 * MAX_SIDE];
        let mut cell = 0;
        while cell < shape.cells() {
            let units = [shape.row(cell), side + shape.column(cell), 2 * side + shape.box_of(cell)];
            let mut i = 0;
            while i < 3 {
                geometry.cells[units[i]][filled[units[i]]] = cell as u8;
                filled[units[i]] += 1;
                geometry.units[cell][i] = units[i] as u8;
                i += 1;
            }
            cell += 1;
        }
        geometry
    }

    /// The units (rows, then columns, then boxes), each with its cells.
    pub(super) fn units(&self) -> impl Iterator<Item = &[u8]> {
        self.cells[..3 * self.side].iter().map(|cells| &cells[..self.side])
    }

    /// The row, column and box of a cell as indices of [`Geometry::units`].
    pub(super) fn units_of(&self, cell: usize) -> [usize; 3] {
        self.units[cell].map(usize::from)
    }

    /// The cells of unit `unit`.
    pub(super) fn cells_of(&self, unit: usize) -> &[u8] {
        &self.cells[unit][..self.side]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_six_have_two_rows_and_three_columns() {
        let boxes: Vec<usize> = (0..36).map(|cell| Shape::SIX.box_of(cell)).collect();
        assert_eq!(boxes[..12], [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
        assert_eq!(boxes[24..30], [4, 4, 4, 5, 5, 5]);
    }

    #[test]
    fn every_cell_lies_in_its_three_units() {
        for shape in Shape::ALL {
            let geometry = shape.geometry();
            assert_eq!(geometry.units().count(), 3 * shape.side());
            for cell in 0..shape.cells() {
                for unit in geometry.units_of(cell) {
                    assert!(geometry.cells_of(unit).contains(&(cell as u8)));
                }
            }
            assert_eq!(Shape::of_cells(shape.cells()), Some(shape));
        }
        assert_eq!(Shape::of_cells(25), None);
    }
}
