//! Training in the worker: the loop, the shard workers, and the browser's private file system, where every run is kept.

pub mod generation;

#[cfg(target_arch = "wasm32")]
mod estimate;
#[cfg(target_arch = "wasm32")]
mod examples;
#[cfg(target_arch = "wasm32")]
mod news;
#[cfg(target_arch = "wasm32")]
mod place;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
pub(super) mod shard_workers;
#[cfg(target_arch = "wasm32")]
pub(super) mod storage;

#[cfg(target_arch = "wasm32")]
pub(super) use {
    estimate::estimate,
    examples::table,
    place::newest_state,
    session::{Order, Trainee, hand_out_stored},
};
