//! Parts of the page that can wait for others.

use std::time::Duration;

use leptos::prelude::*;

/// Makes its children in a task of their own, when what stands before them is on the page: so that no part of the start
/// keeps the page from answering.
#[component]
pub fn Later(children: ChildrenFn) -> impl IntoView {
    let due = RwSignal::new(false);
    set_timeout(
        move || {
            due.try_set(true);
        },
        Duration::ZERO,
    );
    view! { <Show when=move || due.get()>{children()}</Show> }
}
