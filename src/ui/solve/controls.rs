//! The model, the button that runs it, and what came of it.

use hrm_core::{
    gallery::{Card, Entry},
    puzzle::Kind,
};
use hrm_link::protocol::Solutions;
use leptos::prelude::*;

use crate::ui::{
    board::symbol::boards,
    format::words::{percent, thousands},
    open_files::OpenFiles,
    puzzles::{self, Extras},
    solve::{
        checkpoints::{Checkpoints, StopReading},
        harder_puzzles::HarderPuzzles,
        more_puzzles::MorePuzzles,
        think_wider::{ThinkWider, ThinkWiderButton},
        thinking_longer::ThinkingLonger,
    },
    state::{Page, Phase, STRETCHES, Status, kinds_of},
    url::place::Place,
    widgets::checkbox::Check,
};

/// The model for this board, with what its card measured.
#[component]
pub fn ModelLine() -> impl IntoView {
    let page = Page::here();
    let machine = page.machine;
    let fitting = Memo::new(move |_| {
        let kind = page.kind();
        machine
            .gallery
            .with(|gallery| gallery.iter().filter(|model| model.puzzle == kind).cloned().collect::<Vec<Entry>>())
    });
    let name = move || machine.model.with(|model| model.as_ref().map(|model| model.name.clone()).unwrap_or_default());
    let facts = move || machine.of_card(facts);
    let option = move |model: Entry| {
        let value = model.name.clone();
        view! { <option value=value selected=move || name() == model.name>{model.name.clone()}</option> }
    };
    let choose = move |event| machine.preferred.set(Some(event_target_value(&event)));
    view! {
        <p class="model" hidden=move || page.machine.lacks_model()>
            <label class="choice">
                "Model "
                <select data-testid="model" prop:value=name on:change=choose>
                    <For each=move || fitting.get() key=|model| model.name.clone() children=option/>
                </select>
            </label>
            <span class="facts" data-testid="facts">{facts}</span>
        </p>
        <div class="options">
            <OpenFiles title="Your own model: files…" accept="" testid="open-model"/>
            <OpenFiles title="folder…" accept="" testid="open-model-folder" folder=true/>
        </div>
        <Checkpoints/>
        <ThinkingLonger/>
        <MorePuzzles/>
        <HarderPuzzles/>
    }
}

/// What a card measured, in a line.
fn facts(card: &Card) -> String {
    let mut said = Vec::new();
    if let Some(parameters) = card.parameters {
        said.push(format!("{:.2} M parameters", parameters as f64 / 1e6));
    }
    if let Some(exact) = card.exact_accuracy {
        let of = card.count.map_or_else(String::new, |count| format!(" of {}", thousands(count)));
        let other = card.valid_accuracy.map(|valid| valid - exact).filter(|&more| more > 0.0);
        let other = other.map_or_else(String::new, |more| format!(" and {} with another right answer", percent(more)));
        said.push(format!("solved {}{of} unseen puzzles{other}", percent(exact)));
    }
    if let Some(base) = card.base_puzzles {
        said.push(format!("trained on {} puzzles", thousands(base)));
    }
    said.join(" · ")
}

/// Solve, stop, the verdict, and what is to be said about the board and the machinery.
#[component]
pub fn Controls() -> impl IntoView {
    let page = Page::here();
    let state = move || {
        page.run.phase.with(|phase| match phase {
            Phase::Idle | Phase::Stopped => "idle",
            Phase::Waiting | Phase::Running { .. } => "running",
            Phase::Valid => "valid",
            Phase::Invalid(_) => "invalid",
            Phase::Failed(_) => "error",
        })
    };
    let no_model =
        move || page.machine.lacks_model() || page.machine.status.with(|status| matches!(status, Status::Failed(_)));
    view! {
        <div class="run">
            <button
                type="button"
                class="primary"
                data-testid="solve"
                disabled=move || page.is_running() || no_model()
                on:click=move |_| page.solve()
            >
                "Solve"
            </button>
            <Show when=move || page.is_running()>
                <button type="button" data-testid="cancel" on:click=move |_| page.cancel()>"Stop"</button>
            </Show>
            <Show when=move || page.longer().is_some()>
                <button type="button" data-testid="think-longer" on:click=move |_| page.think_longer()>
                    "Think longer"
                </button>
            </Show>
            <ThinkWiderButton/>
            <StopReading/>
            <p class="verdict" data-testid="verdict" data-state=state role="status" aria-live="polite">
                {move || verdict(page)}
            </p>
            <Length/>
            <p class="figures" data-testid="figures">{move || figures(page)}</p>
        </div>
        <ThinkWider/>
        <Show when=move || page.machine.lacks_model()>
            <Unfit/>
        </Show>
        <Notes/>
    }
}

/// What there is for a board that no model takes.
#[component]
fn Unfit() -> impl IntoView {
    let page = Page::here();
    // The largest board of the same game that a model takes.
    let largest = Memo::new(move |_| {
        let same = |kind: &Kind| kind.is_same_game(page.kind());
        page.machine.gallery.with(|gallery| kinds_of(gallery).into_iter().rfind(same))
    });
    let learn = move |_| {
        let kind = page.kind();
        page.training.draft.update(|draft| draft.set_puzzle(kind));
        page.place.set(Place::Train);
    };
    view! {
        <div class="message" data-testid="unfit">
            <p>
                {move || format!("No model of this page takes {}.", boards(page.kind()))}
                {move || largest.get().map(|largest| format!(" The largest that it takes are {}.", boards(largest)))}
            </p>
            <div class="actions">
                {move || largest.get().map(|largest| view! {
                    <button type="button" data-testid="unfit-largest" on:click=move |_| page.show_kind(largest)>
                        {format!("To {} instead", boards(largest))}
                    </button>
                })}
                <button type="button" data-testid="unfit-train" on:click=learn>
                    {move || format!("Train a model for {}", boards(page.kind()))}
                </button>
            </div>
        </div>
    }
}

/// How long the model may think: as in training, longer, or until it holds itself done.
#[component]
fn Length() -> impl IntoView {
    let page = Page::here();
    let run = page.run;
    let trained = move || page.machine.shapes.get().map_or(0, |shapes| shapes.segments);
    let option = move |stretch: usize| {
        let words = move || match (stretch, trained() * stretch) {
            (1, segments) => format!("{segments} segments, as in training"),
            (_, segments) => format!("{segments} segments: think longer"),
        };
        view! { <option value=stretch.to_string() selected=move || run.stretch.get() == stretch>{words}</option> }
    };
    let choose = move |event| {
        if let Ok(stretch) = event_target_value(&event).parse() {
            run.choose_stretch(stretch);
        }
    };
    view! {
        <label class="choice">
            "Up to "
            <select data-testid="segments" on:change=choose>{STRETCHES.map(option)}</select>
        </label>
        <Check name="Stop when sure" testid="until-sure" checked=run.until_sure set=move |sure| run.until_sure.set(sure)/>
        <Check name="Watch the states" testid="watch" checked=run.watch set=move |watch| run.watch.set(watch)/>
    }
}

fn verdict(page: Page) -> String {
    page.run.phase.with(|phase| match phase {
        Phase::Idle => waiting_for(page).unwrap_or_else(|| "Press Solve, or change the puzzle first.".into()),
        Phase::Waiting => waiting_for(page).unwrap_or_else(|| "One moment…".into()),
        Phase::Running { .. } => "Thinking…".into(),
        Phase::Stopped => "Stopped.".into(),
        Phase::Valid => of_game(page, <dyn Extras>::solved)
            .unwrap_or_else(|| "Solved: checked by the rules, the answer is right.".into()),
        Phase::Invalid(fault) => {
            format!("Not a solution: {fault}.{}", of_game(page, <dyn Extras>::unsolved).unwrap_or_default())
        }
        Phase::Failed(message) => message.clone(),
    })
}

/// What the game says of the puzzle that the run was about at last.
fn of_game(page: Page, says: fn(&'static dyn Extras, Kind, &[u8]) -> Option<String>) -> Option<String> {
    let extras = puzzles::of(page.kind())?;
    says(extras, page.kind(), &page.posed_at_last()?)
}

/// How long the run took and where, and when the model held itself done.
fn figures(page: Page) -> Option<String> {
    page.run.recording.with(|recording| {
        let recording = recording.as_ref().filter(|recording| !recording.segments().is_empty())?;
        let count = recording.segments().len();
        let halted = match recording.halted() {
            Some(segment) => format!("it was sure after segment {}", segment + 1),
            None => "it was never sure".into(),
        };
        Some(format!("{count} segments in {:.0} ms on {}; {halted}", recording.milliseconds(), recording.engine()))
    })
}

/// What has to happen before a run can begin.
fn waiting_for(page: Page) -> Option<String> {
    if page.machine.lacks_model() {
        return Some("No model for this board.".into());
    }
    page.machine.status.with(|status| match status {
        Status::Starting => Some("Starting…".into()),
        Status::Opening => Some(match page.machine.loaded.get() {
            Some(part) => format!("Loading the model… {:.0} %", 100.0 * part),
            None => "Loading the model…".into(),
        }),
        Status::Measuring => Some("Timing both engines on this model…".into()),
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

/// What is wrong or odd about the board, and what happened to the worker.
#[component]
fn Notes() -> impl IntoView {
    let page = Page::here();
    let notes = Memo::new(move |_| {
        let mut notes: Vec<String> = page.machine.notice.get().into_iter().collect();
        let faults = page.drawing.question.with(|question| question.kind.faults(&question.tokens));
        let run = "The model may run on it all the same.";
        if !faults.is_empty() {
            notes.extend(faults.iter().map(|fault| sentence(&fault.to_string())));
            notes.push(match page.kind().rules().is_some_and(|rules| rules.faults_are_final()) {
                true => format!("So this board has no solution. {run}"),
                false => run.into(),
            });
        } else {
            match page.drawing.solutions.get() {
                Some(Solutions::None) => notes.push(format!("This board has no solution. {run}")),
                Some(Solutions::Several) => notes.push(format!("This board has several solutions. {run}")),
                Some(Solutions::Unknown) if page.kind().rules().is_some() => notes.push(format!(
                    "Whether this board has one solution is not known: finding out takes too long. {run}"
                )),
                Some(Solutions::One | Solutions::Unknown) | None => {}
            }
        }
        notes
    });
    view! {
        <div class="notes" data-testid="notes" role="status">
            <For each=move || notes.get() key=String::clone children=|note| view! { <p class="message">{note}</p> }/>
        </div>
    }
}
