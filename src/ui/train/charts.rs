//! The curves of the run, and how they are looked at.

use hrm_core::train::curve;
use hrm_link::training::Stored;
use leptos::prelude::*;
use strum::VariantArray;

use crate::ui::{
    browser,
    format::date::dated,
    state::{Runs, Training},
    train::{
        chart::{Chart, run_name},
        lens::Lens,
        series::Measure,
    },
    widgets::deferred::Later,
};

/// Every chart, under the controls that they share.
#[component]
pub fn Charts() -> impl IntoView {
    let runs = Runs::here();
    let compared = Memo::new(move |_| {
        let id = runs.compared.get()?;
        let whole = runs.compared_rows.with(|read| {
            let (_, rows) = read.as_ref().filter(|(run, _)| *run == id)?;
            Some(rows.clone())
        });
        let listed = |stored: &Stored| {
            let rows = &stored.state.as_ref().ok()?.rows;
            Some((dated(stored), whole.unwrap_or_else(|| rows.clone())))
        };
        runs.of_stored(&id, listed)?
    });
    let lens =
        Lens { smoothing: RwSignal::new(0.0), range: RwSignal::new(None), pointed: RwSignal::new(None), compared };
    provide_context(lens);
    view! {
        <section class="curves" aria-label="Curves">
            <h3>"Curves"</h3>
            <Looks lens/>
            <div class="charts">{Measure::VARIANTS.iter().map(|&measure| view! { <Later><Chart measure/></Later> }).collect_view()}</div>
        </section>
    }
}

/// Smoothing, zoom, comparison, download.
#[component]
fn Looks(lens: Lens) -> impl IntoView {
    let (training, runs) = (Training::here(), Runs::here());
    let smooth = move |event| {
        if let Ok(weight) = event_target_value(&event).parse() {
            lens.smoothing.set(weight);
        }
    };
    let last = move || training.rows.with(|rows| rows.last().map_or(0.0, |row| row.mean.step as f64));
    let edge = move |at: usize| {
        lens.range.get().map_or(String::new(), |range| <[f64; 2]>::from(range)[at].round().to_string())
    };
    let zoom = move |at: usize, event| {
        let mut range = lens.range.get_untracked().map_or([0.0, untrack(last)], <[f64; 2]>::from);
        range[at] = event_target_value(&event).trim().parse().unwrap_or(if at == 0 { 0.0 } else { untrack(last) });
        lens.range.set((range[1] > range[0]).then_some(range.into()));
    };
    let edge_input = move |at, label, placeholder, testid| {
        view! {
            <label class="choice">
                {label}
                <input
                    type="text"
                    inputmode="numeric"
                    size="6"
                    placeholder=placeholder
                    data-testid=testid
                    prop:value=move || edge(at)
                    on:change=move |event| zoom(at, event)
                />
            </label>
        }
    };
    let others = Memo::new(move |_| {
        let own = training.current.with(|current| current.as_ref().map(|current| current.id.clone()));
        runs.stored.with(|stored| {
            let other =
                stored.iter().flatten().filter(|stored| Some(&stored.run) != own.as_ref() && stored.state.is_ok());
            other.map(|stored| (stored.run.clone(), dated(stored))).collect::<Vec<_>>()
        })
    });
    let compare = move |event| runs.compared.set(Some(event_target_value(&event)).filter(|id| !id.is_empty()));
    let option = move |(id, name): (String, String)| {
        let value = id.clone();
        view! { <option value=value selected=move || runs.compared.get().as_ref() == Some(&id)>{name}</option> }
    };
    let save = move |_| {
        let text = training.rows.with_untracked(|rows| curve::csv(rows));
        let name = untrack(|| run_name(training));
        browser::save(&format!("{name}-curve.csv"), "text/csv", text.as_bytes());
    };
    let why_not = move || training.thinned.get().then_some("The file takes the whole curve, which is not read yet.");
    view! {
        <div class="looks" role="group" aria-label="How the curves are shown">
            <label class="choice">
                "Smoothing "
                <input
                    type="range"
                    min="0"
                    max="0.95"
                    step="0.05"
                    data-testid="curve-smoothing"
                    prop:value=move || lens.smoothing.get().to_string()
                    on:input=smooth
                />
            </label>
            {edge_input(0, "Steps from ", "0", "curve-from")}
            {edge_input(1, "to ", "last", "curve-to")}
            <button
                type="button"
                data-testid="curve-reset"
                disabled=move || lens.range.get().is_none()
                on:click=move |_| lens.range.set(None)
            >
                "All steps"
            </button>
            <Show when=move || others.with(|others| !others.is_empty())>
                <label class="choice">
                    "Compare with "
                    <select
                        data-testid="curve-compare"
                        style:max-width="14rem"
                        prop:value=move || runs.compared.get().unwrap_or_default()
                        on:change=compare
                    >
                        <option value="">"nothing"</option>
                        <For each=move || others.get() key=Clone::clone children=option/>
                    </select>
                </label>
            </Show>
            <button
                type="button"
                data-testid="curve-csv"
                title=why_not
                disabled=move || training.thinned.get()
                on:click=save
            >
                "CSV"
            </button>
        </div>
        <p class="help">"Drag over a chart to look closer, double-click to see all of it again."</p>
    }
}
