//! How the boards of a kind are drawn: their rows, columns and boxes, and what fills a cell. Every drawing of a board (the
//! page's, a saved picture's, the small ones of a training) reads it from here.

use super::Place;

/// What fills a cell that holds a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Its symbol, or nothing where it has none.
    Symbol,
    /// A wall.
    Wall,
    /// Nothing of its own: a line through the cells of the path.
    Path,
    /// Its symbol, where a path begins or ends.
    End,
    /// This colour, in red, green and blue, with its symbol.
    Colour([u8; 3]),
}

impl Fill {
    /// Whether a cell's symbol is written in it.
    pub fn has_symbol(self) -> bool {
        matches!(self, Self::Symbol | Self::End | Self::Colour(_))
    }
}

/// How an answer is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerStyle {
    /// A symbol in each cell, with how sure the model is of it.
    Symbols,
    /// A line through the marked cells, thick where the model is sure.
    Path,
    /// A board of its own, in place of the question's: nothing that was given is a part of it.
    Whole,
}

/// A board's geometry and style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Rows of cells.
    pub rows: usize,
    /// Columns of cells.
    pub columns: usize,
    /// Rows of a box; those of the board where it has no boxes.
    pub box_rows: usize,
    /// Columns of a box; those of the board where it has no boxes.
    pub box_columns: usize,
    /// How an answer is drawn.
    pub answers: AnswerStyle,
}

impl Layout {
    /// Cells, counted row by row.
    pub fn cells(&self) -> usize {
        self.rows * self.columns
    }

    /// Where a cell is.
    pub fn place(&self, cell: usize) -> Place {
        Place::of(cell, self.columns)
    }

    /// The cell at a point, given as shares of the board's width and height from its left upper corner; `None` outside.
    pub fn cell_at(&self, x: f64, y: f64) -> Option<usize> {
        let index = |share: f64, count: usize| (0.0..1.0).contains(&share).then_some((share * count as f64) as usize);
        Some(index(y, self.rows)? * self.columns + index(x, self.columns)?)
    }

    /// Whether the line above row `line` (from 0; `rows` is the one below the last row) bounds boxes or the board.
    pub fn bounds_rows(&self, line: usize) -> bool {
        line.is_multiple_of(self.box_rows) || line == self.rows
    }

    /// Whether the line left of column `line` (from 0; `columns` is the one right of the last) bounds boxes or the board.
    pub fn bounds_columns(&self, line: usize) -> bool {
        line.is_multiple_of(self.box_columns) || line == self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::{Kind, maze, sudoku::Shape};

    fn kind(name: &str) -> Kind {
        name.parse().unwrap()
    }

    #[test]
    fn every_kind_has_a_cell_for_each_token() {
        for kind in Kind::all() {
            let layout = kind.layout();
            assert_eq!(layout.cells(), kind.seq_len(), "{kind}");
            let last = layout.place(layout.cells() - 1);
            assert_eq!((last.row + 1, last.column + 1), (layout.rows, layout.columns), "{kind}");
        }
    }

    #[test]
    fn boxes_are_bounded_where_the_rules_have_them() {
        let layout = Kind::new(&Shape::SIX).layout();
        let lines = |bounds: &dyn Fn(usize) -> bool| (0..=6).filter(|&line| bounds(line)).collect::<Vec<_>>();
        assert_eq!(lines(&|line| layout.bounds_rows(line)), [0, 2, 4, 6]);
        assert_eq!(lines(&|line| layout.bounds_columns(line)), [0, 3, 6]);
        let maze = kind("maze-6").layout();
        assert_eq!(lines(&|line| maze.bounds_rows(line)), [0, 6]);
    }

    #[test]
    fn points_belong_to_the_cell_that_they_are_in() {
        let layout = Layout { rows: 2, columns: 4, box_rows: 2, box_columns: 4, answers: AnswerStyle::Symbols };
        assert_eq!(layout.cell_at(0.0, 0.0), Some(0));
        assert_eq!(layout.cell_at(0.99, 0.49), Some(3));
        assert_eq!(layout.cell_at(0.3, 0.5), Some(5));
        assert_eq!([layout.cell_at(1.0, 0.5), layout.cell_at(0.5, -0.1), layout.cell_at(f64::NAN, 0.5)], [None; 3]);
    }

    #[test]
    fn walls_and_paths_fill_cells_of_mazes_only() {
        let kind = kind("maze-5");
        let fills = [maze::Cell::Wall, maze::Cell::Path, maze::Cell::Start].map(|cell| kind.fill(cell as u8));
        assert_eq!(fills, [Fill::Wall, Fill::Path, Fill::End]);
        assert!((0..6).all(|token| Kind::new(&Shape::FOUR).fill(token) == Fill::Symbol));
    }
}
