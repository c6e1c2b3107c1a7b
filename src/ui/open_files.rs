//! Files that a person brings: by an input, or dropped anywhere on the page.

use leptos::{ev::DragEvent, prelude::*, task::spawn_local};
use web_sys::Event;

use crate::ui::{
    browser::{
        self,
        files::{Dropped, files_of},
    },
    state::Page,
};

/// Marks the document's root while files hover over the page.
const HOVER: &str = "data-files-over";
/// Takes what is dropped anywhere on the page.
pub fn take_dropped(page: Page) {
    let has_files = |event: &DragEvent| {
        let kinds = event.data_transfer().map(|data| data.types());
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
    };
    let hover = window_event_listener(leptos::ev::dragover, move |event| {
        if has_files(&event) {
            event.prevent_default();
            browser::mark_root(HOVER, Some(""));
        }
    });
    let leave = window_event_listener(leptos::ev::dragleave, |event| {
        // It is told of every element that is left; only that of the window goes nowhere.
        if event.related_target().is_none() {
            browser::mark_root(HOVER, None);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        browser::mark_root(HOVER, None);
        if has_files(&event) {
            event.prevent_default();
            // Entries are gone once the event is over; what they hold is read afterwards.
            let dropped = Dropped::of(&event);
            spawn_local(async move { page.take_files(dropped.files().await) });
        }
    });
    on_cleanup(move || {
        hover.remove();
        leave.remove();
        drop.remove();
    });
}

/// A button that opens files of any kind that the page takes.
#[component]
pub fn OpenFiles(
    /// What it says.
    title: &'static str,
    /// File names' endings that the browser is to offer.
    accept: &'static str,
    testid: &'static str,
    /// Whether a folder is chosen, with all its files.
    #[prop(optional)]
    folder: bool,
) -> impl IntoView {
    let page = Page::here();
    let take = move |event: Event| page.take_files(files_of(&event));
    view! {
        <label class="file">
            <input type="file" accept=accept multiple prop:webkitdirectory=folder data-testid=testid on:change=take/>
            <span>{title}</span>
        </label>
    }
}
