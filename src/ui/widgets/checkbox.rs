//! A box to tick, with its name.

use leptos::prelude::*;

/// Shows `checked` and tells `set` what a person makes of it. `full_name` is for who does not see what stands around it.
#[component]
pub fn Check(
    #[prop(into)] name: String,
    #[prop(into)] testid: String,
    #[prop(into)] checked: Signal<bool>,
    set: impl Fn(bool) + 'static,
    #[prop(into, optional)] full_name: Option<String>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid=testid
                aria-label=full_name
                prop:checked=checked
                on:change=move |event| set(event_target_checked(&event))
            />
            {name}
        </label>
    }
}
