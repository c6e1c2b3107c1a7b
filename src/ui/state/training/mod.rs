//! A model that learns: the draft of its recipe, the run in the second worker, the runs that are stored.

mod adopted;
mod control;
mod files;
mod given;
mod hear;
mod kept;
mod meter;
mod news;
mod notice;
mod progress;
mod state;
mod tasks;
mod ways;

pub use given::{Origin, Table};
pub use notice::{Notice, Way};
pub use progress::Progress;
pub use state::{Boards, Current, Phase, Training};
pub use tasks::Use;
