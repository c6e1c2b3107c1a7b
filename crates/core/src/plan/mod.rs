//! The recording: a small static program of kernels over buffers, played by an engine.
//!
//! `model/` and `train/` record; [`adjoint`] appends the way back; [`memory`] lets buffers that are never alive
//! together share their memory; an engine prepares the [`Program`] once and replays its entries.

pub mod adjoint;
mod buffer;
mod error;
pub mod kernel;
pub mod memory;
mod program;
mod recorder;

pub use buffer::{Buffer, BufferId, Dtype, Lifetime};
pub use error::PlanError;
pub use kernel::{Access, Binding, Kernel};
pub use program::{Entry, EntryId, Program, Step};
pub use recorder::Recorder;
