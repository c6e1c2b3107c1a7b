//! How the curves are looked at.

use hrm_core::train::Row;
use leptos::prelude::*;

/// How all charts are looked at.
#[derive(Clone, Copy)]
pub struct Lens {
    /// Weight of the moving average, 0 to below 1.
    pub smoothing: RwSignal<f64>,
    /// The steps that are shown; `None`: all.
    pub range: RwSignal<Option<(f64, f64)>>,
    /// The step that is pointed at.
    pub pointed: RwSignal<Option<f64>>,
    /// The curve of the run that is compared with, and its name.
    pub compared: Memo<Option<(String, Vec<Row>)>>,
}
