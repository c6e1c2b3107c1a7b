//! Files can be dropped anywhere on the place.

use leptos::{ev::DragEvent, prelude::*};

use crate::ui::state::Page;

/// What stands on the place, and takes files.
#[component]
pub fn DropTarget(children: Children) -> impl IntoView {
    let page = Page::here();
    let over = RwSignal::new(false);
    let has_files = |event: &DragEvent| {
        event
            .data_transfer()
            .is_some_and(|data| data.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
    };
    let hover = move |event: DragEvent| {
        if has_files(&event) {
            event.prevent_default();
            over.set(true);
        }
    };
    let take = move |event: DragEvent| {
        over.set(false);
        if !has_files(&event) {
            return;
        }
        event.prevent_default();
        let list = event.data_transfer().and_then(|data| data.files());
        let files = list.iter().flat_map(|list| (0..list.length()).filter_map(|at| list.get(at))).collect();
        page.take_files(files);
    };
    view! {
        <div
            class="drop-target"
            class:over=over
            data-testid="train-drop"
            on:dragover=hover
            on:dragleave=move |_| over.set(false)
            on:drop=take
        >
            {children()}
        </div>
    }
}
