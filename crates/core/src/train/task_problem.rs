//! Why tasks cannot be learnt.

use crate::puzzle::arc::training::TaskSetError;

/// Tasks that cannot be learnt as a recipe says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskProblem {
    /// A field of the recipe.
    #[error("{place} is {value}, expected {expected}")]
    Field {
        /// Section and name.
        place: &'static str,
        /// What it is.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// A field that follows from the tasks.
    #[error("[{section}] {field} is {value}; expected none: it follows from the tasks")]
    Follows {
        /// Its section.
        section: &'static str,
        /// Its name.
        field: &'static str,
        /// What it is.
        value: String,
    },
    /// Too large tasks alone.
    #[error("[data] fits is {fits}: none of the {found} tasks lies within {fits}x{fits}")]
    NoneFits {
        /// Rows and columns.
        fits: u64,
        /// Tasks that there are.
        found: usize,
    },
    /// Tasks that make no set.
    #[error("[data] tasks: {0}")]
    Set(#[from] TaskSetError),
    /// A saved run whose tasks are not those of its recipe.
    #[error("its tasks come to {found} identifiers, and its recipe to {expected}")]
    Identifiers {
        /// Of the tasks.
        found: usize,
        /// Of the recipe.
        expected: usize,
    },
}
