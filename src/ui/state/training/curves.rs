//! Whole curves of stored runs: the list has long ones thinned.

use hrm_core::train::Row;
use hrm_link::training::{Stored, TrainingEvent, TrainingTask};
use leptos::prelude::*;

use crate::ui::state::training::state::Training;

/// The last step of a curve.
fn end(rows: &[Row]) -> Option<u64> {
    rows.last().map(|row| row.mean.step)
}

/// The last step of a run whose curve the list has thinned.
fn thinned_end(stored: &Stored) -> Option<u64> {
    let state = stored.state.as_ref().ok()?;
    end(&state.rows).filter(|_| state.thinned)
}

impl Training {
    /// Asks for the whole curve of a run that is shown by the list's thinned one; not of one that is made ready to go
    /// on: there it comes with the run. What could not be read is asked for again when the list comes anew.
    pub(super) fn follow_thinned(self) {
        Effect::new(move |_| {
            self.runs.stored.track();
            if self.thinned.get() && !self.is_busy() {
                self.shown().into_iter().for_each(|run| self.read_curve(run));
            }
        });
    }

    /// The same for the run that is compared with; its curve is read anew where the list's goes farther.
    pub(super) fn follow_compared(self) {
        Effect::new(move |_| {
            let other = self.runs.compared.get();
            let listed = other.as_ref().and_then(|run| self.runs.of_stored(run, thinned_end)?);
            let suffices = self.runs.compared_rows.with_untracked(|read| {
                read.as_ref().is_some_and(|(run, rows)| Some(run) == other.as_ref() && end(rows) >= listed)
            });
            if suffices {
                return;
            }
            self.runs.compared_rows.set(None);
            if let Some(run) = other.filter(|_| listed.is_some()) {
                self.read_curve(run);
            }
        });
    }

    fn read_curve(self, run: String) {
        let is_read = |run: &String| self.curves_read.with_value(|read| read.contains(run));
        if is_read(&run) {
            return;
        }
        self.curves_read.update_value(|read| read.push(run.clone()));
        self.workers.ask(TrainingTask::ReadCurve { run: run.clone() }, Vec::new(), move |answer| {
            self.curves_read.update_value(|read| read.retain(|other| *other != run));
            match answer {
                Ok((TrainingEvent::Curve(rows), _)) => self.take_curve(&run, &rows),
                Ok(_) => {}
                Err(message) => {
                    self.runs.storage_fault.set(Some(format!("The whole curve cannot be read: {message}.")));
                }
            }
        });
    }

    /// Takes the whole curve of a run where it is the one that is shown, unless all its rows are there by now, or the
    /// one that is compared with.
    fn take_curve(self, run: &str, rows: &[Row]) {
        let shown = untrack(|| self.shows(run));
        if shown && self.thinned.get_untracked() {
            self.rows.set(rows.to_vec());
            self.thinned.set(false);
        }
        if self.runs.compared.with_untracked(|other| other.as_deref() == Some(run)) {
            self.runs.compared_rows.set(Some((run.into(), rows.to_vec())));
        }
    }
}
