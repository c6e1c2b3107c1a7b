//! What is laid over the board: a figure of every cell, or a row of the mixing.

use hrm_core::{model::Mixing, recording::Recording};
use leptos::prelude::*;

use crate::ui::board::overlay::Overlay;

/// What was chosen, and what it is of.
#[derive(Clone, Copy)]
pub struct LaidOver {
    /// A figure of the states.
    pub overlay: RwSignal<Option<Overlay>>,
    /// A row of the mixing (a layer, or a head of one).
    pub row: RwSignal<Option<usize>>,
    recording: RwSignal<Option<Recording>>,
    moment: RwSignal<usize>,
    mixing: RwSignal<Option<Mixing>>,
}

impl LaidOver {
    /// Nothing yet of a run's present moment and of what was found of its mixing.
    pub fn new(
        recording: RwSignal<Option<Recording>>,
        moment: RwSignal<usize>,
        mixing: RwSignal<Option<Mixing>>,
    ) -> Self {
        Self { overlay: RwSignal::new(None), row: RwSignal::new(None), recording, moment, mixing }
    }

    /// What is laid over the board at the present moment, `[S]`: the figure that was chosen, else a row of the mixing.
    pub fn values(self) -> Option<Vec<f32>> {
        let moment = self.moment.get();
        match self.overlay.get() {
            Some(overlay) => self.recording.with(|recording| overlay.values(recording.as_ref()?, moment)),
            None => self.of_mixing(),
        }
    }

    /// What each cell gives to the one in view, in the layer or head that was chosen, `[S]`.
    pub fn of_mixing(self) -> Option<Vec<f32>> {
        let row = self.row.get()?;
        let prefix = self.recording.with(|recording| Some(recording.as_ref()?.shapes().prefix))?;
        self.mixing.with(|found| Some(found.as_ref()?.row(row)?.get(prefix..)?.to_vec()))
    }
}
