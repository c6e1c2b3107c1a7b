//! How many dimensions each module uses, measured over random puzzles.

use hrm_core::model::Level;
use leptos::prelude::*;

use crate::ui::{
    format::moment::name_of,
    state::{DIMENSION_PUZZLES, Drawing, Measured, Solver},
    widgets::{save_figure::Save, tooltip::Term},
};

const GLOSS: &str = "The participation ratio of the last states' channels: 1 if all positions of all puzzles lie on a line, \
                     D if they spread alike in every direction. The paper finds \
                     H's far above L's in a trained HRM; in a TRM, where one module plays both roles, they may be alike.";

/// The two ratios as bars, and the button that measures them.
#[component]
pub fn Dimensions() -> impl IntoView {
    let (drawing, measured, solver) = (Drawing::here(), Measured::here(), Solver::here());
    let found = measured.found;
    let busy = move || measured.task.get().is_some();
    let act = move |_| if busy() { measured.stop() } else { measured.begin(untrack(|| drawing.kind())) };
    let bars = move || {
        let found = found.get()?;
        let bar = |level: Level, ratio: f64| {
            let (class, name) = name_of(level);
            let width = format!("width:{:.2}%", ratio / found.channels as f64 * 100.0);
            view! {
                <li>
                    <b class=class>{name}</b>
                    <span class=format!("bar {class}")><span style=width></span></span>
                    <span class="percent">{format!("{ratio:.1} of {}", found.channels)}</span>
                </li>
            }
        };
        Some(view! {
            <ul class="bars wide" data-testid="dimensions">{bar(Level::H, found.h)} {bar(Level::L, found.l)}</ul>
            <p class="reading">
                {format!("Over all positions of the last states of {} random puzzles.", found.puzzles)}
            </p>
        })
    };
    view! {
        <figure>
            <figcaption>
                <Term name="Dimensions in use" gloss=GLOSS/>
                <Show when=move || found.get().is_some()><Save name="dimensions"/></Show>
            </figcaption>
            {bars}
            <p class="reading">
                {move || solver.is_foreign().then_some("Of the open model, which is not the one that the run on the page is of.")}
            </p>
            <button type="button" data-testid="measure-dimensions" on:click=act>
                {move || if busy() { "Stop".into() } else { format!("Measure over {DIMENSION_PUZZLES} random puzzles") }}
            </button>
        </figure>
    }
}
