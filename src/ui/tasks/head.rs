//! What is done with the task as a whole.

use leptos::prelude::*;
use web_sys::Event;

use crate::ui::{
    browser::files::files_of,
    tasks::{
        button::{Button, when},
        editor::{Editor, View, empty},
    },
};

/// Task or library.
#[component]
pub fn Views() -> impl IntoView {
    let editor = Editor::here();
    let button = move |of: View, title: &'static str, testid: &'static str| {
        let show = move || {
            editor.view.set(of);
            editor.notice.set(None);
            if of == View::Library {
                editor.show_collection(editor.shelf.with_untracked(|shelf| shelf.shown));
            }
        };
        Button::new(testid, title).pressed(move || editor.view.get() == of).on(show)
    };
    let has_neighbours = move || editor.shelf.with(|shelf| shelf.has_neighbours());
    let neighbours = move || {
        vec![
            plain("Previous", "tasks-previous", move || editor.open_neighbour(-1)),
            plain("Next", "tasks-next", move || editor.open_neighbour(1)),
            plain("Random", "tasks-random", move || editor.open_random()),
        ]
        .into_any()
    };
    view! {
        <div class="task-line" role="group" aria-label="Task or library">
            {button(View::Task, "Task", "tasks-task")}
            {button(View::Library, "Library", "tasks-library")}
            {when(has_neighbours, neighbours)}
            {when(move || editor.view.get() == View::Task, move || playing(editor))}
        </div>
        <p
            class="message"
            class:warning=editor.is_fault
            role="status"
            data-testid="task-notice"
            hidden=move || editor.notice.with(Option::is_none)
        >
            {move || editor.notice.get()}
        </p>
    }
}

/// The task's name, and where it comes from and goes to.
#[component]
pub fn Head() -> impl IntoView {
    let editor = Editor::here();
    let name = Memo::new(move |_| editor.desk.with(|desk| desk.task().title()).unwrap_or_default());
    let rename = move |event: Event| {
        let name = event_target_value(&event);
        editor.change(|desk| desk.rename(name.trim()));
    };
    let take = move |event: Event| editor.take_files(files_of(&event));
    let fresh = move || {
        editor.shelf.update(|shelf| shelf.forget_opened());
        editor.open(empty());
    };
    // On a phone; elsewhere there is room for all of it.
    let unfolded = RwSignal::new(false);
    let unfold = Button::saying("task-unfold", move || if unfolded.get() { "Files ▴" } else { "Files ▾" }.to_owned())
        .class("quiet unfold")
        .expanded(move || unfolded.get())
        .on(move || unfolded.update(|unfolded| *unfolded = !*unfolded));
    view! {
        <div class="task-line" class:unfolded=unfolded role="group" aria-label="The task">
            <input
                type="text"
                data-testid="task-name"
                aria-label="Name of the task"
                placeholder="Name"
                prop:value=name
                on:change=rename
            />
            {plain("New", "task-new", fresh)}
            {plain("Keep", "task-keep", move || editor.keep_task())}
            {unfold}
            <div class="folded">
                <span class="task-group">
                    <label class="file">
                        <input type="file" accept=".json" multiple data-testid="task-files" on:change=take/>
                        <span>"Open files…"</span>
                    </label>
                    <label class="file">
                        <input
                            type="file"
                            multiple
                            prop:webkitdirectory=true
                            aria-label="Open a folder of tasks…"
                            data-testid="task-folder"
                            on:change=take
                        />
                        <span>"folder…"</span>
                    </label>
                    {plain("From the clipboard", "task-from-clipboard", move || editor.paste_from_clipboard())}
                </span>
                <span class="task-group" role="group" aria-label="Save as">
                    <span class="task-none">"Save as"</span>
                    {plain("JSON", "task-save-json", move || editor.save_json())}
                    {plain("PNG", "task-save-png", move || editor.save_png())}
                    {plain("SVG", "task-save-svg", move || editor.save_svg())}
                    {plain("Copy link", "task-link", move || editor.copy_link())}
                </span>
            </div>
        </div>
    }
}

/// Begins an attempt, or ends it.
fn playing(editor: Editor) -> AnyView {
    let plays = move || editor.desk.with(|desk| desk.attempt().is_some());
    let solved = move || editor.desk.with(|desk| desk.attempt().is_some_and(|attempt| attempt.is_solved()));
    let title = move || if plays() { "Back to the editor" } else { "Solve it yourself" }.to_owned();
    let begin = Button::saying("task-play", title)
        .class("primary")
        .disabled(move || editor.desk.with(|desk| desk.task().test.is_empty()))
        .on(move || {
            editor.notice.set(None);
            editor.change(|desk| desk.try_it(desk.attempt().is_none()));
        });
    view! {
        {begin}
        {when(plays, move || plain("Save my edits", "task-save-log", move || editor.save_log()))}
        <span class="task-verdict" data-state="right" data-testid="task-solved">
            {move || solved().then_some("Solved.")}
        </span>
    }
    .into_any()
}

/// A button.
pub fn plain(title: &'static str, testid: &'static str, act: impl Fn() + 'static) -> AnyView {
    Button::new(testid, title).on(act)
}
