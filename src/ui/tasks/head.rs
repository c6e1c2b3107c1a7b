//! What is done with the task as a whole.

use leptos::{prelude::*, task::spawn_local};
use web_sys::Event;

use crate::ui::{
    browser::files::files_of,
    tasks::editor::{Editor, View, empty},
};

/// Task or library.
#[component]
pub fn Views() -> impl IntoView {
    let editor = Editor::here();
    let button = move |of: View, title: &'static str, testid: &'static str| {
        let show = move |_| {
            editor.view.set(of);
            if of == View::Library {
                editor.show_collection(editor.shelf.with_untracked(|shelf| shelf.shown));
            }
        };
        view! {
            <button
                type="button"
                data-testid=testid
                aria-pressed=move || (editor.view.get() == of).to_string()
                on:click=show
            >
                {title}
            </button>
        }
    };
    let neighbours = Memo::new(move |_| editor.shelf.with(|shelf| shelf.has_neighbours()));
    view! {
        <div class="task-line" role="group" aria-label="Task or library">
            {button(View::Task, "Task", "tasks-task")}
            {button(View::Library, "Library", "tasks-library")}
            <Show when=move || neighbours.get()>
                {plain("Previous", "tasks-previous", move || editor.open_neighbour(-1))}
                {plain("Next", "tasks-next", move || editor.open_neighbour(1))}
                {plain("Random", "tasks-random", move || editor.open_random())}
            </Show>
        </div>
        <p class="message warning" role="status" data-testid="task-notice" hidden=move || editor.notice.with(Option::is_none)>
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
    let take = move |event: Event| {
        let files = files_of(&event);
        spawn_local(async move { editor.take_files(files).await });
    };
    let fresh = move || {
        editor.shelf.update(|shelf| shelf.forget_opened());
        editor.open(empty());
    };
    view! {
        <div class="task-line" role="group" aria-label="The task">
            <input
                type="text"
                data-testid="task-name"
                aria-label="Name of the task"
                placeholder="Name"
                prop:value=name
                on:change=rename
            />
            {plain("New", "task-new", fresh)}
            <label class="file">
                <input type="file" accept=".json" multiple data-testid="task-files" on:change=take/>
                <span>"Open files…"</span>
            </label>
            {plain("From the clipboard", "task-from-clipboard", move || editor.paste_from_clipboard())}
            {plain("Keep", "task-keep", move || editor.keep_task())}
            {plain("JSON", "task-save-json", move || editor.save_json())}
            {plain("PNG", "task-save-png", move || editor.save_png())}
            {plain("SVG", "task-save-svg", move || editor.save_svg())}
            {plain("Copy link", "task-link", move || editor.copy_link())}
        </div>
    }
}

/// Begins an attempt, or ends it.
#[component]
pub fn Playing() -> impl IntoView {
    let editor = Editor::here();
    let plays = Memo::new(move |_| editor.desk.with(|desk| desk.attempt().is_some()));
    let can = move || editor.desk.with(|desk| !desk.task().test.is_empty());
    let solved = move || editor.desk.with(|desk| desk.attempt().is_some_and(|attempt| attempt.is_solved()));
    view! {
        <div class="task-line" role="group" aria-label="Solving it yourself">
            <button
                type="button"
                class="primary"
                data-testid="task-play"
                disabled=move || !can()
                on:click=move |_| editor.change(|desk| desk.try_it(!plays.get_untracked()))
            >
                {move || if plays.get() { "Back to the editor" } else { "Solve it yourself" }}
            </button>
            <Show when=move || plays.get()>
                {plain("Save my edits", "task-save-log", move || editor.save_log())}
                <span class="task-verdict" data-state="right" data-testid="task-solved">
                    {move || solved().then_some("Solved.")}
                </span>
            </Show>
        </div>
    }
}

/// A button.
pub fn plain(title: &'static str, testid: &'static str, act: impl Fn() + 'static) -> AnyView {
    view! { <button type="button" data-testid=testid on:click=move |_| act()>{title}</button> }.into_any()
}
