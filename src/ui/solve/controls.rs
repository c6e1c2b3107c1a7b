//! The model, and how long it may think.

use hrm_core::{
    config::Family,
    gallery::{Card, Entry},
    recording::solve::{STILL, Until},
};
use leptos::prelude::*;
use strum::VariantArray;

use crate::ui::{
    format::words::{percent, thousands},
    open_files::OpenFiles,
    solve::{
        checkpoints::Checkpoints, harder_puzzles::HarderPuzzles, more_puzzles::MorePuzzles, tested::TestedGroups,
        thinking_longer::ThinkingLonger, wider_heat_map::WiderHeatMap,
    },
    state::{Drawing, Machine, Run, STRETCHES},
    widgets::{checkbox::Check, tooltip::Term},
};

const HRM_GLOSS: &str = "Hierarchical Reasoning Model (Wang et al. 2025): H and L are two modules with weights of their own. \
                         Its Q-head has two values: it halts where q_halt is above q_continue.";
const TRM_GLOSS: &str = "Tiny Recursive Model (Jolicoeur-Martineau 2025), HRM's successor: one module plays both roles, H's \
                         and L's, on two states. Its Q-head has one value: it halts where q_halt is above 0.";

/// The model for this board, with what its card measured.
#[component]
pub fn ModelLine() -> impl IntoView {
    let (drawing, machine) = (Drawing::here(), Machine::here());
    let fitting = Memo::new(move |_| {
        let kind = drawing.kind();
        machine
            .gallery
            .with(|gallery| gallery.iter().filter(|model| model.serves(kind)).cloned().collect::<Vec<Entry>>())
    });
    let name = move || machine.model.with(|model| model.as_ref().map(|model| model.name.clone()).unwrap_or_default());
    let facts = move || machine.of_card(facts);
    let family = move || {
        machine.shapes.get().map(|shapes| match shapes.family {
            Family::Hrm => view! { <Term name="HRM" gloss=HRM_GLOSS/> },
            Family::Trm => view! { <Term name="TRM" gloss=TRM_GLOSS/> },
        })
    };
    let option = move |model: Entry| {
        let value = model.name.clone();
        view! { <option value=value selected=move || name() == model.name>{model.name.clone()}</option> }
    };
    let choose = move |event| machine.preferred.set(Some(event_target_value(&event)));
    view! {
        <p class="model" hidden=move || machine.lacks_model()>
            <label class="choice">
                "Model "
                <select data-testid="model" prop:value=name on:change=choose>
                    <For each=move || fitting.get() key=|model| model.name.clone() children=option/>
                </select>
            </label>
            <span data-testid="family">{family}</span>
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
        <TestedGroups/>
        <WiderHeatMap/>
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
        let other = match card.valid_accuracy.map(|valid| valid - exact) {
            Some(more) if more > 0.0 => format!(" and {} with another right answer", percent(more)),
            Some(_) => ", none of them with another right answer".into(),
            None => String::new(),
        };
        said.push(format!("solved {}{of} unseen puzzles{other}", percent(exact)));
    }
    if let Some(base) = card.base_puzzles {
        said.push(match base {
            0 => "trained on ever new puzzles".into(),
            base => format!("trained on {} puzzles", thousands(base)),
        });
    }
    said.join(" · ")
}

/// How long the model may think: as in training, longer, or until it holds itself done.
#[component]
pub fn Length() -> impl IntoView {
    let (machine, run) = (Machine::here(), Run::here());
    let trained = move || machine.shapes.get().map_or(0, |shapes| shapes.segments);
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
    let ending = move |until: Until| {
        let words = match until {
            Until::Budget => "after the last segment".to_owned(),
            Until::Halt => "when the model is sure".to_owned(),
            Until::Still => format!("when {STILL} answers in a row are the same"),
        };
        view! { <option value=until.name() selected=move || run.until.get() == until>{words}</option> }
    };
    let stop = move |event| run.until.set(Until::of_name(&event_target_value(&event)).unwrap_or_default());
    view! {
        <div class="choices">
        <label class="choice">
            "Up to "
            <select data-testid="segments" on:change=choose>{STRETCHES.map(option)}</select>
        </label>
        <label class="choice">
            "Stop "
            <select data-testid="until" prop:value=move || run.until.get().name() on:change=stop>
                {Until::VARIANTS.iter().copied().map(ending).collect_view()}
            </select>
        </label>
        <Check name="Record the states of every step" testid="watch" checked=run.watch set=move |watch| run.watch.set(watch)/>
        </div>
    }
}
