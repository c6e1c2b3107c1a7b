//! The knobs of thinking wider: how many views, how much noise, and what else a search can be set to.

use hrm_core::search::{Choose, Forms, Settings, Start, Until};
use leptos::prelude::*;

use crate::ui::{
    state::{Drawing, Wider, can_branch},
    widgets::details::Fold,
};

/// The greatest number of views is two to this power.
const MOST: u32 = 8;

/// Two knobs that run the views anew wherever they are turned, and the other settings, folded away.
#[component]
pub fn WiderSettings() -> impl IntoView {
    let (drawing, wider) = (Drawing::here(), Wider::here());
    let wish = wider.wish;
    let views = Signal::derive(move || f64::from(wish.with(|wish| wish.views.max(1)).ilog2()));
    let noise = Signal::derive(move || f64::from(wish.with(|wish| wish.noise)));
    let set_views = move |power: f64| wider.set(|wish| wish.views = 1 << (power as u32).min(MOST));
    let set_noise = move |noise: f64| wider.set(|wish| wish.noise = noise as f32);
    view! {
        <div class="options wider-knobs">
            {knob("Views", "wider-views", f64::from(MOST), 1.0, views, move || wish.with(|wish| wish.views.to_string()), set_views)}
            {knob("Noise", "wider-noise", 1.0, 0.05, noise, move || format!("{:.2}", noise.get()), set_noise)}
            <Fold summary="More settings" testid="wider-more">
                {choice("Segments", "wider-segments", &["8", "16", "32", "64"], |wish| wish.segments.ilog2() as usize - 3,
                    |wish, at| wish.segments = 8 << at)}
                {choice("End", "wider-until", &["at the first right answer", "at the first that halts", "at the budget"],
                    |wish| wish.until as usize,
                    |wish, at| wish.until = [Until::Rules, Until::Halt, Until::Budget][at])}
                {choice("Take", "wider-choose", &["what the rules accept", "the best q_halt", "the smallest residual", "the vote"],
                    |wish| wish.choose as usize, |wish, at| wish.choose = Choose::ALL[at])}
                {choice("Each sees", "wider-forms", &["a symmetric form", "the same puzzle"], |wish| wish.forms as usize,
                    |wish, at| wish.forms = [Forms::Symmetric, Forms::Identical][at])}
                {choice("From", "wider-start", &["the model's first states", "random first states"],
                    |wish| wish.start as usize, |wish, at| wish.start = [Start::Model, Start::Random][at])}
                <Show when=move || can_branch(drawing.kind())>
                    {choice("Clues", "wider-branch", &["stay as they are", "grow: branches"], |wish| usize::from(wish.branch),
                        |wish, at| wish.branch = at == 1)}
                </Show>
            </Fold>
        </div>
    }
}

/// A slider from 0 that runs the views anew; `said` is its value in words.
fn knob(
    name: &'static str,
    testid: &'static str,
    most: f64,
    step: f64,
    value: Signal<f64>,
    said: impl Fn() -> String + Copy + Send + 'static,
    set: impl Fn(f64) + 'static,
) -> AnyView {
    let turn = move |event| {
        if let Ok(value) = event_target_value(&event).parse() {
            set(value);
        }
    };
    view! {
        <label class="choice knob">
            <span>{name}" "<output>{said}</output></span>
            <input
                type="range"
                min="0"
                max=most
                step=step
                data-testid=testid
                aria-valuetext=said
                prop:value=move || value.get().to_string()
                on:input=turn
            />
        </label>
    }
    .into_any()
}

/// One of several, by its place among them.
fn choice(
    name: &'static str,
    testid: &'static str,
    options: &'static [&'static str],
    chosen: fn(&Settings) -> usize,
    set: fn(&mut Settings, usize),
) -> AnyView {
    let wider = Wider::here();
    let option = move |(at, words): (usize, &&'static str)| {
        let selected = move || wider.wish.with(chosen) == at;
        view! { <option value=at.to_string() selected=selected>{*words}</option> }
    };
    let choose = move |event| {
        if let Some(at) = event_target_value(&event).parse().ok().filter(|at| *at < options.len()) {
            wider.set(|wish| set(wish, at));
        }
    };
    view! {
        <label class="choice">
            {name} " "
            <select data-testid=testid on:change=choose>{options.iter().enumerate().map(option).collect_view()}</select>
        </label>
    }
    .into_any()
}
