//! The theme, for what is painted by hand.

use leptos::prelude::*;

/// How often the theme has changed: what is painted by hand is painted anew.
#[derive(Clone, Copy)]
pub struct Theme(RwSignal<u32>);

impl Theme {
    /// As the page begins with it.
    pub fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// It has changed.
    pub fn changed(self) {
        self.0.update(|version| *version += 1);
    }

    /// Whoever asks runs again when it changes.
    pub fn track(self) {
        self.0.track();
    }

    /// Its present version.
    pub fn version(self) -> u32 {
        self.0.get_untracked()
    }
}
