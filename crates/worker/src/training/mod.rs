//! Training in a worker: the loop, the shard workers, and the browser's private file system, where every run is kept.

pub mod generation;

#[cfg(target_arch = "wasm32")]
mod describe;
#[cfg(target_arch = "wasm32")]
mod dispatch;
#[cfg(target_arch = "wasm32")]
mod estimate;
#[cfg(target_arch = "wasm32")]
mod examples;
#[cfg(target_arch = "wasm32")]
mod news;
#[cfg(target_arch = "wasm32")]
mod place;
#[cfg(target_arch = "wasm32")]
mod recording;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
mod shard_workers;
#[cfg(target_arch = "wasm32")]
mod storage;

#[cfg(target_arch = "wasm32")]
pub use dispatch::Training;
#[cfg(target_arch = "wasm32")]
use {
    describe::describe,
    estimate::estimate,
    examples::{KnownTable, table},
    place::newest_state,
    recording::read_recording,
    session::{Order, Trainee, hand_out_stored},
};
