//! Why training cannot go on.

use crate::checkpoint::CheckpointError;
use crate::data::DatasetError;
use crate::engine::EngineError;
use crate::model::{ModelError, WeightsError};
use crate::plan::PlanError;
use crate::puzzle::Size;

use super::task_problem::TaskProblem;

/// Why training cannot go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// The recording.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file of weights.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Weights that are another model's.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The model's own.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Examples that make no data set.
    #[error(transparent)]
    Data(#[from] DatasetError),
    /// A model that cannot be trained on boards of several sizes.
    #[error("the model's weights are for boards of {cells} cells: they cannot be trained on boards of {size} too")]
    Sizes {
        /// S of the model.
        cells: usize,
        /// The other size.
        size: Size,
    },
    /// A batch of a size that the run does not have, or of another number of rows.
    #[error("a batch of {found} tokens for board {board}, expected {expected}")]
    Batch {
        /// The number of the board's size.
        board: usize,
        /// Tokens in it.
        found: usize,
        /// Tokens that it should have.
        expected: usize,
    },
    /// The loss left the real numbers.
    #[error("the loss is not finite at step {step}, and nothing of that is saved; a lower learning rate may help")]
    NotFinite {
        /// From 1.
        step: u64,
    },
    /// A shard that is computed elsewhere.
    #[error("shard: {0}")]
    Shard(String),
    /// Tasks that cannot be learnt.
    #[error(transparent)]
    Tasks(#[from] TaskProblem),
    /// A saved state that belongs to another run or another version.
    #[error("saved run: {0}")]
    State(String),
}
