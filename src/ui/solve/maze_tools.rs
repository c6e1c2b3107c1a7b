//! What mazes have besides keys: brushes, strokes of the pointer, a generator with sliders.

use hrm_core::puzzle::{Kind, maze};
use leptos::{ev::PointerEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::ui::{
    board::edit::{Brush, cells_between, painted, written},
    state::{Page, Question},
};

/// A stroke under way.
#[derive(Clone)]
pub struct Stroke {
    /// What it draws.
    cell: maze::Cell,
    /// The maze that it began on: S and G are carried over it and leave no trace.
    base: Question,
    /// Whether it has changed the maze, so that what follows is the same change.
    begun: bool,
    /// The cell that it has come to.
    at: usize,
}

/// Begins a stroke on the cell under the pointer.
pub fn press(page: Page, stroke: StoredValue<Option<Stroke>>, event: &PointerEvent) {
    let base = page.drawing.question.get_untracked();
    let (Kind::Maze(_), Some(at)) = (base.kind, cell_under(base.kind, event)) else { return };
    let Some(&token) = base.tokens.get(at).filter(|_| event.button() == 0) else { return };
    match page.drawing.brush.get_untracked().drawn_from(token) {
        Some(cell) => {
            stroke.set_value(Some(Stroke { cell, base, begun: false, at }));
            draw(page, stroke, at);
        }
        None => page.drawing.cursor.set(at),
    }
}

/// Goes on with a stroke.
pub fn drag(page: Page, stroke: StoredValue<Option<Stroke>>, event: &PointerEvent) {
    if stroke.with_value(Option::is_none) {
        return;
    }
    if event.buttons() & 1 == 0 {
        return stroke.set_value(None);
    }
    let (Some(to), Some(from)) =
        (cell_under(page.kind(), event), stroke.with_value(|stroke| Some(stroke.as_ref()?.at)))
    else {
        return;
    };
    // A quick pointer is heard of in leaps: the cells between are drawn as well.
    for at in cells_between(page.kind().layout().columns, from, to) {
        draw(page, stroke, at);
    }
}

fn draw(page: Page, stroke: StoredValue<Option<Stroke>>, at: usize) {
    let Some(Stroke { cell, base, mut begun, .. }) = stroke.get_value() else { return };
    let tokens = match cell {
        maze::Cell::Start | maze::Cell::Goal => written(base.kind, &base.tokens, at, cell as u8),
        _ => page.drawing.question.with_untracked(|question| painted(&question.tokens, at, cell)),
    };
    let question = Question { kind: base.kind, tokens };
    if question != page.drawing.question.get_untracked() {
        page.drawing.stroke(question, begun);
        begun = true;
    }
    stroke.set_value(Some(Stroke { cell, base, begun, at }));
    page.drawing.cursor.set(at);
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

/// What a stroke draws.
#[component]
pub fn Brushes() -> impl IntoView {
    let page = Page::here();
    let brush = page.drawing.brush;
    let button = move |kind: Brush| {
        view! {
            <button
                type="button"
                data-testid=format!("brush-{}", kind.title().to_lowercase())
                aria-pressed=move || if brush.get() == kind { "true" } else { "false" }
                on:click=move |_| brush.set(kind)
            >
                {kind.title()}
            </button>
        }
    };
    view! {
        <div class="pad" role="group" aria-label="What pressing on the maze does">
            {Brush::ALL.map(button)}
            <span class="reading">{move || brush.get().help()}</span>
        </div>
    }
}

/// What the maze on the board is like.
#[component]
pub fn MazeFigures() -> impl IntoView {
    let page = Page::here();
    let figures = Memo::new(move |_| {
        page.drawing.question.with(|Question { kind, tokens }| {
            let Kind::Maze(side) = kind else { return None };
            let maze = maze::Grid::from_tokens(*side, tokens).ok()?;
            let (steps, loops) = (maze::shortest_path(&maze)?.len() - 1, maze::loops(&maze)?);
            let loops = match loops {
                0 => "no loops".into(),
                1 => "one loop".into(),
                loops => format!("{loops} loops"),
            };
            Some(format!("From S to G: {steps} steps, {loops}."))
        })
    });
    view! { <p class="reading" data-testid="maze-figures">{figures}</p> }
}

/// Size, loops and length of path of new mazes.
#[component]
pub fn MazeSliders() -> impl IntoView {
    let page = Page::here();
    let wish = page.drawing.wish;
    let size = move || wish.with(|wish| wish.size);
    let slider = |name: &'static str,
                  testid: &'static str,
                  low: fn(usize) -> usize,
                  high: Signal<usize>,
                  value: Signal<usize>,
                  words: Signal<String>,
                  set: Callback<usize>| {
        let change = move |event| {
            if let Ok(value) = event_target_value(&event).parse() {
                set.run(value);
            }
        };
        view! {
            <label class="difficulty">
                <span>{name}</span>
                <input
                    type="range"
                    data-testid=testid
                    min=move || low(size()).to_string()
                    max=move || high.get().to_string()
                    prop:value=move || value.get().to_string()
                    aria-valuetext=words
                    on:input=change
                />
                <span class="reading">{words}</span>
            </label>
        }
    };
    let loops = Signal::derive(move || wish.with(|wish| wish.openings));
    let steps = Signal::derive(move || wish.with(|wish| wish.min_steps));
    let in_words = move || match loops.get() {
        0 => "perfect".into(),
        loops => format!("{loops} loops"),
    };
    view! {
        {slider(
            "Size",
            "maze-size",
            |_| maze::Side::MIN,
            Signal::stored(maze::Side::MAX),
            Signal::derive(size),
            Signal::derive(move || format!("{0}x{0}", size())),
            Callback::new(move |value| wish.update(|wish| *wish = wish.resized(value))),
        )}
        {slider(
            "Loops",
            "maze-loops",
            |_| 0,
            Signal::derive(size),
            loops,
            Signal::derive(in_words),
            Callback::new(move |value| wish.update(|wish| wish.openings = value)),
        )}
        {slider(
            "Path",
            "maze-path",
            |size| size,
            Signal::derive(move || 3 * size()),
            steps,
            Signal::derive(move || format!("≥ {} steps", steps.get())),
            Callback::new(move |value| wish.update(|wish| wish.min_steps = value)),
        )}
    }
}
