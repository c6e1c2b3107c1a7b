//! What runs in the page's Web Worker: it computes, trains and stores; the page's main thread only draws.

#[cfg(target_arch = "wasm32")]
mod examination;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(target_arch = "wasm32")]
mod lane;
#[cfg(target_arch = "wasm32")]
mod scope;
pub mod training;
#[cfg(target_arch = "wasm32")]
mod wider;
#[cfg(target_arch = "wasm32")]
mod worker;

#[cfg(target_arch = "wasm32")]
pub use worker::start;
