//! What is wrong with a file of tasks, and where.

use std::fmt;

use crate::{
    puzzle::arc::{GridFault, Side, Task},
    text::{counted, excerpt},
};

/// The most tasks that are read from one file.
pub const MOST_TASKS: usize = 10_000;

/// What is wrong with a file of tasks: one line that names file, task, pair, row and cell, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FileError {
    /// The file's name; empty for what was pasted.
    pub file: String,
    /// Where in the file; on the heap, so that results stay small.
    pub location: Box<Location>,
    /// What is wrong.
    pub fault: FileFault,
}

impl FileError {
    /// A fault of a file as a whole.
    pub(super) fn of(file: &str, fault: FileFault) -> Self {
        Self { file: file.to_owned(), location: Box::default(), fault }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}: ", shown(&self.file))?;
        }
        let location = self.location.to_string();
        if !location.is_empty() {
            write!(f, "{location}: ")?;
        }
        self.fault.fmt(f)
    }
}

/// A place in a file of tasks, as far as it is known. Prints as `task 00d62c1b, train pair 2, output`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The task's id, in a file of many.
    pub task: Option<String>,
    /// The side, and the pair, from 0.
    pub pair: Option<(Side, usize)>,
    /// `input`, `output` or `solution 2`.
    pub grid: Option<String>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = self.task.as_ref().map(|id| format!("task {}", shown(id)));
        let pair = self.pair.map(|(side, pair)| format!("{side} pair {}", pair + 1));
        let parts = [task, pair, self.grid.clone()];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// What is wrong with a file of tasks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Nothing but white space.
    #[error("found nothing, expected {A_TASK}")]
    Empty,
    /// No JSON.
    #[error("line {line}, column {column}: {found}; expected JSON: {A_TASK}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the reader of JSON says.
        found: String,
    },
    /// One JSON value behind the other.
    #[error("found {} one behind the other, expected one task, or several as {TASKS}", counted(*found, "value", "values"))]
    SeveralValues {
        /// How many.
        found: usize,
    },
    /// JSON of something else.
    #[error("found {found}, expected {A_TASK}, or several as {TASKS}")]
    NoTask {
        /// What it is.
        found: String,
    },
    /// Another number of tasks than one, where one is read.
    #[error("found {}, expected one", counted(*found, "task", "tasks"))]
    SeveralTasks {
        /// How many.
        found: usize,
    },
    /// More tasks than are read.
    #[error("found {found} tasks, expected at most {}", MOST_TASKS)]
    ManyTasks {
        /// How many.
        found: usize,
    },
    /// A task without one of its sides.
    #[error("there is no \"{side}\", expected {A_TASK}")]
    NoSide {
        /// The one that is missing.
        side: Side,
    },
    /// A side that is no list.
    #[error("{side}: found {found}, expected a list of pairs {A_PAIR}")]
    NoList {
        /// The side.
        side: Side,
        /// What stands there.
        found: String,
    },
    /// A side without pairs.
    #[error("{side}: found no pairs, expected at least one")]
    NoPairs {
        /// The side.
        side: Side,
    },
    /// More pairs than are read.
    #[error("{side}: found {found} pairs, expected at most {}", Task::MOST_PAIRS)]
    ManyPairs {
        /// The side.
        side: Side,
        /// How many.
        found: usize,
    },
    /// Something else in place of a pair.
    #[error("found {found}, expected a pair {A_PAIR}")]
    NoPair {
        /// What stands there.
        found: String,
    },
    /// A pair without input.
    #[error("there is no \"input\", expected {A_PAIR}")]
    NoInput,
    /// Something else in place of a grid.
    #[error("found {found}, expected a grid: a list of rows, each a list of colours from 0 to 9")]
    NoGrid {
        /// What stands there.
        found: String,
    },
    /// Something else in place of a row.
    #[error("row {}: found {found}, expected a list of colours from 0 to 9", row + 1)]
    NoRow {
        /// The row, from 0.
        row: usize,
        /// What stands there.
        found: String,
    },
    /// Rows that make no grid.
    #[error(transparent)]
    Grid(#[from] GridFault),
    /// A cell that is no colour.
    #[error("row {}, cell {}: found {found}, expected a whole number from 0 to 9", row + 1, cell + 1)]
    Cell {
        /// The row, from 0.
        row: usize,
        /// The cell in its row, from 0.
        cell: usize,
        /// What stands there.
        found: String,
    },
    /// Solutions alone.
    #[error("found solutions without their challenges, expected a file such as {expected} with it")]
    SolutionsAlone {
        /// The name of the file that belongs to it.
        expected: String,
    },
    /// A solution of a task that is not there.
    #[error("there is no challenge for this solution")]
    NoChallenge,
    /// Fewer or more solutions than tests.
    #[error("found {}, expected {expected}: one for each test", counted(*found, "solution", "solutions"))]
    Solutions {
        /// How many.
        found: usize,
        /// Tests of the task.
        expected: usize,
    },
    /// A solution that is not the output which the test already has.
    #[error("the solution is not the output that the test already has")]
    OtherSolution,
}

/// How a task is written.
const A_TASK: &str = r#"a task {"train": [pairs], "test": [pairs]}"#;
/// How several are.
const TASKS: &str = r#"{"id": task, …}"#;
/// How a pair is.
const A_PAIR: &str = r#"{"input": grid, "output": grid}"#;

/// A name or id from a file as a message shows it: on one line, and short.
fn shown(text: &str) -> String {
    // Of a long text only the beginning is looked at.
    excerpt(&excerpt(text).escape_debug().to_string())
}

/// What a piece of JSON is, in a few words.
pub(super) fn described(json: &str) -> String {
    match json.as_bytes().first() {
        Some(b'[') if json[1..].trim_start().starts_with(']') => "an empty list".into(),
        Some(b'[') => "a list".into(),
        Some(b'{') => "an object".into(),
        // As it stands: a text with its quotation marks, a number with its sign and fraction.
        _ => excerpt(json),
    }
}
