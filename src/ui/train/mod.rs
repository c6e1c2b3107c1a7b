//! The place where a model learns: what it is to learn, the run with its curves and boards, the runs that are stored.
//!
//! The draft of a recipe, the curves' arithmetic, the list's order and the words compile everywhere and are tested
//! natively.

pub mod draft;
pub mod fields;
pub mod order;
pub mod series;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod boards;
#[cfg(target_arch = "wasm32")]
mod chart;
#[cfg(target_arch = "wasm32")]
mod charts;
#[cfg(target_arch = "wasm32")]
mod controls;
#[cfg(target_arch = "wasm32")]
mod data;
#[cfg(target_arch = "wasm32")]
mod estimate;
#[cfg(target_arch = "wasm32")]
mod input;
#[cfg(target_arch = "wasm32")]
mod model;
#[cfg(target_arch = "wasm32")]
mod progress;
#[cfg(target_arch = "wasm32")]
mod room;
#[cfg(target_arch = "wasm32")]
mod runs;
#[cfg(target_arch = "wasm32")]
mod when;

#[cfg(target_arch = "wasm32")]
pub use room::Train;
