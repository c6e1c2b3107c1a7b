//! Puzzles as text: what messages put around them, and what can be wrong.

use std::borrow::Cow;

/// A text without what messages put around a quotation: `>` at the start of every line, and lines of ``` around code. What
/// stays keeps its line and column.
pub(super) fn undressed(text: &str) -> Cow<'_, str> {
    let lines = || text.split_inclusive('\n');
    let is_quoted = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('>');
    let is_quotation = lines().all(is_quoted) && text.contains('>');
    let is_fence = |line: &str| line.trim_start_matches(['>', ' ', '\t']).starts_with("```");
    if !is_quotation && !lines().any(is_fence) {
        return Cow::Borrowed(text);
    }
    let plain = |line: &str| match () {
        () if is_fence(line) => "\n".to_owned(),
        () if is_quotation => line.replacen('>', " ", 1),
        () => line.to_owned(),
    };
    Cow::Owned(lines().map(plain).collect())
}

/// Text or tokens that do not spell a puzzle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A character outside the puzzle's alphabet, or a digit the board is too small for.
    #[error("line {line}, column {column}: found {found:?}, expected {expected}")]
    Character {
        /// Line of the character, from 1.
        line: usize,
        /// Column of the character in its line, from 1.
        column: usize,
        /// The character that stands there.
        found: char,
        /// What may stand there.
        expected: String,
    },
    /// Several puzzles where one is expected.
    #[error("found {found} puzzles, expected one")]
    Several {
        /// How many.
        found: usize,
    },
    /// Too few or too many lines.
    #[error("found {found} lines, expected {expected}")]
    Lines {
        /// Lines found.
        found: usize,
        /// What would have been right.
        expected: String,
    },
    /// A line that is too short or too long.
    #[error("line {line}: found {found} cells, expected {expected}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// Its cells.
        found: usize,
        /// Cells that would have been right.
        expected: usize,
    },
    /// Too few or too many cells.
    #[error("found {found} cells, expected {expected}")]
    Length {
        /// Cells found.
        found: usize,
        /// Cells that would have been right.
        expected: String,
    },
}
