//! A board: its cells as digits, as text and as the model's tokens.

use std::fmt;

use super::shape::{MAX_CELLS, Shape};
use crate::puzzle::text::ParseError;

/// Token of a blank cell; digit d is token d + 1, and 0 is padding.
pub const BLANK_TOKEN: u8 = 1;

/// A Sudoku board, solved or not. Nothing is said about its rules: see [`super::conflicts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Board {
    shape: Shape,
    cells: [u8; MAX_CELLS],
}

impl Board {
    /// A board of blanks.
    pub fn empty(shape: Shape) -> Self {
        Self { shape, cells: [0; MAX_CELLS] }
    }

    /// A board in nothing but digits and dots, as files have them by the million.
    pub(super) fn plain(text: &str, shape: Shape) -> Option<Self> {
        if text.len() != shape.cells() {
            return None;
        }
        let mut board = Self::empty(shape);
        for (cell, byte) in board.cells.iter_mut().zip(text.bytes()) {
            *cell = match byte {
                b'.' => 0,
                b'0'..=b'9' if usize::from(byte - b'0') <= shape.side() => byte - b'0',
                _ => return None,
            };
        }
        Some(board)
    }

    /// Reads tokens; one that names no digit of this shape becomes a blank.
    pub fn from_tokens(shape: Shape, tokens: &[u8]) -> Result<Self, ParseError> {
        if tokens.len() != shape.cells() {
            let expected = format!("{} for a {shape} board", shape.cells());
            return Err(ParseError::Length { found: tokens.len(), expected });
        }
        let mut board = Self::empty(shape);
        for (cell, &token) in board.cells.iter_mut().zip(tokens) {
            *cell = digit_of(shape, token);
        }
        Ok(board)
    }

    /// The board as tokens, `[S]`.
    pub fn to_tokens(&self) -> Vec<u8> {
        self.cells().iter().map(|digit| digit + BLANK_TOKEN).collect()
    }

    /// The board in one line, `.` for a blank.
    pub fn to_text(&self) -> String {
        self.cells().iter().map(|&digit| character_of(digit)).collect()
    }

    /// The board's shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Digits row by row, 0 for a blank.
    pub fn cells(&self) -> &[u8] {
        &self.cells[..self.shape.cells()]
    }

    /// The digit of a cell, 0 for a blank.
    pub fn digit(&self, cell: usize) -> u8 {
        self.cells()[cell]
    }

    /// Writes a digit (0: blank) into a cell; a digit the shape does not have is ignored.
    pub fn set(&mut self, cell: usize, digit: u8) {
        if usize::from(digit) <= self.shape.side() && cell < self.shape.cells() {
            self.cells[cell] = digit;
        }
    }

    /// Cells that hold a digit.
    pub fn clues(&self) -> usize {
        self.cells().iter().filter(|&&digit| digit != 0).count()
    }
}

/// The text of tokens of any number, `.` where a token names no digit.
pub(super) fn text_of_tokens(shape: Shape, tokens: &[u8]) -> String {
    tokens.iter().map(|&token| character_of(digit_of(shape, token))).collect()
}

fn digit_of(shape: Shape, token: u8) -> u8 {
    let digit = token.saturating_sub(BLANK_TOKEN);
    if usize::from(digit) <= shape.side() { digit } else { 0 }
}

fn character_of(digit: u8) -> char {
    if digit == 0 { '.' } else { char::from(b'0' + digit) }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Board({})", self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_tokens_are_read_back() {
        let board = Board::parse("1.3.\r\n..0.\n\t4 . . 2\n....", None).unwrap();
        assert_eq!(board.shape(), Shape::FOUR);
        assert_eq!(board.to_text(), "1.3.....4..2....");
        assert_eq!(board.clues(), 4);
        let tokens = board.to_tokens();
        assert_eq!(tokens[..4], [2, 1, 4, 1]);
        assert_eq!(Board::from_tokens(Shape::FOUR, &tokens).unwrap(), board);
    }

    #[test]
    fn tokens_without_a_digit_print_as_blanks() {
        assert_eq!(text_of_tokens(Shape::FOUR, &[0, 1, 2, 5, 6, 255]), "..14..");
    }

    #[test]
    fn the_number_of_cells_picks_the_shape() {
        for shape in Shape::ALL {
            let text = ".".repeat(shape.cells());
            assert_eq!(Board::parse(&text, None).unwrap(), Board::empty(shape));
        }
    }

    #[test]
    fn errors_name_place_character_and_expectation() {
        let message = |text: &str, shape| Board::parse(text, shape).unwrap_err().to_string();
        assert_eq!(
            message("1234\n34x1\n....\n....", None),
            "line 2, column 3: found 'x', expected a digit from 1 to 9, or . or 0 for a blank"
        );
        assert_eq!(
            message("1234\n3451\n....\n....", None),
            "line 2, column 3: found '5', expected a digit from 1 to 4, or . or 0 for a blank"
        );
        assert_eq!(message("123", None), "found 3 cells, expected 16 (4x4), 36 (6x6) or 81 (9x9)");
        assert_eq!(message("123", Some(Shape::SIX)), "found 3 cells, expected 36 for a 6x6 board");
        assert_eq!(message("", None), "found 0 cells, expected 16 (4x4), 36 (6x6) or 81 (9x9)");
        assert!(Board::from_tokens(Shape::FOUR, &[1; 15]).is_err());
    }
}
