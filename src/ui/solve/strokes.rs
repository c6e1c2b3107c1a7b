//! What boards with tools have besides keys: brushes, strokes of the pointer.

use hrm_core::puzzle::Kind;
use leptos::{ev::PointerEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::ui::{
    board::edit::{Brush, cells_between},
    state::{Drawing, Question},
};

/// A stroke under way.
#[derive(Clone)]
pub struct Stroke {
    /// The token that it draws.
    token: u8,
    /// The board that it began on: what is carried over it leaves no trace.
    base: Question,
    /// Whether it has changed the board, so that what follows is the same change.
    begun: bool,
    /// The cell that it has come to.
    at: usize,
}

/// Begins a stroke on the cell under the pointer.
pub fn press(drawing: Drawing, stroke: StoredValue<Option<Stroke>>, event: &PointerEvent) {
    let base = drawing.question.get_untracked();
    let (Some(_), Some(at)) = (base.kind.tools(), cell_under(base.kind, event)) else { return };
    let Some(&token) = base.tokens.get(at).filter(|_| event.button() == 0) else { return };
    match drawing.brush.get_untracked().drawn_from(base.kind, token) {
        Some(token) => {
            stroke.set_value(Some(Stroke { token, base, begun: false, at }));
            draw(drawing, stroke, at);
        }
        None => drawing.cursor.set(at),
    }
}

/// Goes on with a stroke.
pub fn drag(drawing: Drawing, stroke: StoredValue<Option<Stroke>>, event: &PointerEvent) {
    if stroke.with_value(Option::is_none) {
        return;
    }
    if event.buttons() & 1 == 0 {
        return stroke.set_value(None);
    }
    let (Some(to), Some(from)) =
        (cell_under(drawing.kind(), event), stroke.with_value(|stroke| Some(stroke.as_ref()?.at)))
    else {
        return;
    };
    // A quick pointer is heard of in leaps: the cells between are drawn as well.
    for at in cells_between(drawing.kind().layout().columns, from, to) {
        draw(drawing, stroke, at);
    }
}

fn draw(drawing: Drawing, stroke: StoredValue<Option<Stroke>>, at: usize) {
    let Some(Stroke { token, base, mut begun, .. }) = stroke.get_value() else { return };
    let now = drawing.question;
    let tokens = now.with_untracked(|question| base.kind.stroked(&base.tokens, &question.tokens, at, token));
    let question = Question { kind: base.kind, tokens };
    if question != drawing.question.get_untracked() {
        drawing.stroke(question, begun);
        begun = true;
    }
    stroke.set_value(Some(Stroke { token, base, begun, at }));
    drawing.cursor.set(at);
}

/// The cell of the board at the pointer.
fn cell_under(kind: Kind, event: &PointerEvent) -> Option<usize> {
    let board = event.current_target()?.dyn_into::<Element>().ok()?;
    let area = board.get_bounding_client_rect();
    // Within its border.
    let share = |at: i32, start: f64, border: i32, length: i32| {
        (f64::from(at) - start - f64::from(border)) / f64::from(length.max(1))
    };
    let x = share(event.client_x(), area.left(), board.client_left(), board.client_width());
    kind.layout().cell_at(x, share(event.client_y(), area.top(), board.client_top(), board.client_height()))
}

/// What a stroke over boards of the present game draws.
#[component]
pub fn Brushes() -> impl IntoView {
    let drawing = Drawing::here();
    let brush = drawing.brush;
    let kind = untrack(|| drawing.kind());
    let button = move |of: Brush| {
        let title = of.title(kind);
        view! {
            <button
                type="button"
                data-testid=format!("brush-{}", title.to_lowercase())
                aria-pressed=move || if brush.get() == of { "true" } else { "false" }
                on:click=move |_| brush.set(of)
            >
                {title}
            </button>
        }
    };
    view! {
        <div class="pad" role="group" aria-label=kind.tools().map(|tools| tools.label)>
            {Brush::all(kind).into_iter().map(button).collect_view()}
            <span class="reading">{move || brush.get().help(kind)}</span>
        </div>
    }
}
