//! The tasks that were learnt: opened again, saved, removed.

use leptos::prelude::*;
use web_sys::Event;

use crate::ui::{
    browser::files::files_of,
    format::words::{counted, duration},
    tasks::{
        button::{Button, when},
        learn::state::{Item, Learning},
    },
};

/// The list.
pub fn learnt(learning: Learning) -> AnyView {
    let items = move || {
        let items = learning.learnt.get();
        items.into_iter().map(|item| untrack(|| line(learning, item))).collect::<Vec<_>>()
    };
    let is_empty = move || learning.learnt.with(Vec::is_empty);
    let take = move |event: Event| learning.take_files(files_of(&event));
    view! {
        <section aria-label="Learnt tasks">
            <div class="task-line">
                <h3>"Learnt tasks"</h3>
                <label class="file">
                    <input type="file" accept=".safetensors,.json" multiple data-testid="learnt-files" on:change=take/>
                    <span>"Open the two files of one…"</span>
                </label>
            </div>
            {when(is_empty, || view! { <p class="task-none">"What is learnt is kept in this browser and listed here."</p> }.into_any())}
            <ul class="learnt-list" data-testid="learnt-list">{items}</ul>
        </section>
    }
    .into_any()
}

fn line(learning: Learning, item: Item) -> AnyView {
    let Item { name, course, held_out, .. } = item;
    let shown = name.clone();
    let course = course.map_or(String::new(), |(steps, seconds)| {
        format!("{} in {}", counted(steps as usize, "step", "steps"), duration(seconds))
    });
    let held_out = match held_out {
        Some(true) => "; the pair that was held out was answered",
        Some(false) => "; the pair that was held out was not answered",
        None => "",
    };
    let is_busy = move || learning.run.with(|run| run.stage.is_busy());
    let act = move |word: &'static str, act: fn(Learning, String)| {
        let (own, label) = (name.clone(), format!("{word} {name}"));
        Button::new(format!("learnt-{}-{name}", word.to_lowercase()), word)
            .class("quiet")
            .label(move || label.clone())
            .disabled(move || word != "Save" && is_busy())
            .on(move || act(learning, own.clone()))
    };
    let ways = vec![
        act("Open", |learning, name| learning.open_item(&name)),
        act("Save", |learning, name| learning.save(&name)),
        act("Remove", Learning::remove),
    ];
    view! {
        <li class="task-line">
            <span>{shown}</span>
            <span class="task-none">{course} {held_out}</span>
            {ways}
        </li>
    }
    .into_any()
}
