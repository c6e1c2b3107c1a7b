//! How far the run is, how fast, and what it has reached.

use hrm_core::train::Recipe;
use hrm_link::training::Part;
use leptos::prelude::*;

use crate::ui::{
    browser,
    format::words::{base_puzzles, bytes, counted, duration, last_step, percent, summary, thousands, unseen},
    recipe_form::fields::in_labels,
    state::{Current, Progress, Runs, Training, TrainingPhase as Phase, Use},
};

/// Bytes of a saved run above which writing it takes longer than a twentieth of 15 seconds.
const LARGE: usize = 50_000_000;

/// Name, bar, figures, downloads.
#[component]
pub fn Report() -> impl IntoView {
    let (training, runs) = (Training::here(), Runs::here());
    let of_current = move |read: fn(&Current) -> String| training.current.with(|current| current.as_ref().map(read));
    let steps = move || training.current.with(|current| current.as_ref().map_or(1, |now| now.recipe.training.steps));
    let ready = move || {
        training.current.with(|current| {
            let ready = current.as_ref()?.ready.as_ref()?;
            let (base, all) = ready.examples;
            let base = base_puzzles(base);
            let unseen = unseen(all, current.as_ref()?.recipe.training.evaluate_on.min(all));
            Some(format!("{base}, {unseen} · {} holds {}", ready.engine, bytes(ready.bytes as f64)))
        })
    };
    let untested = move || {
        training.current.with(|current| {
            let current = current.as_ref().filter(|current| current.is_untested())?;
            let source = current.recipe.data.file.as_deref().unwrap_or("what was generated");
            Some(format!("There are no unseen puzzles in {source}: nothing tells how good it is on new ones."))
        })
    };
    let shortages = move || {
        training.current.with(|current| {
            let shortages = &current.as_ref()?.ready.as_ref()?.shortages;
            (!shortages.is_empty())
                .then(|| format!("Fewer puzzles than asked for: {}.", in_labels(&shortages.join("; "))))
        })
    };
    let figures = move || {
        training.current.with(|current| current.as_ref().map(|current| figures(current, training.progress.get())))
    };
    // Figures of a run that is over, or too long for it to matter, need no explanation.
    let lag = Memo::new(move |_| {
        if training.boards.with(|boards| boards.boards.is_empty()) || training.result.with(Option::is_some) {
            return None;
        }
        training.current.with(|current| {
            let recipe = &current.as_ref()?.recipe;
            let lag =
                recipe.optimizer.average_lag(training.boards.with(|boards| boards.step), recipe.training.steps)?;
            Some(format!("Why unseen puzzles come later than those in training: {}.", in_labels(&lag)))
        })
    });
    let saved = move || {
        let (step, size) = training.saved.get()?;
        let often = match size {
            // The worker saves no more often than costs a twentieth of the time.
            LARGE.. => "as often as takes a twentieth of the time",
            _ => "every 15 seconds",
        };
        let size = if size > 0 { format!(" ({})", bytes(size as f64)) } else { String::new() };
        let busy = match training.is_busy() {
            true => format!(
                " It is saved {often}, and when this tab is hidden: closing or reloading it, or a crash, can cost what came since."
            ),
            false => String::new(),
        };
        Some(format!("Saved in this browser after step {}{size}.{busy}", thousands(step)))
    };
    let kept = move || {
        let own = training.current.with(|now| now.as_ref().map(|now| now.id.clone()))?;
        let step = runs.kept.step_of(&own)?;
        Some(format!("In this tab alone after step {}: download the full state to keep it.", thousands(step)))
    };
    let result = move || {
        training.result.get().map(|result| {
            let other = result.valid_beside_exact().map_or_else(String::new, |more| {
                format!(" A further {} are right by rule, with another answer than the given one.", percent(more))
            });
            let of = counted(result.count, "unseen puzzle is", "unseen puzzles are");
            format!("Finished: {} of {of} exactly right.{other}", percent(result.exact_accuracy))
        })
    };
    // Green is for what has learnt something.
    let learnt = move || training.result.with(|result| result.is_some_and(|result| result.exact_accuracy > 0.0));
    // Before a new run is ready there is nothing of it to take away.
    let has_weights = move || {
        let ready = training.current.with(|current| current.as_ref().is_some_and(|now| now.ready.is_some()));
        ready || matches!(training.phase.get(), Phase::Paused | Phase::Done) || training.saved.with(Option::is_some)
    };
    view! {
        <div class="report" data-testid="train-report">
            <h2>{move || of_current(|current| current.recipe.name.clone())}</h2>
            <p class="help">{move || of_current(|current| summary(&current.recipe))}</p>
            <p class="help">{ready}</p>
            <p class="help" data-testid="train-shortages">{shortages}</p>
            <p class="help" data-testid="train-untested">{untested}</p>
            <progress
                aria-label="Steps done"
                data-testid="train-progress"
                max=move || steps().to_string()
                prop:value=move || training.progress.get().step as f64
            ></progress>
            <p data-testid="train-figures">{figures}</p>
            <p class="help activity" role="status" data-testid="train-activity">{move || training.activity.get()}</p>
            <p class="help" data-testid="train-average">{move || lag.get()}</p>
            <p
                class="verdict"
                data-state=move || if learnt() { "valid" } else { "" }
                role="status"
                data-testid="train-result"
            >
                {result}
            </p>
            <p class="help" data-testid="train-saved">{saved}</p>
            <p class="help" data-testid="train-kept">{kept}</p>
            <Show when=has_weights>
                <Downloads/>
            </Show>
        </div>
    }
}

fn figures(current: &Current, progress: Progress) -> String {
    let Progress { step, seconds, step_seconds, last } = progress;
    let steps = current.recipe.training.steps;
    let mut said = vec![format!("Step {} of {}", thousands(step), thousands(steps))];
    if let Some(step_seconds) = step_seconds.filter(|seconds| *seconds > 0.0) {
        let rate = current.recipe.training.batch as f64 / step_seconds;
        said.push(format!("{} examples a second", thousands(rate.round() as u64)));
        if step < steps {
            said.push(format!("about {} left", duration((steps - step) as f64 * step_seconds)));
        }
    }
    said.push(format!("{} of computing", duration(seconds)));
    said.extend(last.as_ref().map(last_step));
    said.join(" · ")
}

/// The run as files.
#[component]
fn Downloads() -> impl IntoView {
    let training = Training::here();
    let save_config = move |_| {
        training.current.with_untracked(|current| {
            if let Some(current) = current {
                let step = training.progress.get_untracked().step;
                save_configuration(&current.recipe, step);
            }
        });
    };
    view! {
        <div class="actions" role="group" aria-label="Download the run">
            <span class="choice">"Download:"</span>
            <button type="button" data-testid="train-save-weights" on:click=move |_| training.snapshot(Part::Weights, Use::Save)>
                "Weights"
            </button>
            <button type="button" data-testid="train-save-config" on:click=save_config>"Configuration"</button>
            <button type="button" data-testid="train-save-state" on:click=move |_| training.snapshot(Part::Run, Use::Save)>
                "Full state"
            </button>
        </div>
        <p class="help">
            "The full state can be uploaded below, in any browser, or continued by " <code>"hrm train STATE --resume"</code>
            "."
        </p>
    }
}

/// Hands a person the configuration of a run's model, to lie beside its weights after a step, under the same stem.
pub fn save_configuration(recipe: &Recipe, step: u64) {
    if let Ok(text) = serde_json::to_string_pretty(&recipe.model) {
        let weights = Part::Weights.file_name(&recipe.name, step);
        let stem = weights.trim_end_matches(".safetensors");
        browser::save(&format!("{stem}.json"), "application/json", text.as_bytes());
    }
}
