//! What came of a run, what stands against the board, and what to press next.

use hrm_core::puzzle::{Fault, Kind};
use hrm_link::{engine_timing::Choice, protocol::Solutions};
use leptos::prelude::*;

use crate::ui::{
    board::{shown::answer_shown, symbol::boards, wrong::wrong_cells},
    puzzles::{self, Extras},
    solve::{
        checkpoints::StopReading,
        think_wider::ThinkWiderButton,
        yourself::{AttemptNow, AttemptSolved, Guesses},
    },
    state::{Attempt, Drawing, Machine, NextRun, Phase, Player, Route, Run, Solver, Status, kinds_of},
    url::place::Place,
};

/// What is said of the run and the board, with what can be pressed about it.
#[component]
pub fn Outcome() -> impl IntoView {
    let (drawing, machine, run, player, attempt, solver) =
        (Drawing::here(), Machine::here(), Run::here(), Player::here(), Attempt::here(), Solver::here());
    let state = move || {
        run.phase.with(|phase| match phase {
            Phase::Idle | Phase::Stopped => "idle",
            Phase::Waiting | Phase::Running { .. } => "running",
            Phase::Valid => "valid",
            Phase::Answered => "answered",
            Phase::Invalid(_) => "invalid",
            Phase::Failed(_) => "error",
        })
    };
    // Of a number of cells, not of the moment: while a run is played little of this changes.
    let now = Memo::new(move |_| at_this_step(drawing, run, player));
    let is_past = Memo::new(move |_| is_past(run, player));
    view! {
        <div class="run">
            <Show when=move || run.is_running()>
                <button type="button" data-testid="cancel" on:click=move |_| solver.cancel()>"Stop"</button>
            </Show>
            <Show
                when=move || attempt.is_on()
                fallback=move || {
                    view! {
                        <p class="now" data-testid="now">{now}</p>
                        <p class="verdict" data-testid="verdict" data-state=state role="status" aria-live="polite">
                            {move || verdict(drawing, machine, run, is_past.get())}
                        </p>
                        <Show when=move || solver.longer().is_some()>
                            <button type="button" data-testid="think-longer" on:click=move |_| solver.think_longer()>
                                "Think longer"
                            </button>
                        </Show>
                        <ThinkWiderButton/>
                        <StopReading/>
                        <p class="figures" data-testid="figures">{move || figures(run)}</p>
                        <Guesses/>
                    }
                }
            >
                <AttemptNow/>
            </Show>
        </div>
        <AttemptSolved/>
        <Show when=move || machine.lacks_model()>
            <Unfit/>
        </Show>
        <Show when=move || drawing.complaint.with(Option::is_some)>
            <p class="message warning" role="alert" data-testid="complaint">{move || drawing.complaint.get()}</p>
        </Show>
        <Notes/>
    }
}

/// Whether the model can be run at all.
pub fn has_no_model(machine: Machine) -> bool {
    machine.lacks_model() || machine.status.with(|status| matches!(status, Status::Failed(_)))
}

/// Whether the moment that is shown comes before the end of a run that has ended.
fn is_past(run: Run, player: Player) -> bool {
    let has_ended = run.phase.with(Phase::has_answer);
    has_ended && !player.is_at_end()
}

/// What is right or wrong in the answer that the board shows, before a run's end; nothing at its end, where the verdict says
/// it.
fn at_this_step(drawing: Drawing, run: Run, player: Player) -> Option<String> {
    if !is_past(run, player) {
        return None;
    }
    let (kind, moment) = (drawing.kind(), player.moment.get());
    run.recording.with(|recording| {
        let recording = recording.as_ref().filter(|recording| recording.question().len() == kind.seq_len())?;
        let Some(answer) = answer_shown(recording, moment) else { return Some("At this step: no answer yet.".into()) };
        let posed = recording.posed(moment);
        kind.rules()?;
        Some(match (kind.check(&posed, &answer.tokens), wrong_cells(kind, &posed, &answer.tokens).len()) {
            (Ok(()), _) => "At this step: solved.".into(),
            (Err(fault), 0) => format!("At this step: {fault}."),
            (Err(_), 1) => "At this step: 1 cell breaks a rule.".into(),
            (Err(_), cells) => format!("At this step: {cells} cells break a rule."),
        })
    })
}

/// What there is for a board that no model takes.
#[component]
fn Unfit() -> impl IntoView {
    let (drawing, machine, solver, next_run, route) =
        (Drawing::here(), Machine::here(), Solver::here(), NextRun::here(), Route::here());
    // The largest board of the same game that a model takes.
    let largest = Memo::new(move |_| {
        let same = |kind: &Kind| kind.is_same_game(drawing.kind());
        machine.gallery.with(|gallery| kinds_of(gallery).into_iter().rfind(same))
    });
    let learn = move |_| {
        let kind = drawing.kind();
        next_run.draft.update(|draft| draft.set_puzzle(kind));
        route.place.set(Place::Train);
    };
    view! {
        <div class="message" data-testid="unfit">
            <p>
                {move || format!("No model of this page takes {}.", boards(drawing.kind()))}
                {move || largest.get().map(|largest| format!(" The largest that it takes are {}.", boards(largest)))}
            </p>
            <div class="actions">
                {move || largest.get().map(|largest| view! {
                    <button type="button" data-testid="unfit-largest" on:click=move |_| solver.show_kind(largest)>
                        {format!("To {} instead", boards(largest))}
                    </button>
                })}
                <button type="button" data-testid="unfit-train" on:click=learn>
                    {move || format!("Train a model for {}", boards(drawing.kind()))}
                </button>
            </div>
        </div>
    }
}

/// What came of the run: as what it came to in the end while an earlier moment `is_past`.
fn verdict(drawing: Drawing, machine: Machine, run: Run, is_past: bool) -> String {
    let solved = || of_game(drawing, run, <dyn Extras>::solved);
    let unsolved = || of_game(drawing, run, <dyn Extras>::unsolved).unwrap_or_default();
    run.phase.with(|phase| match phase {
        Phase::Idle => waiting_for(machine)
            .or_else(|| warning(&said_first(drawing)))
            .unwrap_or_else(|| "Press Solve, or change the puzzle first.".into()),
        Phase::Waiting => waiting_for(machine).unwrap_or_else(|| "One moment…".into()),
        Phase::Running { .. } => "Thinking…".into(),
        Phase::Stopped => stopped(run).into(),
        Phase::Valid if is_past => "In the end: solved.".into(),
        Phase::Answered => sentence(&Fault::NoRules.to_string()),
        Phase::Invalid(fault) if is_past => format!("In the end: not a solution: {fault}.{}", unsolved()),
        Phase::Valid => solved().unwrap_or_else(|| "Solved: checked by the rules, the answer is right.".into()),
        Phase::Invalid(fault) => format!("Not a solution: {fault}.{}", unsolved()),
        Phase::Failed(message) => message.clone(),
    })
}

/// What a run that was stopped has left.
fn stopped(run: Run) -> &'static str {
    match run.read(|run| run.segments().len()) {
        0 => "Stopped before its first segment, so there is no answer yet. Press Solve to run it again.",
        _ => "Stopped.",
    }
}

/// What the game says of the puzzle that the run was about at last.
fn of_game(drawing: Drawing, run: Run, says: fn(&'static dyn Extras, Kind, &[u8]) -> Option<String>) -> Option<String> {
    let extras = puzzles::of(drawing.kind())?;
    says(extras, drawing.kind(), &run.posed_at_last()?)
}

/// How long the run took and where, and when the model held itself done.
fn figures(run: Run) -> Option<String> {
    run.recording.with(|recording| {
        let recording = recording.as_ref().filter(|recording| !recording.segments().is_empty())?;
        let count = recording.segments().len();
        let halted = match recording.halted() {
            Some(segment) => format!("its Q-head said done after segment {}", segment + 1),
            None => "its Q-head never said done".into(),
        };
        let segments = if count == 1 { "segment" } else { "segments" };
        let said =
            format!("{count} {segments} in {:.0} ms on {}; {halted}", recording.milliseconds(), recording.engine());
        let said = match run.opened.get() {
            Some(file) => format!("A recording, opened from {file}, not run here: {said}"),
            None => said,
        };
        Some(match run.is_back.get() {
            true => format!("The last run was stopped before its first segment. The one before it: {said}"),
            false => said,
        })
    })
}

/// What has to happen before a run can begin.
fn waiting_for(machine: Machine) -> Option<String> {
    if machine.lacks_model() {
        return Some("No model for this board.".into());
    }
    machine.status.with(|status| match status {
        Status::Starting => Some("Starting…".into()),
        Status::Opening => Some(match machine.loaded.get() {
            Some(part) => format!("Loading the model… {:.0} %", 100.0 * part),
            None => "Loading the model…".into(),
        }),
        Status::Ready => None,
        Status::Failed(message) => Some(format!("No model to run: {message}")),
    })
}

/// Words as a sentence of their own.
fn sentence(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    format!("{}{}.", first.collect::<String>(), rest.as_str())
}

/// What is known against the board, each in a sentence.
fn against_the_board(drawing: Drawing) -> Vec<String> {
    let faults = drawing.question.with(|question| question.kind.faults(&question.tokens));
    let mut said: Vec<String> = faults.iter().map(|fault| sentence(&fault.to_string())).collect();
    if !faults.is_empty() {
        if drawing.kind().rules().is_some_and(|rules| rules.faults_are_final()) {
            said.push("So this board has no solution.".into());
        }
        return said;
    }
    let of_solutions = match drawing.solutions.get() {
        Some(Solutions::None) => Some("This board has no solution."),
        Some(Solutions::Several) => Some("This board has several solutions."),
        Some(Solutions::Unknown) if drawing.kind().rules().is_some() => {
            Some("Whether this board has one solution is not known: finding out takes too long.")
        }
        Some(Solutions::One | Solutions::Unknown) | None => None,
    };
    said.extend(of_solutions.map(String::from));
    said
}

/// What somebody has to know before Solve is pressed: what is worst about the board, behind the first reason for it.
fn said_first(drawing: Drawing) -> Vec<String> {
    let mut said = against_the_board(drawing);
    if said.len() > 2 {
        said.drain(1..said.len() - 1);
    }
    said
}

/// Says it beside Solve.
fn warning(said: &[String]) -> Option<String> {
    (!said.is_empty()).then(|| format!("{} You can run the model on it anyway.", said.join(" ")))
}

/// What is wrong or odd about the board as far as it does not stand beside Solve, and what happened to the worker.
#[component]
fn Notes() -> impl IntoView {
    let (drawing, machine, run, attempt) = (Drawing::here(), Machine::here(), Run::here(), Attempt::here());
    let notes = Memo::new(move |_| {
        let mut notes: Vec<String> = machine.notice.get().into_iter().collect();
        let chosen = machine.choice.get() == Choice::Gpu;
        notes.extend(machine.gpu_test.found.with(|found| found.warning(chosen)));
        let kept =
            |name| format!("{name} is being copied into this browser for the next visit; it can be used meanwhile.");
        notes.extend(machine.keeping.get().map(kept));
        let mut against = against_the_board(drawing);
        let is_beside_solve =
            run.phase.with(|phase| *phase == Phase::Idle) && !attempt.is_on() && waiting_for(machine).is_none();
        if is_beside_solve {
            let said = said_first(drawing);
            against.retain(|sentence| !said.contains(sentence));
        }
        notes.extend(against);
        notes
    });
    view! {
        <div class="notes" data-testid="notes" role="status">
            <For each=move || notes.get() key=String::clone children=|note| view! { <p class="message">{note}</p> }/>
        </div>
    }
}
