//! What more puzzles to learn from add: the same training with fewer and with more of them, as the model's card has it.

use hrm_core::gallery::ByBasePuzzles;
use leptos::prelude::*;

use crate::ui::{
    format::words::{percent, thousands},
    state::Machine,
    widgets::{details::Fold, table::Figures},
};

/// The figures, folded away at first; nothing for a model whose card does not have them.
#[component]
pub fn MorePuzzles() -> impl IntoView {
    let machine = Machine::here();
    let measured = Memo::new(move |_| machine.of_card(|card| card.by_base_puzzles.clone()).unwrap_or_default());
    view! {
        <Show when=move || measured.with(|measured| !measured.is_empty())>
            <Fold summary="What more puzzles to learn from add" testid="more-puzzles">
                <p class="help">
                    "The same training with fewer and with more base puzzles, each in another symmetric form whenever it \
                     comes up."
                </p>
                <Figures
                    label="what more puzzles to learn from add"
                    head=["Base puzzles", "Steps", "Unseen puzzles solved"]
                    rows=move || measured.with(|measured| measured.iter().map(row).collect())
                />
            </Fold>
        </Show>
    }
}

fn row(measured: &ByBasePuzzles) -> Vec<String> {
    let ByBasePuzzles { base_puzzles, steps, exact_accuracy } = *measured;
    vec![thousands(base_puzzles), thousands(steps), percent(exact_accuracy)]
}
