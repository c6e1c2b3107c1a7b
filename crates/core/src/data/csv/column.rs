//! The columns of a file of puzzles.

use std::fmt;

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Where a puzzle comes from.
    Source,
    /// The puzzle.
    Question,
    /// Its answer.
    Answer,
    /// How hard it is.
    Rating,
}

impl Column {
    /// Every column, in the order in which they are written.
    pub(super) const ALL: [Self; 4] = [Self::Source, Self::Question, Self::Answer, Self::Rating];

    /// Its name where it is written.
    pub(super) fn name(self) -> &'static str {
        self.names()[0]
    }

    /// The names under which it is read, its own first.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Source => &["source", "set", "collection", "origin"],
            Self::Question => &["question", "puzzle", "puzzles", "quiz", "quizzes", "board", "unsolved", "input"],
            Self::Answer => &["answer", "solution", "solutions", "solved", "answers", "output", "target"],
            Self::Rating => &["rating", "difficulty", "level"],
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}", self.name())
    }
}
