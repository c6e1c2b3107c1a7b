//! Whether and how the states settle.

use leptos::prelude::*;

use crate::ui::{
    inspect::{
        halting::Halting,
        step_curve::{Measure, StepCurve},
    },
    state::Experiment,
};

/// Change, distance to the end and direction of every step, and the Q-head's word on it.
#[component]
pub fn Convergence() -> impl IntoView {
    let experiment = Experiment::here();
    let compared = move || experiment.comparison.with(Option::is_some);
    view! {
        <StepCurve measure=Measure::Residual/>
        <StepCurve measure=Measure::ToFinal/>
        <StepCurve measure=Measure::Cosine/>
        <Show when=compared><StepCurve measure=Measure::Apart/></Show>
        <Halting/>
    }
}
