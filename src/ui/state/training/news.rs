//! What a step changes on the page, until the next frame.

use hrm_core::train::Row;

use crate::ui::state::training::progress::Progress;

/// Rows and figures that are not on the page yet.
#[derive(Clone, Debug, Default)]
pub struct News {
    pub(super) rows: Vec<Row>,
    pub(super) progress: Option<Progress>,
    /// Whether a frame is asked for.
    pub(super) due: bool,
}

/// Appends rows; one with the step of the last one replaces it.
pub(super) fn extend(rows: &mut Vec<Row>, new: Vec<Row>) {
    for row in new {
        while rows.last().is_some_and(|last| last.mean.step >= row.mean.step) {
            rows.pop();
        }
        rows.push(row);
    }
}
