//! What is folded away until a person wants it.

use leptos::prelude::*;

/// Its children are made when it is opened, and gone when it is closed.
#[component]
pub fn Fold(
    summary: &'static str,
    #[prop(into, optional)] testid: Option<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <details data-testid=testid on:toggle=move |_| open.update(|open| *open = !*open)>
            <summary>{summary}</summary>
            <Show when=move || open.get()>{children()}</Show>
        </details>
    }
}
