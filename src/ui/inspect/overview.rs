//! The states, how much they change, and whether the model holds itself done.

use hrm_core::model::Level;
use leptos::prelude::*;

use crate::ui::{
    inspect::{
        halting::Halting,
        heat_map::{HeatMap, Legend, Subject},
        step_curve::{Measure, StepCurve},
    },
    widgets::save_figure::Save,
};

/// The three things to look at first.
#[component]
pub fn Overview() -> impl IntoView {
    view! {
        <figure class="states">
            <figcaption>
                <Subject difference=false tiles=false/>
                <Legend difference=false/>
                <Save name="states"/>
            </figcaption>
            <HeatMap level=Level::H difference=false tiles=false/>
            <HeatMap level=Level::L difference=false tiles=false/>
        </figure>
        <StepCurve measure=Measure::Residual/>
        <Halting/>
    }
}
