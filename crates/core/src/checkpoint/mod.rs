//! Weights in files, from several models to their mean, and from one board to a larger one.

mod average;
mod grow;
mod header;
pub mod official;
mod safetensors;
pub mod torch;
mod yaml;

pub use average::{AverageError, average};
pub use grow::{GrowError, grow};
pub use header::{is_safetensors, metadata, open};
pub use safetensors::{CheckpointError, plain_name};

pub use crate::model::{Tensor, Weights};
