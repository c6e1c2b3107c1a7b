//! Steps as the page hears of them: a few times a second, however fast they are.

use hrm_core::{
    engine::AnyEngine,
    train::{Row, Run, StepReport},
};
use hrm_link::{protocol::Event, training::TrainingEvent};

use crate::global;

/// Milliseconds between two reports of steps.
const REPORT_MS: f64 = 100.0;

/// What the page has not been told yet.
pub struct News {
    id: u32,
    /// The last step, if there was one.
    pub report: Option<StepReport>,
    /// Rows of the curve.
    pub rows: Vec<Row>,
    told: f64,
    /// A moving average of the time of a step, in milliseconds.
    step_ms: Option<f64>,
}

impl News {
    /// Nothing yet, of a run that is trained as task `id`.
    pub fn new(id: u32) -> Self {
        Self { id, report: None, rows: Vec::new(), told: 0.0, step_ms: None }
    }

    /// Takes what a step gave, and the time it took.
    pub fn add(&mut self, report: Option<StepReport>, row: Option<Row>, milliseconds: f64) {
        self.report = report.or(self.report);
        self.rows.extend(row);
        self.step_ms = Some(self.step_ms.map_or(milliseconds, |before| 0.9 * before + 0.1 * milliseconds));
    }

    /// Tells what is new, unless the last report was a moment ago and this can wait.
    pub fn tell(&mut self, run: &Run<AnyEngine>, now: bool) {
        let Some(report) = self.report.filter(|_| now || global::now() - self.told > REPORT_MS) else { return };
        let step_seconds = self.step_ms.unwrap_or(0.0) / 1000.0;
        let rows = std::mem::take(&mut self.rows);
        let stepped = TrainingEvent::Stepped { report, rows, seconds: run.seconds(), step_seconds };
        global::report(Some(self.id), Event::Training(stepped));
        self.told = global::now();
    }
}
