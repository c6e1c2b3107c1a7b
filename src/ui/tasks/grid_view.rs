//! A grid on the page: a canvas that shows it, and over it elements without a look for the keyboard and for screen readers.
//!
//! Each grid is one stop of the Tab key. The present one has an element for every cell and names its own by
//! `aria-activedescendant`; the others have one for every row, with the row in words: a task of twenty grids stays light.

use hrm_core::puzzle::{
    Place,
    arc::{Grid, edit::Region},
};
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::{
    board::painting::context,
    browser,
    tasks::{
        desk::Desk,
        editor::Editor,
        painting::paint,
        slot::Slot,
        tool::{Act, Key},
        words,
    },
};

/// A grid that is drawn on, or only shown.
#[component]
pub fn GridView(of: Slot) -> impl IntoView {
    let (editor, slot) = (Editor::here(), of);
    let grid = editor.shown(slot);
    let is_current = Memo::new(move |_| editor.desk.with(|desk| desk.slot() == slot));
    let draws = move || editor.desk.with(|desk| desk.may_draw(slot));
    let name = move || {
        let size = grid.with(|grid| grid.as_ref().map(words::size)).unwrap_or_default();
        let is_answer = slot.is_asked() && editor.desk.with(|desk| desk.attempt().is_some());
        let title = if is_answer { format!("Test {}, your answer", slot.pair + 1) } else { slot.title() };
        format!("{title}, {size}")
    };
    let room = NodeRef::<html::Div>::new();
    label(grid, is_current, room);
    let cursor = Memo::new(move |_| {
        let frame = |region: Region, grid: &Grid| {
            let share = |at: usize, of: usize| at as f64 * 100.0 / of as f64;
            let (from, size) = (region.from, region.size);
            format!(
                "left:{}%;top:{}%;width:{}%;height:{}%",
                share(from.column, grid.columns()),
                share(from.row, grid.rows()),
                share(size.columns(), grid.columns()),
                share(size.rows(), grid.rows())
            )
        };
        editor.desk.with(|desk| {
            let grid = desk.grid(slot).filter(|_| desk.slot() == slot)?;
            let chosen = desk.chosen().filter(|_| !desk.floats()).map(|region| frame(region, grid));
            Some((desk.cursor(), frame(Region::between(desk.cursor(), desk.cursor()), grid), chosen))
        })
    });
    const AWAY: &str = "display:none";
    let at = move || cursor.with(|cursor| cursor.as_ref().map_or_else(|| AWAY.into(), |(_, style, _)| style.clone()));
    let chosen = move || {
        cursor.with(|cursor| cursor.as_ref().and_then(|(_, _, chosen)| chosen.clone()).unwrap_or_else(|| AWAY.into()))
    };
    let active = move || cursor.with(|cursor| cursor.as_ref().map(|(at, ..)| cell_id(*at)));
    view! {
        <div
            class="task-grid"
            class:current=is_current
            class:drawn=draws
            class=("shown-only", move || !draws())
            class=("large", move || grid.with(|grid| grid.as_ref().is_some_and(fills_a_phone)))
            role="grid"
            tabindex="0"
            data-testid=format!("grid-{}", slot.key())
            aria-label=name
            aria-activedescendant=active
            aria-readonly=move || (!draws()).then_some("true")
            style=move || grid.with(|grid| grid.as_ref().map(|grid| shape(grid, editor.zoom.get())))
            on:keydown=move |event| key(editor, &event)
            on:focus=move |_| editor.change(|desk| desk.turn_to(slot))
            on:click=move |_| editor.change(|desk| desk.turn_to(slot))
            on:pointerdown=move |event| press(editor, slot, &event)
            on:pointermove=move |event| drag(editor, slot, &event)
            on:pointerup=move |_| editor.change(Desk::release)
            on:pointercancel=move |_| editor.change(Desk::cancel)
        >
            <Painted grid/>
            <div class="cells" role="rowgroup" node_ref=room></div>
            <div class="frame" style=at></div>
            <div class="frame chosen" style=chosen></div>
        </div>
    }
}

/// A grid that is only looked at.
#[component]
pub fn Shown(#[prop(into)] grid: Signal<Option<Grid>>, name: String) -> impl IntoView {
    let editor = Editor::here();
    let label = move || {
        let rows = grid.with(|grid| {
            let rows = grid.as_ref()?.lines().enumerate().map(|(at, row)| words::row(at, row));
            Some(rows.collect::<Vec<_>>().join("; "))
        });
        format!("{name}: {}", rows.unwrap_or_default())
    };
    let style = move || grid.with(|grid| grid.as_ref().map(|grid| shape(grid, editor.zoom.get())));
    view! { <div class="task-grid shown-only" role="img" aria-label=label style=style><Painted grid/></div> }
}

/// The canvas.
#[component]
fn Painted(#[prop(into)] grid: Signal<Option<Grid>>) -> impl IntoView {
    let editor = Editor::here();
    let canvas = NodeRef::<html::Canvas>::new();
    let track = move || {
        grid.track();
        editor.look.track();
    };
    browser::paint_when_due(canvas, track, move |canvas, (width, height)| {
        let Some(on) = context(canvas).filter(|_| width > 0 && height > 0) else { return };
        if (canvas.width(), canvas.height()) != (width, height) {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        let (area, unit) = ([0.0, 0.0, f64::from(width), f64::from(height)], window().device_pixel_ratio());
        grid.with_untracked(|grid| {
            grid.iter().for_each(|grid| paint(&on, grid, area, unit, editor.look.get_untracked()));
        });
    });
    view! { <canvas node_ref=canvas aria-hidden="true"></canvas> }
}

/// Width and shape: cells of one size for a grid of its size, so many pixels on the longer side.
fn shape(grid: &Grid, zoom: f64) -> String {
    let (rows, columns) = (grid.rows(), grid.columns());
    let cell = (zoom / rows.max(columns) as f64).clamp(6.0, zoom / 7.0);
    format!("width:{:.1}px;aspect-ratio:{columns}/{rows}", (cell * columns as f64).max(12.0))
}

/// Whether it is as wide as a phone's screen there: not where its cells would be larger than those of small grids, or much
/// of it out of sight.
fn fills_a_phone(grid: &Grid) -> bool {
    (8..).contains(&grid.columns()) && grid.rows() * 2 <= grid.columns() * 3
}

fn cell_id(at: Place) -> String {
    format!("task-cell-{}-{}", at.row, at.column)
}

/// Keeps the elements: of cells where the grid is the present one, else of rows. Only what differs is written, where the
/// elements can stay.
fn label(grid: Memo<Option<Grid>>, is_current: Memo<bool>, room: NodeRef<html::Div>) {
    Effect::new(move |before: Option<Option<(Grid, bool)>>| {
        let room: HtmlElement = room.get()?.into();
        let (now, cells) = (grid.get()?, is_current.get());
        match before.flatten().filter(|(said, of_cells)| said.size() == now.size() && *of_cells == cells) {
            Some((said, _)) if cells => {
                let columns = now.columns();
                let differ = (0..now.cells().len()).filter(|&at| now.cells()[at] != said.cells()[at]);
                for at in differ {
                    let place = Place::of(at, columns);
                    if let Some(element) = document().get_element_by_id(&cell_id(place)) {
                        let _ = element.set_attribute("aria-label", &words::cell(place, now.cells()[at]));
                    }
                }
            }
            Some((said, _)) if said == now => {}
            _ => room.set_inner_html(&elements(&now, cells)),
        }
        Some((now, cells))
    });
}

/// Labels are words and numbers of the page: there is nothing to escape.
fn elements(grid: &Grid, cells: bool) -> String {
    let mut html = String::new();
    for (row, line) in grid.lines().enumerate() {
        html.push_str("<div class=row role=row>");
        if cells {
            for (column, &colour) in line.iter().enumerate() {
                let at = Place { row, column };
                let (id, label) = (cell_id(at), words::cell(at, colour));
                html.push_str(&format!("<div class=cell role=gridcell id={id} aria-label=\"{label}\"></div>"));
            }
        } else {
            html.push_str(&format!("<div class=cell role=gridcell aria-label=\"{}\"></div>", words::row(row, line)));
        }
        html.push_str("</div>");
    }
    html
}

/// The cell under the pointer; outside, the nearest one.
fn place_under(editor: Editor, slot: Slot, event: &PointerEvent) -> Option<Place> {
    let area = event.current_target()?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
    let size = editor.desk.with_untracked(|desk| desk.grid(slot).map(Grid::size))?;
    let cell = |at: i32, from: f64, length: f64, cells: usize| {
        let share = (f64::from(at) - from) / length.max(1.0);
        ((share * cells as f64).floor().max(0.0) as usize).min(cells - 1)
    };
    Some(Place {
        row: cell(event.client_y(), area.top(), area.height(), size.rows()),
        column: cell(event.client_x(), area.left(), area.width(), size.columns()),
    })
}

fn press(editor: Editor, slot: Slot, event: &PointerEvent) {
    let (is_current, floats) = editor.desk.with_untracked(|desk| (desk.slot() == slot, desk.floats()));
    // A first touch chooses a grid, or scrolls past it.
    if event.button() != 0 || event.pointer_type() == "touch" && !is_current && !floats {
        return;
    }
    if let Some(place) = place_under(editor, slot, event) {
        browser::capture(event);
        editor.change(|desk| desk.press(slot, place));
    }
}

fn drag(editor: Editor, slot: Slot, event: &PointerEvent) {
    let (held, floats) = editor.desk.with_untracked(|desk| (desk.is_held(), desk.floats()));
    if !held && !floats {
        return;
    }
    let Some(place) = place_under(editor, slot, event) else { return };
    match (held, event.buttons() & 1 == 1) {
        (true, true) => editor.change(|desk| desk.drag(place)),
        (true, false) => editor.change(Desk::release),
        (false, _) => editor.change(|desk| desk.hover(slot, place)),
    }
}

/// What a key does in a grid.
fn key(editor: Editor, event: &KeyboardEvent) {
    let name = event.key();
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        // Undo and redo are listened for on the whole place.
        if Key::command(&name, event.shift_key()) == Some(Act::Copy) && !event.alt_key() {
            editor.act(Act::Copy);
            event.prevent_default();
        }
        return;
    }
    let far = 30;
    let way = match name.as_str() {
        "ArrowUp" => Some((-1, 0)),
        "ArrowDown" => Some((1, 0)),
        "ArrowLeft" => Some((0, -1)),
        "ArrowRight" => Some((0, 1)),
        "Home" => Some((0, -far)),
        "End" => Some((0, far)),
        "PageUp" => Some((-far, 0)),
        "PageDown" => Some((far, 0)),
        _ => None,
    };
    match (way, name.as_str()) {
        (Some((rows, columns)), _) => {
            let draws = event.shift_key();
            editor.change(|desk| desk.step(rows, columns, draws));
            let at = editor.desk.with_untracked(Desk::cursor);
            reveal(at);
        }
        (_, "Enter" | " ") => editor.change(Desk::strike),
        (_, "Escape") => editor.change(Desk::escape),
        _ => match Key::plain(&name) {
            Some(Key::Colour(colour)) => editor.change(|desk| desk.colour = colour),
            Some(Key::Tool(tool)) => editor.take(tool),
            Some(Key::Act(act)) => editor.act(act),
            None => return,
        },
    }
    event.prevent_default();
}

/// Scrolls the present cell into what is seen.
fn reveal(at: Place) {
    if let Some(element) = document().get_element_by_id(&cell_id(at)) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
