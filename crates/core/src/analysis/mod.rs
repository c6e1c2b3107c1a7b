//! Figures of the hidden states, as the views show them. Nothing here knows of a browser or of an engine.
//!
//! The worker takes the inner products of each state with those before it and reads each state through the model's
//! head ([`crate::recording::step_stats`]); from these the page derives the rest.

mod cells;
mod cloud;
mod dimension;
mod gram;
mod participation;
mod principal;
mod readout;

pub use cells::{norms, row_changes};
pub use cloud::{Cloud, Projection};
pub use dimension::{Dimensionality, dimensionality};
pub use gram::{Gram, product};
pub use participation::Covariance;
pub use principal::Principal;
pub use readout::{Head, KEPT, Readout};
