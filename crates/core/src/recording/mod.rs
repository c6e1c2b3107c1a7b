//! A run as it is kept: the figures of every L step and H step, the states as far as they are retained, and each segment's
//! answer; its file format, and what is derived from it. `hrm run` writes recordings, the page draws them.

mod comparison;
mod convergence;
pub mod export;
pub mod file;
mod record;
mod report;
pub mod retention;
mod shapes;
pub mod solve;
pub mod step_stats;

pub use comparison::{Comparison, Outcome};
pub use convergence::{Point, convergence};
pub use record::{Discontinuity, Maker, Recording};
pub use report::SegmentReport;
pub use shapes::Shapes;
