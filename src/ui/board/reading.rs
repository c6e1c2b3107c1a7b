//! Puzzles written as text: which kind they are, and how they fit the models that there are.

use hrm_core::puzzle::{self, Kind, ParseError};

/// Text that does not become a puzzle on the board.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no puzzle: {0}.")]
pub struct ReadError(#[from] ParseError);

/// Reads a puzzle of any game, without marks of an answer, fitted to the kinds that are `known` ([`puzzle::fitted`]).
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
    let all = puzzle::read_all(text)?;
    Ok(all.into_iter().map(|(kind, tokens)| puzzle::fitted(kind, &tokens, known)).collect())
}

#[cfg(test)]
mod tests {
    use hrm_core::puzzle::in_rows;

    use super::*;

    const MAZE: &str = "#####\n#S o#\n# #o#\n#  G#\n#####";

    fn kind(name: &str) -> Kind {
        name.parse().unwrap()
    }

    fn maze(side: usize) -> Kind {
        kind(&format!("maze-{side}"))
    }

    #[test]
    fn the_symbols_tell_the_kind() {
        let four = kind("sudoku-4x4");
        assert_eq!(read("1.34 .... .... ....", &[]).unwrap().0, four);
        assert_eq!(read(MAZE, &[]).unwrap().0, maze(5));
        assert_eq!(read(MAZE, &[four]).unwrap().0, maze(5));
        let message = read("12x4............", &[]).unwrap_err().to_string();
        assert!(message.starts_with("This is no puzzle: line 1, column 3"), "{message}");
    }

    #[test]
    fn a_maze_goes_to_the_smallest_model_that_holds_it() {
        let (found, tokens) = read(MAZE, &[maze(9), maze(7), kind("sudoku-4x4")]).unwrap();
        assert_eq!(found, maze(7));
        let text = in_rows(found, &tokens);
        assert_eq!(text, "#######\n#S  ###\n# # ###\n#  G###\n#######\n#######\n#######");
        assert_eq!(read(&text, &[maze(7)]).unwrap(), (found, tokens));
        // One that is no square stays what it is where a model takes that, and is padded where none does.
        let wide = "######\n#S   #\n# ## #\n#   G#\n######";
        let (found, tokens) = read(wide, &[maze(9), kind("maze-5x6")]).unwrap();
        assert_eq!((found.name(), in_rows(found, &tokens)), ("maze-5x6".into(), wide.into()));
        assert_eq!(read(wide, &[maze(9)]).unwrap().0, maze(9));
        // A larger one than any model takes can be drawn all the same.
        let rows = format!("{}\n", "#".repeat(11)).repeat(11);
        assert_eq!(read(&rows, &[maze(9), maze(7)]).unwrap().0, maze(11));
    }
}
