//! Which engine runs, and why.

use hrm_core::engine::Kind;
use hrm_link::engine_timing::{Choice, Measurement};
use leptos::prelude::*;

use crate::ui::state::{Machine, Run, Status, Tested};

/// The engine's name, with the reason.
#[component]
pub fn EngineBadge() -> impl IntoView {
    let (machine, run) = (Machine::here(), Run::here());
    let name = move || match machine.status.with(|status| matches!(status, Status::Failed(_))) {
        true => "no engine".into(),
        false => machine.measurement.with(|measurement| name(machine.engine.get(), measurement.as_ref())),
    };
    let reason = move || {
        let reason = reason(machine);
        // A run goes on with the engine that it began with.
        let running = run.is_running().then(|| run.engine.get()).flatten();
        match running.filter(|engine| machine.engine.get() != *engine) {
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
    let machine = Machine::here();
    let is_untested =
        move || machine.gpu_test.found.with(|found| matches!(found, Tested::Software | Tested::Failed(_)));
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
        <Show when=move || machine.choice.get() == Choice::Gpu && is_untested()>
            <button type="button" class="quiet measure" data-testid="test-gpu" on:click=move |_| machine.gpu_test.begin(true)>
                "Test it"
            </button>
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

/// Why it is this engine, and what is found out meanwhile.
fn reason(machine: Machine) -> String {
    let choice = machine.choice.get();
    let tested = machine.gpu_test.found.with(words);
    let measured = machine.measurement.with(|measurement| match measurement {
        Some(measurement) => times(measurement, choice == Choice::Auto && machine.engine.get() == Kind::Gpu),
        None if choice == Choice::Auto => match machine.measured_cpu.get() {
            Some(cpu) => format!("{} a segment; WebGPU is being tried meanwhile", milliseconds(cpu.milliseconds)),
            None => "both engines are being timed meanwhile".into(),
        },
        None => String::new(),
    });
    let chosen = if choice == Choice::Auto { "" } else { "your choice" };
    [chosen, &measured, &tested].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn times(Measurement { cpu, gpu, .. }: &Measurement, is_faster: bool) -> String {
    let cpu = milliseconds(cpu.milliseconds);
    match gpu {
        Ok(gpu) => {
            let faster = if is_faster { "the faster here: " } else { "" };
            format!("{faster}CPU {cpu}, WebGPU ({}) {} a segment", gpu.name, milliseconds(gpu.milliseconds))
        }
        Err(error) => format!("{error}; the CPU takes {cpu} a segment"),
    }
}

/// How the self-test of the GPU engine stands; what is wrong is said beside the board.
fn words(found: &Tested) -> String {
    match found {
        Tested::Not | Tested::Software => String::new(),
        Tested::Going { of: 0, .. } => "WebGPU is being tested".into(),
        Tested::Going { done, of } => format!("WebGPU is being tested: {done} of {of}"),
        Tested::Right => "WebGPU passed its test".into(),
        Tested::Wrong(..) | Tested::Failed(_) => "WebGPU failed its test".into(),
    }
}

/// With as many decimals as say something.
fn milliseconds(value: f64) -> String {
    if value < 10.0 { format!("{value:.1} ms") } else { format!("{value:.0} ms") }
}
