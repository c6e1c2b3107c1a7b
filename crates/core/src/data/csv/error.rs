//! Why a file of puzzles cannot be read or written at all.

use super::Column;
use crate::text::TextError;

/// Why a file cannot be read or written at all.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// A column that must be there is not.
    #[error(
        "line {line}: no {column} among {found:?}; rename the columns of puzzles and of solutions to question and answer \
         (puzzle, quizzes, board and solution, solutions, solved are read too)"
    )]
    Header {
        /// The line of the header.
        line: u64,
        /// What is missing.
        column: Column,
        /// The names that there are.
        found: Vec<String>,
    },
    /// No question is of a known kind.
    #[error("line {line}, column question: {text:?} is no puzzle of a known kind, nor is any in the rows below it")]
    Kind {
        /// The line of the first row.
        line: u64,
        /// Its question.
        text: String,
    },
    /// There is no row to tell the kind by.
    #[error("line 2: the file ends, expected a puzzle")]
    Empty,
    /// The file is no text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The file cannot be read or written, or is no CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}
