//! What the figures of a trajectory show.

use hrm_core::model::Level;
use leptos::prelude::*;

use crate::ui::{
    format::moment::in_words,
    inspect::course::Course,
    state::{Player, Run},
};

/// What both figures show.
#[derive(Clone, Copy)]
pub struct Shown {
    /// Where it is shown.
    pub run: Run,
    /// What shows a moment of it.
    pub player: Player,
    /// Of which module.
    pub level: RwSignal<Level>,
    /// The way; `None` before there are two states.
    pub course: RwSignal<Option<Course>>,
    /// The module's last step at the present moment.
    pub present: Memo<Option<usize>>,
    /// The step that the pointer is at.
    pub under_pointer: RwSignal<Option<usize>>,
}

impl Shown {
    fn moment_of(self, step: usize) -> Option<usize> {
        self.course.with(|course| course.as_ref()?.moments.get(step).copied())
    }

    /// Shows the moment of a step.
    pub fn seek(self, step: Option<usize>) {
        if let Some(moment) = step.and_then(|step| untrack(|| self.moment_of(step))) {
            self.player.seek(moment);
        }
    }

    /// The first components of the step under the pointer, or of the present one.
    pub fn reading(self, components: usize) -> Option<String> {
        let step = self.under_pointer.get().or_else(|| self.present.get())?;
        let place = self.run.read(|recording| in_words(recording, self.moment_of(step)?))?;
        let score = self.course.with(|course| course.as_ref()?.own.get(step).copied())?;
        let values: Vec<String> = score.iter().take(components).map(|along| format!("{along:+.3}")).collect();
        Some(format!("{place}: {}", values.join(", ")))
    }
}
