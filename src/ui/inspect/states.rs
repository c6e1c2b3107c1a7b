//! The states value by value: as rows or as the board's cells, as they are or as they changed; and figures of every
//! cell, laid over the board.

use hrm_core::model::Level;
use leptos::prelude::*;

use crate::ui::{
    board::overlay::Overlay,
    format::moment::name_of,
    inspect::heat_map::{HeatMap, Legend, Subject},
    state::LaidOver,
    widgets::save_figure::Save,
};

/// Both states at the present moment, with what of them is shown and how.
#[component]
pub fn States() -> impl IntoView {
    let difference = RwSignal::new(false);
    let tiles = RwSignal::new(false);
    view! {
        <div class="options">
            <label class="choice">
                "Show "
                <select
                    data-testid="states-what"
                    on:change=move |event| difference.set(event_target_value(&event) == "difference")
                >
                    <option value="state">"the state"</option>
                    <option value="difference">"its change in the last step"</option>
                </select>
            </label>
            <label class="choice">
                "Arrange "
                <select
                    data-testid="states-order"
                    on:change=move |event| tiles.set(event_target_value(&event) == "tiles")
                >
                    <option value="rows">"a row for each cell"</option>
                    <option value="tiles">"as the board's cells"</option>
                </select>
            </label>
            <OverlayChoice/>
        </div>
        <figure class="states">
            <figcaption>
                <Subject difference tiles/>
                <Legend difference/>
                <Save name="states"/>
            </figcaption>
            <HeatMap level=Level::H difference tiles/>
            <HeatMap level=Level::L difference tiles/>
        </figure>
    }
}

/// What is laid over the board.
#[component]
fn OverlayChoice() -> impl IntoView {
    let laid_over = LaidOver::here();
    let option = |overlay: Overlay| {
        view! {
            <option value=overlay.name()>{format!("{} of {}", overlay.figure.title(), name_of(overlay.level).1)}</option>
        }
    };
    let chosen = move || laid_over.overlay.get().map(Overlay::name).unwrap_or_default();
    let choose = move |event| {
        let name = event_target_value(&event);
        laid_over.overlay.set(Overlay::all().find(|overlay| overlay.name() == name));
    };
    view! {
        <label class="choice">
            "On the board "
            <select data-testid="overlay" prop:value=chosen on:change=choose>
                <option value="">"the answer's confidence"</option>
                {Overlay::all().map(option).collect_view()}
            </select>
        </label>
    }
}
