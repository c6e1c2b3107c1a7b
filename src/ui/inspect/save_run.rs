//! The run as files, for those who show it or go on with it elsewhere.

use hrm_core::{
    model::Level,
    recording::{
        export::{json, npy},
        file,
    },
};
use leptos::{prelude::*, task::spawn_local};

use crate::ui::{
    browser,
    inspect::board_animation::{Scenes, Still, film},
    state::Page,
};

/// A name that tells the files of one run from those of another: what is in it, the model, four digits that differ from
/// puzzle to puzzle, and the step where it is about one.
fn file_name(page: Page, what: &str, of_moment: bool, ending: &str) -> String {
    let step = if of_moment { format!("-{}", step_of(page)) } else { String::new() };
    format!("hrm-{what}-{}{step}.{ending}", run_of(page))
}

/// What the figures show: the model, the puzzle and the step.
pub fn subject(page: Page) -> String {
    format!("hrm-{}-{}", run_of(page), step_of(page))
}

fn step_of(page: Page) -> String {
    format!("step-{}", page.player.moment.get_untracked() + 1)
}

fn run_of(page: Page) -> String {
    let (model, puzzle) = untrack(|| {
        page.run.read(|run| {
            let puzzle =
                run.question().iter().fold(0u32, |hash, &token| hash.wrapping_mul(31).wrapping_add(token.into()));
            (run.maker().name.clone(), puzzle % 10_000)
        })
    });
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '-' };
    let model: String = model.chars().map(plain).collect();
    format!("{model}-{puzzle:04}")
}

/// A button for each file.
#[component]
pub fn SaveRun() -> impl IntoView {
    let page = Page::here();
    let filming = RwSignal::new(false);
    let save_json = move |_| {
        let text = untrack(|| page.run.read(|recording| json(recording, page.kind())));
        browser::save(&file_name(page, "trace", false, "json"), "application/json", text.as_bytes());
    };
    let save_recording = move |_| {
        let bytes = untrack(|| page.run.read(|run| Some(file::to_bytes(run, page.kind()))));
        match bytes {
            Some(Ok(bytes)) => {
                browser::save(&file_name(page, "recording", false, "safetensors"), "application/octet-stream", &bytes)
            }
            Some(Err(error)) => page.machine.notice.set(Some(format!("The recording cannot be saved: {error}."))),
            None => {}
        }
    };
    let states = move |level: Level| {
        let save = move |_| {
            let bytes = untrack(|| page.run.read(|recording| npy(recording, level)));
            browser::save(&file_name(page, &format!("z_{level:?}"), false, "npy"), "application/octet-stream", &bytes);
        };
        view! {
            <button type="button" data-testid=format!("save-{level:?}") on:click=save>
                {format!("z_{level:?} (NumPy)")}
            </button>
        }
    };
    let save_film = move |_| {
        let scenes = untrack(|| page.run.read(|recording| Some(Scenes::of(recording, page.kind()))));
        if let Some(scenes) = scenes.filter(|_| !filming.get_untracked()) {
            filming.set(true);
            let name = file_name(page, "board", false, "gif");
            spawn_local(async move {
                if let Some(bytes) = film(scenes).await {
                    browser::save(&name, "image/gif", &bytes);
                }
                filming.try_set(false);
            });
        }
    };
    let save_board = move |_| {
        let still = untrack(|| {
            let moment = page.player.moment.get();
            page.run.read(|recording| Some(Still::of(recording, page.kind(), moment)))
        });
        if let Some(still) = still {
            let name = file_name(page, "board", true, "png");
            spawn_local(async move {
                if let Some(picture) = still.picture().await {
                    browser::save_blob(&name, &picture);
                }
            });
        }
    };
    view! {
        <div class="options" role="group" aria-label="Save the run">
            <span class="choice">"Save the run:"</span>
            <button type="button" data-testid="save-board" on:click=save_board>"Board (PNG)"</button>
            <button type="button" data-testid="save-film" disabled=filming on:click=save_film>
                {move || if filming.get() { "Painting…" } else { "Board (GIF)" }}
            </button>
            <button type="button" data-testid="save-recording" on:click=save_recording>"Recording"</button>
            <button type="button" data-testid="save-json" on:click=save_json>"Trace (JSON)"</button>
            {states(Level::H)}
            {states(Level::L)}
        </div>
    }
}
