//! The place as a whole.

use hrm_core::puzzle::FIRST_KIND;
use leptos::prelude::*;

use crate::ui::{
    state::{NextRun, Training},
    train::{
        boards::Boards,
        charts::Charts,
        controls::{Controls, Unfinished},
        data::Data,
        estimate::Estimate,
        model::Model,
        progress::Report,
        runs::RunList,
    },
    widgets::deferred::Later,
};

/// What is to be learnt, the run, the stored runs.
#[component]
pub fn Train() -> impl IntoView {
    let training = Training::here();
    training.open_training();
    let shown = move || training.current.with(Option::is_some);
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
            <Later><RunList/></Later>
    }
}

/// What Start does with the form as it is.
#[component]
fn Invitation() -> impl IntoView {
    let draft = NextRun::here().draft;
    let first = move || {
        draft.with(|draft| {
            let as_at_first = draft.puzzle == FIRST_KIND && draft.preset().is_some_and(|preset| preset.name == "tiny");
            match as_at_first {
                true => {
                    "a small model with random weights learns 4x4 Sudoku here, in this tab, in about a minute".into()
                }
                false => format!("a model learns {} here, in this tab", draft.puzzle),
            }
        })
    };
    view! {
        <p class="invitation">
            "Press Start: "
            {first}
            ". Unseen boards that it gets wrong at first become right, and its curves show how. Everything it learns stays "
            "on this device; close the tab and go on later."
        </p>
    }
}
