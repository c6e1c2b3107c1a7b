//! Rows and columns of a board.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Rows and columns of a board; as text `7x9`, or `9` for 9x9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    rows: u16,
    columns: u16,
}

impl Size {
    /// The longest side that a board may have: far beyond what a model of every pair of cells can be run on.
    pub const MOST: usize = 1000;

    /// A board of `rows` by `columns`, each from 1 to [`Size::MOST`]; what is outside is taken as the nearest.
    pub const fn new(rows: usize, columns: usize) -> Self {
        const fn within(length: usize) -> u16 {
            (if length == 0 {
                1
            } else if length > Size::MOST {
                Size::MOST
            } else {
                length
            }) as u16
        }
        Self { rows: within(rows), columns: within(columns) }
    }

    /// A square board.
    pub const fn square(side: usize) -> Self {
        Self::new(side, side)
    }

    /// Rows.
    pub const fn rows(self) -> usize {
        self.rows as usize
    }

    /// Columns.
    pub const fn columns(self) -> usize {
        self.columns as usize
    }

    /// Cells, counted row by row: a model's sequence length S.
    pub const fn cells(self) -> usize {
        self.rows() * self.columns()
    }

    /// Whether it has as many rows as columns.
    pub const fn is_square(self) -> bool {
        self.rows == self.columns
    }

    /// Whether a board of `other` lies within it.
    pub const fn holds(self, other: Self) -> bool {
        other.rows <= self.rows && other.columns <= self.columns
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.rows, self.columns)
    }
}

impl TryFrom<String> for Size {
    type Error = NoSize;

    fn try_from(text: String) -> Result<Self, NoSize> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

/// Text that is no size of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected ROWSxCOLUMNS such as 7x9, or one number for a square, each from 1 to {}", Size::MOST)]
pub struct NoSize;

impl FromStr for Size {
    type Err = NoSize;

    fn from_str(text: &str) -> Result<Self, NoSize> {
        // Digits alone: `parse` takes a sign.
        let number = |text: &str| {
            let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
            text.parse().ok().filter(|number| is_plain && *number <= Self::MOST).ok_or(NoSize)
        };
        match text.split_once('x') {
            Some((rows, columns)) => Ok(Self::new(number(rows)?, number(columns)?)),
            None => Ok(Self::square(number(text)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_back() {
        for size in [Size::new(7, 9), Size::square(30), Size::new(1, Size::MOST)] {
            assert_eq!(size.to_string().parse(), Ok(size));
        }
        assert_eq!("9".parse(), Ok(Size::square(9)));
        for text in ["", "x", "7x", "x9", "07x9", "+7x9", "7x9x2", "0", "1001", "99999999999999999999"] {
            assert_eq!(text.parse::<Size>(), Err(NoSize), "{text}");
        }
    }

    #[test]
    fn a_board_holds_those_that_lie_within_it() {
        assert!(Size::new(7, 9).holds(Size::new(7, 9)) && Size::new(7, 9).holds(Size::new(5, 9)));
        assert!(!Size::new(7, 9).holds(Size::new(9, 7)));
    }
}
