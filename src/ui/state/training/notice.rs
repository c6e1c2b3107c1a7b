//! What is said beside the controls, with ways on, and what is said of a file.

use leptos::prelude::*;

use crate::ui::{
    state::{machine::Machine, route::Route},
    url::place::Place,
};

/// Something to be said beside the controls, with ways on.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What happened and where.
    pub text: String,
    /// What can be done.
    pub ways: Vec<Way>,
}

/// A way on after a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// From the last saved state.
    Continue(String),
    /// From the last saved state, on the CPU.
    OnCpu(String),
    /// A new run from the last saved weights, at another learning rate.
    Slower {
        /// The run that went astray.
        run: String,
        /// The new run's learning rate.
        rate: f64,
    },
    /// Take the whole state away as a file.
    Download(String),
}

/// Where a notice is shown: beside the controls of training, or above the board.
#[derive(Clone, Copy)]
pub struct Notices {
    place: RwSignal<Place>,
    /// Beside the controls.
    pub(in crate::ui::state) training: RwSignal<Option<Notice>>,
    board: RwSignal<Option<String>>,
}

impl Notices {
    /// Nothing is said yet.
    pub fn new(route: Route, machine: Machine) -> Self {
        Self { place: route.place, training: RwSignal::new(None), board: machine.notice }
    }

    /// Says what is wrong with a file, on the place that is shown.
    pub(in crate::ui::state) fn refuse(self, message: String) {
        let text = format!("{message}.");
        match self.place.get_untracked() {
            Place::Train => self.training.set(Some(Notice { text, ways: Vec::new() })),
            Place::Solve | Place::Tasks | Place::HowItWorks => {
                self.place.set(Place::Solve);
                self.board.set(Some(text));
            }
        }
    }
}
