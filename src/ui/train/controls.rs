//! Start, pause, one step, stop; what went wrong, with ways on; the runs that wait to be continued.

use hrm_link::training::{Part, Stored, StoredState};
use leptos::prelude::*;

use crate::ui::{
    format::{
        date::when,
        words::{percent, thousands},
    },
    recipe_form::{draft::Fault, fields::FIELDS},
    state::{NextRun, Notice, Runs, Training, TrainingPhase as Phase, Use, Way},
    widgets::checkbox::Check,
};

/// Unfinished runs that are offered by name.
const OFFERED: usize = 3;

/// The buttons of the run, and what is to be said about it.
#[component]
pub fn Controls() -> impl IntoView {
    let (training, next_run) = (Training::here(), NextRun::here());
    let phase = training.phase;
    let is_idle = move || phase.get() == Phase::Idle;
    let is_busy = move || training.is_busy();
    let pauses = move || matches!(phase.get(), Phase::Pausing(_) | Phase::Saving(_));
    let pause = move || match phase.get() {
        Phase::Pausing(_) => "Pausing…",
        Phase::Saving(_) => "Saving…",
        _ => "Pause",
    };
    let rests = move || matches!(phase.get(), Phase::Paused);
    let sound = Memo::new(move |_| next_run.recipe.with(Result::is_ok));
    let lacks_puzzles = Memo::new(move |_| next_run.lacks_puzzles());
    let cannot_start = move || !sound.get() || lacks_puzzles.with(Option::is_some);
    let step = move |_| match phase.get_untracked() {
        Phase::Idle | Phase::Done | Phase::Failed => training.begin_run(Some(1)),
        _ => training.continue_run(Some(1)),
    };
    let train_on = move |_| {
        if let Some(id) = training.current.with_untracked(|now| now.as_ref().map(|now| now.id.clone())) {
            training.branch_run(&id, |_| {});
        }
    };
    let has_weights = move || {
        let ready = training.current.with(|current| current.as_ref().is_some_and(|now| now.ready.is_some()));
        ready || matches!(phase.get(), Phase::Paused | Phase::Done)
    };
    view! {
        <div class="run" role="group" aria-label="Training" data-testid="train-state" data-state=move || phase.get().name()>
            <Show when=move || matches!(phase.get(), Phase::Idle | Phase::Done | Phase::Failed)>
                <button
                    type="button"
                    class="primary"
                    data-testid="train-start"
                    disabled=cannot_start
                    on:click=move |_| training.begin_run(None)
                >
                    {move || if is_idle() { "Start" } else { "Start a new run" }}
                </button>
            </Show>
            <Show when=move || phase.get() == Phase::Done>
                <button type="button" data-testid="train-on" on:click=train_on>"Train on from here"</button>
            </Show>
            <Show when=rests>
                <button type="button" class="primary" data-testid="train-resume" on:click=move |_| training.continue_run(None)>
                    "Continue"
                </button>
            </Show>
            <Show when=is_busy>
                <button
                    type="button"
                    class="primary"
                    data-testid="train-pause"
                    disabled=pauses
                    on:click=move |_| training.pause_run()
                >
                    {pause}
                </button>
            </Show>
            <button
                type="button"
                data-testid="train-step"
                disabled=move || is_busy() || !rests() && cannot_start()
                on:click=step
            >
                "One step"
            </button>
            <Show when=move || !is_idle()>
                <button type="button" data-testid="train-stop" on:click=move |_| training.stop_run()>
                    {move || if is_busy() { "Stop" } else { "Close" }}
                </button>
            </Show>
            <Show when=has_weights>
                <button type="button" data-testid="train-solve" on:click=move |_| training.snapshot(Part::Weights, Use::Solve)>
                    "Solve with these weights now"
                </button>
            </Show>
        </div>
        <Check
            name="Go on while this tab is hidden"
            testid="train-hidden"
            checked=training.goes_on_hidden
            set=move |goes_on| training.go_on_hidden(goes_on)
        />
        <Show when=move || !sound.get() || lacks_puzzles.with(Option::is_some)>
            <p class="message warning" role="status" data-testid="train-unsound">
                {move || {
                    let unsound = next_run.recipe.with(|recipe| recipe.as_ref().err().map(|faults| unsound(faults)));
                    unsound.or_else(|| lacks_puzzles.get())
                }}
            </p>
        </Show>
        <Said/>
    }
}

/// The fields that keep a draft from being started.
fn unsound(faults: &[Fault]) -> String {
    let names: Vec<&str> = faults.iter().map(|fault| FIELDS[fault.field].label).collect();
    format!("This cannot be started: see {}.", names.join(", "))
}

/// The notice, with its ways on.
#[component]
fn Said() -> impl IntoView {
    let training = Training::here();
    let way = move |way: Way| {
        let (name, testid) = match &way {
            Way::Continue(_) => ("Continue from there".to_owned(), "train-way-continue"),
            Way::OnCpu(_) => ("Continue on the CPU".into(), "train-way-cpu"),
            Way::Slower { rate, .. } => (format!("Begin a new run at a rate of {rate:e}"), "train-way-slower"),
            Way::Download(_) => ("Download the run".into(), "train-way-download"),
        };
        view! { <button type="button" data-testid=testid on:click=move |_| training.go(&way)>{name}</button> }
    };
    move || {
        training.notice.get().map(|Notice { text, ways }| {
            view! {
                <div class="message warning" role="alert" data-testid="train-notice">
                    <p>{text}</p>
                    <div class="actions">
                        {ways.into_iter().map(way).collect_view()}
                        <button type="button" class="quiet" on:click=move |_| training.notice.set(None)>
                            "Dismiss"
                        </button>
                    </div>
                </div>
            }
        })
    }
}

/// Runs that were not finished: after a reload, or a crash, they can be gone on with.
#[component]
pub fn Unfinished() -> impl IntoView {
    let (training, runs) = (Training::here(), Runs::here());
    let dismissed = RwSignal::new(false);
    let waiting = Memo::new(move |_| {
        if dismissed.get() || training.phase.get() != Phase::Idle {
            return Vec::new();
        }
        runs.stored.with(|stored| stored.iter().flatten().filter_map(Offer::of).collect())
    });
    let offer = move |Offer { run, name, saved_at, step, steps, best }: Offer| {
        let id = run.clone();
        let saved = saved_at.map_or_else(String::new, |saved_at| format!(", saved {}", when(saved_at)));
        let best = best.map_or_else(String::new, |best| format!(", {} of unseen puzzles right", percent(best)));
        view! {
            <li>
                <span>{format!("{name}: step {} of {}{best}{saved}", thousands(step), thousands(steps))}</span>
                <button
                    type="button"
                    data-testid=format!("run-offer-{run}")
                    aria-label=format!("Continue {name}")
                    on:click=move |_| training.continue_stored(&id, None)
                >
                    "Continue"
                </button>
            </li>
        }
    };
    move || {
        let waiting = waiting.get();
        let more = waiting.len().saturating_sub(OFFERED);
        (!waiting.is_empty()).then(|| {
            view! {
                <section class="message unfinished" aria-label="Unfinished runs" data-testid="unfinished">
                    <p>"Not finished yet:"</p>
                    <ul>{waiting.into_iter().take(OFFERED).map(offer).collect_view()}</ul>
                    {(more > 0).then(|| view! { <p>{format!("{more} more stand in the list below.")}</p> })}
                    <button type="button" class="quiet" on:click=move |_| dismissed.set(true)>"Not now"</button>
                </section>
            }
        })
    }
}

/// An unfinished run.
#[derive(Clone, Debug, PartialEq)]
struct Offer {
    run: String,
    name: String,
    /// In milliseconds since 1970.
    saved_at: Option<f64>,
    step: u64,
    steps: u64,
    best: Option<f64>,
}

impl Offer {
    fn of(stored: &Stored) -> Option<Self> {
        let state = stored.state.as_ref().ok().filter(|state| state.is_unfinished())?;
        let StoredState { recipe, step, best, .. } = state;
        let (step, steps) = (*step, recipe.training.steps);
        let Stored { run, name, saved_at, .. } = stored;
        Some(Self { run: run.clone(), name: name.clone(), saved_at: *saved_at, step, steps, best: *best })
    }
}
