//! A state as an image: its values, or their change in the module's last step.

use std::borrow::Cow;

use hrm_core::{
    analysis::norms,
    model::Level,
    puzzle::{Kind, Layout},
    recording::{Recording, step_stats},
};
use leptos::{ev::PointerEvent, html, prelude::*};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::ui::{
    board::{overlay, symbol},
    browser,
    drawing::{heat_map_layout::Picture, scale::short},
    format::moment::name_of,
    state::{Drawing, Player, Run, Theme},
    widgets::{table::Table, tooltip::Term},
};

const STATES_GLOSS: &str = "All values of both states, as each module's last step left them: a vector of channels for every \
                            position. They have no unit. The colours run between the two numbers beside them, within which \
                            98 % or more of the values lie at every step of the run.";
const CHANGE_GLOSS: &str = "What each module's last step added to every value of its state, without a unit like the values. \
                            The two numbers beside the colours are those of this step, within which 98 % of the changes lie: \
                            they shrink as the state settles.";

/// The values that an image shows, and the largest that its colours tell apart.
struct Values<'a> {
    z: Cow<'a, [f32]>,
    scale: f32,
}

impl<'a> Values<'a> {
    /// A state has one scale through the whole recording; its changes shrink by decades and have each their own.
    fn of(recording: &'a Recording, level: Level, moment: usize, difference: bool) -> Option<Self> {
        let state = recording.state(level, moment)?;
        if !difference {
            return Some(Self { z: state, scale: recording.spread(level) });
        }
        let before = recording.state_before(level, moment)?;
        let z: Vec<f32> = before.iter().zip(state.iter()).map(|(before, after)| after - before).collect();
        let scale = step_stats::spread(&z);
        Some(Self { z: z.into(), scale })
    }
}

/// The state of a module at the present moment, or its change. Pointing at a value reads it and lights its cell.
#[component]
pub fn HeatMap(
    level: Level,
    #[prop(into)] difference: Signal<bool>,
    /// A tile for every cell in place of a row for every position.
    #[prop(into)]
    tiles: Signal<bool>,
) -> impl IntoView {
    let (drawing, run, player, theme) = (Drawing::here(), Run::here(), Player::here(), Theme::here());
    let (class, name) = name_of(level);
    let canvas = NodeRef::<html::Canvas>::new();
    let due = StoredValue::new(false);
    let at = RwSignal::new(None::<(usize, usize)>);
    let shapes = Memo::new(move |_| run.read(|recording| Some(recording.shapes())));
    let picture = Memo::new(move |_| {
        let shapes = shapes.get()?;
        let (positions, channels, prefix) = (shapes.positions, shapes.channels, shapes.prefix);
        Some(if tiles.get() {
            let Layout { rows, columns, .. } = drawing.kind().layout();
            Picture::Tiles { rows, columns, prefix, channels }
        } else {
            Picture::Rows { positions, channels }
        })
    });
    Effect::new(move |_| {
        run.recording.track();
        player.moment.track();
        theme.track();
        picture.track();
        difference.track();
        let Some(canvas) = canvas.get().filter(|_| !due.get_value()) else { return };
        // However often the state changes until the next frame, it is painted once.
        due.set_value(true);
        request_animation_frame(move || {
            if due.try_set_value(false).is_none()
                && let Some(picture) = untrack(|| picture.try_get()).flatten()
            {
                untrack(|| paint(run, player, level, difference.get(), picture, &canvas));
            }
        });
    });
    let size = move || picture.get().map_or((1, 1), Picture::size);
    let look = move |event: PointerEvent| {
        let (Some(canvas), Some(picture)) = (canvas.get_untracked(), picture.get_untracked()) else { return };
        let area = canvas.get_bounding_client_rect();
        let (width, height) = picture.size();
        let share = |at: i32, start: f64, length: f64| ((f64::from(at) - start) / length.max(1.0)).clamp(0.0, 0.9999);
        let x = (share(event.client_x(), area.left(), area.width()) * width as f64) as usize;
        let y = (share(event.client_y(), area.top(), area.height()) * height as f64) as usize;
        let found = picture.at(x, y);
        at.set(found);
        let prefix = shapes.get_untracked().map_or(0, |shapes| shapes.prefix);
        drawing.pointed.set(found.and_then(|(position, _)| position.checked_sub(prefix)));
    };
    let leave = move |_| {
        at.set(None);
        drawing.pointed.set(None);
    };
    let lit = move || {
        let position = drawing.pointed.get()? + shapes.get()?.prefix;
        let [left, top, width, height] = picture.get()?.area(position)?.map(|share| share * 100.0);
        let style = format!("left:{left:.3}%;top:{top:.3}%;width:{width:.3}%;height:{height:.3}%");
        Some(view! { <div class="lit-area" style=style></div> })
    };
    view! {
        <div class=format!("heat-map {class}") class:tiles=tiles>
            <p class="heat-map-name">
                <b class=class>{name}</b>
                " "
                <span class="reading">{move || reading(drawing, run, player, level, difference.get(), at.get())}</span>
            </p>
            <div class="picture" style=("--positions", move || size().1.to_string())>
                <canvas
                    node_ref=canvas
                    data-testid=format!("heat-map-{class}")
                    role="img"
                    aria-label=move || label(run, player, level, difference.get())
                    width=move || size().0.to_string()
                    height=move || size().1.to_string()
                    on:pointermove=look
                    on:pointerdown=look
                    on:pointerleave=leave
                ></canvas>
                {lit}
            </div>
            <Table
                head=["Position", "Lowest", "Largest", if level == Level::H { "RMS of z_H" } else { "RMS of z_L" }]
                rows=move || rows(drawing, run, player, level, difference.get())
            />
        </div>
    }
}

/// Every position's extremes and RMS at the present moment.
fn rows(drawing: Drawing, run: Run, player: Player, level: Level, difference: bool) -> Vec<Vec<String>> {
    let moment = player.moment.get();
    run.read(|recording| {
        let shapes = recording.shapes();
        let Some(Values { z, .. }) = Values::of(recording, level, moment, difference) else { return Vec::new() };
        let lengths = norms(&z, shapes.channels);
        let row = |(position, values): (usize, &[f32])| {
            let (low, high) = overlay::range(values);
            let rms = lengths[position] / (shapes.channels as f32).sqrt();
            let figures = [low, high, rms].map(|value| format!("{value:.3}"));
            std::iter::once(place(drawing.kind(), position, shapes.prefix)).chain(figures).collect()
        };
        z.chunks_exact(shapes.channels).enumerate().map(row).collect()
    })
}

fn paint(run: Run, player: Player, level: Level, difference: bool, picture: Picture, canvas: &HtmlCanvasElement) {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else { return };
    let moment = player.moment.get();
    run.read(|recording| {
        let (width, height) = picture.size();
        let Some(values) = Values::of(recording, level, moment, difference) else {
            return context.clear_rect(0.0, 0.0, width as f64, height as f64);
        };
        let channels = recording.shapes().channels;
        let map = browser::diverging();
        let mut pixels = match picture {
            // The values as they lie: there are many on a large board.
            Picture::Rows { .. } => map.pixels(&values.z, values.scale),
            Picture::Tiles { .. } => Vec::with_capacity(width * height * 4),
        };
        if pixels.is_empty() {
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                let value =
                    picture.at(x, y).and_then(|(position, channel)| values.z.get(position * channels + channel));
                // What lies between the tiles stays clear.
                let [r, g, b, a] = value.map_or([0; 4], |value| {
                    let [r, g, b] = map.of(*value, values.scale);
                    [r, g, b, 255]
                });
                pixels.extend_from_slice(&[r, g, b, a]);
            }
        }
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width as u32, height as u32) {
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    });
}

/// The value under the pointer; without one, the values of the cell that is lit.
fn reading(
    drawing: Drawing,
    run: Run,
    player: Player,
    level: Level,
    difference: bool,
    at: Option<(usize, usize)>,
) -> Option<String> {
    let moment = player.moment.get();
    let lit = drawing.pointed.get();
    run.read(|recording| {
        let shapes = recording.shapes();
        let values = Values::of(recording, level, moment, difference)?.z;
        let place = |position: usize| place(drawing.kind(), position, shapes.prefix);
        if let Some((position, channel)) = at {
            let value = values.get(position * shapes.channels + channel)?;
            return Some(format!("{}, channel {}: {value:+.4}", place(position), channel + 1));
        }
        let position = lit? + shapes.prefix;
        let row = values.get(position * shapes.channels..(position + 1) * shapes.channels)?;
        let most = row.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        Some(format!("{}: largest {most:.3}", place(position)))
    })
}

/// A position by the cell it stands for.
fn place(kind: Kind, position: usize, prefix: usize) -> String {
    match position.checked_sub(prefix) {
        Some(cell) => symbol::place(kind, cell).to_string(),
        None => format!("puzzle vector, position {}", position + 1),
    }
}

fn label(run: Run, player: Player, level: Level, difference: bool) -> String {
    let moment = player.moment.get();
    let (_, name) = name_of(level);
    let what = if difference { "change of " } else { "" };
    run.read(|recording| {
        let values = Values::of(recording, level, moment, difference)?.z;
        let (low, high) = values.iter().fold((0.0_f32, 0.0_f32), |(low, high), &z| (low.min(z), high.max(z)));
        let shapes = recording.shapes();
        Some(format!(
            "{what}{name}: {} positions by {} channels, values from {low:.2} to {high:.2}",
            shapes.positions, shapes.channels
        ))
    })
    .unwrap_or_else(|| format!("{what}{name}: not yet computed, or not kept"))
}

/// What the images show, explained, and how they are arranged.
#[component]
pub fn Subject(#[prop(into)] difference: Signal<bool>, #[prop(into)] tiles: Signal<bool>) -> impl IntoView {
    let subject = move || {
        let (name, gloss) =
            if difference.get() { ("Change in the last step", CHANGE_GLOSS) } else { ("States", STATES_GLOSS) };
        view! { <Term name gloss/> }
    };
    let arranged = move || {
        if tiles.get() { "a tile of channels for every cell" } else { "a row for each cell, a column for each channel" }
    };
    view! {
        {subject}
        <span class="unit">{arranged}</span>
    }
}

/// The colours and the values at their ends; beyond them colours do not change.
#[component]
pub fn Legend(#[prop(into)] difference: Signal<bool>) -> impl IntoView {
    let (run, player) = (Run::here(), Player::here());
    let end = move |level, sign| {
        let moment = player.moment.get();
        run.read(|recording| {
            let scale = Values::of(recording, level, moment, difference.get())?.scale;
            Some(format!("{sign}{}", short(f64::from(scale))))
        })
    };
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
