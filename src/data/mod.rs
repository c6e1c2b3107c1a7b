//! Data sets: base puzzles with augmentation served as batches, generated splits, CSV files.

pub mod csv;
mod dataset;
mod shortfall;
mod split;

pub use crate::puzzle::Example;
pub use dataset::{Batch, Dataset, DatasetError};
pub use shortfall::Shortfall;
pub use split::{Split, SplitRequest, Splitter, TEST_FRACTION, generate_split};
