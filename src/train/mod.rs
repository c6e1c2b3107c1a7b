//! Training: the recorded step, its settings and the loop around it.

mod optimizer;
mod program;

pub use optimizer::OptimizerConfig;
pub use program::{Moments, TrainingPlan, record_training};
