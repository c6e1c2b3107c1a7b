//! What the cell that is pointed at takes from the others: attention, or the mixer's Jacobian.

use hrm_core::model::{Level, Mixing, MixingKind};
use hrm_link::protocol::{Packed, Task};
use leptos::prelude::*;

use crate::ui::{
    board::symbol::place,
    browser,
    drawing::scale::short,
    format::moment::name_of,
    inspect::mixing_board::MixingBoard,
    state::{Drawing, LaidOver, Machine, Mixed, Player, Run, Solver, Theme},
    widgets::{save_figure::Save, table::Table, tooltip::Term},
};

const GLOSS: &str = "A step lets every cell look at the others. With attention: the weight that each head gives to each cell, \
                     summing to 1. With mlp_t there is no attention; in its place stands the mixer's Jacobian, how strongly \
                     the cell's new vector answers to a small change of each cell's.";

/// A small board for every layer (and head), shaded by how much of each cell goes into the one pointed at.
#[component]
pub fn MixingView() -> impl IntoView {
    let (drawing, machine, solver, theme) = (Drawing::here(), Machine::here(), Solver::here(), Theme::here());
    let (run, player, mixing, laid_over) = (Run::here(), Player::here(), Mixed::here(), LaidOver::here());
    let level = RwSignal::new(Level::H);
    let under_pointer = RwSignal::new(None::<(usize, usize)>);
    // What is read off a small board is about the cell that it was asked for, not about the one read.
    let cell = Memo::new(move |_| match under_pointer.get() {
        Some(_) => drawing.cursor.get(),
        None => drawing.cell.get(),
    });
    ask_when_needed(machine, run, player, mixing, level, cell);
    let found = mixing.found;
    let set_level = move |event| level.set(if event_target_value(&event) == "L" { Level::L } else { Level::H });
    let names = Memo::new(move |_| {
        let rows = found.with(|found| found.as_ref().map(named_rows)).unwrap_or_default();
        rows.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    });
    let map = Memo::new(move |_| {
        theme.track();
        browser::magnitudes()
    });
    let boards = move || {
        let board = |(row, name)| {
            let is_laid = move || laid_over.row.get() == Some(row);
            let lay = move |_| {
                laid_over.overlay.set(None);
                laid_over.row.update(|laid| *laid = (*laid != Some(row)).then_some(row));
            };
            view! {
                <figure>
                    <figcaption>
                        <button
                            type="button"
                            class="quiet"
                            data-testid=format!("lay-{row}")
                            title="Lay it over the puzzle"
                            aria-pressed=move || if is_laid() { "true" } else { "false" }
                            on:click=lay
                        >
                            {name}
                        </button>
                    </figcaption>
                    <MixingBoard row cell under_pointer map/>
                </figure>
            }
        };
        names.get().into_iter().enumerate().map(board).collect_view()
    };
    let reading = move || {
        let Some((row, at)) = under_pointer.get() else {
            return "Point at a cell of the puzzle, or select it, to ask about it; point at a small board to read how much of a cell goes \
                    into the one asked about, press its name to lay it over the puzzle. Pale: nothing of it; strong: most.".into();
        };
        let prefix = run.read(|recording| recording.shapes().prefix);
        let value = found.with(|found| Some(*found.as_ref()?.row(row)?.get(prefix + at)?));
        let name = names.with(|names| names.get(row).cloned()).unwrap_or_default();
        format!(
            "{}, {name}: {}",
            place(drawing.kind(), at),
            value.map_or_else(String::new, |value| short(value.into()))
        )
    };
    let nothing = move || match (found.with(Option::is_some), mixing.asked.get()) {
        (true, _) => None,
        _ if solver.is_foreign() => {
            Some("This run is of another model than the open one, which cannot say what that one's cells took.")
        }
        (false, true) => Some("One moment: the worker computes it as soon as it is free."),
        (false, false) => Some(
            "No step to show here: the module has not stepped yet, the experiment froze it or changed where the step \
             began, or the states are not kept.",
        ),
    };
    let what = move || {
        let prefix = run.read(|recording| recording.shapes().prefix);
        found.with(|found| found.as_ref().map(|found| found.kind)).map(|kind| match (kind, prefix) {
            (MixingKind::Attention, 0) => "attention weights, each board sums to 1".into(),
            (MixingKind::Attention, prefix) => format!(
                "attention weights; each board sums to 1 together with the {prefix} positions before it that hold the \
                 puzzle's embedding"
            ),
            (MixingKind::Jacobian, _) => {
                "this model mixes cells by an MLP (mlp_t) and has no attention: how strongly a cell's new vector answers to a \
                 small change of each other one (RMS of the Jacobian)".to_string()
            }
        })
    };
    let rows = move || {
        let (kind, prefix) = (drawing.kind(), run.read(|recording| recording.shapes().prefix));
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
                <span class="unit">{move || format!("at {}", place(drawing.kind(), cell.get()))}</span>
                <Save name="mixing"/>
            </figcaption>
            <p class="reading" data-testid="mixing-kind">{what}</p>
            <p class="reading">{nothing}</p>
            <div class="mixing" data-testid="mixing">{boards}</div>
            <p class="reading hint" data-testid="mixing-reading">{reading}</p>
            <Table head=["Layer", "Cell", "Value"] rows/>
        </figure>
    }
}

/// Asks the worker whenever the cell, the moment or the module changes; what was asked before is no longer wanted.
fn ask_when_needed(
    machine: Machine,
    run: Run,
    player: Player,
    mixing: Mixed,
    level: RwSignal<Level>,
    cell: Memo<usize>,
) {
    Effect::new(move |_| {
        let (level, cell, moment) = (level.get(), cell.get(), player.moment.get());
        machine.digest.track();
        let task = run.read(|recording| {
            // Not while the model is being opened, either: it may become another one.
            if !machine.has_made(recording) {
                return None;
            }
            let at = recording.last_step(level, moment)?;
            if recording.interventions().iter().any(|intervention| intervention.holds(level, at)) {
                return None;
            }
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
        untrack(|| mixing.ask(task));
    });
    on_cleanup(move || mixing.ask(None));
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
