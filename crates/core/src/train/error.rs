//! Why training cannot go on.

use crate::checkpoint::CheckpointError;
use crate::data::DatasetError;
use crate::engine::EngineError;
use crate::model::{ModelError, WeightsError};
use crate::plan::PlanError;

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
    /// The loss left the real numbers.
    #[error("the loss is not finite at step {step}; the last saved state is intact")]
    NotFinite {
        /// From 1.
        step: u64,
    },
    /// A shard that is computed elsewhere.
    #[error("shard: {0}")]
    Shard(String),
    /// A saved state that belongs to another run or another version.
    #[error("training state: {0}")]
    State(String),
}
