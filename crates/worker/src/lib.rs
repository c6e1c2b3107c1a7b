//! What runs in the page's Web Worker: it computes, trains and stores; the page's main thread only draws.

#[cfg(target_arch = "wasm32")]
mod dispatch;
#[cfg(target_arch = "wasm32")]
mod error;
#[cfg(target_arch = "wasm32")]
mod examination;
#[cfg(target_arch = "wasm32")]
mod global;
#[cfg(target_arch = "wasm32")]
mod inbox;
#[cfg(target_arch = "wasm32")]
mod open_model;
#[cfg(target_arch = "wasm32")]
mod prepared;
#[cfg(target_arch = "wasm32")]
mod storage_error;
pub mod training;
#[cfg(target_arch = "wasm32")]
mod wider;
#[cfg(target_arch = "wasm32")]
mod worker;

#[cfg(target_arch = "wasm32")]
pub use worker::start;
