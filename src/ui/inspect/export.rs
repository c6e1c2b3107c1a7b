//! The run as files, for those who go on with it elsewhere.

use leptos::prelude::*;

use super::of_recording;
use crate::{
    model::Level,
    runtime::export::{json, npy},
    ui::{browser, state::Page},
};

/// A button for each file.
#[component]
pub fn Export() -> impl IntoView {
    let page = Page::here();
    let save_json = move |_| {
        let text = untrack(|| of_recording(page, |recording| json(recording, page.kind())));
        browser::save("hrm-trace.json", "application/json", text.as_bytes());
    };
    let states = move |level: Level| {
        let save = move |_| {
            let bytes = untrack(|| of_recording(page, |recording| npy(recording, level)));
            browser::save(&format!("hrm-z_{level:?}.npy"), "application/octet-stream", &bytes);
        };
        view! {
            <button type="button" data-testid=format!("save-{level:?}") on:click=save>
                {format!("z_{level:?} (NumPy)")}
            </button>
        }
    };
    view! {
        <div class="options" role="group" aria-label="Save the run">
            <span class="choice">"Save the run:"</span>
            <button type="button" data-testid="save-json" on:click=save_json>"Trace (JSON)"</button>
            {states(Level::H)}
            {states(Level::L)}
        </div>
    }
}
