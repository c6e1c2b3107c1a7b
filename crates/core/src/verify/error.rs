//! Why a golden file cannot be compared.

use super::golden::GoldenError;
use crate::engine::EngineError;
use crate::model::ModelError;

/// Why a golden file cannot be compared at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file or its configuration.
    #[error(transparent)]
    Golden(#[from] GoldenError),
    /// The model or the engine.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl From<EngineError> for VerifyError {
    fn from(error: EngineError) -> Self {
        ModelError::from(error).into()
    }
}
