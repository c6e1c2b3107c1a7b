//! Weights in files.

mod weights;

pub use weights::{CheckpointError, Tensor, Weights, plain_name};
