//! Words for what a board shows, and the tokens of keys.

use hrm_core::puzzle::{Kind, Place};

/// What any token is called, also one without a symbol.
pub fn name(kind: Kind, token: u8) -> String {
    match kind.symbol(token) {
        Some(symbol) => symbol.name,
        None if token == kind.blank() => "blank".into(),
        None => "padding".into(),
    }
}

/// What boards of a kind are called.
pub fn boards(kind: Kind) -> String {
    format!("{} {}", kind.size(), kind.game().plural())
}

/// The token that a key stands for.
pub fn of_key(kind: Kind, key: &str) -> Option<u8> {
    if matches!(key, "Backspace" | "Delete") {
        return Some(kind.blank());
    }
    let mut characters = key.chars();
    kind.token_of_key(characters.next().filter(|_| characters.next().is_none())?)
}

/// Where a cell is, from 1, in words.
pub fn place(kind: Kind, cell: usize) -> Place {
    kind.layout().place(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Kind {
        name.parse().unwrap()
    }

    #[test]
    fn keys_are_tokens_of_their_kind() {
        let (four, maze) = (kind("sudoku-4x4"), kind("maze-7x9"));
        assert_eq!((of_key(four, "4"), of_key(four, "5"), of_key(four, "0")), (Some(5), None, Some(1)));
        assert_eq!((of_key(four, "Delete"), of_key(four, "F4"), of_key(four, "x")), (Some(1), None, None));
        assert_eq!((of_key(maze, "#"), of_key(maze, "s"), of_key(maze, "o")), (Some(1), Some(3), None));
        assert_eq!((boards(four), boards(maze)), ("4x4 Sudokus".into(), "7x9 mazes".into()));
    }

    #[test]
    fn tokens_without_a_symbol_have_a_name() {
        assert_eq!([0, 1, 5].map(|token| name(kind("sudoku-4x4"), token)), ["padding", "blank", "4"]);
    }
}
