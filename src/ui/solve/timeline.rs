//! The spine of the page: the two clocks of the run, slow above fast, and the moment that everything shows.

use hrm_core::recording::Recording;
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;

use crate::ui::{
    browser,
    format::moment::{GLOSS, in_words},
    solve::outcome::has_no_model,
    state::{Attempt, Links, Machine, Player, Route, Run, SPEEDS, Solver, Stride},
    url::place::Place,
    widgets::checkbox::Check,
};

/// Clocks, slider, play, pause, step.
#[component]
pub fn Timeline() -> impl IntoView {
    let (run, player, route) = (Run::here(), Player::here(), Route::here());
    let empty = move || is_empty(run);
    listen_for_keys(player, route, Attempt::here());
    let label = move || if player.playing.get() { "Pause" } else { "Play" };
    view! {
        <div class="timeline" role="group" aria-label="Timeline">
            <Clocks/>
            <div class="transport">
                <RunButton/>
                {button("to-start", "To the start", Icon::Start, empty, move || player.seek(0))}
                {button("step-back", "Step back", Icon::Back, empty, move || player.back(player.stride.get_untracked()))}
                <button
                    type="button"
                    class="play"
                    data-testid="play"
                    disabled=empty
                    on:click=move |_| player.toggle()
                >
                    {label}
                </button>
                {button("step", "Step", Icon::Forward, empty, move || player.forward(player.stride.get_untracked()))}
                {button("to-end", "To the end", Icon::End, empty, move || player.seek(usize::MAX))}
            </div>
            <p class="moment" data-testid="moment" title=GLOSS>
                {move || run.recording.with(|recording| {
                    let moment = player.moment.get();
                    recording.as_ref().and_then(|recording| in_words(recording, moment))
                })}
            </p>
        </div>
    }
}

/// How the timeline is played, and the link to the moment that it shows.
#[component]
pub fn Playback() -> impl IntoView {
    let (run, player) = (Run::here(), Player::here());
    let empty = move || is_empty(run);
    let set_speed = move |event| {
        if let Ok(speed) = event_target_value(&event).parse() {
            player.speed.set(speed);
        }
    };
    let stride = move |stride: Stride| {
        let chosen = move || player.stride.get() == stride;
        view! { <option value=stride.title() selected=chosen>{stride.title()}</option> }
    };
    let set_stride = move |event| {
        let title = event_target_value(&event);
        player.stride.set(Stride::ALL.into_iter().find(|stride| stride.title() == title).unwrap_or_default());
    };
    view! {
        <div class="choices">
            <label class="choice" title="What a step is: for the buttons, the arrow keys and Play">
                "By "
                <select data-testid="stride" on:change=set_stride>{Stride::ALL.map(stride)}</select>
            </label>
            <label class="choice">
                "Speed "
                <select prop:value=move || player.speed.get().to_string() on:change=set_speed>
                    {SPEEDS.map(|speed| view! { <option value=speed.to_string()>{format!("{speed} steps/s")}</option> })}
                </select>
            </label>
            <Check name="Loop" testid="loop" checked=player.looping set=move |loops| player.looping.set(loops)/>
            <Link disabled=Signal::derive(empty)/>
        </div>
    }
}

/// Whether there is nothing to play.
fn is_empty(run: Run) -> bool {
    run.recording.with(|recording| recording.as_ref().is_none_or(|run| run.moments() == 0))
}

/// Runs the model. While it runs the button keeps the keyboard's focus, and does nothing.
#[component]
fn RunButton() -> impl IntoView {
    let (machine, run, solver) = (Machine::here(), Run::here(), Solver::here());
    view! {
        <button
            type="button"
            class="primary"
            data-testid="solve"
            disabled=move || has_no_model(machine)
            aria-disabled=move || run.is_running().then_some("true")
            on:click=move |_| solver.solve()
        >
            "Solve"
        </button>
    }
}

/// Copies a link to the present moment; where the browser keeps its clipboard to itself, shows it.
#[component]
fn Link(disabled: Signal<bool>) -> impl IntoView {
    let (run, player, solver, links) = (Run::here(), Player::here(), Solver::here(), Links::here());
    let copied = RwSignal::new(false);
    let shown = RwSignal::new(None::<String>);
    // Of another moment nothing was copied yet.
    Effect::new(move |_| {
        player.moment.track();
        run.recording.track();
        copied.set(false);
        shown.set(None);
    });
    let copy = move |_| {
        let link = links.to_moment();
        leptos::task::spawn_local(async move {
            let done = browser::copy(&link).await;
            copied.try_set(done);
            shown.try_set((!done).then_some(link));
        });
    };
    view! {
        <button type="button" class="quiet" data-testid="copy-link" disabled=move || disabled.get() || solver.is_foreign() on:click=copy>
            "Link to this moment"
        </button>
        <span class="reading" role="status">{move || copied.get().then_some("copied")}</span>
        <Show when=move || shown.with(Option::is_some)>
            <input
                class="link"
                data-testid="link"
                readonly
                aria-label="A link to this moment, to copy"
                prop:value=move || shown.get().unwrap_or_default()
            />
        </Show>
    }
}

/// What a button of the transport looks like, in a square of 16.
#[derive(Clone, Copy)]
enum Icon {
    Start,
    Back,
    Forward,
    End,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Start => "M3 3h2v10H3zM13 3v10L6 8z",
            Self::Back => "M12 3v10L4 8z",
            Self::Forward => "M4 3v10l8-5z",
            Self::End => "M11 3h2v10h-2zM3 3v10l7-5z",
        }
    }
}

fn button(
    testid: &'static str,
    name: &'static str,
    icon: Icon,
    disabled: impl Fn() -> bool + Send + 'static,
    act: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button type="button" data-testid=testid aria-label=name title=name disabled=disabled on:click=move |_| act()>
            <svg width="16" height="16" aria-hidden="true">
                <path d=icon.path() fill="currentColor"/>
            </svg>
        </button>
    }
}

/// What the clocks are drawn from; it changes with a run's shape, not with each segment.
#[derive(Clone, Copy, PartialEq)]
struct Dial {
    moments: usize,
    steps: usize,
    l_cycles: usize,
}

#[component]
fn Clocks() -> impl IntoView {
    let (machine, run, player) = (Machine::here(), Run::here(), Player::here());
    let slider = NodeRef::<html::Div>::new();
    let width = browser::width_of(slider);
    let dial = Memo::new(move |_| {
        let recorded = run
            .recording
            .with(|recording| recording.as_ref().map(|recording| (recording.planned_moments(), recording.shapes())));
        // Before a run the clocks of the open model stand still.
        let (moments, shapes) =
            recorded.or_else(|| machine.shapes.get().map(|shapes| (shapes.segments * shapes.steps(), shapes)))?;
        Some(Dial { moments, steps: shapes.steps(), l_cycles: shapes.l_cycles })
    });
    let recorded = Memo::new(move |_| run.recording.with(|recording| recording.as_ref().map_or(0, Recording::moments)));
    let now = move || {
        run.recording.with(|recording| {
            let moment = player.moment.get();
            recording.as_ref().and_then(|recording| in_words(recording, moment)).unwrap_or_else(|| "no run yet".into())
        })
    };
    let seek_at = move |event: &PointerEvent| {
        if let (Some(element), Some(dial)) = (slider.get_untracked(), dial.get_untracked()) {
            let area = element.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
            player.playing.set(false);
            player.seek((share * dial.moments as f64).max(0.0) as usize);
        }
    };
    let down = move |event: PointerEvent| {
        if let Some(element) = slider.get_untracked() {
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        seek_at(&event);
    };
    let drag = move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            seek_at(&event);
        }
    };
    view! {
        <div class="clocks">
            <span class="clock-name h" title="The slow module: one step after every few of the fast one">"H"</span>
            <span class="clock-name l" title="The fast module: details, towards what H has in mind">"L"</span>
            <div
                class="dial"
                node_ref=slider
                data-testid="timeline"
                role="slider"
                tabindex="0"
                aria-label="Moment of the run"
                aria-valuemin="0"
                aria-valuemax=move || recorded.get().saturating_sub(1).to_string()
                aria-valuenow=move || player.moment.get().to_string()
                aria-valuetext=now
                on:pointerdown=down
                on:pointermove=drag
            >
                {move || dial.get().map(|dial| hands(player, dial, recorded, width.get()))}
            </div>
        </div>
    }
}

/// A tick for every step, the segments' ends, the present moment.
fn hands(player: Player, dial: Dial, recorded: Memo<usize>, width: f64) -> impl IntoView {
    let percent = move |moment: f64| format!("{:.3}%", moment / dial.moments.max(1) as f64 * 100.0);
    // Ticks touch at most.
    let most = width / dial.moments.max(1) as f64 / 2.0;
    let ticks = (0..dial.moments).map(|moment| {
        let is_h = moment % (dial.l_cycles + 1) == dial.l_cycles;
        let (class, y, radius) =
            if is_h { ("tick h", "14", 4.5_f64.min(most * 1.5)) } else { ("tick l", "38", 3.0_f64.min(most)) };
        view! {
            <circle
                class=class
                class:recorded=move || moment < recorded.get()
                cx=percent(moment as f64 + 0.5)
                cy=y
                r=radius
            />
        }
    });
    let ends = (1..dial.moments / dial.steps.max(1)).map(|segment| {
        let x = percent((segment * dial.steps) as f64);
        view! { <line class="segment-end" x1=x.clone() x2=x y1="0" y2="52"/> }
    });
    let x = move || percent(player.moment.get() as f64 + 0.5);
    view! {
        <svg width="100%" height="52" aria-hidden="true">
            {ends.collect_view()}
            {ticks.collect_view()}
            <line class="playhead" class:idle=move || recorded.get() == 0 x1=x x2=x y1="0" y2="52"/>
        </svg>
    }
}

/// Fields in which one types.
const TEXT: &str = "textarea, input:not([type=range], [type=checkbox], [type=radio], [type=file])";

/// What Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y do to the board.
fn undo_or_redo(event: &KeyboardEvent) -> Option<fn(Attempt)> {
    let command = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
    match event.key().as_str() {
        "z" | "Z" if command && event.shift_key() => Some(Attempt::redo),
        "z" if command => Some(Attempt::undo),
        "y" if command => Some(Attempt::redo),
        _ => None,
    }
}

/// Space, arrows, home, end: on the timeline, and anywhere that does not use them itself.
fn listen_for_keys(player: Player, route: Route, attempt: Attempt) {
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let key = event.key();
        // A button takes the space bar for itself; a tab takes the arrows.
        let free = target.as_ref().is_none_or(|target| {
            target.tag_name() == "BODY"
                || target.class_list().contains("dial")
                || key != " " && target.matches(".transport button").unwrap_or(false)
        });
        let elsewhere = route.place.get_untracked() != Place::Solve;
        // A field of text undoes what was typed in it.
        let writes = target.as_ref().is_some_and(|target| target.matches(TEXT).unwrap_or(false));
        if let Some(step) = undo_or_redo(&event).filter(|_| !elsewhere && !writes) {
            step(attempt);
            event.prevent_default();
            return;
        }
        if elsewhere || !free || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let stride = player.stride.get_untracked();
        match key.as_str() {
            " " => player.toggle(),
            "ArrowRight" | "ArrowUp" => player.forward(stride),
            "ArrowLeft" | "ArrowDown" => player.back(stride),
            "PageDown" => player.forward(Stride::Segment),
            "PageUp" => player.back(Stride::Segment),
            "Home" => player.seek(0),
            "End" => player.seek(usize::MAX),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
}
