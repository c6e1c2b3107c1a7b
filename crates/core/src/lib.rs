//! The Hierarchical Reasoning Model (Wang et al. 2025, arXiv 2506.21734), its training and its puzzles. Nothing here knows
//! of a page or a worker.
//!
//! The model is written once, as a recording of kernels over buffers ([`plan`]), and an engine plays it ([`engine`]).

pub mod analysis;
pub mod bench;
pub mod checkpoint;
pub mod config;
pub mod data;
pub mod engine;
#[cfg(target_arch = "wasm32")]
pub mod event_loop;
pub mod fields;
pub mod gallery;
pub mod json;
pub mod learn;
pub mod model;
pub mod names;
pub mod plan;
pub mod puzzle;
pub mod random;
pub mod recording;
pub mod search;
pub mod text;
pub mod train;
pub mod verify;
pub mod word_bytes;
