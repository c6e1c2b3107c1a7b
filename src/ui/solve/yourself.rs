//! A person against the model: the same puzzle, the model's answer hidden; and what the model holds likely in a cell.

use std::time::Duration;

use hrm_core::{model::Level, puzzle::AnswerStyle};
use leptos::prelude::*;

use crate::ui::{
    board::{
        symbol::{name, place},
        wrong::wrong_cells,
    },
    format::words::{counted, duration},
    state::{Attempt, Drawing, Phase, Player, Run, Solver},
};

/// Begins an attempt; for games whose answers are symbols.
#[component]
pub fn TryYourself() -> impl IntoView {
    let (drawing, attempt, solver) = (Drawing::here(), Attempt::here(), Solver::here());
    let is_offered = move || {
        let kind = drawing.kind();
        kind.rules().is_some() && kind.layout().answers == AnswerStyle::Symbols && !attempt.is_on()
    };
    view! {
        <Show when=is_offered>
            <button type="button" data-testid="try" on:click=move |_| solver.begin_attempt()>"You against the model"</button>
        </Show>
    }
}

/// How far an attempt is, in place of the model's verdict.
#[component]
pub fn AttemptNow() -> impl IntoView {
    let (drawing, run, attempt) = (Drawing::here(), Run::here(), Attempt::here());
    let seconds = RwSignal::new(0.0);
    let tick = move || seconds.set(attempt.seconds());
    if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || timer.clear());
    }
    let counts = Memo::new(move |_| {
        let question = drawing.question.get();
        let kind = question.kind;
        attempt.filled.with(|filled| {
            let filled = filled.as_ref()?.present();
            let blank = filled.iter().filter(|token| **token == kind.blank()).count();
            // Blanks are no mistakes yet.
            let wrong = wrong_cells(kind, &question.tokens, filled);
            Some((blank, wrong.into_iter().filter(|at| filled[*at] != kind.blank()).count()))
        })
    });
    let said = move || {
        let (blank, wrong) = counts.get().unwrap_or_default();
        let to_go = if blank > 0 { format!("{} to go", counted(blank, "cell", "cells")) } else { "full".into() };
        let breaks = match wrong {
            0 => String::new(),
            1 => ", 1 breaks a rule".into(),
            wrong => format!(", {wrong} break a rule"),
        };
        format!("You: {}, {to_go}{breaks}.", duration(seconds.get()))
    };
    view! {
        <p class="verdict" data-testid="attempt">{said}</p>
        <button type="button" data-testid="show-answer" on:click=move |_| attempt.end()>"Show the model’s answer"</button>
        <p class="figures" data-testid="attempt-model">
            {move || match of_model(run) {
                Some(time) => format!("The model took {time}; its answer is hidden until you are done."),
                None => "The model has not answered yet.".into(),
            }}
        </p>
    }
}

/// That a person has solved it, beside the model's time.
#[component]
pub fn AttemptSolved() -> impl IntoView {
    let (run, attempt) = (Run::here(), Attempt::here());
    let said = move || {
        let own = duration(attempt.solved.get()?);
        let model = of_model(run).map_or_else(String::new, |time| match run.phase.get() {
            Phase::Valid => format!("; the model took {time}, and is right too"),
            Phase::Invalid(_) => format!("; the model took {time}, and is wrong"),
            _ => String::new(),
        });
        Some(format!("You solved it in {own}{model}."))
    };
    view! {
        <Show when=move || attempt.solved.with(Option::is_some)>
            <p class="message" role="status" data-testid="attempt-solved">{said}</p>
        </Show>
    }
}

/// How long the model's run took, once it has ended.
fn of_model(run: Run) -> Option<String> {
    let has_ended = run.phase.with(Phase::has_answer);
    run.recording.with(|recording| {
        let recording = recording.as_ref().filter(|_| has_ended)?;
        Some(duration(recording.milliseconds() / 1000.0))
    })
}

/// What the model's head holds most likely in the present cell, at the present moment.
#[component]
pub fn Guesses() -> impl IntoView {
    let (drawing, run, player) = (Drawing::here(), Run::here(), Player::here());
    let said = Memo::new(move |_| {
        let (kind, moment, cell) = (drawing.kind(), player.moment.get(), drawing.cell.get());
        let is_blank = drawing.question.with(|question| question.tokens.get(cell) == Some(&kind.blank()));
        run.recording.with(|recording| {
            let recording = recording.as_ref().filter(|_| is_blank)?;
            let readout = &recording.step(recording.last_step(Level::H, moment)?)?.readout;
            let likely = |(token, chance): (u8, f32)| format!("{} {:.0} %", name(kind, token), 100.0 * chance);
            let likely: Vec<String> = readout.top(cell).map(likely).collect();
            let place = place(kind, cell);
            let at = format!("row {}, column {}", place.row + 1, place.column + 1);
            (!likely.is_empty()).then(|| format!("The model on {at}: {}", likely.join(", ")))
        })
    });
    view! {
        <p class="guesses" data-testid="guesses">{said}</p>
    }
}
