//! What new puzzles are to be like: a slider or a list of names for each setting of the game's generator, and sliders for the size
//! where any is drawn.

use hrm_core::puzzle::{Setting, Size};
use leptos::{html, prelude::*};

use crate::ui::state::{Drawing, Wish};

/// The sliders of the present game.
#[component]
pub fn Settings() -> impl IntoView {
    let drawing = Drawing::here();
    let wish = drawing.wish;
    // Sliders are made anew for another game alone: while one is dragged, it stays.
    let game = Memo::new(move |_| drawing.kind().game().name());
    move || {
        // Read, not only tracked: a memo that nobody reads does not follow.
        let _ = game.get();
        let kind = untrack(|| drawing.kind());
        let size = kind.game().drawn_sizes().map(|(least, most)| {
            let side = move |value: usize, columns_only: bool| {
                wish.update(|wish| {
                    let rows = if columns_only { wish.size.rows() } else { value };
                    wish.size = Size::new(rows, value);
                });
            };
            view! {
                <Slider
                    label="Size"
                    testid=format!("{}-size", kind.game().name())
                    range=Signal::stored((least.rows() as f64, most.rows() as f64))
                    value=Signal::derive(move || wish.with(|wish| wish.size.rows() as f64))
                    words=Signal::derive(move || wish.with(|wish| wish.size.to_string()))
                    set=Callback::new(move |value: f64| side(value as usize, false))
                />
                <Slider
                    label="Columns"
                    testid=format!("{}-columns", kind.game().name())
                    range=Signal::stored((least.columns() as f64, most.columns() as f64))
                    value=Signal::derive(move || wish.with(|wish| wish.size.columns() as f64))
                    words=Signal::derive(move || wish.with(|wish| wish.size.columns().to_string()))
                    set=Callback::new(move |value: f64| side(value as usize, true))
                />
            }
        });
        // One setting tells which others there are; those that stay are not made anew.
        let names = Memo::new(move |_| wish.with(|wish| wish.names(drawing.kind())));
        let slider = move |name: &'static str| {
            // Its range is that of the size that is wished for.
            let found = Memo::new(move |_| {
                let wish = wish.get();
                let setting = wish.setting(drawing.kind(), name)?;
                let value = wish.value(&setting);
                let words = wish.board(drawing.kind()).generator()?.words(name, value);
                Some((setting, value, words))
            });
            let of =
                move |read: fn(&(Setting, f64, String)) -> f64| found.with(|found| found.as_ref().map_or(0.0, read));
            let label = untrack(|| found.with(|found| found.as_ref().map_or("", |(setting, ..)| setting.label)));
            let choices =
                untrack(|| found.with(|found| found.as_ref().map_or(&[][..], |(setting, ..)| setting.choices)));
            let testid = format!("{}-{name}", kind.game().name());
            let value = Signal::derive(move || of(|found| found.1));
            let set = Callback::new(move |value| {
                if let Some((setting, ..)) = found.get_untracked() {
                    wish.update(|wish: &mut Wish| wish.set(&setting, value));
                }
            });
            if !choices.is_empty() {
                return view! { <Choice label=label testid=testid choices=choices value=value set=set/> }.into_any();
            }
            view! {
                <Slider
                    label=label
                    testid=testid
                    range=Signal::derive(move || (of(|found| found.0.least), of(|found| found.0.most)))
                    value=value
                    words=Signal::derive(move || {
                        found.with(|found| found.as_ref().map(|found| found.2.clone()).unwrap_or_default())
                    })
                    set=set
                />
            }
            .into_any()
        };
        view! {
            {size}
            <For each=move || names.get() key=|name| *name children=slider/>
        }
    }
}

/// One of several names.
#[component]
fn Choice(
    label: &'static str,
    testid: String,
    choices: &'static [&'static str],
    value: Signal<f64>,
    set: Callback<f64>,
) -> impl IntoView {
    let choose = move |event| {
        if let Ok(value) = event_target_value(&event).parse() {
            set.run(value);
        }
    };
    let option = |(place, name): (usize, &&'static str)| {
        let chosen = move || value.get() == place as f64;
        view! { <option value=place.to_string() selected=chosen>{name.replace('-', " ")}</option> }
    };
    view! {
        <label class="difficulty">
            <span>{label}</span>
            <select data-testid=testid on:change=choose>{choices.iter().enumerate().map(option).collect_view()}</select>
        </label>
    }
}

/// A slider in whole steps, with its value in words.
#[component]
fn Slider(
    label: &'static str,
    testid: String,
    range: Signal<(f64, f64)>,
    value: Signal<f64>,
    words: Signal<String>,
    set: Callback<f64>,
) -> impl IntoView {
    let slider = NodeRef::<html::Input>::new();
    // In this order: a value above the most that a slider had is cut.
    Effect::new(move |_| {
        let ((least, most), value) = (range.get(), value.get());
        if let Some(slider) = slider.get() {
            slider.set_min(&least.to_string());
            slider.set_max(&most.to_string());
            slider.set_value(&value.to_string());
        }
    });
    let change = move |event| {
        if let Ok(value) = event_target_value(&event).parse() {
            set.run(value);
        }
    };
    view! {
        <label class="difficulty">
            <span>{label}</span>
            <input type="range" data-testid=testid node_ref=slider aria-valuetext=words on:input=change/>
            <span class="reading">{words}</span>
        </label>
    }
}
