//! What is to be done to the thought, put together.

use hrm_core::{
    model::{Act, Intervention, Level},
    puzzle::Kind,
    recording::solve::Until,
};
use leptos::prelude::*;

use crate::ui::{
    board::symbol::{name, place},
    format::moment::{in_words, name_of},
    state::{Drawing, Experiment, Player, Run, Solver},
};

/// What can be chosen.
#[derive(Clone, Copy, PartialEq)]
enum Deed {
    Freeze(Level),
    Restart(Level),
    Noise(Level),
    Clue,
}

impl Deed {
    const ALL: [Self; 7] = [
        Self::Freeze(Level::H),
        Self::Freeze(Level::L),
        Self::Restart(Level::H),
        Self::Restart(Level::L),
        Self::Noise(Level::H),
        Self::Noise(Level::L),
        Self::Clue,
    ];

    fn title(self) -> String {
        match self {
            Self::Freeze(level) => format!("freeze {}", name_of(level).1),
            Self::Restart(level) => format!("restart {}", name_of(level).1),
            Self::Noise(level) => format!("add noise to {}", name_of(level).1),
            Self::Clue => "change a clue".into(),
        }
    }
}

/// An act as a sentence.
pub fn act_in_words(kind: Kind, act: Act) -> String {
    let state = |level| name_of(level).1;
    match act {
        Act::Freeze { level } => format!("{} is frozen", state(level)),
        Act::Restart { level } => format!("{} becomes its initial state", state(level)),
        Act::Noise { level, size, seed } => {
            format!("noise of {size} times its RMS is added to {} (seed {seed})", state(level))
        }
        Act::Clue { cell, token } => format!("{} becomes {}", place(kind, cell), name(kind, token as u8)),
    }
}

/// An intervention as a sentence.
pub fn intervention_in_words(drawing: Drawing, run: Run, intervention: Intervention) -> String {
    let when = run.read(|recording| in_words(recording, intervention.at));
    let when = when.unwrap_or_else(|| format!("step {}", intervention.at + 1));
    format!("From {when} on: {}.", act_in_words(drawing.kind(), intervention.act))
}

/// Tokens that a clue can become.
fn clues(kind: Kind) -> Vec<u8> {
    kind.question_tokens()
}

/// Chooses an act, gathers several, runs them.
#[component]
pub fn ExperimentForm() -> impl IntoView {
    let (drawing, run, player, experiment, solver) =
        (Drawing::here(), Run::here(), Player::here(), Experiment::here(), Solver::here());
    // What is chosen outlives the form, which goes while a run begins.
    let Experiment { acts, deed, size, seed, token, .. } = experiment;
    let cell = drawing.cursor;
    let deed_now = move || Deed::ALL[deed.get()];
    let chosen = move || {
        let act = match untrack(deed_now) {
            Deed::Freeze(level) => Act::Freeze { level },
            Deed::Restart(level) => Act::Restart { level },
            Deed::Noise(level) => Act::Noise { level, size: size.get_untracked(), seed: seed.get_untracked() },
            Deed::Clue => Act::Clue { cell: cell.get_untracked(), token: token.get_untracked().into() },
        };
        Intervention { at: player.moment.get_untracked(), act }
    };
    let all = move || {
        let mut all = acts.get_untracked();
        all.push(chosen());
        all
    };
    let when = move || {
        let moment = player.moment.get();
        run.read(|recording| in_words(recording, moment))
    };
    let is_last = move || player.is_at_end();
    // Nothing can come of what is done at a run's last step, where it stands when it has ended.
    if untrack(|| is_last() && !run.is_running() && acts.with(Vec::is_empty)) {
        player.seek(0);
    }
    let option = move |index: usize| {
        view! { <option value=index.to_string() selected=move || deed.get() == index>{Deed::ALL[index].title()}</option> }
    };
    let choose = move |event| {
        if let Some(index) = event_target_value(&event).parse().ok().filter(|index| *index < Deed::ALL.len()) {
            deed.set(index);
        }
    };
    let set_size = move |event| {
        if let Some(number) =
            event_target_value(&event).parse().ok().filter(|size: &f32| size.is_finite() && *size >= 0.0)
        {
            size.set(number);
        }
    };
    let set_seed = move |event| {
        if let Ok(number) = event_target_value(&event).parse() {
            seed.set(number);
        }
    };
    let noise = move || matches!(deed_now(), Deed::Noise(_));
    let tokens = move || {
        let kind = drawing.kind();
        let option = |value: u8| {
            view! { <option value=value.to_string() selected=move || token.get() == value>{name(kind, value)}</option> }
        };
        clues(kind).into_iter().map(option).collect_view()
    };
    let set_token = move |event| {
        if let Ok(number) = event_target_value(&event).parse() {
            token.set(number);
        }
    };
    view! {
        <div class="options">
            <label class="choice">
                "From the step shown on, "
                <select data-testid="act" on:change=choose>{(0..Deed::ALL.len()).map(option).collect_view()}</select>
            </label>
            <Show when=noise>
                <label class="choice">
                    "of "
                    <input type="number" class="number" data-testid="noise-size" min="0" step="0.1"
                        prop:value=move || size.get().to_string() on:change=set_size/>
                    " times its RMS"
                </label>
                <label class="choice">
                    "Seed "
                    <input type="number" class="number" data-testid="noise-seed" min="0"
                        prop:value=move || seed.get().to_string() on:change=set_seed/>
                </label>
            </Show>
            <Show when=move || deed_now() == Deed::Clue>
                <label class="choice">
                    {move || format!("{} becomes ", place(drawing.kind(), cell.get()))}
                    <select data-testid="clue-token" on:change=set_token>{tokens}</select>
                </label>
                <span class="reading">"Select another cell of the board to change that one (with “Look”, where pressing draws)."</span>
            </Show>
        </div>
        <p class="reading" data-testid="act-begins">{move || Some(format!("The step shown: {}.", when()?))}</p>
        <Show when=is_last>
            <p class="message" data-testid="act-too-late">
                "This is the run's last step: nothing that is done here can change the answer. Choose an earlier one on the \
                 timeline."
            </p>
        </Show>
        <Show when=move || run.until.get() != Until::Budget>
            <p class="reading">
                "An experiment runs through all its segments, whatever is chosen for other runs: only so one sees \
                 whether the thought recovers."
            </p>
        </Show>
        <Show when=move || acts.with(|acts| !acts.is_empty())>
            <ul class="acts" aria-label="Together with" data-testid="acts">
                {move || acts.get().into_iter().enumerate().map(|(index, act)| listed(drawing, run, experiment, index, act)).collect_view()}
            </ul>
        </Show>
        <div class="options">
            <button
                type="button"
                class="primary"
                data-testid="run-experiment"
                disabled=move || run.is_running() || !solver.has_untouched_run()
                on:click=move |_| solver.run_experiment(all())
            >
                "Run it beside the untouched run"
            </button>
            <button type="button" data-testid="add-act" on:click=move |_| acts.update(|acts| acts.push(chosen()))>
                "Add this, and choose another"
            </button>
        </div>
    }
}

/// An act that was gathered, with the button that drops it.
fn listed(
    drawing: Drawing,
    run: Run,
    experiment: Experiment,
    index: usize,
    intervention: Intervention,
) -> impl IntoView {
    let drop_it = move |_| {
        experiment.acts.update(|acts| {
            acts.remove(index);
        });
    };
    view! {
        <li>
            {intervention_in_words(drawing, run, intervention)}
            " "
            <button type="button" class="quiet" on:click=drop_it>"Drop"</button>
        </li>
    }
}
