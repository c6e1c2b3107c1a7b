//! The symbols of each kind of puzzle: what a token looks like and what it is called.

use hrm_core::puzzle::{
    Kind, Place,
    maze::Cell,
    sudoku::{BLANK_TOKEN, Shape},
};

/// What stands for a token on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Shown in the cell.
    pub text: String,
    /// Said of it.
    pub name: String,
    /// For styles.
    pub class: &'static str,
}

impl Symbol {
    /// The symbol of a token; `None` for blanks, for padding, and for tokens that the kind does not have.
    pub fn of(kind: Kind, token: u8) -> Option<Self> {
        let (text, name, class) = match kind {
            Kind::Sudoku(shape) => {
                let digit = digit(shape, token)?.to_string();
                (digit.clone(), digit, "digit")
            }
            Kind::Maze(_) => match Cell::of_token(token) {
                Cell::Pad | Cell::Open => return None,
                Cell::Wall => (String::new(), "wall".into(), "wall"),
                Cell::Start => ("S".into(), "start".into(), "start"),
                Cell::Goal => ("G".into(), "goal".into(), "goal"),
                Cell::Path => ("o".into(), "path".into(), "path"),
            },
        };
        Some(Self { text, name, class })
    }
}

fn digit(shape: Shape, token: u8) -> Option<u8> {
    token.checked_sub(BLANK_TOKEN).filter(|&digit| digit >= 1 && usize::from(digit) <= shape.side())
}

/// The token of a cell in which nothing is drawn, for the model to fill.
pub fn blank(kind: Kind) -> u8 {
    match kind {
        Kind::Sudoku(_) => BLANK_TOKEN,
        Kind::Maze(_) => Cell::Open as u8,
    }
}

/// What any token is called, also one without a symbol.
pub fn name(kind: Kind, token: u8) -> String {
    match Symbol::of(kind, token) {
        Some(symbol) => symbol.name,
        None if token == blank(kind) => "blank".into(),
        None => "padding".into(),
    }
}

/// What boards of a kind are called.
pub fn boards(kind: Kind) -> String {
    let game = match kind {
        Kind::Sudoku(_) => "Sudokus",
        Kind::Maze(_) => "mazes",
    };
    format!("{0}x{0} {game}", side(kind))
}

/// Rows, and columns, of a board.
pub fn side(kind: Kind) -> usize {
    kind.layout().columns
}

/// The token that a key stands for.
pub fn of_key(kind: Kind, key: &str) -> Option<u8> {
    if matches!(key, "Backspace" | "Delete") {
        return Some(blank(kind));
    }
    let mut characters = key.chars();
    let character = characters.next().filter(|_| characters.next().is_none())?;
    match kind {
        Kind::Sudoku(_) if character == '.' => Some(BLANK_TOKEN),
        Kind::Sudoku(shape) => {
            let digit = character.to_digit(10).filter(|&digit| digit as usize <= shape.side())?;
            Some(digit as u8 + BLANK_TOKEN)
        }
        Kind::Maze(_) => match Cell::of_character(character.to_ascii_uppercase())? {
            Cell::Path | Cell::Pad => None,
            cell => Some(cell as u8),
        },
    }
}

/// Where a cell is, from 1, in words.
pub fn place(kind: Kind, cell: usize) -> Place {
    kind.layout().place(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::maze::Side;

    #[test]
    fn keys_are_tokens_of_their_kind() {
        let (four, maze) = (Kind::Sudoku(Shape::FOUR), Kind::Maze(Side::new(9).unwrap()));
        assert_eq!((of_key(four, "4"), of_key(four, "5"), of_key(four, "0")), (Some(5), None, Some(1)));
        assert_eq!((of_key(four, "Delete"), of_key(four, "F4"), of_key(four, "x")), (Some(1), None, None));
        assert_eq!((of_key(maze, "#"), of_key(maze, "s"), of_key(maze, "o")), (Some(1), Some(3), None));
        assert_eq!((side(four), side(maze)), (4, 9));
    }

    #[test]
    fn tokens_without_a_symbol_have_none() {
        let four = Kind::Sudoku(Shape::FOUR);
        assert_eq!([0, 1, 6, 255].map(|token| Symbol::of(four, token)), [None, None, None, None]);
        assert_eq!(Symbol::of(four, 5).unwrap().text, "4");
        assert_eq!([0, 1, 5].map(|token| name(four, token)), ["padding", "blank", "4"]);
    }
}
