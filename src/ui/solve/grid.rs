//! The board on the page: a painting that the pointer, keys and screen readers meet as one grid.

use std::time::Duration;

use hrm_core::puzzle::Kind;
use leptos::{
    ev::{Event, KeyboardEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement};

use crate::ui::{
    board::{
        cell::Laid,
        edit::Brush,
        labels::{self, Labels},
        overlay::{self, Overlay},
        painting::{Painting, context},
        palette::Palette,
        scene::Scene,
        shown::answer_shown,
        symbol::of_key,
    },
    browser,
    solve::{
        path::searched,
        strokes::{Stroke, drag, press as press_pointer},
    },
    state::{Attempt, Drawing, LaidOver, Player, Run, Solver, Theme},
};

/// A board stands still when it has not changed for so long: then the labels that lag behind it are brought up to date.
const STILL: Duration = Duration::from_millis(100);

/// The board, filled by keyboard, and by the model.
#[component]
pub fn Grid() -> impl IntoView {
    let (drawing, attempt, solver, theme) = (Drawing::here(), Attempt::here(), Solver::here(), Theme::here());
    let (run, player, laid_over) = (Run::here(), Player::here(), LaidOver::here());
    let kind = Memo::new(move |_| drawing.kind());
    let scene = Memo::new(move |_| scene(drawing, run, player, attempt, laid_over));
    let stroke = StoredValue::new(None::<Stroke>);
    let (canvas, cells) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Div>::new());
    paint_when_due(theme, scene, canvas);
    let lags = label_when_due(drawing, scene, cells);
    let pointed_words =
        move || scene.with(|scene| drawing.pointed.get().and_then(|at| Some(scene.cells.get(at)?.laid?.words())));
    let area = move |at: usize| {
        let layout = kind.get().layout();
        let place = layout.place(at);
        let percent = |share: usize, count: usize| 100.0 * share as f64 / count as f64;
        format!(
            "left:{:.4}%;top:{:.4}%;width:{:.4}%;height:{:.4}%",
            percent(place.column, layout.columns),
            percent(place.row, layout.rows),
            percent(1, layout.columns),
            percent(1, layout.rows)
        )
    };
    let hover = move |event: Event| {
        if let Some(at) = cell_under(&event) {
            drawing.pointed.set(Some(at));
        }
    };
    let select = move |event: Event| {
        if let Some(at) = cell_under(&event) {
            drawing.cursor.set(at);
        }
    };
    view! {
        <div
            class="board"
            class:drawn=move || kind.get().tools().is_some()
            class:looked-at=move || drawing.brush.get() == Brush::Look
            data-testid="board"
            role="grid"
            tabindex="0"
            aria-label=move || kind.get().name()
            aria-activedescendant=move || labels::id(drawing.cursor.get())
            aria-busy=move || lags.get().then_some("true")
            title=pointed_words
            style=("aspect-ratio", move || format!("{}/{}", kind.get().layout().columns, kind.get().layout().rows))
            on:keydown=move |event| press(drawing, attempt, solver, kind.get_untracked(), &event)
            on:mouseover=move |event| hover(event.into())
            on:mouseleave=move |_| drawing.pointed.set(None)
            on:mousedown=move |event| select(event.into())
            on:focus=move |_| drawing.pointed.set(Some(drawing.cursor.get_untracked()))
            on:blur=move |_| drawing.pointed.set(None)
            on:pointerdown=move |event| press_pointer(drawing, stroke, &event)
            on:pointermove=move |event| drag(drawing, stroke, &event)
        >
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            <div class="cells" role="rowgroup" node_ref=cells></div>
            <div class="frame selected" style=move || area(drawing.cursor.get())></div>
            <div class="frame lit" style=move || drawing.pointed.get().map_or_else(|| "display:none".into(), area)></div>
        </div>
    }
}

/// What the board shows at the present moment.
fn scene(drawing: Drawing, run: Run, player: Player, attempt: Attempt, laid_over: LaidOver) -> Scene {
    let own = attempt.filled.with(|filled| {
        let filled = filled.as_ref()?;
        Some(drawing.question.with(|question| Scene::of_attempt(question.kind, &question.tokens, filled.present())))
    });
    if let Some(own) = own {
        return own;
    }
    let moment = player.moment.get();
    let mut scene = drawing.question.with(|question| {
        run.recording.with(|recording| {
            // A run on a board of another size may still be on its way out.
            let cells = question.tokens.len();
            let recording = recording.as_ref().filter(|recording| recording.question().len() == cells);
            // An experiment may have changed a clue on the way.
            let posed = recording.map(|recording| recording.posed(moment));
            let tokens = posed.as_deref().unwrap_or(&question.tokens);
            let said = recording.and_then(|recording| answer_shown(recording, moment));
            Scene::of(question.kind, tokens, said.as_ref())
        })
    });
    scene.searched = searched(drawing, run).unwrap_or_default();
    let values = laid_over.values().unwrap_or_default();
    let (range, unit) = (overlay::range(&values), laid_over.overlay.get().map_or("", Overlay::unit));
    for (cell, &value) in scene.cells.iter_mut().zip(&values) {
        cell.laid = Some(Laid { value, share: overlay::share(value, range), unit });
    }
    scene
}

/// What the canvas shows.
#[derive(Default)]
struct Painted {
    scene: Option<Scene>,
    palette: Option<(u32, Palette)>,
}

/// Paints what changed, in the next frame: however often something changes until then, it is painted once.
fn paint_when_due(theme: Theme, scene: Memo<Scene>, canvas: NodeRef<html::Canvas>) {
    let pixels = browser::pixels_of(canvas);
    let (painted, due) = (StoredValue::new_local(Painted::default()), StoredValue::new(false));
    Effect::new(move |_| {
        scene.track();
        theme.track();
        pixels.track();
        let Some(canvas) = canvas.get().filter(|_| !due.get_value()) else { return };
        due.set_value(true);
        request_animation_frame(move || {
            // The board may be gone.
            if due.try_set_value(false).is_some() {
                return;
            }
            let (size, theme) = (pixels.get_untracked(), theme.version());
            scene.with_untracked(|scene| painted.update_value(|painted| paint(&canvas, size, theme, scene, painted)));
        });
    });
}

fn paint(canvas: &HtmlCanvasElement, (width, height): (u32, u32), theme: u32, scene: &Scene, painted: &mut Painted) {
    let Some(context) = context(canvas).filter(|_| width > 0 && height > 0) else { return };
    let resized = (canvas.width(), canvas.height()) != (width, height);
    if resized {
        // That also empties it.
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let recoloured = painted.palette.as_ref().is_none_or(|(of, _)| *of != theme);
    if recoloured {
        painted.palette = Some((theme, Palette::now()));
    }
    let Some((_, palette)) = &painted.palette else { return };
    let before = painted.scene.take().filter(|_| !resized && !recoloured);
    if before.as_ref() != Some(scene) {
        let area = [0.0, 0.0, f64::from(width), f64::from(height)];
        let painting = Painting::new(&context, palette, scene.kind, area, window().device_pixel_ratio());
        // Cell by cell, unless lines run over them or it is another board.
        let before = before.filter(|before| before.kind == scene.kind && !before.has_lines() && !scene.has_lines());
        painting.paint(scene, before.as_ref());
    }
    painted.scene = Some(scene.clone());
}

/// Keeps the elements' labels, and says whether some lag behind what is painted.
fn label_when_due(drawing: Drawing, scene: Memo<Scene>, cells: NodeRef<html::Div>) -> RwSignal<bool> {
    let lags = RwSignal::new(false);
    let labels = StoredValue::new_local(None::<Labels>);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let catch_up = move || {
        if lags.try_set(false).is_none() {
            scene.with_untracked(|scene| {
                labels.update_value(|labels| {
                    labels.iter_mut().for_each(|labels| labels.catch_up(scene));
                })
            });
        }
    };
    Effect::new(move |_| {
        let Some(room) = cells.get() else { return };
        let selected = drawing.cursor.get();
        let mut late = false;
        scene.with(|scene| {
            labels.update_value(|labels| {
                late = labels.get_or_insert_with(|| Labels::new(room.into())).follow(scene, selected);
            });
        });
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if late {
            timer.set_value(set_timeout_with_handle(catch_up, STILL).ok());
        }
        if lags.get_untracked() != late {
            lags.set(late);
        }
    });
    lags
}

/// The cell whose element an event is about.
fn cell_under(event: &Event) -> Option<usize> {
    labels::cell_of(event.target()?.dyn_ref::<Element>()?)
}

fn press(drawing: Drawing, attempt: Attempt, solver: Solver, kind: Kind, event: &KeyboardEvent) {
    let layout = kind.layout();
    let place = layout.place(drawing.cursor.get_untracked());
    let (row, column) = (place.row, place.column);
    let (last_row, last_column) = (layout.rows - 1, layout.columns - 1);
    let key = event.key();
    let command = event.ctrl_key() || event.meta_key();
    let target = match key.as_str() {
        "ArrowUp" => Some((row.saturating_sub(1), column)),
        "ArrowDown" => Some(((row + 1).min(last_row), column)),
        "ArrowLeft" => Some((row, column.saturating_sub(1))),
        "ArrowRight" => Some((row, (column + 1).min(last_column))),
        "Home" => Some((if command { 0 } else { row }, 0)),
        "End" => Some((if command { last_row } else { row }, last_column)),
        _ => None,
    };
    if let Some((row, column)) = target {
        event.prevent_default();
        let at = row * layout.columns + column;
        drawing.cursor.set(at);
        drawing.pointed.set(Some(at));
        labels::reveal(at);
        return;
    }
    match key.as_str() {
        // Undo and redo are listened for on the whole page.
        _ if command || event.alt_key() => return,
        "Enter" => solver.solve(),
        symbol => match of_key(kind, symbol) {
            Some(token) => attempt.write(token),
            None => return,
        },
    }
    event.prevent_default();
}
