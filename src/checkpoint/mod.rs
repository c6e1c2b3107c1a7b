//! Weights in files, and from one board to a larger one.

mod grow;
mod weights;

pub use grow::{GrowError, grow};
pub use weights::{CheckpointError, Tensor, Weights, plain_name};
