//! What thinking wider adds: the share of published hard puzzles that are solved, by views and segments, as the model's card
//! has measured it.

use hrm_core::gallery::{WiderList, WiderTable};
use leptos::prelude::*;

use crate::ui::{
    format::words::percent,
    state::Machine,
    widgets::{details::Fold, save_figure::Save, tooltip::Term},
};

const GLOSS: &str = "Of so many puzzles of a published list, the share that is solved when the first answer that passes the \
                     rules is taken: by how many views the model may look at, and how many segments each of them gets. All \
                     cells are from one run.";

/// The heat map, folded away at first; nothing for a model whose card does not have the figures.
#[component]
pub fn WiderHeatMap() -> impl IntoView {
    let machine = Machine::here();
    let measured = Memo::new(move |_| machine.of_card(|card| card.wider.clone()).flatten());
    let chosen = RwSignal::new(0_usize);
    let option = move |(at, list): (usize, &WiderList)| {
        view! { <option value=at.to_string() selected=move || chosen.get() == at>{list.name.clone()}</option> }
    };
    let options = move || {
        measured.with(|wider| wider.iter().flat_map(|wider| wider.lists.iter().enumerate()).map(option).collect_view())
    };
    let tables = move || {
        measured.with(|wider| {
            let lists = &wider.as_ref()?.lists;
            let list = lists.get(chosen.get()).or(lists.first())?;
            Some(list.tables.iter().map(table).collect_view())
        })
    };
    let how =
        move || measured.with(|wider| wider.as_ref().map(|wider| format!("{} ({})", wider.command, wider.processor)));
    view! {
        <Show when=move || measured.with(Option::is_some)>
            <Fold summary="What thinking wider adds" testid="wider-card">
                <figure class="chart">
                    <figcaption>
                        <Term name="Hard puzzles solved" gloss=GLOSS/>
                        <Save name="wider-card"/>
                    </figcaption>
                    <label class="choice">
                        "Of "
                        <select
                            data-testid="wider-list"
                            on:change=move |event| chosen.set(event_target_value(&event).parse().unwrap_or_default())
                        >
                            {options}
                        </select>
                    </label>
                    <div class="wider-tables">{tables}</div>
                    <p class="reading"><code>{how}</code></p>
                </figure>
            </Fold>
        </Show>
    }
}

/// A row for each number of views, a column for each of segments; the share is the colour and is written in it.
fn table(table: &WiderTable) -> AnyView {
    let WiderTable { what, count, views, segments, solved, distinct_answers } = table;
    let cell = |right: &u64| {
        let share = *right as f64 / (*count).max(1) as f64;
        view! { <td style=format!("--share:{:.0}%", 100.0 * share)>{percent(share).replace(".0", "")}</td> }
    };
    let row = |(views, cells): (&u64, &Vec<u64>)| {
        view! { <tr><th scope="row">{views.to_string()}</th>{cells.iter().map(cell).collect_view()}</tr> }
    };
    let head = segments.iter().map(|segments| view! { <th scope="col">{segments.to_string()}</th> }).collect_view();
    view! {
        <table class="wider-table">
            <caption>
                <b>{what.clone()}</b>
                {format!(", {count} puzzles; {distinct_answers:.1} different answers each")}
            </caption>
            <thead><tr><th scope="col">"views \\ segments"</th>{head}</tr></thead>
            <tbody>{views.iter().zip(solved).map(row).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
