//! A maze as cells, as text and as the model's tokens.

use std::fmt;

use crate::puzzle::{Size, text::ParseError};

/// What a cell holds; the numbers are the model's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    /// Padding: what a model may answer, never part of a maze. Prints as `.`.
    Pad = 0,
    /// A wall, `#`.
    Wall = 1,
    /// An open cell, a space.
    Open = 2,
    /// Where the path begins, `S`.
    Start = 3,
    /// Where it ends, `G`.
    Goal = 4,
    /// An open cell on the path, `o`.
    Path = 5,
}

impl Cell {
    /// The cells of a maze's alphabet.
    pub const ALPHABET: [Self; 5] = [Self::Wall, Self::Open, Self::Start, Self::Goal, Self::Path];

    /// The cell's character.
    pub fn character(self) -> char {
        match self {
            Self::Pad => '.',
            Self::Wall => '#',
            Self::Open => ' ',
            Self::Start => 'S',
            Self::Goal => 'G',
            Self::Path => 'o',
        }
    }

    /// The cell a character of the official alphabet stands for.
    pub fn of_character(character: char) -> Option<Self> {
        Self::ALPHABET.into_iter().find(|cell| cell.character() == character)
    }

    /// The cell of a token; [`Cell::Pad`] for 0 and for numbers that are no token.
    pub fn of_token(token: u8) -> Self {
        Self::ALPHABET.into_iter().find(|&cell| cell as u8 == token).unwrap_or(Self::Pad)
    }

    /// Whether a path may lead through.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Wall | Self::Pad)
    }
}

/// A maze, solved or not. Nothing is said about its rules: see [`super::faults`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Grid {
    size: Size,
    cells: Vec<Cell>,
}

impl Grid {
    /// A maze of walls alone.
    pub fn walled(size: Size) -> Self {
        Self { size, cells: vec![Cell::Wall; size.cells()] }
    }

    /// A maze of so many cells as its size asks for.
    pub(super) fn of_cells(size: Size, cells: Vec<Cell>) -> Self {
        debug_assert_eq!(cells.len(), size.cells());
        Self { size, cells }
    }

    /// Reads tokens.
    pub fn from_tokens(size: Size, tokens: &[u8]) -> Result<Self, ParseError> {
        if tokens.len() != size.cells() {
            let expected = format!("{} for a {size} maze", size.cells());
            return Err(ParseError::Length { found: tokens.len(), expected });
        }
        Ok(Self { size, cells: tokens.iter().copied().map(Cell::of_token).collect() })
    }

    /// The maze as tokens, `[S]`.
    pub fn to_tokens(&self) -> Vec<u8> {
        self.cells.iter().map(|&cell| cell as u8).collect()
    }

    /// The maze with a line for each row.
    pub fn to_text(&self) -> String {
        let line = |row: &[Cell]| row.iter().map(|cell| cell.character()).collect::<String>();
        self.cells.chunks(self.size.columns()).map(line).collect::<Vec<_>>().join("\n")
    }

    /// The maze in the upper left of one of `size`, the rest walls; `None` if it is larger.
    pub fn padded_to(&self, size: Size) -> Option<Self> {
        self.placed_in(size, 0, 0)
    }

    /// The maze in one of `size`, its first cell at that row and column, the rest walls; `None` if it does not fit.
    pub fn placed_in(&self, size: Size, row: usize, column: usize) -> Option<Self> {
        let own = self.size;
        if row + own.rows() > size.rows() || column + own.columns() > size.columns() {
            return None;
        }
        let mut padded = Self::walled(size);
        let rows = padded.cells.chunks_mut(size.columns()).skip(row).zip(self.cells.chunks(own.columns()));
        rows.for_each(|(wide, narrow)| wide[column..][..own.columns()].copy_from_slice(narrow));
        Some(padded)
    }

    /// Rows and columns.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The cells, row by row.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Writes a cell; one outside the maze is ignored.
    pub fn set(&mut self, index: usize, cell: Cell) {
        if let Some(place) = self.cells.get_mut(index) {
            *place = cell;
        }
    }

    /// The places of every cell that holds `cell`.
    pub fn places_of(&self, cell: Cell) -> Vec<usize> {
        (0..self.cells.len()).filter(|&index| self.cells[index] == cell).collect()
    }

    /// The maze without the marks of a path.
    #[cfg(test)]
    pub(super) fn without_path(&self) -> Self {
        let unmarked = |&cell: &Cell| if cell == Cell::Path { Cell::Open } else { cell };
        Self { size: self.size, cells: self.cells.iter().map(unmarked).collect() }
    }
}

impl fmt::Debug for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}\n", self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "#####\n#S o#\n# # #\n#  G#\n#####";

    #[test]
    fn text_and_tokens_are_read_back() {
        let grid = Grid::parse(TEXT).unwrap();
        assert_eq!(grid.to_text(), TEXT);
        assert_eq!(Grid::parse(&TEXT.replace('\n', "")).unwrap(), grid);
        assert_eq!(Grid::parse(&format!("\r\n{}\r\n", TEXT.replace('\n', "\r\n"))).unwrap(), grid);
        assert_eq!(grid.to_tokens()[5..10], [1, 3, 2, 5, 1]);
        assert_eq!(Grid::from_tokens(grid.size(), &grid.to_tokens()).unwrap(), grid);
        assert_eq!(grid.without_path().to_text(), TEXT.replace('o', " "));
    }

    #[test]
    fn errors_name_place_and_expectation() {
        let message = |text: &str| Grid::parse(text).unwrap_err().to_string();
        assert_eq!(
            message("\n#####\n#S x#\n#####"),
            "line 3, column 4: found 'x', expected # (wall), a space, S (start), G (goal) or o (path)"
        );
        assert_eq!(message("#####\n#S  \n#   #\n#  G#\n#####"), "line 2: found 4 cells, expected 5");
        assert_eq!(message("#####\n#S G#\n#####"), "found 3 lines, expected 5 to 30 lines of 5 to 30 cells");
        assert_eq!(message(&"#".repeat(26)), "found 26 cells, expected a square of 5x5 to 30x30");
        assert_eq!(message(""), "found 0 cells, expected a square of 5x5 to 30x30");
        assert_eq!(message(&"#".repeat(31 * 31)), "found 961 cells, expected a square of 5x5 to 30x30");
        assert!(Grid::from_tokens(Size::square(5), &[1; 24]).is_err());
    }

    #[test]
    fn a_smaller_maze_is_padded_with_walls() {
        let grid = Grid::parse(TEXT).unwrap();
        let padded = grid.padded_to(Size::square(7)).unwrap();
        assert_eq!(padded.to_text(), "#######\n#S o###\n# # ###\n#  G###\n#######\n#######\n#######");
        assert_eq!(padded.padded_to(grid.size()), None);
        let placed = grid.placed_in(Size::square(7), 1, 2).unwrap();
        assert_eq!(placed.to_text(), "#######\n#######\n###S o#\n### # #\n###  G#\n#######\n#######");
        assert_eq!(grid.placed_in(Size::square(7), 0, 3), None);
    }

    #[test]
    fn foreign_tokens_are_padding() {
        assert_eq!(Cell::of_token(0), Cell::Pad);
        assert_eq!(Cell::of_token(6), Cell::Pad);
    }
}
