//! Training: the recorded step, its settings, the loop's inside, and how good the result is.

mod evaluate;
mod optimizer;
mod preset;
mod program;
mod state;
mod trainer;

pub use evaluate::{Evaluation, evaluate};
pub use optimizer::OptimizerConfig;
pub use preset::Preset;
pub use program::{Moments, TrainingPlan, record_training};
pub use trainer::{Setup, State, StepReport, TrainError, Trainer, predicted_bytes};
