//! Mistakes in a recording.

use super::buffer::Dtype;

/// A mistake in a recording: found when it is made, not when it is run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A kernel was recorded over a buffer of another size.
    #[error("{kernel}: {operand} ({buffer}) has {actual} elements, expected {expected}")]
    Shape {
        /// Kernel.
        kernel: &'static str,
        /// Its operand.
        operand: &'static str,
        /// The buffer's name.
        buffer: String,
        /// Elements it has.
        actual: usize,
        /// Elements it should have (for views: at least).
        expected: usize,
    },
    /// A kernel was recorded over a buffer of the other element type.
    #[error("{kernel}: {operand} ({buffer}) holds {actual:?}")]
    Dtype {
        /// Kernel.
        kernel: &'static str,
        /// Its operand.
        operand: &'static str,
        /// The buffer's name.
        buffer: String,
        /// What it holds.
        actual: Dtype,
    },
    /// A kernel writes to a buffer that it also reads through another operand.
    #[error("{kernel}: writes {buffer}, which it also reads as another operand")]
    Alias {
        /// Kernel.
        kernel: &'static str,
        /// The buffer's name.
        buffer: String,
    },
    /// A temporary was used by a second entry.
    #[error("{kernel}: {buffer} is a temporary of another entry")]
    Escapes {
        /// Kernel.
        kernel: &'static str,
        /// The buffer's name.
        buffer: String,
    },
    /// A buffer with more elements than can be counted.
    #[error("buffer `{buffer}` of shape {shape:?} has more elements than this machine can address")]
    TooLarge {
        /// The buffer's name.
        buffer: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// There is no such entry.
    #[error("the program has no entry `{0}`")]
    NoEntry(String),
    /// The way back was asked through a kernel that has none.
    #[error("{0} has no adjoint; record it under no_grad")]
    NoAdjoint(&'static str),
}
