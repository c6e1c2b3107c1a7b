//! What is to be learnt: generated puzzles, or those of a file.

use hrm_core::puzzle::{Kind, games};
use hrm_link::training::RowsOfSize;
use leptos::prelude::*;
use web_sys::Event;

use crate::ui::{
    browser::files::files_of,
    format::words::{counted, thousands},
    recipe_form::draft::Draft,
    state::{NextRun, Table},
    train::input::Setting,
};

/// Kind, difficulty, number, file.
#[component]
pub fn Data() -> impl IntoView {
    let next_run = NextRun::here();
    let draft = next_run.draft;
    let from_file = Memo::new(move |_| draft.with(|draft| draft.file.is_some()));
    let choose = move |event| {
        if let Ok(kind) = event_target_value(&event).parse() {
            draft.update(|draft| draft.set_puzzle(kind));
        }
    };
    let option = move |kind: Kind| {
        let chosen = move || draft.with(|draft| draft.puzzle == kind);
        view! { <option value=kind.name() selected=chosen>{kind.size().to_string()}</option> }
    };
    let group = move |game| {
        let kinds = Kind::all().filter(move |kind| kind.game().title() == game);
        // A size that is not offered is there while it is chosen.
        let other = move || {
            let own = draft.with(|draft| draft.puzzle);
            (own.game().title() == game && Kind::all().all(|kind| kind != own)).then(|| option(own))
        };
        view! { <optgroup label=game>{kinds.map(option).collect_view()}{other}</optgroup> }
    };
    let take = move |event: Event| {
        for file in files_of(&event) {
            next_run.take_csv(file);
        }
    };
    let is_rejected = move || next_run.table.with(|table| table.as_ref().is_some_and(Table::is_rejected));
    // Of a file that was refused only the word about it goes: the one before it is still learnt from.
    let drop = move |_| match from_file.get_untracked() && untrack(is_rejected) {
        true => next_run.dismiss_table(),
        false => next_run.drop_csv(),
    };
    view! {
        <fieldset>
            <legend>"Puzzles"</legend>
            <div class="settings-grid">
                <div class="setting">
                    <label for="train-puzzle">"Kind"</label>
                    <select
                        id="train-puzzle"
                        data-testid="train-puzzle"
                        disabled=from_file
                        prop:value=move || draft.with(|draft| draft.puzzle.name())
                        on:change=choose
                    >
                        {games().into_iter().map(|game| group(game.title())).collect_view()}
                    </select>
                    <p class="help">
                        {move || if from_file.get() { "As the file's puzzles are." } else { "A generator makes them." }}
                    </p>
                </div>
                <Setting name="base_puzzles"/>
                <Setting name="test_puzzles"/>
                <Show when=move || !from_file.get()>
                    <Setting name="easiest"/>
                    <Setting name="hardest"/>
                </Show>
                <Show when=move || draft.with(Draft::has_smaller)>
                    <Setting name="smaller"/>
                </Show>
                <Show when=move || draft.with(Draft::has_hard)>
                    <Setting name="hard"/>
                    <Setting name="hard_guesses"/>
                    <Setting name="hard_guesses_to"/>
                </Show>
                <Setting name="data_seed"/>
            </div>
            <div class="actions">
                <label class="file">
                    <input type="file" accept=".csv,text/csv" data-testid="train-csv" on:change=take/>
                    <span>"Puzzles from a file (CSV)…"</span>
                </label>
                <Show when=move || from_file.get() || next_run.table.with(Option::is_some)>
                    <button type="button" class="quiet" data-testid="train-csv-drop" on:click=drop>
                        {move || match (from_file.get(), is_rejected()) {
                            (true, true) => "Dismiss",
                            (true, false) => "Generate puzzles instead",
                            (false, _) => "Generate puzzles",
                        }}
                    </button>
                </Show>
            </div>
            <FileReport/>
        </fieldset>
    }
}

const NO_UNSEEN: &str = "It has no unseen puzzles: a run can learn from it, but nothing tells how it does on puzzles that it has \
                         not seen. A fifth of all symmetry classes is kept for testing, and none of these puzzles is of one \
                         of them. hrm puzzles KIND --both writes a file with both sorts.";
const ONLY_UNSEEN: &str = "Nothing can be learnt from it: all its puzzles are of the symmetry classes that are kept for testing. \
                           hrm puzzles KIND --both, or --training, writes a file to learn from.";

/// What the CSV file holds, with its bad rows.
#[component]
fn FileReport() -> impl IntoView {
    let next_run = NextRun::here();
    let draft = next_run.draft;
    let learnt_from = Memo::new(move |_| draft.with(|draft| draft.file.clone()));
    // A file without puzzles to learn from does not take the place of one that has some.
    let stays = move || {
        let file = learnt_from.get()?;
        Some(
            view! { <p>{format!("The puzzles of {file} that were there before are still the ones to learn from.")}</p> },
        )
    };
    move || {
        let said = match next_run.table.get()? {
            Table::Reading(name) => view! { <p class="help">{format!("Reading {name}…")}</p> }.into_any(),
            Table::Unreadable { name, message } => view! {
                <div class="message warning" role="alert" data-testid="train-table">
                    <p>
                        {format!("{name}: {message}. Expected a header source,question,answer,rating, then a puzzle a row.")}
                    </p>
                    {stays}
                </div>
            }
            .into_any(),
            Table::Read { name, kind, rows, test, sizes, problems, bad, notes } => {
                view! {
                    <div class="message" class:warning={bad > 0 || rows == test} data-testid="train-table">
                        <p>
                            {format!(
                                "{name}: {} of {kind}; {} kept for the unseen ones by symmetry class, {} can be learnt from.",
                                counted(rows, "good row", "good rows"),
                                counted(test, "is", "are"),
                                thousands((rows - test) as u64)
                            )}
                        </p>
                        {(!sizes.is_empty()).then(|| view! { <FurtherSizes sizes=sizes/> })}
                        {(!notes.is_empty()).then(|| view! { <p>{format!("How it was read: {}.", notes.join("; "))}</p> })}
                        {(rows > 0 && rows == test).then(|| view! { <p>{ONLY_UNSEEN}</p> })}
                        {(rows == test).then_some(stays)}
                        {(rows > 0 && test == 0).then(|| view! { <p>{NO_UNSEEN}</p> })}
                        {(bad > 0).then(|| view! {
                            <p>{format!("{} left out:", counted(bad, "row is", "rows are"))}</p>
                            <ul>
                                {problems.into_iter().map(|problem| view! { <li>{problem}</li> }).collect_view()}
                            </ul>
                        })}
                    </div>
                }
                .into_any()
            }
        };
        Some(said)
    }
}

/// What a file holds of further sizes of the same game, and whether the model learns them.
#[component]
fn FurtherSizes(sizes: Vec<RowsOfSize>) -> impl IntoView {
    let next_run = NextRun::here();
    let learns_them = Memo::new(move |_| {
        next_run.recipe.with(|recipe| recipe.as_ref().is_ok_and(|recipe| recipe.model.serves_every_size()))
    });
    let of = |of: &RowsOfSize| format!("{} of {} ({} to learn from)", of.rows, of.size, of.rows - of.test);
    let listed = sizes.iter().map(of).collect::<Vec<_>>().join(", ");
    view! {
        <p data-testid="train-table-sizes">
            {move || match learns_them.get() {
                true => format!("Also {listed}: learnt too, each in its share of the steps."),
                false => format!(
                    "Also {listed}: left out, since the model's weights are for one size. With attention or a convolution as \
                     token mixer, and without learned positions, they serve every size."
                ),
            }}
        </p>
    }
}
