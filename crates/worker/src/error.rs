//! Why a task fails.

use hrm_core::{
    checkpoint::{CheckpointError, torch::TorchError},
    config::ConfigError,
    data::csv::CsvError,
    engine::EngineError,
    model::ModelError,
    puzzle,
    recording::{file::RecordingFileError, solve::SolveError},
    search::SearchError,
    train::{RecipeError, TrainError},
};
use hrm_link::protocol::Failure;

use crate::{global::FetchError, storage_error::StorageError};

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{file}: {source}")]
    Json { file: String, source: serde_json::Error },
    #[error("{file}: {source}")]
    Config { file: String, source: ConfigError },
    #[error("{file}: {source}")]
    Weights { file: String, source: CheckpointError },
    #[error("{file}: {source}")]
    Torch { file: String, source: TorchError },
    #[error("{file}: {problem}")]
    Checkpoint { file: String, problem: String },
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("this browser offers no WebGPU adapter")]
    NoWebGpu,
    #[error(transparent)]
    Engine(EngineError),
    #[error(transparent)]
    Solve(#[from] SolveError),
    #[error("puzzles of {0} are not generated")]
    NoGenerator(puzzle::Kind),
    #[error("the gallery has no model {0:?}")]
    UnknownModel(String),
    #[error("no model is open")]
    NoModel,
    #[error(transparent)]
    Recording(#[from] RecordingFileError),
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::Error),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Csv(#[from] CsvError),
    #[error(transparent)]
    Recipe(RecipeError),
    #[error("{0} did not come with the request")]
    MissingFile(String),
    #[error("the states of the views take more than {most} MB: expected fewer views or segments")]
    TooManyStates { most: usize },
    #[error("this worker does nothing of the kind: reload the page")]
    OtherModule,
    #[error("no run was trained in this tab since it was opened")]
    NoRun,
}

impl From<CheckpointError> for TaskError {
    fn from(error: CheckpointError) -> Self {
        Self::Train(error.into())
    }
}

impl From<EngineError> for TaskError {
    fn from(error: EngineError) -> Self {
        // What wgpu says of it is about builds for other systems; the page's reader needs one sentence.
        if matches!(error, EngineError::NoAdapter(_)) { Self::NoWebGpu } else { Self::Engine(error) }
    }
}

impl TaskError {
    /// Whether the engine failed, so that another one, or the same one started anew, may do it.
    pub fn is_of_engine(&self) -> bool {
        let (Self::Model(error)
        | Self::Search(SearchError::Model(error))
        | Self::Solve(SolveError::Model { source: error, .. })
        | Self::Train(TrainError::Model(error))) = self
        else {
            return matches!(self, Self::Engine(_) | Self::NoWebGpu | Self::Train(TrainError::Engine(_)));
        };
        error.is_of_engine()
    }
}

impl From<TaskError> for Failure {
    fn from(error: TaskError) -> Self {
        Self { message: error.to_string(), engine: error.is_of_engine() }
    }
}
