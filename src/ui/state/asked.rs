//! What is asked of a run.

use hrm_core::{model::Intervention, recording::solve::SolveRequest};

/// What is asked of a run, of the present one or the last.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What the worker is asked for. While the run waits, only what is done to it on the way is already that run's.
    pub request: SolveRequest,
    /// Segments that it is to be given, where that is not what is chosen.
    pub segments: Option<usize>,
    /// The experiment that comes after it, and the moment to be shown of that: a link asked for both.
    pub after: Option<(Vec<Intervention>, usize)>,
}

impl Asked {
    /// A run with what is done to it on the way, of so many segments, or as many as are chosen. It keeps the puzzle of the
    /// run before until it begins.
    pub fn wait(&mut self, interventions: Vec<Intervention>, segments: Option<usize>) {
        self.request.interventions = interventions;
        (self.segments, self.after) = (segments, None);
    }

    /// Whether it is like any other run, so that what is chosen for all counts. An experiment goes on to its end, since one
    /// sees only then whether a touched thought recovers, and its steps are looked at.
    pub fn is_plain(&self) -> bool {
        self.request.interventions.is_empty() && self.segments.is_none()
    }
}
