//! What the cell that is pointed at takes from the others: attention, or the mixer's Jacobian.

use leptos::prelude::*;

use super::{name_of, of_recording, save::Save, table::Table, term::Term};
use crate::{
    model::{Level, Mixing, MixingKind},
    runtime::{packed::Packed, protocol::Task},
    ui::{
        board::symbol::{place, side},
        overlay::{range, share},
        scale::short,
        state::Page,
    },
};

const GLOSS: &str = "A step lets every cell look at the others. With attention: the weight that each head gives to each cell, \
                     summing to 1. With mlp_t there is no attention; in its place stands the mixer's Jacobian, how strongly \
                     the cell's new vector answers to a small change of each cell's.";

/// A small board for every layer (and head), shaded by how much of each cell goes into the one pointed at.
#[component]
pub fn MixingView() -> impl IntoView {
    let page = Page::here();
    let level = RwSignal::new(Level::H);
    let cell = RwSignal::new(page.drawing.cursor.get_untracked());
    Effect::new(move |_| {
        // The boards are drawn anew under the pointer: the same cell again is no news.
        if let Some(pointed) = page.pointed.get().filter(|pointed| cell.get_untracked() != *pointed) {
            cell.set(pointed);
        }
    });
    ask_when_needed(page, level, cell);
    let found = page.mixing.found;
    let set_level = move |event| level.set(if event_target_value(&event) == "L" { Level::L } else { Level::H });
    let boards = move || {
        let (kind, prefix) = (page.kind(), of_recording(page, |recording| recording.shapes().prefix));
        let found = found.get()?;
        let rows = named_rows(&found);
        let boards = rows.into_iter().map(|(name, row)| {
            let cells: Vec<f32> = row.into_iter().skip(prefix).collect();
            view! { <figure><figcaption>{name}</figcaption>{board(page, side(kind), cells, cell)}</figure> }
        });
        Some(boards.collect_view())
    };
    let what = move || {
        found.with(|found| found.as_ref().map(|found| found.kind)).map(|kind| match kind {
            MixingKind::Attention => "attention weights, each board sums to 1",
            MixingKind::Jacobian => "no attention in this model (mlp_t): the mixing Jacobian, RMS over channels",
        })
    };
    let rows = move || {
        let (kind, prefix) = (page.kind(), of_recording(page, |recording| recording.shapes().prefix));
        let rows = found.with(|found| found.as_ref().map(named_rows)).unwrap_or_default();
        let lines = rows.into_iter().flat_map(move |(name, row)| {
            let cells = row.into_iter().skip(prefix).enumerate();
            cells.map(move |(at, value)| vec![name.clone(), place(kind, at).to_string(), short(f64::from(value))])
        });
        lines.collect()
    };
    view! {
        <div class="options">
            <label class="choice">
                "Module "
                <select data-testid="mixing-level" on:change=set_level>
                    <option value="H">"H, its last step"</option>
                    <option value="L">"L, its last step"</option>
                </select>
            </label>
        </div>
        <figure>
            <figcaption>
                <Term name="Where a cell looks" gloss=GLOSS/>
                {move || view! { <b class=name_of(level.get()).0>{name_of(level.get()).1}</b> }}
                <span class="unit">{move || format!("at {}", place(page.kind(), cell.get()))}</span>
                <Save name="mixing"/>
            </figcaption>
            <p class="reading" data-testid="mixing-kind">{what}</p>
            <div class="mixing" data-testid="mixing">{boards}</div>
            <p class="reading hint">"Point at a cell of any board. Pale: nothing of that cell; strong: most."</p>
            <Table head=["Layer", "Cell", "Value"] rows/>
        </figure>
    }
}

/// Asks the worker whenever the cell, the moment or the module changes; what was asked before is no longer wanted.
fn ask_when_needed(page: Page, level: RwSignal<Level>, cell: RwSignal<usize>) {
    Effect::new(move |_| {
        let (level, cell, moment) = (level.get(), cell.get(), page.player.moment.get());
        let task = of_recording(page, |recording| {
            let at = recording.last_step(level, moment)?;
            let other = if level == Level::H { Level::L } else { Level::H };
            let entering = |level| Some(recording.entering(level, at)?.map(|state| Packed(state.into_owned())));
            Some(Task::Mixing {
                level,
                position: recording.shapes().prefix + cell,
                question: recording.posed(at),
                own: entering(level)?,
                other: entering(other)?,
            })
        });
        untrack(|| page.ask_mixing(task));
    });
    on_cleanup(move || page.ask_mixing(None));
}

/// Every layer's rows with their names.
fn named_rows(found: &Mixing) -> Vec<(String, Vec<f32>)> {
    let mut rows = Vec::new();
    for (layer, heads) in found.layers.iter().enumerate() {
        for (head, row) in heads.iter().enumerate() {
            let name = match found.kind {
                MixingKind::Attention => format!("layer {}, head {}", layer + 1, head + 1),
                MixingKind::Jacobian => format!("layer {}", layer + 1),
            };
            rows.push((name, row.clone()));
        }
    }
    rows
}

fn board(page: Page, side: usize, values: Vec<f32>, cell: RwSignal<usize>) -> impl IntoView {
    let (_, most) = range(&values);
    let squares = values.into_iter().enumerate().map(|(at, value)| {
        let fill = format!("--overlay:{:.1}%", share(value, (0.0, most)) * 100.0);
        view! {
            <rect
                class="mixed"
                class:asked=move || cell.get() == at
                style=fill
                x=(at % side) as f64 + 0.04
                y=(at / side) as f64 + 0.04
                width="0.92"
                height="0.92"
                on:mouseenter=move |_| page.pointed.set(Some(at))
            >
                <title>{short(f64::from(value))}</title>
            </rect>
        }
    });
    view! {
        <svg
            class="mixing-board"
            viewBox=format!("0 0 {side} {side}")
            role="img"
            aria-label="How much of each cell goes into the one pointed at; the table below has the figures"
            on:mouseleave=move |_| page.pointed.set(None)
        >
            {squares.collect_view()}
        </svg>
    }
}
