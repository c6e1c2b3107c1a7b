//! Models that learn: what the next run will be (`NextRun`), the run under way (`Training`), the runs that are stored (`Runs`).

mod control;
mod curves;
mod files;
mod given;
mod hear;
mod kept;
mod meter;
mod news;
mod next_run;
mod notice;
mod phase;
mod progress;
mod run_files;
mod runs;
mod state;
mod ways;
mod workers;

pub use given::{Origin, Table};
pub use next_run::NextRun;
pub use notice::{Notice, Notices, Way};
pub use phase::Phase;
pub use progress::Progress;
pub use run_files::Use;
pub use runs::Runs;
pub use state::{Boards, Current, Training};
pub use workers::Workers;
