//! Experiments: what is to be done to the thought, and the run of it beside the untouched one.

use hrm_core::{
    model::Intervention,
    recording::{Comparison, Recording},
};
use leptos::prelude::*;

use crate::ui::state::{
    run::{is_pair, is_untouched},
    solver::Solver,
};

/// State of the experiments.
#[derive(Clone, Copy)]
pub struct Experiment {
    /// What the next one does besides what is chosen.
    pub acts: RwSignal<Vec<Intervention>>,
    /// Which deed is chosen, by its number in the form.
    pub deed: RwSignal<usize>,
    /// RMS of noise over that of the state.
    pub size: RwSignal<f32>,
    /// Seed of the noise.
    pub seed: RwSignal<u32>,
    /// What a clue becomes.
    pub token: RwSignal<u8>,
    /// The run on the page beside the one that was kept.
    pub comparison: Memo<Option<Comparison>>,
}

impl Experiment {
    /// Nothing is to be done yet.
    pub fn new(recording: RwSignal<Option<Recording>>, kept: RwSignal<Option<Recording>>) -> Self {
        let comparison = Memo::new(move |before: Option<&Option<Comparison>>| {
            let before = before.and_then(Option::as_ref);
            recording.with(|run| {
                kept.with(|kept| {
                    let (run, kept) = run.as_ref().zip(kept.as_ref())?;
                    (run.serial() != kept.serial()).then(|| Comparison::of(run, kept, before))?
                })
            })
        });
        Self {
            acts: RwSignal::new(Vec::new()),
            deed: RwSignal::new(0),
            size: RwSignal::new(0.5),
            seed: RwSignal::new(1),
            token: RwSignal::new(1),
            comparison,
        }
    }
}

impl Solver {
    /// Whether an experiment can be laid over an untouched run of this puzzle: the run on the page, or the one kept.
    pub fn has_untouched_run(self) -> bool {
        self.run.recording.with(|run| {
            let Some(run) =
                run.as_ref().filter(|run| run.moments() > 0 && run.is_watched() && self.machine.has_made(run))
            else {
                return false;
            };
            is_untouched(run) || self.run.kept.with(|kept| kept.as_ref().is_some_and(|kept| is_pair(run, kept)))
        })
    }

    /// Runs the model once more under acts; the untouched run is kept beside it.
    pub fn run_experiment(self, acts: Vec<Intervention>) {
        // What is watched begins where the first of them does, and the next experiment too.
        let first = acts.iter().map(|act| act.at).min();
        self.touch(acts, first.unwrap_or(0));
    }

    /// Runs the experiment that a link asked for, now that its untouched run is there.
    pub(super) fn run_what_comes_after(self) {
        let after = self.run.asked.try_update_value(|asked| asked.after.take()).flatten();
        if let Some((acts, moment)) = after {
            self.touch(acts, moment);
        }
    }

    /// Keeps the untouched run, runs the model under acts and shows a moment of that.
    fn touch(self, acts: Vec<Intervention>, moment: usize) {
        if untrack(|| self.run.is_running() || !self.has_untouched_run()) {
            return;
        }
        let present = self.run.recording.get_untracked();
        if let Some(untouched) = present.filter(is_untouched) {
            self.run.kept.set(Some(untouched));
        }
        // As long as the untouched one was to be, whatever has been chosen since: the two are compared step by step.
        let segments = self.run.kept.with_untracked(|kept| kept.as_ref().map(|kept| kept.keep().segments()));
        self.think(acts, segments);
        self.player.await_moment(moment);
    }

    /// Shows the kept run of the pair, and keeps the one that was shown.
    pub fn swap_runs(self) {
        if untrack(|| self.run.is_running() || !self.run.has_pair()) {
            return;
        }
        let (shown, kept) = (self.run.recording.get_untracked(), self.run.kept.get_untracked());
        self.player.playing.set(false);
        self.run.kept.set(shown);
        self.run.recording.set(kept);
        self.run.finish(untrack(|| self.drawing.kind()));
        self.player.seek(self.player.moment.get_untracked());
    }
}
