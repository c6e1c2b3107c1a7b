//! Colours, tools, and what is done at once.

use hrm_core::puzzle::arc::Palette;
use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;

use crate::ui::{
    tasks::{
        button::{Button, coloured},
        desk::Desk,
        editor::{Editor, ZOOM},
        tool::{Act, Key, Tool},
        words,
    },
    widgets::checkbox::Check,
};

/// Stays on the screen while one scrolls from grid to grid.
#[component]
pub fn Tools() -> impl IntoView {
    let editor = Editor::here();
    listen_for_undo(editor);
    let look = editor.look;
    let colour = move |of: u8| {
        Button::saying(format!("task-colour-{of}"), move || of.to_string())
            .class("colour")
            .label(move || format!("{of}, {}", words::colour(of)))
            .style(move || coloured(look.get().palette, of))
            .pressed(move || editor.desk.with(|desk| desk.colour == of))
            .on(move || editor.change(|desk| desk.colour = of))
    };
    let tool = move |of: Tool| {
        let (name, key) = of.name();
        Button::new(format!("task-{}", name.to_lowercase()), name)
            .key(key)
            .pressed(move || editor.desk.with(|desk| desk.tool == of))
            .on(move || editor.take(of))
    };
    let act = move |of: Act| {
        let (name, word, key) = of.name();
        Button::new(format!("task-{word}"), name)
            .key(key)
            .disabled(move || editor.desk.with(|desk| !desk.can(of)))
            .on(move || editor.act(of))
    };
    let at = Memo::new(move |_| editor.desk.with(where_at));
    let grows = move |event| editor.zoom.set(event_target_value(&event).parse().unwrap_or(ZOOM));
    view! {
        // What is pressed here leaves the keyboard where it is: in the grid.
        <div class="task-tools" role="group" aria-label="Drawing" on:mousedown=move |event| keep_focus(&event)>
            <div class="task-line colours" role="group" aria-label="Colour">{(0..10).map(colour).collect::<Vec<_>>()}</div>
            <div class="task-line" role="group" aria-label="Tool">
                {Vec::from(Tool::ALL.map(tool))}
                <Check
                    name="Digits"
                    testid="task-digits"
                    checked=Signal::derive(move || look.get().digits)
                    set=move |digits| look.update(|look| look.digits = digits)
                />
                <Check
                    name="Colour-blind palette"
                    testid="task-palette"
                    checked=Signal::derive(move || look.get().palette == Palette::ColourBlind)
                    set=move |other| {
                        look.update(|look| look.palette = if other { Palette::ColourBlind } else { Palette::Usual })
                    }
                />
                <label class="check">
                    "Size "
                    <input
                        type="range"
                        min="120"
                        max="720"
                        step="20"
                        data-testid="task-zoom"
                        prop:value=move || editor.zoom.get().to_string()
                        on:input=grows
                    />
                </label>
            </div>
            <div class="task-line" role="group" aria-label="Grid">{Vec::from(Act::ALL.map(act))}</div>
            <p class="task-where" data-testid="task-where">{at}</p>
        </div>
    }
}

fn keep_focus(event: &web_sys::MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    if target.is_some_and(|target| target.closest("button").ok().flatten().is_some()) {
        event.prevent_default();
    }
}

/// Where the keyboard is, what stands there, and what is about to happen.
fn where_at(desk: &Desk) -> String {
    let (slot, at) = (desk.slot(), desk.cursor());
    let Some(grid) = desk.grid(slot) else { return String::new() };
    let colour = grid.get(at).map_or("", words::colour);
    let mut said = format!("{} ({}): {at}: {colour}", slot.title(), words::size(grid));
    if desk.floats() {
        said.push_str(". Press a cell, or arrows and Enter, to put it down; Escape to give it up");
    } else if let Some(region) = desk.chosen() {
        said.push_str(&format!(". Chosen: {} by {}", region.size.rows(), region.size.columns()));
    }
    said
}

/// Ctrl+Z and Ctrl+Y anywhere in the place but in a field.
fn listen_for_undo(editor: Editor) {
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let command = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
        let act = Key::command(&event.key(), event.shift_key()).filter(|act| command && *act != Act::Copy);
        if let Some(act) = act.filter(|_| editor.is_here() && !in_field(event.target())) {
            editor.act(act);
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Whether what an event is about is a field, which has its own ways.
pub fn in_field(target: Option<web_sys::EventTarget>) -> bool {
    const TEXT: &str = "textarea, input:not([type=range], [type=checkbox], [type=file])";
    let target = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.matches(TEXT).unwrap_or(false))
}
