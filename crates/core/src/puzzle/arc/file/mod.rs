//! Files of tasks: one task, or many under their ids; challenges and their solutions. A task that nobody changed is written as
//! it was read.

mod bundle;
mod cursor;
mod fault;
mod merge;
mod reader;
mod write;

pub use bundle::Bundle;
pub use fault::{FileError, FileFault, Location, MOST_TASKS};
pub use write::{write, write_all};

use super::Task;
use reader::Content;

/// Reads the one task of a text: `{"train": […], "test": […]}`, or that under its id.
///
/// # Errors
/// As [`read_all`]; no task, several.
pub fn read(name: &str, text: &str) -> Result<Task, FileError> {
    let mut tasks = read_all(&[(name, text)])?;
    match (tasks.pop(), tasks.len()) {
        (Some(task), 0) => Ok(task),
        (_, others) => Err(FileError::of(name, FileFault::SeveralTasks { found: others + 1 })),
    }
}

/// Reads every task of some files (names and texts; no name for what was pasted). A file holds one task
/// `{"train": […], "test": […]}`, many as `{id: task}`, or the solutions `{id: [grid, …]}` of challenges in another one of the
/// files, which become the outputs of its tests. The tasks are in the order of the files, and within a file in its own.
///
/// # Errors
/// The first thing that is wrong with one of the files, with its place; solutions without challenges.
pub fn read_all(files: &[(&str, &str)]) -> Result<Vec<Task>, FileError> {
    let (mut challenges, mut solutions) = (Vec::new(), Vec::new());
    for &(name, text) in files {
        match reader::read(name, text)? {
            Content::Tasks(tasks) => challenges.push((name, tasks)),
            Content::Solutions(found) => solutions.push((name, found)),
        }
    }
    for (name, solutions) in solutions {
        merge::merge(&mut challenges, name, solutions)?;
    }
    Ok(challenges.into_iter().flat_map(|(_, tasks)| tasks).collect())
}

#[cfg(test)]
mod tests;
