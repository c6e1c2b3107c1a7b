//! Data sets: base puzzles with augmentation served as batches, generated splits, CSV files.

pub mod csv;
mod dataset;
mod puzzles;
mod split;

pub use crate::puzzle::Example;
pub use dataset::{Answers, Batch, Dataset, DatasetError};
pub use puzzles::{Hard, Puzzles, SplitRequest, TEST_FRACTION};
pub use split::{Split, SplitCounts, Splitter, generate_split};
