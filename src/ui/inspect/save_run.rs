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
    state::{Drawing, Machine, Player, Run},
};

/// A name that tells the files of one run from those of another: what is in it, the model, four digits that differ from
/// puzzle to puzzle, and the step where it is about one.
fn file_name(run: Run, player: Player, what: &str, of_moment: bool, ending: &str) -> String {
    let step = if of_moment { format!("-{}", step_of(player)) } else { String::new() };
    format!("hrm-{what}-{}{step}.{ending}", run_of(run))
}

/// What the figures show: the model, the puzzle and the step.
pub fn subject(run: Run, player: Player) -> String {
    format!("hrm-{}-{}", run_of(run), step_of(player))
}

fn step_of(player: Player) -> String {
    format!("step-{}", player.moment.get_untracked() + 1)
}

fn run_of(run: Run) -> String {
    let (model, puzzle) = untrack(|| {
        run.read(|run| {
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
    let (drawing, machine, run, player) = (Drawing::here(), Machine::here(), Run::here(), Player::here());
    let filming = RwSignal::new(false);
    let save_json = move |_| {
        let text = untrack(|| run.read(|recording| json(recording, drawing.kind())));
        browser::save(&file_name(run, player, "trace", false, "json"), "application/json", text.as_bytes());
    };
    let save_recording = move |_| {
        let bytes = untrack(|| run.read(|run| Some(file::to_bytes(run, drawing.kind()))));
        match bytes {
            Some(Ok(bytes)) => browser::save(
                &file_name(run, player, "recording", false, "safetensors"),
                "application/octet-stream",
                &bytes,
            ),
            Some(Err(error)) => machine.notice.set(Some(format!("The recording cannot be saved: {error}."))),
            None => {}
        }
    };
    let states = move |level: Level| {
        let save = move |_| {
            let bytes = untrack(|| run.read(|recording| npy(recording, level)));
            browser::save(
                &file_name(run, player, &format!("z_{level:?}"), false, "npy"),
                "application/octet-stream",
                &bytes,
            );
        };
        view! {
            <button type="button" data-testid=format!("save-{level:?}") on:click=save>
                {format!("z_{level:?} (NumPy)")}
            </button>
        }
    };
    let save_film = move |_| {
        let scenes = untrack(|| run.read(|recording| Some(Scenes::of(recording, drawing.kind()))));
        if let Some(scenes) = scenes.filter(|_| !filming.get_untracked()) {
            filming.set(true);
            let name = file_name(run, player, "board", false, "gif");
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
            let moment = player.moment.get();
            run.read(|recording| Some(Still::of(recording, drawing.kind(), moment)))
        });
        if let Some(still) = still {
            let name = file_name(run, player, "board", true, "png");
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
