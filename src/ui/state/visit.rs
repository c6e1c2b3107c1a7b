//! A first visit: the page shows at once what it is about.

use leptos::prelude::*;

use crate::ui::{
    browser,
    state::{player::Player, run::Run},
    url::address::Address,
};

/// Where a browser remembers that it has been here.
const KEY: &str = "hrm.tour";

/// What is done on a first visit alone.
#[derive(Clone, Copy)]
pub struct Visit {
    /// Whether the first run to end is to be replayed: on a first visit, unless it came by a link to a moment.
    greets: StoredValue<bool>,
    /// Whether that has just been done.
    pub welcomed: RwSignal<bool>,
}

impl Visit {
    /// By an address.
    pub fn new(address: &Address) -> Self {
        let is_first = || browser::recall(KEY).is_none();
        Self {
            greets: StoredValue::new(address.moment.is_none() && address.run.is_none() && is_first()),
            welcomed: RwSignal::new(false),
        }
    }

    /// Whether the first board is to be solved: on a first visit, unless the address asks for something else.
    pub(super) fn is_welcome(self, address: &Address) -> bool {
        self.greets.get_value() && *address == Address::default()
    }

    /// The next visit is not the first.
    pub fn remember(self) {
        browser::keep(KEY, "seen");
        self.greets.set_value(false);
    }

    /// The first run that ends is shown once more, slowly: the board, the clocks and the curves move together.
    pub(super) fn replay_the_first(self, run: Run, player: Player) {
        let has_answer = run.phase.with_untracked(|phase| phase.has_answer());
        if has_answer && self.greets.get_value() {
            self.remember();
            player.replay();
            self.welcomed.set(true);
        }
    }
}
