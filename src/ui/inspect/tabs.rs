//! The tabs above the views: one view at a time, or two side by side, all live during a run and after it.

use leptos::{ev::KeyboardEvent, prelude::*};
use strum::VariantArray;

use crate::ui::{
    browser,
    inspect::views::{content, title},
    state::Route,
    url::view::View,
};

/// The row of tabs and the view that is chosen.
#[component]
pub fn Tabs() -> impl IntoView {
    let route = Route::here();
    let press = move |event: KeyboardEvent| {
        let view = route.view.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" => view.turned(1),
            "ArrowLeft" => view.turned(-1),
            "Home" => View::VARIANTS[0],
            "End" => View::VARIANTS[View::VARIANTS.len() - 1],
            _ => return,
        };
        event.prevent_default();
        route.view.set(next);
        browser::focus(&format!("#tab-{}", next.name()));
    };
    let tab = move |view: View| {
        let chosen = move || route.view.get() == view;
        view! {
            <button
                type="button"
                role="tab"
                id=format!("tab-{}", view.name())
                data-testid=format!("tab-{}", view.name())
                aria-selected=move || if chosen() { "true" } else { "false" }
                aria-controls="view"
                tabindex=move || if chosen() { "0" } else { "-1" }
                on:click=move |_| route.view.set(view)
            >
                {title(view)}
            </button>
        }
    };
    let beside = Memo::new(move |_| route.beside.get().filter(|beside| *beside != route.view.get()));
    let option = move |view: View| {
        let chosen = move || beside.get() == Some(view);
        let same = move || route.view.get() == view;
        view! { <option value=view.name() selected=chosen disabled=same>{title(view)}</option> }
    };
    let put_beside = move |event| route.beside.set(View::of_name(&event_target_value(&event)));
    view! {
        <div class="tab-row">
            <div class="tabs" role="tablist" aria-label="Views of the model's inside" on:keydown=press>
                {View::VARIANTS.iter().copied().map(tab).collect_view()}
            </div>
            <label class="choice beside" class:in-use=move || beside.get().is_some()>
                "Beside it "
                <select
                    data-testid="beside"
                    prop:value=move || beside.get().map_or("", View::name)
                    on:change=put_beside
                >
                    <option value="">"nothing"</option>
                    {View::VARIANTS.iter().copied().map(option).collect_view()}
                </select>
            </label>
        </div>
        <div class="panes" class:two=move || beside.get().is_some()>
            <div
                id="view"
                class="views"
                role="tabpanel"
                data-testid="view"
                aria-labelledby=move || format!("tab-{}", route.view.get().name())
            >
                // Made anew for every view: none takes over elements of another, opened or scrolled as those are.
                <For each=move || [route.view.get()] key=|view| *view children=content/>
            </div>
            <For each=move || beside.get() key=|beside| *beside let:beside>
                <section class="views" aria-label=format!("Beside it: {}", title(beside)) data-testid="view-beside">
                    {content(beside)}
                </section>
            </For>
        </div>
    }
}
