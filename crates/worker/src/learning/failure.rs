//! Why an order is not carried out.

use hrm_core::{
    checkpoint::CheckpointError,
    engine::EngineError,
    learn::{BesideError, LearnError, codec::TooLarge, file::FileError},
    model::ModelError,
};
use hrm_link::learning::Event;

use crate::global::FetchError;

/// Why an order is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A task that the token grid does not hold.
    #[error("{error}")]
    Outgrown {
        /// Which grid of it.
        error: LearnError,
        /// A side that would do.
        fits: usize,
    },
    #[error(transparent)]
    Learn(#[from] LearnError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    #[error("the model's weights: {0}")]
    Weights(#[from] CheckpointError),
    #[error("the model's configuration: {0}")]
    Beside(#[from] BesideError),
    #[error("the task: {0}")]
    Task(#[from] FileError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the model's weights did not come with the message")]
    NoFile,
    #[error(
        "the model does not know the task {0}: open the task that it learnt first, or begin a new learning with it"
    )]
    Unknown(String),
    #[error("no task is learnt yet")]
    Nothing,
    #[error("the task has no test to answer")]
    NoTest,
    #[error("the learning became NaN or infinite: learn on from the last good weights, or begin again")]
    Diverged,
}

impl From<Failure> for Event {
    fn from(failure: Failure) -> Self {
        let fits = match &failure {
            Failure::Outgrown { fits, .. } => Some(*fits as u32),
            _ => None,
        };
        Self::Refused { message: failure.to_string(), fits }
    }
}
