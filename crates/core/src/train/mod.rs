//! Training: the recipe, the recorded step, its settings, the run that follows the recipe, and how good the result is.

mod boards;
pub mod curve;
mod error;
mod evaluate;
pub mod limits;
mod optimizer;
mod preset;
mod program;
mod recipe;
mod recipe_fields;
mod run;
mod saved;
mod setup;
pub mod shard;
mod shortage;
mod tasks;
mod trainer;

pub use boards::BoardShare;
pub use curve::Row;
pub use error::TrainError;
pub use evaluate::{Evaluation, Trial, evaluate};
pub use optimizer::OptimizerConfig;
pub use preset::Preset;
pub(crate) use preset::paper_model;
pub use program::{Joined, Moments, Pass, Trained, TrainingPlan, record_training};
pub use recipe::{DataRecipe, HoldOut, MOST_WHOLE, Recipe, RecipeError, Schedule};
pub use recipe_fields::FieldProblem;
pub use run::{Examples, Run};
pub use saved::{Saved, Summary};
pub use setup::{Late, Setup};
pub use shortage::shortages;
pub use tasks::{TaskProblem, complete, wants_tasks};
pub use trainer::{State, StepReport, Trainer, predicted_bytes};
