//! Puzzles written as text: which kind they are, and how they fit the models that there are.

use crate::puzzle::{
    Kind, ParseError,
    maze::{Grid, Side},
    sudoku::Board,
};

/// Text that does not become a puzzle on the board.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is no puzzle.
    #[error("This is no puzzle: {0}.")]
    Form(#[from] ParseError),
    /// It is one that no model solves.
    #[error("No model of the gallery solves {0}.")]
    Unknown(Kind),
    /// A maze too large for every model.
    #[error("A {found} maze does not fit: the largest that a model of the gallery takes is {largest}.")]
    TooLarge {
        /// Its side.
        found: Side,
        /// The largest side of a model.
        largest: Side,
    },
}

/// Reads a puzzle for one of the kinds that are `known`: a Sudoku of one of their sizes; a maze for the smallest model
/// that holds it, padded with walls, without marks of a path. With no kind known (the gallery is not there yet) every
/// kind is taken as it is.
///
/// # Errors
/// Which character, line or length is wrong; which model is missing.
pub fn read(text: &str, known: &[Kind]) -> Result<(Kind, Vec<u8>), ReadError> {
    if text.contains(['#', 'S', 'G']) {
        return read_maze(text, known);
    }
    let board = Board::parse(text, None)?;
    let kind = Kind::Sudoku(board.shape());
    if known.is_empty() || known.contains(&kind) {
        Ok((kind, board.to_tokens()))
    } else {
        Err(ReadError::Unknown(kind))
    }
}

fn read_maze(text: &str, known: &[Kind]) -> Result<(Kind, Vec<u8>), ReadError> {
    let maze = Grid::parse(text)?.without_path();
    let own = maze.side();
    if known.is_empty() {
        return Ok((Kind::Maze(own), maze.to_tokens()));
    }
    let sides = || known.iter().filter_map(|kind| if let Kind::Maze(side) = kind { Some(*side) } else { None });
    let largest = sides().max().ok_or(ReadError::Unknown(Kind::Maze(own)))?;
    let padded = sides().filter(|side| *side >= own).min().and_then(|side| Some((side, maze.padded_to(side)?)));
    let (side, padded) = padded.ok_or(ReadError::TooLarge { found: own, largest })?;
    Ok((Kind::Maze(side), padded.to_tokens()))
}

/// A board as text, a line for each row.
pub fn write(kind: Kind, tokens: &[u8]) -> String {
    let characters: Vec<char> = kind.decode(tokens).chars().collect();
    let side = kind.seq_len().isqrt();
    characters.chunks(side).map(|row| row.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::sudoku::Shape;

    const MAZE: &str = "#####\n#S o#\n# #o#\n#  G#\n#####";

    fn maze(side: usize) -> Kind {
        Kind::Maze(Side::new(side).unwrap())
    }

    #[test]
    fn the_symbols_tell_the_kind() {
        let four = Kind::Sudoku(Shape::FOUR);
        assert_eq!(read("1.34 .... .... ....", &[]).unwrap().0, four);
        assert_eq!(read(MAZE, &[]).unwrap().0, maze(5));
        assert_eq!(read(MAZE, &[four]), Err(ReadError::Unknown(maze(5))));
        let message = read("12x4............", &[]).unwrap_err().to_string();
        assert!(message.starts_with("This is no puzzle: line 1, column 3"), "{message}");
    }

    #[test]
    fn a_maze_goes_to_the_smallest_model_that_holds_it() {
        let (kind, tokens) = read(MAZE, &[maze(9), maze(7), Kind::Sudoku(Shape::FOUR)]).unwrap();
        assert_eq!(kind, maze(7));
        let text = write(kind, &tokens);
        assert_eq!(text, "#######\n#S  ###\n# # ###\n#  G###\n#######\n#######\n#######");
        assert_eq!(read(&text, &[maze(7)]).unwrap(), (kind, tokens));
        let rows = format!("{}\n", "#".repeat(11)).repeat(11);
        let error = read(&rows, &[maze(9), maze(7)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "A 11x11 maze does not fit: the largest that a model of the gallery takes is 9x9."
        );
    }
}
