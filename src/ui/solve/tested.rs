//! How the model does on a fixed test set, group by group, as its card has measured it.

use hrm_core::gallery::{Tested, TestedGroup, TestedList};
use leptos::prelude::*;

use crate::ui::{
    format::words::{percent, thousands},
    state::Machine,
    widgets::{details::Fold, table::Figures},
};

/// The figures, folded away at first; nothing for a model whose card does not have them.
#[component]
pub fn TestedGroups() -> impl IntoView {
    let machine = Machine::here();
    let measured = Memo::new(move |_| machine.of_card(|card| card.tested.clone()).flatten());
    let words = move |of: fn(&Tested) -> String| measured.with(|measured| measured.as_ref().map(of));
    let rows =
        move || measured.with(|measured| measured.iter().flat_map(|tested| &tested.lists).flat_map(rows).collect());
    view! {
        <Show when=move || measured.with(Option::is_some)>
            <Fold summary="Puzzles of the test set, group by group" testid="tested">
                <p class="help">{move || words(|tested| tested.about.clone())}</p>
                <Figures label="the test set, group by group" head=["Puzzles", "Tried", "Solved", "With views"] rows/>
                <p class="help">
                    "Solved: the model's answer holds by the rules. Measured by "
                    <code>{move || words(|tested| tested.command.clone())}</code>
                </p>
            </Fold>
        </Show>
    }
}

fn rows(list: &TestedList) -> Vec<Vec<String>> {
    let row = |(place, group): (usize, &TestedGroup)| {
        let name = match place {
            0 => format!("{}, {}, {} segments", list.name, group.name, list.segments),
            _ => format!("{}, {}", list.name, group.name),
        };
        let views = match group.valid_with_views {
            Some(valid) if place == 0 => format!("{} ({} views)", percent(valid), list.views),
            Some(valid) => percent(valid),
            None => "not tried".into(),
        };
        vec![name, thousands(group.count), percent(group.valid_accuracy), views]
    };
    list.groups.iter().enumerate().map(row).collect()
}
