//! Elements that know nothing of what they show.

pub mod chart;
pub mod checkbox;
pub mod deferred;
pub mod details;
mod figure;
pub mod save_figure;
pub mod table;
pub mod tooltip;
