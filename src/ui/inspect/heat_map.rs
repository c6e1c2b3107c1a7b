//! A state as an image: a row for every position, a column for every channel.

use leptos::{ev::PointerEvent, html, prelude::*};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::{name_of, of_recording};
use crate::{
    model::Level,
    puzzle::Kind,
    ui::{board::symbol, browser, state::Page},
};

/// The state of a module at the present moment. Pointing at a value reads it and lights its cell.
#[component]
pub fn HeatMap(level: Level) -> impl IntoView {
    let page = Page::here();
    let (class, name) = name_of(level);
    let canvas = NodeRef::<html::Canvas>::new();
    let due = StoredValue::new(false);
    let at = RwSignal::new(None::<(usize, usize)>);
    Effect::new(move |_| {
        page.run.recording.track();
        page.player.moment.track();
        page.theme.track();
        let Some(canvas) = canvas.get().filter(|_| !due.get_value()) else { return };
        // However often the state changes until the next frame, it is painted once.
        due.set_value(true);
        request_animation_frame(move || {
            if due.try_set_value(false).is_none() {
                untrack(|| paint(page, level, &canvas));
            }
        });
    });
    let shapes = Memo::new(move |_| of_recording(page, |recording| Some(recording.shapes())));
    let size = move || shapes.get().map_or((1, 1), |shapes| (shapes.positions, shapes.channels));
    let look = move |event: PointerEvent| {
        let (Some(canvas), (positions, channels)) = (canvas.get_untracked(), untrack(size)) else { return };
        let area = canvas.get_bounding_client_rect();
        let share = |at: i32, start: f64, length: f64| ((f64::from(at) - start) / length.max(1.0)).clamp(0.0, 0.9999);
        let position = (share(event.client_y(), area.top(), area.height()) * positions as f64) as usize;
        let channel = (share(event.client_x(), area.left(), area.width()) * channels as f64) as usize;
        at.set(Some((position, channel)));
        let prefix = shapes.get_untracked().map_or(0, |shapes| shapes.prefix);
        page.pointed.set(position.checked_sub(prefix));
    };
    let leave = move |_| {
        at.set(None);
        page.pointed.set(None);
    };
    let lit = move || {
        let (cell, shapes) = (page.pointed.get()?, shapes.get()?);
        let height = 100.0 / shapes.positions as f64;
        let top = (cell + shapes.prefix) as f64 * height;
        Some(view! { <div class="lit-row" style=format!("top:{top:.3}%;height:{height:.3}%")></div> })
    };
    view! {
        <div class=format!("heat-map {class}")>
            <p class="heat-map-name"><b class=class>{name}</b>" "<span class="reading">{move || reading(page, level, at.get())}</span></p>
            <div class="picture" style=("--positions", move || size().0.to_string())>
                <canvas
                    node_ref=canvas
                    data-testid=format!("heat-map-{class}")
                    role="img"
                    aria-label=move || label(page, level)
                    width=move || size().1.to_string()
                    height=move || size().0.to_string()
                    on:pointermove=look
                    on:pointerdown=look
                    on:pointerleave=leave
                ></canvas>
                {lit}
            </div>
        </div>
    }
}

fn paint(page: Page, level: Level, canvas: &HtmlCanvasElement) {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else { return };
    let moment = page.player.moment.get();
    of_recording(page, |recording| {
        let shapes = recording.shapes();
        let (width, height) = (shapes.channels as u32, shapes.positions as u32);
        let Some(state) = recording.state(level, moment) else {
            return context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
        };
        let pixels = browser::diverging().pixels(state, recording.spread(level));
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, height) {
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    });
}

/// The value under the pointer; without one, the row of the cell that is lit.
fn reading(page: Page, level: Level, at: Option<(usize, usize)>) -> Option<String> {
    let moment = page.player.moment.get();
    let lit = page.pointed.get();
    of_recording(page, |recording| {
        let shapes = recording.shapes();
        let state = recording.state(level, moment)?;
        let place = |position: usize| place(page.kind(), position, shapes.prefix);
        if let Some((position, channel)) = at {
            let value = state.get(position * shapes.channels + channel)?;
            return Some(format!("{}, channel {}: {value:+.3}", place(position), channel + 1));
        }
        let position = lit? + shapes.prefix;
        let row = state.get(position * shapes.channels..(position + 1) * shapes.channels)?;
        let most = row.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        Some(format!("{}: largest {most:.2}", place(position)))
    })
}

/// A position by the cell it stands for.
fn place(kind: Kind, position: usize, prefix: usize) -> String {
    match position.checked_sub(prefix) {
        Some(cell) => symbol::place(kind, cell).to_string(),
        None => format!("puzzle vector, position {}", position + 1),
    }
}

fn label(page: Page, level: Level) -> String {
    let moment = page.player.moment.get();
    let (_, name) = name_of(level);
    of_recording(page, |recording| {
        let state = recording.state(level, moment)?;
        let (low, high) = state.iter().fold((0.0_f32, 0.0_f32), |(low, high), &z| (low.min(z), high.max(z)));
        let shapes = recording.shapes();
        Some(format!(
            "{name}: {} positions by {} channels, values from {low:.2} to {high:.2}",
            shapes.positions, shapes.channels
        ))
    })
    .unwrap_or_else(|| format!("{name}: not yet computed"))
}

/// The colours and the values at their ends; beyond them colours do not change.
#[component]
pub fn Legend() -> impl IntoView {
    let page = Page::here();
    let end = move |level, sign| of_recording(page, |recording| format!("{sign}{:.1}", recording.spread(level)));
    let row = move |level| {
        let (class, name) = name_of(level);
        view! {
            <span class="legend">
                <b class=class>{name}</b>
                " "{move || end(level, "−")}
                <span class="ramp" aria-hidden="true"></span>
                {move || end(level, "+")}
            </span>
        }
    };
    view! { {row(Level::H)} {row(Level::L)} }
}
