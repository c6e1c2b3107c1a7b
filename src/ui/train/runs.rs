//! The stored runs: what each is and has reached, and what can be done with it.
//!
//! The list comes anew when a run is saved or added. A run's row stays and reads what is new, so that a name that is
//! being written, or a deletion that is to be confirmed, is still there.

use std::collections::BTreeMap;

use hrm_core::train::Row;
use hrm_link::training::{Part, Stored, StoredState};
use leptos::{ev::SubmitEvent, html, prelude::*};

use crate::ui::{
    browser::{files::files_of, reveal},
    format::{
        date::when,
        words::{bytes, counted, duration, percent, summary, thousands},
    },
    state::{Runs, Training, Use},
    train::{
        order::held,
        progress::save_configuration,
        series::{Measure, points, thinned},
    },
};

/// Size of a run's small curve.
const CURVE: (f64, f64) = (120.0, 32.0);

/// The list, and the way to bring a run from elsewhere.
#[component]
pub fn RunList() -> impl IntoView {
    let list = Runs::here();
    let questions = Questions(RwSignal::new(BTreeMap::new()));
    let runs = Memo::new(move |before: Option<&Vec<String>>| {
        let runs: Vec<String> =
            list.stored.with(|stored| stored.iter().flatten().map(|stored| stored.run.clone()).collect());
        match before {
            Some(before) if questions.concern(&runs) => held(runs, before),
            _ => runs,
        }
    });
    let promise = move || {
        let kept = list.storage_fault.with(Option::is_none);
        list.persistent.get().filter(|_| kept).map(|persistent| match persistent {
            true => "The browser keeps them until you delete them.",
            false => "The browser may delete them when space is short: download the full state of what you want to be sure of.",
        })
    };
    let take = move |event| {
        for file in files_of(&event) {
            list.take_saved(file);
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
            {move || list.storage_fault.get().map(|fault| {
                view! {
                    <p class="message warning" role="alert" data-testid="storage-fault">
                        {fault}
                    </p>
                }
            })}
            <Show when=move || runs.with(Vec::is_empty) && list.stored.with(Option::is_some)>
                <p class="help">"None yet."</p>
            </Show>
            <ul class="run-list">
                <For each=move || runs.get() key=String::clone children=move |run| view! { <Run run questions/> }/>
            </ul>
        </section>
    }
}

/// What can be asked of a run besides its buttons.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Name,
    Deletion,
}

/// What is asked of which run.
#[derive(Clone, Copy)]
struct Questions(RwSignal<BTreeMap<String, Asked>>);

impl Questions {
    fn of(self, run: &str) -> Option<Asked> {
        self.0.with(|asked| asked.get(run).copied())
    }

    fn concern(self, runs: &[String]) -> bool {
        self.0.with(|asked| runs.iter().any(|run| asked.contains_key(run)))
    }

    fn ask(self, run: &str, what: Asked) {
        self.0.update(|asked| {
            asked.insert(run.into(), what);
        });
    }

    fn close(self, run: &str) {
        self.0.update(|asked| {
            asked.remove(run);
        });
    }
}

/// What the list says of a run now. One that is gone says nothing, until its row is gone, too.
fn now<T>(run: &str, read: fn(&Stored) -> T) -> Memo<T>
where
    T: Clone + Default + PartialEq + Send + Sync + 'static,
{
    let (runs, run) = (Runs::here(), run.to_owned());
    Memo::new(move |_| runs.of_stored(&run, read).unwrap_or_default())
}

#[component]
fn Run(run: String, questions: Questions) -> impl IntoView {
    let training = Training::here();
    let name = now(&run, |stored| stored.name.clone());
    let saved_at = now(&run, |stored| stored.saved_at);
    let reached = now(&run, |stored| Some(Reached::of(stored)));
    let unfinished = now(&run, |stored| stored.state.as_ref().ok().map(StoredState::is_unfinished));
    let is_shown = {
        let run = run.clone();
        Memo::new(move |_| training.shows(&run))
    };
    let in_training = Signal::derive(move || is_shown.get() && training.is_busy());
    let saved = move || saved_at.get().map(|at| view! { <p class="help">{format!("Saved {}", when(at))}</p> });
    let what = move || {
        reached.get().map(|reached| match reached {
            Ok(reached) => view! { <Facts reached in_training/> }.into_any(),
            Err(message) => view! { <p class="message warning">{format!("{message}.")}</p> }.into_any(),
        })
    };
    let question = {
        let run = run.clone();
        Memo::new(move |_| questions.of(&run))
    };
    let testid = format!("run-{run}");
    let actions = move || {
        let run = run.clone();
        match question.get() {
            None => view! { <Buttons run name unfinished questions is_shown in_training/> }.into_any(),
            Some(Asked::Name) => view! { <Naming run name questions in_training/> }.into_any(),
            Some(Asked::Deletion) => view! { <Deletion run name questions in_training/> }.into_any(),
        }
    };
    view! {
        <li class="stored" class:shown=is_shown data-testid=testid>
            <h3>{move || name.get()}</h3>
            {saved}
            {what}
            {actions}
        </li>
    }
}

/// What a run has reached, as its row says and draws it.
#[derive(Clone, PartialEq)]
struct Reached {
    recipe: String,
    figures: String,
    /// Points of the small curve.
    curve: String,
}

impl Reached {
    fn of(stored: &Stored) -> Result<Self, String> {
        let state = stored.state.as_ref().map_err(String::clone)?;
        let (recipe, figures) = (summary(&state.recipe), figures(state, stored.bytes));
        Ok(Self { recipe, figures, curve: small_curve(&state.rows) })
    }
}

fn figures(state: &StoredState, size: u64) -> String {
    let tried = state.rows.iter().rev().find_map(|row| Some(row.test?.count));
    let steps = state.recipe.training.steps;
    let best = match (state.result, state.best) {
        (Some(result), _) => {
            let finished = if state.step >= steps { "finished: " } else { "" };
            let of = counted(result.count, "unseen puzzle", "unseen puzzles");
            format!("{finished}{} of {of} exactly right", percent(result.exact_accuracy))
        }
        (None, Some(best)) => {
            let tried = counted(tried.unwrap_or(0), "unseen puzzle", "unseen puzzles");
            format!("at best {} of the {tried} that are tried on the way exactly right", percent(best))
        }
        (None, None) => "not tested yet".into(),
    };
    format!(
        "Step {} of {} · {best} · {} of computing · {}",
        thousands(state.step),
        thousands(steps),
        duration(state.seconds),
        bytes(size as f64)
    )
}

/// Unseen puzzles solved, from the first step to the last; 0 to 1. A polyline's points.
fn small_curve(rows: &[Row]) -> String {
    let [_, unseen] = Measure::Exact.lines() else { return String::new() };
    let (width, height) = CURVE;
    let mut values = thinned(&points(rows, unseen), width as usize / 2);
    // One point makes no line: a line of no length is a dot, by its round ends.
    if values.len() == 1 {
        values.push(values[0]);
    }
    let last = rows.last().map_or(1.0, |row| row.mean.step.max(1) as f64);
    let point = |&(step, value): &(f64, f64)| format!("{:.1},{:.1}", step / last * width, (1.0 - value) * height);
    values.iter().map(point).collect::<Vec<_>>().join(" ")
}

/// Configuration, curve and figures; those of the run in training change too fast for a list.
#[component]
fn Facts(reached: Reached, in_training: Signal<bool>) -> impl IntoView {
    let Reached { recipe, figures, curve } = reached;
    let figures = move || match in_training.get() {
        true => "In training: its figures stand above.".into(),
        false => figures.clone(),
    };
    let (width, height) = CURVE;
    view! {
        <p class="help">{recipe}</p>
        <div class="reached">
            <svg class="small-curve" width=width height=height role="img" aria-label="Unseen puzzles solved, by step">
                <polyline class="curve unseen" points=curve/>
            </svg>
            <p>{figures}</p>
        </div>
    }
}

#[component]
fn Buttons(
    run: String,
    name: Memo<String>,
    /// Of a run whose state reads.
    unfinished: Memo<Option<bool>>,
    questions: Questions,
    is_shown: Memo<bool>,
    in_training: Signal<bool>,
) -> impl IntoView {
    let training = Training::here();
    let button = {
        let run = run.clone();
        move |what: &'static str, testid: &str, text: &'static str, blocked: Signal<bool>, act: Box<dyn Fn(&str)>| {
            let own = run.clone();
            view! {
                <button
                    type="button"
                    data-testid=format!("run-{testid}-{run}")
                    aria-label=move || format!("{what} {}", name.get())
                    disabled=blocked
                    on:click=move |_| act(&own)
                >
                    {text}
                </button>
            }
        }
    };
    let always = Signal::derive(|| false);
    let while_busy = Signal::derive(move || training.is_busy());
    let runs = Runs::here();
    let save_config = move |id: &str| {
        runs.state_of(id, |state| save_configuration(&state.recipe, state.step));
    };
    let read = move |part, r#use| -> Box<dyn Fn(&str)> { Box::new(move |id: &str| training.read_run(id, part, r#use)) };
    let ask = move |what| -> Box<dyn Fn(&str)> { Box::new(move |id: &str| questions.ask(id, what)) };
    // What these do is seen beside the controls, which may be out of sight.
    let seen_above = move |act: fn(Training, &str)| -> Box<dyn Fn(&str)> {
        Box::new(move |id: &str| {
            act(training, id);
            reveal("[data-testid=train-state]");
        })
    };
    let of_state = {
        let button = button.clone();
        move || {
            let on = match unfinished.get()? {
                true => {
                    let act = seen_above(|training, id| training.continue_stored(id, None));
                    button("Continue", "continue", "Continue", while_busy, act)
                }
                false => {
                    let act = seen_above(|training, id| training.branch_run(id, |_| {}));
                    button("Begin a new run from the weights of", "on", "Train on from here", while_busy, act)
                }
            };
            Some(view! {
                {on}
                {button("Show the curves of", "show", "Curves", while_busy, seen_above(Training::open_stored))}
                <Compare run=run.clone() is_shown/>
                {button("Solve with it:", "solve", "Solve with it", always, read(Part::Weights, Use::Solve))}
                {button("Download the weights of", "weights", "Weights", always, read(Part::Weights, Use::Save))}
                {button("Download the configuration of", "config", "Configuration", always, Box::new(save_config))}
                {button("Download the full state of", "state", "Full state", always, read(Part::Run, Use::Save))}
            })
        }
    };
    view! {
        <div class="actions">
            {of_state}
            {button("Rename", "rename", "Rename…", in_training, ask(Asked::Name))}
            {button("Delete", "delete", "Delete…", in_training, ask(Asked::Deletion))}
        </div>
    }
}

/// Draws its curves beside those of the run that is shown, or no longer.
#[component]
fn Compare(run: String, is_shown: Memo<bool>) -> impl IntoView {
    let (training, compared) = (Training::here(), Runs::here().compared);
    // Beside nothing there is nothing to compare with.
    let alone = move || is_shown.get() || training.current.with(Option::is_none);
    let why_not = move || training.current.with(Option::is_none).then_some("Show the curves of a run first");
    let testid = format!("run-compare-{run}");
    let pressed = {
        let run = run.clone();
        move || if compared.with(|other| other.as_ref() == Some(&run)) { "true" } else { "false" }
    };
    let toggle = move |_| compared.update(|other| *other = Some(run.clone()).filter(|run| other.as_ref() != Some(run)));
    view! {
        <button type="button" data-testid=testid aria-pressed=pressed disabled=alone title=why_not on:click=toggle>
            "Compare"
        </button>
    }
}

#[component]
fn Naming(run: String, name: Memo<String>, questions: Questions, in_training: Signal<bool>) -> impl IntoView {
    let training = Training::here();
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
                training.rename_run(run.clone(), &name);
                questions.close(&run);
            }
        }
    };
    let (testid, apply) = (format!("run-name-{run}"), format!("run-name-apply-{run}"));
    view! {
        <form class="actions" on:submit=take>
            <label class="choice">
                "New name "
                <input type="text" value=name.get_untracked() node_ref=field data-testid=testid/>
            </label>
            <button type="submit" disabled=in_training data-testid=apply>"Rename"</button>
            <button type="button" class="quiet" on:click=move |_| questions.close(&run)>"Cancel"</button>
        </form>
    }
}

#[component]
fn Deletion(run: String, name: Memo<String>, questions: Questions, in_training: Signal<bool>) -> impl IntoView {
    let training = Training::here();
    let testid = format!("run-delete-sure-{run}");
    let no = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(no) = no.get() {
            let _ = no.focus();
        }
    });
    let delete = {
        let run = run.clone();
        move |_| training.delete_run(run.clone())
    };
    view! {
        <div class="actions" role="group" aria-label="Delete the run?">
            <span>{move || format!("Delete {} with its weights and curves for good?", name.get())}</span>
            <button type="button" class="danger" disabled=in_training data-testid=testid on:click=delete>
                "Delete it"
            </button>
            <button type="button" node_ref=no on:click=move |_| questions.close(&run)>"Keep it"</button>
        </div>
    }
}
