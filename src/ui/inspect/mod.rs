//! Views of what happens inside the model.

mod answer_board;
mod answers;
mod board_animation;
mod convergence;
mod course;
mod dimensions;
mod experiment_form;
mod experiments;
mod film_clocks;
mod halting;
mod heat_map;
mod mixing;
mod mixing_board;
mod overview;
mod plane;
mod reads;
mod save_run;
mod shown;
mod space;
mod states;
mod step_curve;
mod tabs;
mod trajectory;
mod views;

use leptos::prelude::*;

use halting::Halting;
use save_run::{SaveRun, subject};
use tabs::Tabs;

use crate::ui::{
    open_files::OpenFiles,
    state::{Player, Run},
    widgets::save_figure::Subject,
};

/// The views, live during a run and after it.
#[component]
pub fn Inspector() -> impl IntoView {
    let (run, player) = (Run::here(), Player::here());
    provide_context(Subject(Signal::derive(move || subject(run, player))));
    let has_moments =
        move || run.recording.with(|recording| recording.as_ref().is_some_and(|recording| recording.moments() > 0));
    let is_watched = move || run.read(|recording| recording.moments() == 0 || recording.is_watched());
    let unwatched = move || {
        view! {
            <p class="invitation" data-testid="unwatched">
                "Of this run only the answers and the Q-head's values were kept, and nothing was copied on the way. Tick \
                 “Record the states of every step” and solve again to look inside."
            </p>
            <Halting/>
        }
    };
    let invitation = move || {
        view! {
            <p class="invitation">
                "Press Solve: here you will see the two states settle, "
                <b class="h">"z_H"</b> " slowly, " <b class="l">"z_L"</b> " several steps for each of H's, "
                "and when its Q-head says that the answer is right."
            </p>
        }
    };
    let thinned = Memo::new(move |_| run.read(|recording| recording.keep().words()));
    view! {
        <Show when=has_moments fallback=invitation>
            <Show when=is_watched fallback=unwatched>
                <Tabs/>
                {move || thinned.get().map(|words| view! { <p class="reading" data-testid="thinned">{words}</p> })}
                <SaveRun/>
            </Show>
        </Show>
        <div class="options">
            <OpenFiles title="Open a recording…" accept=".safetensors" testid="open-recording"/>
        </div>
    }
}
