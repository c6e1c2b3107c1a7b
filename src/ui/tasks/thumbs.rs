//! Small pictures of tasks, painted when they come into what is seen.

use hrm_core::puzzle::arc::Task;
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{
    Element, HtmlCanvasElement, HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit,
};

use crate::ui::{
    board::painting::context,
    browser,
    drawing::svg::escape,
    tasks::{
        editor::Editor,
        painting::{Look, paint},
    },
};

/// CSS pixels around what is seen, in which they are painted already.
const AHEAD: &str = "300px";
/// Milliseconds of a frame that are spent on painting them.
const FRAME_MS: f64 = 6.0;

/// The tasks of the shelf that are looked for, each a button.
#[component]
pub fn Thumbs() -> impl IntoView {
    let editor = Editor::here();
    let room = NodeRef::<html::Div>::new();
    let observer = StoredValue::new_local(None::<IntersectionObserver>);
    let waiting = StoredValue::new_local(Vec::new());
    let seen = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let entries = entries.iter().filter_map(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok());
        let is_idle = waiting.with_value(Vec::is_empty);
        waiting.update_value(|waiting| waiting.extend(entries.map(|entry| (entry.target(), entry.is_intersecting()))));
        if is_idle {
            show_some(editor, waiting);
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin(AHEAD);
    observer.set_value(IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &options).ok());
    // It lives with the list.
    let seen = StoredValue::new_local(seen);
    on_cleanup(move || {
        observer.update_value(|observer| observer.iter().for_each(|observer| observer.disconnect()));
        seen.dispose();
    });
    Effect::new(move |_| {
        let Some(room) = room.get() else { return };
        editor.look.track();
        let html = editor.shelf.with(|shelf| {
            let items = shelf.items().unwrap_or_default();
            shelf.found().into_iter().map(|at| button(at, &items[at].title())).collect::<String>()
        });
        room.set_inner_html(&html);
        observer.with_value(|observer| {
            let Some(observer) = observer else { return };
            observer.disconnect();
            let children = room.children();
            (0..children.length()).filter_map(|at| children.item(at)).for_each(|child| observer.observe(&child));
        });
    });
    let press = move |event: web_sys::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("[data-at]").ok().flatten());
        if let Some(at) = button.and_then(|button| number(&button)) {
            editor.open_from_shelf(at);
        }
    };
    view! { <div class="task-list" data-testid="task-list" node_ref=room on:click=press></div> }
}

fn button(at: usize, title: &str) -> String {
    let title = escape(title);
    format!(
        "<button type=button class=thumb data-at={at} data-testid=\"thumb-{title}\"><canvas aria-hidden=true></canvas>\
         <span>{title}</span></button>"
    )
}

fn number(button: &Element) -> Option<usize> {
    button.get_attribute("data-at")?.parse().ok()
}

/// Buttons that came into what is seen, or left it.
type Waiting = StoredValue<Vec<(Element, bool)>, LocalStorage>;

/// Paints some of the pictures that wait, as many as leave a frame its time, and the others in the next frames.
fn show_some(editor: Editor, waiting: Waiting) {
    let begun = browser::now();
    while browser::now() - begun < FRAME_MS {
        let next = waiting.try_update_value(|waiting| (!waiting.is_empty()).then(|| waiting.remove(0)));
        let Some((button, is_seen)) = next.flatten() else { return };
        show(editor, &button, is_seen);
    }
    request_animation_frame(move || show_some(editor, waiting));
}

/// Paints a picture that came into what is seen, and frees the pixels of one that left it.
fn show(editor: Editor, button: &Element, is_seen: bool) {
    let canvas = button.query_selector("canvas").ok().flatten().and_then(|it| it.dyn_into::<HtmlCanvasElement>().ok());
    let (Some(canvas), Some(at)) = (canvas, number(button)) else { return };
    if !is_seen {
        canvas.set_width(0);
        return;
    }
    let unit = window().device_pixel_ratio();
    let element: &HtmlElement = canvas.unchecked_ref();
    let (width, height) = (f64::from(element.client_width()) * unit, f64::from(element.client_height()) * unit);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    if let Some(on) = context(&canvas) {
        editor.shelf.with_untracked(|shelf| {
            let item = shelf.items().and_then(|items| items.get(at));
            item.iter().for_each(|item| draw(editor, &on, &item.task, [width, height], unit));
        });
    }
}

/// The first pair, its input beside its output.
fn draw(editor: Editor, on: &web_sys::CanvasRenderingContext2d, task: &Task, [width, height]: [f64; 2], unit: f64) {
    let Some(pair) = task.train.first().or(task.test.first()) else { return };
    let gap = (6.0 * unit).round();
    let room = ((width - gap) / 2.0).floor();
    for (at, grid) in pair.grids().enumerate() {
        let (rows, columns) = (grid.rows() as f64, grid.columns() as f64);
        let cell = (room / columns).min(height / rows).min(14.0 * unit);
        let (wide, high) = ((cell * columns).floor(), (cell * rows).floor());
        // The two stand together in the middle.
        let left = if at == 0 { room - wide } else { room + gap };
        let look = Look { digits: false, ..editor.look.get_untracked() };
        paint(on, grid, [left, ((height - high) / 2.0).floor(), wide, high], unit, look);
    }
}
