//! The part of the place in which a task is learnt and answered.

use leptos::{html, prelude::*};

use crate::ui::{
    browser::width_of,
    tasks::{
        button::{Button, when},
        editor::Editor,
        head::plain,
        learn::{
            answers::answers,
            drawn::{curves, grid_of, small},
            learnt::learnt,
            run::{Run, Stage},
            settings::{refusal, settings},
            state::Learning,
        },
    },
};

/// The section: folded until it is wanted, for its worker is fetched then.
#[component]
pub fn Learn() -> impl IntoView {
    let learning = Learning::new(Editor::here());
    provide_context(learning);
    let title = move || if learning.is_open.get() { "Learn this task ▴" } else { "Learn this task ▾" }.to_owned();
    let unfold =
        Button::saying("learn-open", title).expanded(move || learning.is_open.get()).on(move || learning.open());
    view! {
        <section class="learn" aria-label="Learn this task and answer it">
            <div class="task-line">
                <h2>"Learning"</h2>
                {unfold}
            </div>
            {when(move || learning.is_open.get(), move || inside(learning))}
        </section>
    }
}

fn inside(learning: Learning) -> AnyView {
    let run = learning.run;
    let is = move |of: fn(Stage) -> bool| move || run.with(|run| of(run.stage));
    let warned = Memo::new(move |_| run.with(|run| run.warning.clone()));
    vec![
        view! {
            <p class="task-none">
                "A small model learns the task's pairs here, in this browser, each in many versions: turned, mirrored, recoloured, \
                 moved. Every version has a vector of its own in the model's puzzle embedding. Then the tests are asked under every \
                 version, and the answers vote."
            </p>
        }
        .into_any(),
        when(is(Stage::can_begin), settings),
        refusal(),
        controls(learning),
        view! {
            <p role="status" data-testid="learn-status" data-stage=move || run.with(|run| format!("{:?}", run.stage).to_lowercase())>
                {move || run.with(Run::status)}
            </p>
        }
        .into_any(),
        when(move || warned.with(Option::is_some), move || {
            view! { <p class="message warning" role="alert" data-testid="learn-warning">{warned}</p> }.into_any()
        }),
        when(move || run.with(|run| !run.points.is_empty()), move || progress(learning)),
        answers(learning),
        learnt(learning),
    ]
    .into_any()
}

/// What can be done now.
fn controls(learning: Learning) -> AnyView {
    let run = learning.run;
    let is = move |of: fn(Stage) -> bool| move || run.with(|run| of(run.stage));
    // Neither what was refused nor what has no room can begin.
    let is_barred =
        move || run.with(|run| run.refusal.is_some()) || learning.memory_fault().is_some_and(|(_, never)| never);
    let start = move || {
        Button::new("learn-start", "Start learning").class("primary").disabled(is_barred).on(move || learning.begin())
    };
    let halt = move || {
        vec![
            Button::new("learn-pause", "Pause")
                .disabled(is(|stage| stage != Stage::Learning))
                .on(move || learning.halt(false)),
            Button::new("learn-stop", "Stop")
                .disabled(is(|stage| stage == Stage::Halting))
                .on(move || learning.halt(true)),
        ]
        .into_any()
    };
    let paused = move || {
        let finish = move || run.update(|run| run.stage = Stage::Done);
        vec![
            Button::new("learn-continue", "Continue").class("primary").on(move || learning.go_on()),
            plain("Finish", "learn-finish", finish),
        ]
        .into_any()
    };
    let further = move || {
        let no_further = move || run.with(|run| run.no_further.is_some());
        let why = move || run.with(|run| run.no_further.as_ref().map(|why| format!("{why}.")));
        vec![
            Button::new("learn-on", "Learn on").disabled(no_further).on(move || learning.learn_on()),
            view! { <span class="task-none">{why}</span> }.into_any(),
        ]
        .into_any()
    };
    view! {
        <div class="task-line" role="group" aria-label="Learning">
            {when(is(Stage::can_begin), start)}
            {when(is(|stage| matches!(stage, Stage::Starting | Stage::Learning | Stage::Halting)), halt)}
            {when(is(|stage| stage == Stage::Paused), paused)}
            {when(is(|stage| matches!(stage, Stage::Done | Stage::Open)), further)}
        </div>
    }
    .into_any()
}

/// How the learning goes.
fn progress(learning: Learning) -> AnyView {
    let (run, editor) = (learning.run, learning.editor);
    let room = NodeRef::<html::Div>::new();
    let width = width_of(room);
    let drawn = move || {
        run.with(|run| {
            // An open task has no curve.
            let is_known = run.points.iter().all(|point| point.loss.is_finite());
            if is_known { curves(&run.points, width.get()) } else { String::new() }
        })
    };
    let held_out = Memo::new(move |_| run.with(Run::held_out));
    let state = move || run.with(|run| run.look.as_ref().map(|look| if look.right { "right" } else { "wrong" }));
    let look = Memo::new(move |_| run.with(|run| run.look.as_ref().and_then(|look| look.grid.clone())));
    let picture = move || {
        let palette = editor.look.get().palette;
        look.with(|grid| {
            let grid = grid.as_deref().and_then(grid_of)?;
            Some(small(&grid, palette, "The model's answer to the last pair"))
        })
    };
    view! {
        <p data-testid="learn-pace">{move || run.with(Run::pace)}</p>
        <div class="learn-curves" data-testid="learn-curves" node_ref=room inner_html=drawn></div>
        <div class="task-line">
            <span inner_html=move || picture().unwrap_or_default()></span>
            <p class="task-verdict" data-testid="learn-held-out" data-state=state>{held_out}</p>
        </div>
    }
    .into_any()
}
