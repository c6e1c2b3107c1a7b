//! A run's state that the browser could not store: the page keeps it, so that it outlives the run's failure and the worker's.

use js_sys::ArrayBuffer;
use leptos::prelude::*;

/// A whole state of a run.
#[derive(Clone)]
struct State {
    run: String,
    /// After this step.
    step: u64,
    /// The file.
    file: ArrayBuffer,
}

/// The last state that could not be saved.
#[derive(Clone, Copy)]
pub struct Kept(RwSignal<Option<State>, LocalStorage>);

impl Kept {
    /// None yet.
    pub fn new() -> Self {
        Self(RwSignal::new_local(None))
    }

    /// The step after which a state of the run is kept.
    pub fn step_of(self, run: &str) -> Option<u64> {
        self.0.track();
        self.step_of_untracked(run)
    }

    /// The same, for what does not run again when that changes.
    pub(super) fn step_of_untracked(self, run: &str) -> Option<u64> {
        self.0.with_untracked(|kept| kept.as_ref().filter(|kept| kept.run == run).map(|kept| kept.step))
    }

    /// Keeps a state of a run in place of the one before.
    pub(super) fn keep(self, run: Option<String>, step: u64, file: ArrayBuffer) {
        self.0.set(run.map(|run| State { run, step, file }));
    }

    /// A copy of the state that is kept of a run, as the worker takes it: in the request's buffers.
    pub(super) fn files_of(self, run: &str) -> Vec<ArrayBuffer> {
        self.0.with_untracked(|kept| {
            let kept = kept.as_ref().filter(|kept| kept.run == run);
            kept.map(|kept| kept.file.slice(0)).into_iter().collect()
        })
    }

    /// Gives up what is kept of a run: it is stored now, or nobody wants it.
    pub(super) fn drop_of(self, run: &str) {
        if self.step_of_untracked(run).is_some() {
            self.0.set(None);
        }
    }
}
