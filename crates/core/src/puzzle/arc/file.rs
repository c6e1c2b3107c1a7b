//! Files of tasks: one task, or many under their ids; challenges and their solutions.

use super::Task;

/// Reads the task of a text: `{"train": […], "test": […]}`; a text with exactly one task under its id is read too.
///
/// # Errors
/// As [`read_all`]; several tasks.
pub fn read(name: &str, text: &str) -> Result<Task, FileError> {
    let _ = (name, text);
    todo!()
}

/// Reads every task of some files (names with their texts): each file one task or `{id: task}`; solutions of challenges are
/// put into the tasks they belong to. In the order of the files, and within a file in its order.
///
/// # Errors
/// What is wrong with the first file of which something is: see [`FileError`].
pub fn read_all(files: &[(&str, &str)]) -> Result<Vec<Task>, FileError> {
    let _ = files;
    todo!()
}

/// A task as JSON: the text that it was read from where nothing was changed, else a line for each row.
pub fn write(task: &Task) -> String {
    let _ = task;
    todo!()
}

/// Several tasks as one file `{id: task}`; each unchanged one as it was read.
pub fn write_all(tasks: &[Task]) -> String {
    let _ = tasks;
    todo!()
}

/// What is wrong with a file of tasks: one line that names file, task, pair, row and cell, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}")]
pub struct FileError {
    /// The file's name; empty for a pasted text.
    pub file: String,
}
