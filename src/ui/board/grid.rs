//! The cells of the board.

use hrm_core::puzzle::Kind;
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
};

use crate::ui::{
    board::{
        cell::{self, Cell, Source},
        edit::Brush,
        maze_tools::{Stroke, drag, press as press_pointer},
        path::Path,
        symbol::{of_key, side},
    },
    browser,
    overlay::{self, Overlay},
    scale::short,
    state::Page,
};

/// The board, filled by keyboard, and by the model.
#[component]
pub fn Grid() -> impl IntoView {
    let page = Page::here();
    let kind = Memo::new(move |_| page.kind());
    let shown = Memo::new(move |_| shown(page));
    let overlaid = Memo::new(move |_| overlaid(page));
    let stroke = StoredValue::new(None::<Stroke>);
    move || {
        let kind = kind.get();
        let side = side(kind);
        let rows = (0..side).map(|row| {
            let row = (0..side).map(|column| square(page, kind, row * side + column, shown, overlaid));
            view! { <div class="row" role="row">{row.collect_view()}</div> }
        });
        view! {
            <div
                class="board"
                class:maze=matches!(kind, Kind::Maze(_))
                class:looked-at=move || page.drawing.brush.get() == Brush::Look
                data-testid="board"
                role="grid"
                aria-label=kind.name()
                style=("--side", side.to_string())
                on:keydown=move |event| press(page, kind, &event)
                on:mouseleave=move |_| page.pointed.set(None)
                on:pointerdown=move |event| press_pointer(page, stroke, &event)
                on:pointermove=move |event| drag(page, stroke, &event)
            >
                {rows.collect_view()}
                <Path/>
            </div>
        }
    }
}

/// What the cells show at the present moment.
fn shown(page: Page) -> Vec<Cell> {
    let moment = page.player.moment.get();
    page.drawing.question.with(|question| {
        page.run.recording.with(|recording| {
            // An experiment may have changed a clue on the way.
            let posed = recording.as_ref().map(|recording| recording.posed(moment));
            let tokens = posed.as_deref().unwrap_or(&question.tokens);
            let said = recording.as_ref().and_then(|recording| recording.answered(moment));
            cell::shown(question.kind, tokens, said.map(|said| &said.answer))
        })
    })
}

/// The figure that is laid over the board: each cell's value, and its share of the range.
fn overlaid(page: Page) -> Vec<(f32, f32)> {
    let values = page.laid_over_board().unwrap_or_default();
    let range = overlay::range(&values);
    values.iter().map(|value| (*value, overlay::share(*value, range))).collect()
}

fn square(page: Page, kind: Kind, at: usize, shown: Memo<Vec<Cell>>, overlaid: Memo<Vec<(f32, f32)>>) -> impl IntoView {
    let (row, column) = (at / side(kind), at % side(kind));
    let edges = box_edges(kind, row, column);
    // A board of another size may still be on its way out.
    let view = Memo::new(move |_| shown.with(|cells| cells.get(at).cloned()));
    let class = move || view.with(|cell| cell.as_ref().map(|cell| format!("cell {}{edges}", cell.class())));
    let confidence = move || {
        view.with(|cell| cell.as_ref().filter(|cell| cell.source != Source::Given)?.confidence)
            .map(|confidence| format!("{confidence:.3}"))
    };
    let figure = Memo::new(move |_| overlaid.with(|values| values.get(at).copied()));
    let overlaid_words =
        move || Some(format!("{}{}", short(f64::from(figure.get()?.0)), page.overlay.get().map_or("", Overlay::unit)));
    let is_current = move || page.drawing.cursor.get() == at;
    view! {
        <div
            class=class
            class:lit=move || page.pointed.get() == Some(at)
            role="gridcell"
            data-cell=format!("{row},{column}")
            tabindex=move || if is_current() { "0" } else { "-1" }
            aria-selected=move || if is_current() { "true" } else { "false" }
            aria-label=move || {
                let label = view.with(|cell| cell.as_ref().map(|cell| cell.label.clone()))?;
                Some(match overlaid_words() {
                    Some(words) => format!("{label}, {words}"),
                    None => label,
                })
            }
            data-clue=move || view.with(|cell| cell.as_ref().and_then(|cell| cell.clue.clone()))
            class:overlaid=move || figure.get().is_some()
            title=overlaid_words
            style=("--confidence", confidence)
            style=("--overlay", move || figure.get().map(|(_, share)| format!("{:.1}%", share * 100.0)))
            on:focus=move |_| {
                page.drawing.cursor.set(at);
                page.pointed.set(Some(at));
            }
            on:blur=move |_| page.pointed.set(None)
            on:mouseenter=move |_: MouseEvent| page.pointed.set(Some(at))
        >
            {move || view.with(|cell| cell.as_ref().map(|cell| cell.text.clone()))}
        </div>
    }
}

/// Styles of the cells along the inner edges of Sudoku's boxes.
fn box_edges(kind: Kind, row: usize, column: usize) -> &'static str {
    let Kind::Sudoku(shape) = kind else { return "" };
    let ends = |index: usize, length: usize| (index + 1).is_multiple_of(length) && index + 1 < shape.side();
    match (ends(row, shape.box_rows()), ends(column, shape.box_cols())) {
        (true, true) => " box-end-row box-end-column",
        (true, false) => " box-end-row",
        (false, true) => " box-end-column",
        (false, false) => "",
    }
}

fn press(page: Page, kind: Kind, event: &KeyboardEvent) {
    let drawing = page.drawing;
    let side = side(kind);
    let cursor = drawing.cursor.get_untracked();
    let (row, column) = (cursor / side, cursor % side);
    let key = event.key();
    let command = event.ctrl_key() || event.meta_key();
    let target = match key.as_str() {
        "ArrowUp" => Some((row.saturating_sub(1), column)),
        "ArrowDown" => Some(((row + 1).min(side - 1), column)),
        "ArrowLeft" => Some((row, column.saturating_sub(1))),
        "ArrowRight" => Some((row, (column + 1).min(side - 1))),
        "Home" => Some((if command { 0 } else { row }, 0)),
        "End" => Some((if command { side - 1 } else { row }, side - 1)),
        _ => None,
    };
    if let Some((row, column)) = target {
        event.prevent_default();
        drawing.cursor.set(row * side + column);
        browser::focus(&format!("[data-cell='{row},{column}']"));
        return;
    }
    match key.as_str() {
        "z" | "Z" if command && event.shift_key() => drawing.redo(),
        "z" if command => drawing.undo(),
        "y" if command => drawing.redo(),
        _ if command || event.alt_key() => return,
        "Enter" => page.solve(),
        symbol => match of_key(kind, symbol) {
            Some(token) => drawing.write(token),
            None => return,
        },
    }
    event.prevent_default();
}
