//! What the next run will take, before it is started.

use hrm_core::engine::Kind as EngineKind;
use hrm_link::{engine_timing::Choice, training::Estimate as Measured};
use leptos::prelude::*;

use crate::ui::{
    format::words::{bytes, duration, millions, parameters, step_time, thousands},
    state::{Machine, NextRun},
};

/// Parameters at once; memory and time when they have been measured.
#[component]
pub fn Estimate() -> impl IntoView {
    let (machine, next_run) = (Machine::here(), NextRun::here());
    let recipe = next_run.recipe;
    let weights = move || {
        recipe.with(|recipe| {
            let count = parameters(&recipe.as_ref().ok()?.model);
            Some(if count < 100_000 { thousands(count as u64) } else { format!("{} M", millions(count)) })
        })
    };
    let figure = move |of: fn(&Measured) -> Option<String>| {
        let busy = next_run.meter.busy.get();
        let waiting = || if busy { "measuring…".into() } else { "–".to_owned() };
        next_run.meter.found.with(|found| match found {
            Some(Err(_)) => "unknown".into(),
            found => found.as_ref().and_then(|found| of(found.as_ref().ok()?)).unwrap_or_else(waiting),
        })
    };
    let engine = move || match machine.engine.get() {
        EngineKind::Gpu => "WebGPU",
        EngineKind::Cpu => "CPU",
    };
    let by_itself = move || {
        let both = machine.measurement.with(|measured| measured.as_ref().is_some_and(|both| both.gpu.is_ok()));
        (both && machine.choice.get() == Choice::Auto).then_some(
            "The engine is the one that solves faster here, which need not be the one that learns faster: choose the other \
             one under Engine to see what a step takes there.",
        )
    };
    let total = move || {
        let steps = recipe.with(|recipe| Some(recipe.as_ref().ok()?.training.steps))?;
        next_run.meter.found.with(|found| {
            let step = found.as_ref()?.as_ref().ok()?.step_seconds?;
            Some(format!("{} steps in about {}, tests not counted.", thousands(steps), duration(step * steps as f64)))
        })
    };
    let fault = move || {
        next_run.meter.found.with(|found| {
            let message = found.as_ref()?.as_ref().err()?;
            Some(view! {
                <p class="message warning" role="alert" data-testid="train-estimate-fault">
                    {format!("This cannot be trained here: {message}.")}
                </p>
            })
        })
    };
    view! {
        <dl class="figures-list" data-testid="train-estimate">
            <div><dt>"Parameters"</dt><dd data-testid="train-parameters">{move || weights().unwrap_or("–".into())}</dd></div>
            <div>
                <dt>"Memory"</dt>
                <dd data-testid="train-memory">{move || figure(|found| Some(bytes(found.bytes as f64)))}</dd>
            </div>
            <div>
                <dt>"A step"</dt>
                <dd data-testid="train-step-time">{move || figure(|found| found.step_seconds.map(step_time))}</dd>
            </div>
            <div><dt>"Engine"</dt><dd data-testid="train-estimate-engine">{engine}</dd></div>
        </dl>
        <p class="help" data-testid="train-total">{total}</p>
        <p class="help">{by_itself}</p>
        {fault}
    }
}
