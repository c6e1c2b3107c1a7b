//! What is known of a segment beside its states.

use serde::{Deserialize, Serialize};

use super::step_stats::Step;
use crate::model::Answer;

/// One segment of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentReport {
    /// From 0.
    pub index: usize,
    /// The answer after it.
    pub answer: Answer,
    /// q_halt, a logit: "am I done?".
    pub q_halt: f32,
    /// q_continue, a logit: "is going on worth it?".
    pub q_continue: f32,
    /// Its L and H steps, in order.
    pub steps: Vec<Step>,
    /// What it took, in milliseconds, reading back included.
    pub milliseconds: f64,
}
