//! Experiments that only a live model allows: something is done to the thought, and one sees whether it recovers.

use hrm_core::{
    model::{Act, Level},
    recording::{Outcome, Recording},
};
use leptos::prelude::*;

use crate::ui::{
    board::{shown::answer_shown, wrong::wrong_cells},
    drawing::scale::short,
    format::moment::{in_words, name_of},
    inspect::{
        answer_board::AnswerBoard,
        experiment_form::{ExperimentForm, intervention_in_words},
        reads::Read,
        step_curve::{Measure, StepCurve},
    },
    state::{Drawing, Experiment, Player, Run, Solver},
    widgets::{table::Table, tooltip::Term},
};

const GLOSS: &str = "Stop one of the two clocks, send a state back to its start, disturb it, or change the puzzle under way. \
                     The model runs again from the beginning; up to the step where you interfere it is the same run bit for \
                     bit. Whether the two meet again shows how firmly the model holds its answer.";

/// The form, and what came of the last experiment.
#[component]
pub fn Experiments() -> impl IntoView {
    let (drawing, run, experiment, solver) = (Drawing::here(), Run::here(), Experiment::here(), Solver::here());
    let shows_experiment = move || run.read(|recording| !recording.interventions().is_empty());
    let back = move || if shows_experiment() { "Back to the untouched run" } else { "Show the experiment again" };
    let without = move || match (solver.is_foreign(), solver.has_untouched_run() || run.is_running()) {
        (true, _) => Some("This run is of another model than the open one. Press Solve for one of this model."),
        (false, false) => Some("Press Solve first: an experiment is laid over an untouched run."),
        (false, true) => None,
    };
    view! {
        <figure>
            <figcaption><Term name="Experiments" gloss=GLOSS/></figcaption>
            <ExperimentForm/>
            <p class="reading">{without}</p>
        </figure>
        <Show when=move || run.has_pair()>
            <figure>
                <figcaption>
                    "The experiment beside the untouched run"
                    <span class="unit">
                        {move || if shows_experiment() { "the page shows the experiment" } else { "the page shows the untouched run" }}
                    </span>
                </figcaption>
                <div data-testid="experiment-outcome" role="status">
                    {move || findings(drawing, run, experiment).into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
                </div>
                <button type="button" data-testid="swap-runs" disabled=move || run.is_running() on:click=move |_| solver.swap_runs()>
                    {back}
                </button>
                <BothBoards/>
                <Table head=["Segment", "z_H apart", "z_L apart", "Cells that differ"] rows=move || rows(run, experiment)/>
            </figure>
            <StepCurve measure=Measure::Apart/>
        </Show>
    }
}

/// The answers of both runs at the step that is shown, as boards: framed where they differ, struck out where a rule is broken;
/// the puzzle alone before the first.
#[component]
fn BothBoards() -> impl IntoView {
    let (drawing, run, player) = (Drawing::here(), Run::here(), Player::here());
    let answer = move |of_experiment: bool| {
        let moment = player.moment.get();
        let found = |run: &Option<Recording>| {
            let run = run.as_ref().filter(|run| run.interventions().is_empty() != of_experiment)?;
            Some((answer_shown(run, moment).map(|answer| answer.tokens), run.posed(moment)))
        };
        run.recording.with(found).or_else(|| run.kept.with(found))
    };
    let read = move |of_experiment: bool| {
        Memo::new(move |_| {
            let (answered, posed) = answer(of_experiment)?;
            let other = answer(!of_experiment).and_then(|(other, _)| other).unwrap_or_default();
            let tokens = answered.as_ref().unwrap_or(&posed).clone();
            let changed = (0..tokens.len()).filter(|&cell| other.get(cell).is_some_and(|own| *own != tokens[cell]));
            let changed = if answered.is_some() { changed.collect() } else { Vec::new() };
            let wrong = answered.map(|tokens| wrong_cells(drawing.kind(), &posed, &tokens)).unwrap_or_default();
            Some(Read { moment: player.moment.get(), tokens, changed, wrong })
        })
    };
    let both =
        Memo::new(move |_| [true, false].map(|of_experiment| answer(of_experiment).and_then(|(found, _)| found)));
    let said = move || {
        both.with(|both| match both {
            [None, None] => {
                "No answer yet: it is read when H has stepped. Both boards show the puzzle; play on, or go to the end."
            }
            [Some(one), Some(other)] if one == other => "At this step both answer the same.",
            _ => "",
        })
    };
    view! {
        <p class="reading" data-testid="both-boards-reading">{said}</p>
        <div class="answer-now" data-testid="both-boards">
            <figure>
                <figcaption>"The experiment at this step" <span class="unit">"framed: differs"</span></figcaption>
                <AnswerBoard read=read(true)/>
            </figure>
            <figure>
                <figcaption>"The untouched run at this step"</figcaption>
                <AnswerBoard read=read(false)/>
            </figure>
        </div>
    }
}

/// Reads the experiment of the pair, whichever of the two the page shows.
fn of_experiment<T: Default>(run: Run, read: impl FnOnce(&Recording) -> T) -> T {
    run.recording.with(|shown| {
        run.kept.with(|kept| {
            let mut both = shown.iter().chain(kept);
            both.find(|recording| !recording.interventions().is_empty()).map(read).unwrap_or_default()
        })
    })
}

/// What was done and what came of it, in sentences.
fn findings(drawing: Drawing, run: Run, experiment: Experiment) -> Vec<String> {
    let acts = of_experiment(run, |experiment| experiment.interventions().to_vec());
    let mut lines: Vec<String> = acts.iter().map(|act| intervention_in_words(drawing, run, *act)).collect();
    lines.extend(other_engine(run));
    lines.extend(experiment.comparison.with(|comparison| Some(outcome(comparison.as_ref()?.outcome()?))));
    if acts.iter().any(|intervention| matches!(intervention.act, Act::Clue { .. })) {
        lines.extend(of_experiment(run, |experiment| {
            let posed = experiment.posed(experiment.moments());
            let checked = drawing.kind().check(&posed, &experiment.segments().last()?.answer.tokens);
            Some(match checked {
                Ok(()) => "By the rules its last answer solves the changed puzzle.".into(),
                Err(fault) => format!("By the rules its last answer does not solve the changed puzzle: {fault}."),
            })
        }));
    }
    lines.extend([Level::H, Level::L].into_iter().filter_map(|level| distance(run, experiment, level)));
    lines
}

/// That the two runs were computed differently, where they were.
fn other_engine(run: Run) -> Option<String> {
    let of_run = run.read(|run| run.engine().to_owned());
    let of_kept = run.kept.with(|kept| Some(kept.as_ref()?.engine().to_owned()))?;
    (of_run != of_kept).then(|| {
        format!(
            "One of the two ran on {of_run}, the other on {of_kept}: they differ by rounding from their first step on. \
             Solve again for a pair of one engine."
        )
    })
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Same => "The answer was the untouched run's after every segment.".into(),
        Outcome::Recovered { segment, differed } => format!(
            "The answer differed after {differed} {} and was the untouched run's again from segment {} on: the thought \
             recovered.",
            if differed == 1 { "segment" } else { "segments" },
            segment + 1
        ),
        Outcome::Apart { cells } => format!(
            "The answer differs from the untouched run's in {cells} {} after the last segment: it has not recovered.",
            if cells == 1 { "cell" } else { "cells" }
        ),
    }
}

/// How far a module's states are apart, at most and at last.
fn distance(run: Run, experiment: Experiment, level: Level) -> Option<String> {
    let [(at, most), (_, last)] = experiment.comparison.with(|comparison| comparison.as_ref()?.extremes(level))?;
    let name = name_of(level).1;
    if most == 0.0 {
        return Some(format!("{name} is the same in both runs, bit for bit."));
    }
    let place = run.read(|recording| in_words(recording, at))?;
    Some(format!("{name} is at most {} RMS apart ({place}), and {} RMS at last.", short(most), short(last)))
}

/// Each segment: how far the states are apart at its end, and cells whose answers differ.
fn rows(run: Run, experiment: Experiment) -> Vec<Vec<String>> {
    let Some(steps) = run.read(|recording| Some(recording.shapes().steps())) else { return Vec::new() };
    experiment.comparison.with(|comparison| {
        let Some(comparison) = comparison else { return Vec::new() };
        let apart = |moment| comparison.distance(moment).map_or_else(|| "not kept".into(), |d| format!("{d:.6}"));
        let row = |(segment, cells): (usize, &usize)| {
            let end = (segment + 1) * steps;
            vec![format!("{}", segment + 1), apart(end - 1), apart(end - 2), cells.to_string()]
        };
        comparison.differing().iter().enumerate().map(row).collect()
    })
}
