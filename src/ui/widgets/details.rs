//! What is folded away until a person wants it.

use leptos::prelude::*;
use web_sys::{Element, Event};

/// Its children are made when it is opened, and gone when it is closed.
#[component]
pub fn Fold(
    summary: &'static str,
    #[prop(into, optional)] testid: Option<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    // What it is, not that it changed: two changes in a row are told as one.
    let look = move |event: Event| open.set(event_target::<Element>(&event).has_attribute("open"));
    view! {
        <details data-testid=testid on:toggle=look>
            <summary>{summary}</summary>
            <Show when=move || open.get()>{children()}</Show>
        </details>
    }
}
