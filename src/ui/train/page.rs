//! The place as a whole.

use leptos::prelude::*;

use crate::ui::{
    state::Page,
    train::{
        boards::Boards,
        charts::Charts,
        controls::{Controls, Unfinished},
        data::Data,
        estimate::Estimate,
        model::Model,
        progress::Report,
        runs::Runs,
    },
    widgets::deferred::Later,
};

/// What is to be learnt, the run, the stored runs.
#[component]
pub fn Train() -> impl IntoView {
    let page = Page::here();
    page.open_training();
    let shown = move || page.training.current.with(Option::is_some);
    view! {
            <Unfinished/>
            <div class="bench">
                <section class="setup" aria-label="New run">
                    <h2>"New run"</h2>
                    <Later><Data/></Later>
                    <Later><Model/></Later>
                    <Later><Estimate/></Later>
                </section>
                <section class="learning" aria-label="The run">
                    <Controls/>
                    <Show when=shown fallback=Invitation>
                        <Later><Report/></Later>
                        <Later><Boards/></Later>
                        <Later><Charts/></Later>
                    </Show>
                </section>
            </div>
            <Later><Runs/></Later>
    }
}

#[component]
fn Invitation() -> impl IntoView {
    view! {
        <p class="invitation">
            "Press Start: a small model with random weights learns 4x4 Sudoku here, in this tab, in about a minute. Unseen "
            "boards that it gets wrong at first become right, and its curves show how. Everything it learns stays on this "
            "device; close the tab and go on later."
        </p>
    }
}
