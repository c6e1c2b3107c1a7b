//! Compares an engine with numbers of the official code, by the rules that belong to them: every piece is judged from the
//! golden state before it, because recurrence amplifies rounding. And the GPU engine with the CPU's ([`self_test`]).

mod error;
mod forward;
mod golden;
mod report;
pub mod self_test;
mod training;

pub use error::VerifyError;
pub use golden::{Golden, GoldenError};
pub use report::{Group, Report};

use crate::engine::Engine;

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
