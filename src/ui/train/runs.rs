//! The stored runs: what each is and has reached, and what can be done with it.

use leptos::{ev::SubmitEvent, html, prelude::*};

use super::{
    progress::save_configuration,
    series::{points, thinned},
    when::when,
    words::{bytes, duration, percent, summary, thousands},
};
use crate::{
    runtime::training::protocol::{Part, Stored, StoredState},
    train::Row,
    ui::{
        files::files_of,
        state::{Page, Use},
    },
};

/// Size of a run's small curve.
const CURVE: (f64, f64) = (120.0, 32.0);

/// The list, and the way to bring a run from elsewhere.
#[component]
pub fn Runs() -> impl IntoView {
    let page = Page::here();
    let training = page.training;
    let runs = Memo::new(move |_| training.stored.with(|stored| stored.clone().unwrap_or_default()));
    let promise = move || {
        let kept = training.storage_fault.with(Option::is_none);
        training.persistent.get().filter(|_| kept).map(|persistent| match persistent {
            true => "The browser keeps them until you delete them.",
            false => "The browser may delete them when space is short: download the full state of what you want to be sure of.",
        })
    };
    let take = move |event| {
        for file in files_of(&event) {
            page.take_saved_run(file);
        }
    };
    view! {
        <section class="runs" aria-label="Runs" data-testid="run-list">
            <h2>"Runs"</h2>
            <p class="help">"Kept in this browser, on this device. Nothing is sent anywhere."</p>
            <p class="help" data-testid="storage-promise">{promise}</p>
            <label class="file">
                <input type="file" accept=".safetensors" data-testid="run-upload" on:change=take/>
                <span>"Bring a run (full state)…"</span>
            </label>
            {move || training.storage_fault.get().map(|fault| {
                view! {
                    <p class="message warning" role="alert" data-testid="storage-fault">
                        {fault}
                    </p>
                }
            })}
            <Show when=move || runs.with(Vec::is_empty) && training.stored.with(Option::is_some)>
                <p class="help">"None yet."</p>
            </Show>
            <ul class="run-list">
                <For each=move || runs.get() key=key_of children=move |stored| view! { <Run stored/> }/>
            </ul>
        </section>
    }
}

/// A run is drawn anew when its name or its state changes.
fn key_of(stored: &Stored) -> (String, String, Option<u64>) {
    (stored.run.clone(), stored.name.clone(), stored.saved_at.map(f64::to_bits))
}

/// What is asked of a run besides its buttons.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nothing,
    Name,
    Deletion,
}

#[component]
fn Run(stored: Stored) -> impl IntoView {
    let page = Page::here();
    let asked = RwSignal::new(Asked::Nothing);
    let Stored { run, name, state, saved_at, bytes: size } = stored;
    let is_shown = {
        let run = run.clone();
        Memo::new(move |_| page.training.current.with(|current| current.as_ref().is_some_and(|now| now.id == run)))
    };
    let what = match &state {
        Ok(state) => view! { <Facts state=state.clone() size is_shown/> }.into_any(),
        Err(message) => view! { <p class="message warning">{format!("{message}.")}</p> }.into_any(),
    };
    let buttons = {
        let (run, name) = (run.clone(), name.clone());
        move || view! { <Buttons run=run.clone() name=name.clone() state=state.clone().ok() asked is_shown/> }
    };
    let naming = {
        let (run, name) = (run.clone(), name.clone());
        move || view! { <Naming run=run.clone() name=name.clone() asked/> }
    };
    let deletion = {
        let (run, name) = (run.clone(), name.clone());
        move || view! { <Deletion run=run.clone() name=name.clone() asked/> }
    };
    view! {
        <li class="stored" class:shown=is_shown data-testid=format!("run-{run}")>
            <h3>{name}</h3>
            {saved_at.map(|saved_at| view! { <p class="help">{format!("Saved {}", when(saved_at))}</p> })}
            {what}
            {move || match asked.get() {
                Asked::Nothing => buttons().into_any(),
                Asked::Name => naming().into_any(),
                Asked::Deletion => deletion().into_any(),
            }}
        </li>
    }
}

/// Configuration, curve and figures; those of the run in training change too fast for a list.
#[component]
fn Facts(state: StoredState, size: u64, is_shown: Memo<bool>) -> impl IntoView {
    let training = Page::here().training;
    let best = match (state.result, state.best) {
        (Some(result), _) => {
            format!("{} of {} unseen exactly right", percent(result.exact_accuracy), thousands(result.count as u64))
        }
        (None, Some(best)) => format!("best {} exactly right", percent(best)),
        (None, None) => "not tested yet".into(),
    };
    let figures = format!(
        "Step {} of {} · {best} · {} of computing · {}",
        thousands(state.step),
        thousands(state.recipe.training.steps),
        duration(state.seconds),
        bytes(size as f64)
    );
    let figures = move || {
        let in_training = is_shown.get() && training.is_busy();
        if in_training { "In training: its figures stand above.".into() } else { figures.clone() }
    };
    view! {
        <p class="help">{summary(&state.recipe)}</p>
        <div class="reached">
            <SmallCurve rows=state.rows/>
            <p>{figures}</p>
        </div>
    }
}

/// Unseen puzzles solved, from the first step to the last; 0 to 1.
#[component]
fn SmallCurve(rows: Vec<Row>) -> impl IntoView {
    let [_, unseen] = super::series::Measure::Exact.lines() else { return None };
    let (width, height) = CURVE;
    let values = thinned(&points(&rows, unseen), width as usize / 2);
    let last = rows.last().map_or(1.0, |row| row.mean.step.max(1) as f64);
    let point = |&(step, value): &(f64, f64)| format!("{:.1},{:.1}", step / last * width, (1.0 - value) * height);
    let line = values.iter().map(point).collect::<Vec<_>>().join(" ");
    let label = format!("Unseen puzzles solved, at {} tests", values.len());
    Some(view! {
        <svg class="small-curve" width=width height=height role="img" aria-label=label>
            <polyline class="curve unseen" points=line/>
        </svg>
    })
}

#[component]
fn Buttons(
    run: String,
    name: String,
    state: Option<StoredState>,
    asked: RwSignal<Asked>,
    is_shown: Memo<bool>,
) -> impl IntoView {
    let page = Page::here();
    let training = page.training;
    let busy = move || training.is_busy();
    let button = {
        let run = run.clone();
        move |what: &'static str, testid: &str, text: &'static str, blocked: Signal<bool>, act: Box<dyn Fn(&str)>| {
            let own = run.clone();
            view! {
                <button
                    type="button"
                    data-testid=format!("run-{testid}-{run}")
                    aria-label=format!("{what} {name}")
                    disabled=blocked
                    on:click=move |_| act(&own)
                >
                    {text}
                </button>
            }
        }
    };
    let always = Signal::derive(|| false);
    let while_busy = Signal::derive(busy);
    let being_trained = Signal::derive(move || busy() && is_shown.get());
    let own = state.map(|state| {
        let unfinished = state.is_unfinished();
        let (title, config) = (state.recipe.name, state.recipe.model);
        let compare = {
            let id = run.clone();
            move || training.compared.get().as_ref() == Some(&id)
        };
        let toggle = {
            let id = run.clone();
            move |_| training.compared.update(|other| *other = Some(id.clone()).filter(|id| other.as_ref() != Some(id)))
        };
        view! {
            {unfinished.then(|| {
                let act = Box::new(move |id: &str| page.continue_stored(id, None));
                button("Continue", "continue", "Continue", while_busy, act)
            })}
            {(!unfinished).then(|| {
                let act = Box::new(move |id: &str| page.branch_run(id, |_| {}));
                button("Begin a new run from the weights of", "on", "Train on from here", while_busy, act)
            })}
            {button("Show the curves of", "show", "Curves", while_busy, Box::new(move |id| page.open_stored(id)))}
            <button
                type="button"
                data-testid=format!("run-compare-{run}")
                aria-pressed=move || if compare() { "true" } else { "false" }
                disabled=is_shown
                on:click=toggle
            >
                "Compare"
            </button>
            {button("Solve with it:", "solve", "Solve with it", always, Box::new(move |id| page.read_run(id, Part::Weights, Use::Solve)))}
            {button("Download the weights of", "weights", "Weights", always, Box::new(move |id| page.read_run(id, Part::Weights, Use::Save)))}
            {button("Download the configuration of", "config", "Configuration", always, Box::new(move |_| save_configuration(&title, &config)))}
            {button("Download the full state of", "state", "Full state", always, Box::new(move |id| page.read_run(id, Part::Run, Use::Save)))}
        }
    });
    view! {
        <div class="actions">
            {own}
            {button("Rename", "rename", "Rename…", being_trained, Box::new(move |_| asked.set(Asked::Name)))}
            {button("Delete", "delete", "Delete…", being_trained, Box::new(move |_| asked.set(Asked::Deletion)))}
        </div>
    }
}

#[component]
fn Naming(run: String, name: String, asked: RwSignal<Asked>) -> impl IntoView {
    let page = Page::here();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let take = {
        let run = run.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            let name = field.get_untracked().map(|field| field.value().trim().to_owned()).unwrap_or_default();
            if !name.is_empty() {
                page.rename_run(run.clone(), name);
                asked.set(Asked::Nothing);
            }
        }
    };
    view! {
        <form class="actions" on:submit=take>
            <label class="choice">
                "New name "
                <input type="text" value=name node_ref=field data-testid=format!("run-name-{run}")/>
            </label>
            <button type="submit" data-testid=format!("run-name-apply-{run}")>"Rename"</button>
            <button type="button" class="quiet" on:click=move |_| asked.set(Asked::Nothing)>"Cancel"</button>
        </form>
    }
}

#[component]
fn Deletion(run: String, name: String, asked: RwSignal<Asked>) -> impl IntoView {
    let page = Page::here();
    let testid = format!("run-delete-sure-{run}");
    let no = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(no) = no.get() {
            let _ = no.focus();
        }
    });
    view! {
        <div class="actions" role="group" aria-label="Delete the run?">
            <span>{format!("Delete {name} with its weights and curves for good?")}</span>
            <button type="button" class="danger" data-testid=testid on:click=move |_| page.delete_run(run.clone())>
                "Delete it"
            </button>
            <button type="button" node_ref=no on:click=move |_| asked.set(Asked::Nothing)>"Keep it"</button>
        </div>
    }
}
