//! The address: what it can say, and how that is written and read.

pub mod address;
pub mod interventions;
pub mod place;
pub mod view;
