//! The Hierarchical Reasoning Model (Wang et al. 2025, arXiv 2506.21734) for the browser and the command line.
//!
//! The model is written once, as a recording of kernels over buffers ([`plan`]), and an engine plays it ([`engine`]).

pub mod bench;
pub mod checkpoint;
pub mod config;
pub mod data;
pub mod engine;
#[cfg(target_arch = "wasm32")]
mod event_loop;
pub mod model;
pub mod plan;
pub mod puzzle;
pub mod random;
pub mod runtime;
pub mod search;
pub mod train;
pub mod ui;
pub mod verify;
