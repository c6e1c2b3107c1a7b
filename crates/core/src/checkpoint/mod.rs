//! Weights in files, from several models to their mean, and from one board to a larger one.

mod average;
mod grow;
mod header;
pub mod official;
pub mod torch;
mod weights;

pub use average::{AverageError, average};
pub use grow::{GrowError, grow};
pub use header::{metadata, open};
pub use weights::{CheckpointError, Tensor, Weights, plain_name};
