//! The tabs above the views: one view at a time, all live during a run and after it.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    answers::Answers, convergence::Convergence, experiments::Experiments, mixing::MixingView, overview::Overview,
    states::States, trajectory::Trajectory,
};
use crate::ui::{browser, state::Page, view::View};

/// The row of tabs and the view that is chosen.
#[component]
pub fn Tabs() -> impl IntoView {
    let page = Page::here();
    let press = move |event: KeyboardEvent| {
        let view = page.view.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" => view.turned(1),
            "ArrowLeft" => view.turned(-1),
            "Home" => View::ALL[0],
            "End" => View::ALL[View::ALL.len() - 1],
            _ => return,
        };
        event.prevent_default();
        page.view.set(next);
        browser::focus(&format!("#tab-{}", next.name()));
    };
    let tab = move |view: View| {
        let chosen = move || page.view.get() == view;
        view! {
            <button
                type="button"
                role="tab"
                id=format!("tab-{}", view.name())
                data-testid=format!("tab-{}", view.name())
                aria-selected=move || if chosen() { "true" } else { "false" }
                aria-controls="view"
                tabindex=move || if chosen() { "0" } else { "-1" }
                on:click=move |_| page.view.set(view)
            >
                {view.title()}
            </button>
        }
    };
    let shown = move || match page.view.get() {
        View::Overview => view! { <Overview/> }.into_any(),
        View::Convergence => view! { <Convergence/> }.into_any(),
        View::States => view! { <States/> }.into_any(),
        View::Trajectory => view! { <Trajectory/> }.into_any(),
        View::Answers => view! { <Answers/> }.into_any(),
        View::Attention => view! { <MixingView/> }.into_any(),
        View::Experiments => view! { <Experiments/> }.into_any(),
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Views of the model's inside" on:keydown=press>
            {View::ALL.map(tab)}
        </div>
        <div
            id="view"
            class="views"
            role="tabpanel"
            data-testid="view"
            aria-labelledby=move || format!("tab-{}", page.view.get().name())
        >
            {shown}
        </div>
    }
}
