//! How far a run is.

use hrm_core::train::StepReport;

/// How far a run is and how fast.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Seconds of computing.
    pub seconds: f64,
    /// Seconds a step, lately.
    pub step_seconds: Option<f64>,
    /// What the last step said that was heard of: shown at once and not kept, as rows of the curve are, which come rarely.
    pub last: Option<StepReport>,
}
