//! Compares an engine with numbers of the official code, by the rules that belong to them: every piece is judged from the
//! golden state before it, because recurrence amplifies rounding.

mod forward;
mod golden;
mod report;
mod training;

pub use golden::{Golden, GoldenError};
pub use report::{Group, Report};

use crate::engine::Engine;
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

impl From<crate::engine::EngineError> for VerifyError {
    fn from(error: crate::engine::EngineError) -> Self {
        ModelError::from(error).into()
    }
}

/// Runs every comparison that a golden file allows.
///
/// # Errors
/// A file that is incomplete, or an engine that cannot run it; a broken rule is no error but part of the report.
pub async fn verify<E: Engine>(engine: &E, golden: &Golden) -> Result<Report, VerifyError> {
    let mut report = Report::new(golden.compared_names());
    if golden.is_training() {
        training::verify(engine, golden, &mut report).await?;
    } else {
        forward::verify(engine, golden, &mut report).await?;
    }
    Ok(report)
}

/// The forward half of a training file alone: step 0's logits and Q values.
///
/// # Errors
/// As [`verify`].
pub async fn verify_first_forward<E: Engine>(engine: &E, golden: &Golden) -> Result<Report, VerifyError> {
    let names = ["step.0.logits", "step.0.q_halt_logits", "step.0.q_continue_logits"];
    let names = names.into_iter().map(str::to_owned).filter(|name| golden.has(name));
    let mut report = Report::new(names.collect());
    forward::verify_first_step(engine, golden, &mut report).await?;
    Ok(report)
}
