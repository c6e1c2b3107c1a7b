//! What runs in the page's Web Workers: they compute, train and store; the page's main thread only draws.
//!
//! Three modules are built of it (crates/modules): one for what every visit needs, one for training and one for learning a
//! task, which are loaded when they are used.

#[cfg(target_arch = "wasm32")]
mod error;
#[cfg(target_arch = "wasm32")]
mod examination;
#[cfg(target_arch = "wasm32")]
mod global;
#[cfg(target_arch = "wasm32")]
mod inbox;
#[cfg(target_arch = "wasm32")]
mod learning;
#[cfg(target_arch = "wasm32")]
mod model_file;
#[cfg(target_arch = "wasm32")]
mod open_model;
#[cfg(target_arch = "wasm32")]
mod solving;
#[cfg(target_arch = "wasm32")]
mod storage_error;
pub mod training;
#[cfg(target_arch = "wasm32")]
mod worker;

/// Starts the worker that computes what every visit needs.
#[cfg(target_arch = "wasm32")]
#[inline(never)]
pub fn start_solving() {
    worker::start::<solving::Solving>();
}

/// Starts the worker that trains.
#[cfg(target_arch = "wasm32")]
#[inline(never)]
pub fn start_training() {
    worker::start::<training::Training>();
}

/// Starts the worker that learns a task.
#[cfg(target_arch = "wasm32")]
#[inline(never)]
pub fn start_learning() {
    learning::start();
}
