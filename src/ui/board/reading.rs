//! Puzzles written as text: which kind they are, and how they fit the models that there are.

use hrm_core::puzzle::{
    Kind, ParseError,
    maze::{Grid, Side},
    sudoku::Board,
};

/// Text that does not become a puzzle on the board.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no puzzle: {0}.")]
pub struct ReadError(#[from] ParseError);

/// Reads a puzzle: a Sudoku, or a maze without marks of a path, fitted to the kinds that are `known` ([`fitted`]).
///
/// # Errors
/// Which character, line or length is wrong.
pub fn read(text: &str, known: &[Kind]) -> Result<(Kind, Vec<u8>), ReadError> {
    let mut all = read_all(text, known)?;
    Ok(all.swap_remove(0))
}

/// [`read`] for every puzzle of a text, in their order: at least one.
///
/// # Errors
/// As [`read`].
pub fn read_all(text: &str, known: &[Kind]) -> Result<Vec<(Kind, Vec<u8>)>, ReadError> {
    // A maze is no Sudoku, whatever signs it is drawn with: it has letters and no digits.
    let no_sudoku = match Board::parse_all(text, None) {
        Ok(boards) => return Ok(boards.iter().map(|board| (Kind::Sudoku(board.shape()), board.to_tokens())).collect()),
        Err(error) => error,
    };
    match Grid::parse_all(text) {
        Ok(mazes) => Ok(mazes.iter().map(|maze| fitted(&maze.without_path(), known)).collect()),
        Err(no_maze) => Err(if text.contains(['#', '█', 'S', 'G']) { no_maze } else { no_sudoku }.into()),
    }
}

/// A maze for the smallest of the `known` kinds that holds it, padded with walls. One that is larger than all of them
/// stays as it is: it can be drawn, and the page says that no model takes it.
pub fn fitted(maze: &Grid, known: &[Kind]) -> (Kind, Vec<u8>) {
    let side = kind_for(maze.side(), known);
    let padded = maze.padded_to(side);
    (Kind::Maze(side), padded.as_ref().unwrap_or(maze).to_tokens())
}

/// The smallest side of a `known` kind of maze that holds one of this side; the side itself where there is none.
pub fn kind_for(own: Side, known: &[Kind]) -> Side {
    let sides = known.iter().filter_map(|kind| if let Kind::Maze(side) = kind { Some(*side) } else { None });
    sides.filter(|side| *side >= own).min().unwrap_or(own)
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
    use hrm_core::puzzle::sudoku::Shape;

    const MAZE: &str = "#####\n#S o#\n# #o#\n#  G#\n#####";

    fn maze(side: usize) -> Kind {
        Kind::Maze(Side::new(side).unwrap())
    }

    #[test]
    fn the_symbols_tell_the_kind() {
        let four = Kind::Sudoku(Shape::FOUR);
        assert_eq!(read("1.34 .... .... ....", &[]).unwrap().0, four);
        assert_eq!(read(MAZE, &[]).unwrap().0, maze(5));
        assert_eq!(read(MAZE, &[four]).unwrap().0, maze(5));
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
        // A larger one than any model takes can be drawn all the same.
        let rows = format!("{}\n", "#".repeat(11)).repeat(11);
        assert_eq!(read(&rows, &[maze(9), maze(7)]).unwrap().0, maze(11));
    }
}
