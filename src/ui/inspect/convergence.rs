//! Whether and how the states settle.

use leptos::prelude::*;

use super::{
    halting::Halting,
    step_curve::{Measure, StepCurve},
};

/// Change, distance to the end and direction of every step, and the Q-head's word on it.
#[component]
pub fn Convergence() -> impl IntoView {
    view! {
        <StepCurve measure=Measure::Residual/>
        <StepCurve measure=Measure::ToFinal/>
        <StepCurve measure=Measure::Cosine/>
        <Halting/>
    }
}
