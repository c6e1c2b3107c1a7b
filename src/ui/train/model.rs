//! What learns, and how: a preset, its first weights, every setting.

use hrm_core::{gallery::Entry, train::Preset};
use hrm_link::training::Stored;
use leptos::prelude::*;

use crate::ui::{
    format::date::dated,
    open_files::OpenFiles,
    recipe_form::{draft::Draft, fields::Section},
    state::{Machine, NextRun, Origin, Runs},
    train::input::{Setting, Settings},
    widgets::details::Fold,
};

/// Settings that stand outside the folded lists.
const IN_SIGHT: &[&str] = &["name", "steps", "batch"];

/// Preset, first weights, and all settings behind a fold.
#[component]
pub fn Model() -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Model"</legend>
            <div class="settings-grid">
                <Presets/>
                <FirstWeights/>
                <Setting name="name"/>
                <Setting name="steps"/>
                <Setting name="batch"/>
            </div>
            <Fold summary="All fields of the model" testid="train-model-fields">
                <Fixed/>
                <Settings section=Section::Model/>
            </Fold>
            <Fold summary="Optimizer and tests" testid="train-optimizer-fields">
                <PaperOptimizer/>
                <Settings section=Section::Optimizer/>
                <Settings section=Section::Schedule but=IN_SIGHT/>
            </Fold>
        </fieldset>
    }
}

#[component]
fn Presets() -> impl IntoView {
    let draft = NextRun::here().draft;
    let preset = Memo::new(move |_| draft.with(Draft::preset));
    let name = move || preset.with(|preset| preset.as_ref().map_or("own", |preset| preset.name));
    let choose = move |event| {
        let name = event_target_value(&event);
        draft.update(|draft| {
            if let Some(preset) = Preset::all(draft.puzzle).iter().find(|preset| preset.name == name) {
                draft.take_preset(preset);
            }
        });
    };
    let presets = draft.with_untracked(|draft| Preset::all(draft.puzzle)).map(|preset| preset.name);
    let option = move |preset: &'static str| {
        view! { <option value=preset selected=move || name() == preset>{title(preset)}</option> }
    };
    let about =
        move || preset.with(|preset| preset.as_ref().map_or("The fields as you set them.", |preset| preset.about));
    view! {
        <div class="setting">
            <label for="train-preset">"Preset"</label>
            <select id="train-preset" data-testid="train-preset" prop:value=name on:change=choose>
                {presets.map(option).collect_view()}
                <option value="own" disabled selected=move || name() == "own">"Your own"</option>
            </select>
            <p class="help">{about}</p>
        </div>
    }
}

/// A preset's name on the page.
fn title(preset: &'static str) -> &'static str {
    match preset {
        "tiny" => "Tiny",
        "small" => "Small",
        "medium" => "Medium",
        "paper" => "The paper's 27 M",
        "trm" => "TRM",
        other => other,
    }
}

/// Where the first weights come from.
#[component]
fn FirstWeights() -> impl IntoView {
    let (machine, next_run, runs) = (Machine::here(), NextRun::here(), Runs::here());
    let fitting = Memo::new(move |_| {
        let kind = next_run.draft.with(|draft| draft.puzzle);
        let of_file = |entry: &Entry| entry.serves(kind) && !entry.file.is_empty();
        machine.gallery.with(|gallery| gallery.iter().filter(|entry| of_file(entry)).cloned().collect::<Vec<_>>())
    });
    let fitting_runs = Memo::new(move |_| {
        let kind = next_run.draft.with(|draft| draft.puzzle);
        let of_kind = |stored: &&Stored| stored.state.as_ref().is_ok_and(|state| state.recipe.puzzle == kind);
        runs.stored.with(|stored| {
            let fitting = stored.iter().flatten().filter(of_kind);
            fitting.map(|stored| (stored.run.clone(), dated(stored))).collect::<Vec<_>>()
        })
    });
    // A model of another kind of puzzle does not fit.
    Effect::new(move |_| {
        let unfit = match next_run.origin.get() {
            Origin::Gallery(name) => fitting.with(|fitting| fitting.iter().all(|entry| entry.name != name)),
            Origin::Run(id) => fitting_runs.with(|runs| runs.iter().all(|(run, _)| *run != id)),
            Origin::Random | Origin::File(_) => false,
        };
        if unfit {
            next_run.origin.set(Origin::Random);
        }
    });
    let value = move || match next_run.origin.get() {
        Origin::Random => "random".into(),
        Origin::Gallery(name) => format!("gallery:{name}"),
        Origin::Run(id) => format!("run:{id}"),
        Origin::File(_) => "file".to_owned(),
    };
    let choose = move |event| {
        let value = event_target_value(&event);
        match value.split_once(':') {
            Some(("gallery", name)) => next_run.take_gallery_model(name.into()),
            Some(("run", id)) => {
                if let Some(model) = runs.state_of(id, |state| state.recipe.model.clone()) {
                    next_run.take_stored_weights(id.into(), &model);
                }
            }
            _ => next_run.origin.set(Origin::Random),
        }
    };
    let option = move |entry: Entry| {
        let own = format!("gallery:{}", entry.name);
        let (own_value, shown) = (own.clone(), format!("Gallery: {}", entry.name));
        view! { <option value=own_value selected=move || value() == own>{shown}</option> }
    };
    let run_option = move |(id, name): (String, String)| {
        let own = format!("run:{id}");
        let own_value = own.clone();
        view! { <option value=own_value selected=move || value() == own>{format!("Run: {name}")}</option> }
    };
    let file = move || match next_run.origin.get() {
        Origin::File(name) => Some(view! { <option value="file" selected=true>{name}</option> }),
        _ => None,
    };
    view! {
        <div class="setting">
            <label for="train-origin">"First weights"</label>
            <select id="train-origin" data-testid="train-origin" prop:value=value on:change=choose>
                <option value="random" selected=move || value() == "random">"Random"</option>
                <For each=move || fitting.get() key=|entry| entry.name.clone() children=option/>
                <For each=move || fitting_runs.get() key=Clone::clone children=run_option/>
                {file}
            </select>
            <OpenFiles title="Your own (.safetensors)…" accept=".safetensors,.json" testid="train-weights"/>
            <p class="help">
                "Your own weights must fit the fields of the model; choose their configuration (.json) with them to fill "
                "those in."
            </p>
        </div>
    }
}

/// Puts the paper's values into the optimizers' fields, which begin with the preset's.
#[component]
fn PaperOptimizer() -> impl IntoView {
    let draft = NextRun::here().draft;
    view! {
        <div class="actions">
            <button
                type="button"
                data-testid="train-paper-optimizer"
                aria-describedby="train-paper-optimizer-help"
                on:click=move |_| draft.update(Draft::take_paper_optimizer)
            >
                "The paper's settings"
            </button>
        </div>
        <p class="help" id="train-paper-optimizer-help">
            "HRM's as published for ARC, at a batch of 768: for runs far longer than the warm-up. A preset brings its own "
            "values back."
        </p>
    }
}

/// What the puzzle fixes.
#[component]
fn Fixed() -> impl IntoView {
    let draft = NextRun::here().draft;
    let text = move || {
        let kind = draft.with(|draft| draft.puzzle);
        format!("The puzzle fixes the cells (S = {}) and the symbols (V = {}).", kind.seq_len(), kind.vocab_size())
    };
    view! { <p class="help">{text}</p> }
}
