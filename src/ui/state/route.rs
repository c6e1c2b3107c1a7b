//! Where on the page one is, as the address says it.

use leptos::prelude::*;

use crate::ui::url::{address::Address, place::Place, view::View};

/// What of the address is of no run and no board.
#[derive(Clone, Copy)]
pub struct Route {
    /// The place of the page that is shown.
    pub place: RwSignal<Place>,
    /// The view of the model's inside that is shown.
    pub view: RwSignal<View>,
    /// Another one that was put beside it.
    pub beside: RwSignal<Option<View>>,
    /// The task that the address holds, as its link writes it.
    pub task: RwSignal<Option<String>>,
}

impl Route {
    /// As an address says.
    pub fn new(address: &Address) -> Self {
        Self {
            place: RwSignal::new(address.place),
            view: RwSignal::new(address.view),
            beside: RwSignal::new(address.beside),
            task: RwSignal::new(address.task.clone()),
        }
    }

    /// Goes where another address says; the task stays where that names none.
    pub(super) fn follow(self, address: &Address) {
        if address.task.is_some() {
            self.task.set(address.task.clone());
        }
        self.place.set(address.place);
        self.view.set(address.view);
        self.beside.set(address.beside);
    }
}
