//! Weights in files, from several models to their mean, and from one board to a larger one.

mod average;
mod grow;
mod header;
mod model_file;
pub mod official;
mod safetensors;
mod safetensors_file;
pub mod torch;
mod weights_in_file;
mod yaml;

pub use average::{AverageError, average};
pub use grow::{GrowError, grow};
pub use header::{is_safetensors, metadata, open};
pub use model_file::ModelFile;
pub use safetensors::{CheckpointError, plain_name};
pub use safetensors_file::{LONGEST_HEADER, SafetensorsFile};

pub use crate::model::{Tensor, Weights, check_shapes};
