//! What runs in the Web Worker, and the page's way to it: the main thread draws and never computes.

pub mod analysis;
pub mod answer;
pub mod dimension;
pub mod export;
pub mod gallery;
pub mod keep;
pub mod measure;
pub mod packed;
pub mod protocol;
pub mod recording;
pub mod recording_file;
pub mod solve;
pub mod trace;
pub mod training;

#[cfg(target_arch = "wasm32")]
pub mod client;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod lane;
#[cfg(target_arch = "wasm32")]
mod scope;
#[cfg(target_arch = "wasm32")]
pub mod worker;
