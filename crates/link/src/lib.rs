//! The protocol between the page and its worker: the messages, and the page's end of the line. Both sides use it; what
//! computes is in `hrm-worker`.

#[cfg(target_arch = "wasm32")]
pub mod client;
pub mod engine_timing;
pub mod learning;
#[cfg(target_arch = "wasm32")]
pub mod process;
pub mod protocol;
#[cfg(target_arch = "wasm32")]
pub mod replies;
pub mod self_test;
pub mod training;
