//! Files that a person brings: by an input, or dropped anywhere on the page.

use hrm_core::checkpoint::torch::is_torch;
use leptos::{ev::DragEvent, prelude::*, task::spawn_local};
use web_sys::{Event, File};

use crate::ui::{
    browser::{
        self,
        files::{Dropped, beginning, files_of, text},
    },
    state::{Brought, Files},
    tasks_module::{TasksModule, is_of_tasks},
};

/// Marks the document's root while files hover over the page.
const HOVER: &str = "data-files-over";
/// Endings of files that belong to models and training, whatever comes with them.
const OF_MODELS: [&str; 3] = ["safetensors", "csv", "npy"];
/// JSON files of a drop that are looked into at most.
const LOOKED_INTO: usize = 3;

/// Takes files: tasks to the place of tasks, all else as [`Files::take`] does.
async fn take(own: Files, tasks: TasksModule, files: Vec<File>) {
    if is_tasks(tasks, &files).await {
        tasks.take_files(files);
    } else {
        own.take(files);
    }
}

async fn is_tasks(tasks: TasksModule, files: &[File]) -> bool {
    let ending = |file: &File| file.name().to_lowercase().rsplit('.').next().unwrap_or_default().to_owned();
    for file in files {
        let named = OF_MODELS.contains(&ending(file).as_str()) || Brought::default().take(file);
        if named || is_torch(&beginning(file).await) {
            return false;
        }
    }
    if tasks.is_shown() {
        return true;
    }
    for file in files.iter().filter(|file| ending(file) == "json").take(LOOKED_INTO) {
        if text(file).await.is_ok_and(|text| is_of_tasks(&text)) {
            return true;
        }
    }
    false
}

/// Takes what is dropped anywhere on the page.
pub fn take_dropped(own: Files) {
    let tasks = TasksModule::here();
    let has_files = |event: &DragEvent| {
        let kinds = event.data_transfer().map(|data| data.types());
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
    };
    let hover = window_event_listener(leptos::ev::dragover, move |event| {
        if has_files(&event) {
            event.prevent_default();
            browser::mark_root(HOVER, Some(""));
        }
    });
    let leave = window_event_listener(leptos::ev::dragleave, |event| {
        // It is told of every element that is left; only that of the window goes nowhere.
        if event.related_target().is_none() {
            browser::mark_root(HOVER, None);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event| {
        browser::mark_root(HOVER, None);
        if has_files(&event) {
            event.prevent_default();
            // Entries are gone once the event is over; what they hold is read afterwards.
            let dropped = Dropped::of(&event);
            spawn_local(async move { take(own, tasks, dropped.files().await).await });
        }
    });
    on_cleanup(move || {
        hover.remove();
        leave.remove();
        drop.remove();
    });
}

/// A button that opens files of any kind that the page takes.
#[component]
pub fn OpenFiles(
    /// What it says.
    title: &'static str,
    /// File names' endings that the browser is to offer.
    accept: &'static str,
    testid: &'static str,
    /// Whether a folder is chosen, with all its files.
    #[prop(optional)]
    folder: bool,
) -> impl IntoView {
    let (own, tasks) = (Files::here(), TasksModule::here());
    let take = move |event: Event| {
        let files = files_of(&event);
        spawn_local(async move { take(own, tasks, files).await });
    };
    view! {
        <label class="file">
            <input type="file" accept=accept multiple prop:webkitdirectory=folder data-testid=testid on:change=take/>
            <span>{title}</span>
        </label>
    }
}
