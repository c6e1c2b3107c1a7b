//! The way of a state through the space of its values, seen from where it spreads most.

use leptos::{ev::PointerEvent, html, prelude::*};

use super::{
    chart::frame,
    dimensions::Dimensions,
    name_of, of_recording,
    plane::{Course, Plane},
    table::Table,
    term::Term,
};
use crate::{
    model::Level,
    ui::{board::symbol::place, state::Page, timeline::in_words},
};

const HEIGHT: f64 = 360.0;

const GLOSS: &str = "A state has hundreds of values. The plane that is shown is the one in which this run's states lie \
                     furthest apart (their first two principal components). Each dot is a step, from pale to strong; \
                     where dots crowd, the state has settled.";

/// The projection of one module's states, of the whole board or of the cell that is pointed at, with a run that was kept
/// laid over it.
#[component]
pub fn Trajectory() -> impl IntoView {
    let page = Page::here();
    let level = RwSignal::new(Level::H);
    let of_cell = RwSignal::new(false);
    // The last cell pointed at stays: the way to this view leads out of the board.
    let cell = RwSignal::new(None::<usize>);
    Effect::new(move |_| {
        if let Some(pointed) = page.pointed.get() {
            cell.set(Some(pointed));
        }
    });
    let position = Memo::new(move |_| {
        let prefix = of_recording(page, |recording| recording.shapes().prefix);
        of_cell.get().then(|| prefix + cell.get().unwrap_or(0))
    });
    let course = Memo::new(move |_| {
        let (level, position) = (level.get(), position.get());
        page.run.kept.with(|kept| of_recording(page, |recording| Course::of(recording, kept.as_ref(), level, position)))
    });
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let plane = Memo::new(move |_| course.with(|course| Some(Plane::of(course.as_ref()?, frame.get()))));
    let under_pointer = RwSignal::new(None::<usize>);
    let nearest = move |event: &PointerEvent| {
        plane.with_untracked(|plane| plane.as_ref()?.nearest(f64::from(event.offset_x()), f64::from(event.offset_y())))
    };
    let moment_of = move |step: usize| course.with(|course| course.as_ref()?.moments.get(step).copied());
    let present = Memo::new(move |_| {
        let moment = page.player.moment.get();
        course.with(|course| course.as_ref()?.moments.iter().rposition(|at| *at <= moment))
    });
    let go = move |event: PointerEvent| {
        if let Some(moment) = nearest(&event).and_then(|step| untrack(|| moment_of(step))) {
            page.player.seek(moment);
        }
    };
    let reading = move || {
        let step = under_pointer.get().or_else(|| present.get())?;
        let place = of_recording(page, |recording| in_words(recording, moment_of(step)?))?;
        let (x, y) = course.with(|course| course.as_ref()?.own.get(step).copied())?;
        Some(format!("{place}: {x:+.3}, {y:+.3}"))
    };
    let explained = move |component: usize| {
        let share = course.with(|course| course.as_ref()?.explained.get(component).copied());
        share.map(|share| format!("component {}: {:.1} % of the variance", component + 1, share * 100.0))
    };
    let whose = move || match position.get() {
        Some(_) => format!("the cell at {}", place(page.kind(), cell.get().unwrap_or(0))),
        None => "the whole board".into(),
    };
    let rows = move || {
        course.with(|course| {
            let Some(course) = course else { return Vec::new() };
            let steps = course.moments.iter().zip(&course.own);
            let row = |(&moment, (x, y)): (&usize, &(f64, f64))| {
                let place = of_recording(page, |recording| in_words(recording, moment)).unwrap_or_default();
                vec![place, format!("{x:.5}"), format!("{y:.5}")]
            };
            steps.map(row).collect()
        })
    };
    view! {
        <Choices level of_cell/>
        <figure class="chart">
            <figcaption>
                <Term name="Trajectory" gloss=GLOSS/>
                {move || view! { <b class=name_of(level.get()).0>{name_of(level.get()).1}</b> }}
                <span class="unit">{move || format!("of {}", whose())}</span>
                <span class="legend">
                    "first step "
                    <span class=move || format!("ramp time {}", name_of(level.get()).0) aria-hidden="true"></span>
                    " last"
                </span>
            </figcaption>
            <div class="room" node_ref=room>
                <svg
                    class=move || format!("plane {}", name_of(level.get()).0)
                    width="100%"
                    height=HEIGHT
                    role="img"
                    aria-label="The states on their first two principal components; the table below has the figures"
                    data-testid="trajectory"
                    on:pointermove=move |event| under_pointer.set(nearest(&event))
                    on:pointerleave=move |_| under_pointer.set(None)
                    on:pointerdown=go
                >
                    {move || plane.with(|plane| plane.as_ref().map(Plane::draw))}
                    {move || {
                        let (x, y) = plane.with(|plane| plane.as_ref()?.own.get(present.get()?).copied())?;
                        Some(view! { <circle class="here" cx=x cy=y r="8"/> })
                    }}
                    <text class="tick-label" x=move || frame.get().width / 2.0 y=HEIGHT - 6.0 text-anchor="middle">
                        {move || explained(0)}
                    </text>
                    <text class="tick-label" transform=format!("translate(14 {}) rotate(-90)", HEIGHT / 2.0) text-anchor="middle">
                        {move || explained(1)}
                    </text>
                </svg>
            </div>
            <p class="reading" data-testid="trajectory-reading">{reading}</p>
            <Table head=["Step", "Component 1", "Component 2"] rows/>
        </figure>
        <Dimensions/>
    }
}

/// Which state, of what, and the run that is laid over it.
#[component]
fn Choices(level: RwSignal<Level>, of_cell: RwSignal<bool>) -> impl IntoView {
    let page = Page::here();
    let set_level = move |event| level.set(if event_target_value(&event) == "L" { Level::L } else { Level::H });
    let keep = move |_| page.run.kept.set(page.run.recording.get_untracked());
    let fits = move || {
        page.run.kept.with(|kept| {
            let kept = kept.as_ref().map(|kept| kept.shapes());
            of_recording(page, |recording| kept.is_some_and(|kept| kept == recording.shapes()))
        })
    };
    view! {
        <div class="options">
            <label class="choice">
                "State "
                <select data-testid="trajectory-level" on:change=set_level>
                    <option value="H">"z_H"</option>
                    <option value="L">"z_L"</option>
                </select>
            </label>
            <label class="choice">
                "of "
                <select
                    data-testid="trajectory-whole"
                    on:change=move |event| of_cell.set(event_target_value(&event) == "cell")
                >
                    <option value="whole">"the whole board"</option>
                    <option value="cell">"the cell last pointed at"</option>
                </select>
            </label>
            <button type="button" data-testid="keep-run" on:click=keep>"Keep this run to compare"</button>
            <Show when=move || page.run.kept.with(Option::is_some)>
                <button type="button" class="quiet" on:click=move |_| page.run.kept.set(None)>"Drop the kept run"</button>
                <span class="reading">
                    {move || if fits() {
                        "The kept run is drawn dashed, on this run's components."
                    } else {
                        "The kept run is of a model of another shape: it cannot be laid over this one."
                    }}
                </span>
            </Show>
        </div>
    }
}
