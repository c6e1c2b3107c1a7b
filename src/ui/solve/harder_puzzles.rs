//! How the model does on puzzles harder than those it was trained on, as its card has measured it.

use hrm_core::gallery::Harder;
use leptos::prelude::*;

use crate::ui::{
    format::words::{percent, thousands},
    state::Machine,
    widgets::{details::Fold, table::Figures},
};

/// The figures, folded away at first; nothing for a model whose card does not have them.
#[component]
pub fn HarderPuzzles() -> impl IntoView {
    let machine = Machine::here();
    let measured = Memo::new(move |_| machine.of_card(|card| card.harder.clone()).flatten());
    let words = move |of: fn(&Harder) -> String| measured.with(|measured| measured.as_ref().map(of));
    let rows = move || measured.with(|measured| measured.iter().flat_map(rows).collect());
    view! {
        <Show when=move || measured.with(Option::is_some)>
            <Fold summary="Harder puzzles" testid="harder-puzzles">
                <p class="help">
                    {move || words(|harder| {
                        format!("{} {}, none of them seen in training.", thousands(harder.count), harder.what)
                    })}
                </p>
                <Figures label="harder puzzles" head=["Segments", "Solved"] rows/>
                <p class="help">{move || words(|harder| harder.beside.clone())}</p>
            </Fold>
        </Show>
    }
}

fn rows(measured: &Harder) -> Vec<Vec<String>> {
    measured.by_segments.iter().map(|&(segments, exact)| vec![thousands(segments), percent(exact)]).collect()
}
