//! The way of a state through the space of its values, seen from where it spreads most.

use hrm_core::{model::Level, recording::Recording};
use hrm_link::protocol::{Event, Task};
use leptos::prelude::*;

use crate::ui::{
    board::symbol::place,
    format::moment::{in_words, kept_in_words, name_of},
    inspect::{
        course::{Axes, Course, Draft, Score, axes_of},
        dimensions::Dimensions,
        plane::PlaneFigure,
        shown::Shown,
        space::SpaceFigure,
    },
    state::{Analyst, Drawing, Player, Run},
    widgets::{table::Table, tooltip::Term},
};

const GLOSS: &str = "A state has hundreds of values. What is shown are the directions in which this run's states lie \
                     furthest apart (their first principal components, two as a plane and three as a space). Each dot is \
                     a step, from pale to strong; where dots crowd, the state has settled.";

/// The projections of one module's states, of the whole board or of the cell that is pointed at, with a run that was
/// kept laid over them.
#[component]
pub fn Trajectory() -> impl IntoView {
    let (drawing, run, player) = (Drawing::here(), Run::here(), Player::here());
    let level = RwSignal::new(Level::H);
    let of_cell = RwSignal::new(false);
    let cell = Memo::new(move |_| of_cell.get().then(|| drawing.cell.get()));
    let course = course_of(run, Analyst::here(), level, cell);
    let present = Memo::new(move |_| {
        let moment = player.moment.get();
        course.with(|course| course.as_ref()?.moments.iter().rposition(|at| *at <= moment))
    });
    let shown = Shown { run, player, level, course, present, under_pointer: RwSignal::new(None) };
    let whose = move || match cell.get() {
        Some(cell) => format!("the cell at {}", place(drawing.kind(), cell)),
        None => "the whole board".into(),
    };
    let rows = move || {
        course.with(|course| {
            let Some(course) = course else { return Vec::new() };
            let words = |moment| run.read(|recording| in_words(recording, moment)).unwrap_or_default();
            let own = course.moments.iter().map(|moment| words(*moment)).zip(&course.own);
            let kept = course.kept_places.iter().map(|place| kept_in_words(*place)).zip(&course.kept);
            let row = |(place, score): (String, &Score)| {
                std::iter::once(place).chain(score.iter().map(|along| format!("{along:.5}"))).collect()
            };
            own.chain(kept).map(row).collect()
        })
    };
    view! {
        <Choices level of_cell cell/>
        <div class="trajectory">
            <p class="caption">
                <Term name="Trajectory" gloss=GLOSS/>
                {move || view! { <b class=name_of(level.get()).0>{name_of(level.get()).1}</b> }}
                <span class="unit">{move || format!("of {}", whose())}</span>
                <span class="legend">
                    "first step "
                    <span class=move || format!("ramp time {}", name_of(level.get()).0) aria-hidden="true"></span>
                    " last"
                </span>
            </p>
            <div class="side-by-side"><PlaneFigure shown/><SpaceFigure shown/></div>
            <Table head=["Step", "Component 1", "Component 2", "Component 3"] rows/>
        </div>
        <Dimensions/>
    }
}

/// The course of a module's states, of the board or of one cell, as the worker last drew it up.
fn course_of(
    run: Run,
    analyst: Analyst,
    level: RwSignal<Level>,
    cell: Memo<Option<usize>>,
) -> RwSignal<Option<Course>> {
    let course = RwSignal::new(None::<Course>);
    Effect::new(move |_| {
        let serial = run.recording.with(|recording| Some(recording.as_ref()?.serial()));
        let wanted = (serial, level.get(), cell.get());
        run.kept.track();
        // What is drawn of another run has other moments.
        if course.with_untracked(|course| course.as_ref().is_some_and(|course| Some(course.serial) != serial)) {
            course.set(None);
        }
        let put = move || {
            let (_, level, cell) = wanted;
            let draft = run.kept.with_untracked(|kept| {
                let of = |recording: &Recording| Draft::of(recording, kept.as_ref(), level, cell);
                run.recording.with_untracked(|recording| recording.as_ref().and_then(of))
            });
            let mut draft = draft.filter(|draft| Some(draft.serial) == serial)?;
            let buffers = std::mem::take(&mut draft.buffers);
            Some((analyst.request(Task::Principal(draft.asked), buffers), draft))
        };
        let take = move |draft: Draft, answer| {
            let present = run.recording.with_untracked(|recording| Some(recording.as_ref()?.serial()));
            // The view may be gone meanwhile, or show something else.
            let is_wanted = level.try_get_untracked().zip(cell.try_get_untracked());
            let is_wanted = is_wanted.is_some_and(|(level, cell)| (present, level, cell) == wanted);
            if let (Ok((Event::Principal { own, other }, _)), true) = (answer, is_wanted) {
                course.try_set(Some(draft.course(&own, &other)));
            }
        };
        analyst.components.ask(put, take);
    });
    course
}

/// Which state, of what, and the run that is laid over it.
#[component]
fn Choices(level: RwSignal<Level>, of_cell: RwSignal<bool>, cell: Memo<Option<usize>>) -> impl IntoView {
    let run = Run::here();
    let set_level = move |event| level.set(if event_target_value(&event) == "L" { Level::L } else { Level::H });
    let keep = move |_| run.kept.set(run.recording.get_untracked());
    let laid = move || run.kept.with(|kept| run.read(|recording| axes_of(recording, kept.as_ref()?, cell.get())));
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
                    <option value="cell">"the cell pointed at, else the selected one"</option>
                </select>
            </label>
            <button type="button" data-testid="keep-run" on:click=keep>"Keep this run to compare"</button>
            <Show when=move || run.kept.with(Option::is_some)>
                <button type="button" class="quiet" on:click=move |_| run.kept.set(None)>"Drop the other run"</button>
                <span class="reading" data-testid="kept-axes">
                    {move || match laid() {
                        Some(Axes::Shared) => "The other run is drawn dashed, on this run's components.",
                        Some(Axes::Own) => {
                            "The other run is drawn dashed. It is of another model, so it lies on its own components: the \
                             two ways compare in form and size, not in direction."
                        }
                        None if cell.get().is_some() => {
                            "The other run cannot be laid over this one: its board has another size, so that none of its \
                             cells is this one (the whole boards can be compared)."
                        }
                        None => {
                            "The other run cannot be laid over this one: the states of the whole board are too large (those \
                             of a cell are not)."
                        }
                    }}
                </span>
            </Show>
        </div>
    }
}
