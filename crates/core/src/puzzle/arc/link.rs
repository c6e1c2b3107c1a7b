//! A small task as a piece of a web address.

use super::Task;

/// The most characters of a task in a link. Longer links are cut by programs that people send them through.
pub const MOST: usize = 2000;

/// The grids of a task as letters, digits, `-` and `_`; its id and other fields are left out.
///
/// # Errors
/// The task takes more than [`MOST`] characters.
pub fn encode(task: &Task) -> Result<String, LinkError> {
    let _ = task;
    todo!()
}

/// The task of a link, without id.
///
/// # Errors
/// What [`encode`] has not made, or what was cut or changed on the way.
pub fn decode(text: &str) -> Result<Task, LinkError> {
    let _ = text;
    todo!()
}

/// Why there is no link, or no task in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// A task that is too large for a link.
    #[error("the task takes {found} characters in a link, at most {MOST} are sent whole; save it as a file")]
    Long {
        /// Characters that it would take.
        found: usize,
    },
    /// Something else than a task, or a task that was cut or changed on the way.
    #[error("the link's task is damaged: it was cut or changed on the way")]
    Damaged,
}
