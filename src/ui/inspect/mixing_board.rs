//! What goes into a cell from each of the others, painted: a pixel for every cell, so that a step costs no elements.

use hrm_core::{model::Mixing, puzzle::Size};
use leptos::{ev::PointerEvent, html, prelude::*};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::ui::{
    drawing::colour::Diverging,
    state::{Drawing, Mixed, Run},
};

/// A board of one row of the mixing; `under_pointer` gets the row and the cell that is pointed at.
#[component]
pub fn MixingBoard(
    row: usize,
    cell: Memo<usize>,
    under_pointer: RwSignal<Option<(usize, usize)>>,
    map: Memo<Diverging>,
) -> impl IntoView {
    let (drawing, run, mixing) = (Drawing::here(), Run::here(), Mixed::here());
    let canvas = NodeRef::<html::Canvas>::new();
    let size = Memo::new(move |_| drawing.kind().size());
    Effect::new(move |_| {
        let (Some(canvas), size) = (canvas.get(), size.get()) else { return };
        let prefix = run.read(|recording| recording.shapes().prefix);
        mixing.found.with(|found| {
            if let Some(values) = found.as_ref().and_then(|found| cells(found, row, prefix, size)) {
                map.with(|map| paint(&canvas, values, map, size));
            }
        });
    });
    let at = move |event: &PointerEvent| {
        let area = canvas.get_untracked()?.get_bounding_client_rect();
        let size = size.get_untracked();
        let along = |at: i32, start: f64, length: f64, cells: usize| {
            let share = ((f64::from(at) - start) / length.max(1.0)).clamp(0.0, 0.9999);
            (share * cells as f64) as usize
        };
        let column = along(event.client_x(), area.left(), area.width(), size.columns());
        let row = along(event.client_y(), area.top(), area.height(), size.rows());
        Some(row * size.columns() + column)
    };
    let look = move |event: PointerEvent| {
        let found = at(&event);
        if under_pointer.get_untracked() != found.map(|at| (row, at)) {
            under_pointer.set(found.map(|at| (row, at)));
            drawing.pointed.set(found);
        }
    };
    let leave = move |_| {
        under_pointer.set(None);
        drawing.pointed.set(None);
    };
    let asked = move || {
        let (size, cell) = (size.get(), cell.get());
        let percent = |cells: usize, of: usize| 100.0 * cells as f64 / of as f64;
        format!(
            "left:{:.3}%;top:{:.3}%;width:{:.3}%;height:{:.3}%",
            percent(cell % size.columns(), size.columns()),
            percent(cell / size.columns(), size.rows()),
            percent(1, size.columns()),
            percent(1, size.rows())
        )
    };
    view! {
        <div class="mixing-board">
            <canvas
                node_ref=canvas
                role="img"
                aria-label="How much of each cell goes into the one pointed at; the table below has the figures"
                width=move || size.get().columns().to_string()
                height=move || size.get().rows().to_string()
                on:pointermove=look
                on:pointerdown=look
                on:pointerleave=leave
            ></canvas>
            <div class="lit-area" style=asked></div>
        </div>
    }
}

/// The values of a board's cells in a row; `None` while the answer is about another board.
fn cells(found: &Mixing, row: usize, prefix: usize, size: Size) -> Option<&[f32]> {
    found.row(row)?.get(prefix..prefix + size.cells())
}

fn paint(canvas: &HtmlCanvasElement, values: &[f32], map: &Diverging, size: Size) {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else { return };
    let most = values.iter().copied().fold(0.0, f32::max);
    let pixels = map.pixels(values, most);
    if let Ok(image) =
        ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), size.columns() as u32, size.rows() as u32)
    {
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}
