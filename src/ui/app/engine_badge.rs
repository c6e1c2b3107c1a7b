//! Which engine runs, and why.

use hrm_core::engine::Kind;
use hrm_link::engine_timing::{Choice, Measurement};
use leptos::prelude::*;

use crate::ui::state::{Page, Status};

/// The engine's name, with the reason.
#[component]
pub fn EngineBadge() -> impl IntoView {
    let page = Page::here();
    let machine = page.machine;
    let name = move || {
        machine.measurement.with(|measurement| match machine.engine() {
            Some(kind) => name(kind, measurement.as_ref()),
            None if machine.status.with(|status| matches!(status, Status::Failed(_))) => "no engine".into(),
            None => "measuring both engines…".into(),
        })
    };
    let reason = move || {
        let reason = machine.measurement.with(|measurement| reason(machine.choice.get(), measurement.as_ref()));
        // A run goes on with the engine that it began with.
        let running = page.is_running().then(|| page.run.engine.get()).flatten();
        match running.filter(|engine| machine.engine().is_some_and(|next| next != *engine)) {
            Some(Kind::Cpu) => "from the next run on; this one goes on with the CPU".into(),
            Some(Kind::Gpu) => "from the next run on; this one goes on with WebGPU".into(),
            None => reason,
        }
    };
    view! {
        <p class="badge" data-testid="badge" role="status">
            <span class="engine-name">{name}</span>
            <span class="engine-reason" title=reason>{reason}</span>
        </p>
    }
}

/// The list to choose another engine, and the button to time them again.
#[component]
pub fn EngineChoice() -> impl IntoView {
    let machine = Page::here().machine;
    let choose = move |event| {
        if let Some(choice) = Choice::of_name(&event_target_value(&event)) {
            machine.choose(choice);
        }
    };
    view! {
        <label class="choice">
            "Engine "
            <select data-testid="engine" prop:value=move || machine.choice.get().name() on:change=choose>
                <option value="auto">"Faster one"</option>
                <option value="gpu">"WebGPU"</option>
                <option value="cpu">"CPU"</option>
            </select>
        </label>
        <Show when=move || machine.choice.get() == Choice::Auto && machine.measurement.with(Option::is_some)>
            <button type="button" class="quiet measure" on:click=move |_| machine.measure_anew()>"Measure again"</button>
        </Show>
    }
}

fn name(kind: Kind, measurement: Option<&Measurement>) -> String {
    match kind {
        Kind::Cpu => "CPU (WASM SIMD)".into(),
        Kind::Gpu => match measurement.map(|measurement| &measurement.gpu) {
            Some(Ok(gpu)) => format!("WebGPU ({})", gpu.name),
            _ => "WebGPU".into(),
        },
    }
}

fn reason(choice: Choice, measurement: Option<&Measurement>) -> String {
    let Some(Measurement { cpu, gpu, .. }) = measurement else {
        return if choice == Choice::Auto { String::new() } else { "your choice".into() };
    };
    let times = match gpu {
        Ok(gpu) => format!(
            "CPU {}, WebGPU ({}) {} a segment",
            milliseconds(cpu.milliseconds),
            gpu.name,
            milliseconds(gpu.milliseconds)
        ),
        Err(error) => format!("{error}; the CPU takes {} a segment", milliseconds(cpu.milliseconds)),
    };
    match choice {
        Choice::Auto if gpu.is_ok() => format!("the faster here: {times}"),
        Choice::Auto => times,
        _ => format!("your choice; {times}"),
    }
}

/// With as many decimals as say something.
fn milliseconds(value: f64) -> String {
    if value < 10.0 { format!("{value:.1} ms") } else { format!("{value:.0} ms") }
}
