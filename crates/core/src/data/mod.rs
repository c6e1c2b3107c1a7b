//! Data sets: base puzzles with augmentation served as batches, generated splits, CSV files.

pub mod csv;
mod dataset;
mod puzzles;
mod split;

pub use crate::puzzle::Example;
pub use dataset::{Answers, Batch, Dataset, DatasetError};
pub use puzzles::Puzzles;
pub use split::{Hard, Split, SplitCounts, SplitRequest, Splitter, TEST_FRACTION, generate_split};
