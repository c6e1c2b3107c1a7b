//! A run's state that the browser could not store: the page keeps it, so that it outlives the run's failure and the worker's.

use js_sys::ArrayBuffer;
use leptos::prelude::*;

use crate::ui::state::training::Page;

/// A whole state of a run.
#[derive(Clone)]
pub struct Kept {
    /// The run.
    pub run: String,
    /// After this step.
    pub step: u64,
    /// The file.
    state: ArrayBuffer,
}

impl Page {
    /// Keeps a state of the run that is shown in place of the one before.
    pub(super) fn keep_state(self, step: u64, state: ArrayBuffer) {
        let run = self.training.current.with_untracked(|current| current.as_ref().map(|current| current.id.clone()));
        self.training.kept.set(run.map(|run| Kept { run, step, state }));
    }

    /// A copy of the state that is kept of a run, as the worker takes it: in the request's buffers.
    pub(super) fn kept_state(self, run: &str) -> Vec<ArrayBuffer> {
        self.training.kept.with_untracked(|kept| {
            let kept = kept.as_ref().filter(|kept| kept.run == run);
            kept.map(|kept| kept.state.slice(0)).into_iter().collect()
        })
    }

    /// The step after which a state of the run is kept.
    pub(super) fn kept_step(self, run: &str) -> Option<u64> {
        self.training.kept.with_untracked(|kept| kept.as_ref().filter(|kept| kept.run == run).map(|kept| kept.step))
    }

    /// Gives up what is kept of a run: it is stored now, or nobody wants it.
    pub(super) fn drop_kept(self, run: &str) {
        if self.kept_step(run).is_some() {
            self.training.kept.set(None);
        }
    }
}
