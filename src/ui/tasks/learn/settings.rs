//! What is set before a task is learnt, and what that will take.

use leptos::prelude::*;

use crate::ui::tasks::{
    button::{Button, when},
    learn::{
        draft::Draft,
        run::outlook_words,
        state::{Learning, has_web_gpu},
    },
};

/// A field with its words.
fn field(
    title: &'static str,
    testid: &'static str,
    now: fn(&Draft) -> &String,
    set: fn(&mut Draft, String),
) -> AnyView {
    let draft = Learning::here().draft;
    view! {
        <label class="choice">
            {title}
            " "
            <input
                type="text"
                inputmode="decimal"
                data-testid=testid
                prop:value=move || draft.with(|draft| now(draft).clone())
                on:change=move |event| draft.update(|draft| set(draft, event_target_value(&event)))
            />
        </label>
    }
    .into_any()
}

/// A list with its words; the options come as value and name.
fn list(
    title: &'static str,
    testid: &'static str,
    options: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
    now: fn(&Draft) -> String,
    set: fn(&mut Draft, String),
) -> AnyView {
    let draft = Learning::here().draft;
    let options = move || {
        let chosen = draft.with_untracked(now);
        let option = |(value, name): (String, String)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{name}</option> }
        };
        options().into_iter().map(option).collect_view()
    };
    view! {
        <label class="choice">
            {title}
            " "
            <select
                data-testid=testid
                prop:value=move || draft.with(now)
                on:change=move |event| draft.update(|draft| set(draft, event_target_value(&event)))
            >
                {options}
            </select>
        </label>
    }
    .into_any()
}

fn pairs<const N: usize>(of: [(&str, &str); N]) -> Vec<(String, String)> {
    of.map(|(value, name)| (value.to_owned(), name.to_owned())).into()
}

/// What can be set.
pub fn settings() -> AnyView {
    let learning = Learning::here();
    let draft = learning.draft;
    let origins = move || {
        let mut all = pairs([("", "random weights of a small model (TRM)")]);
        let gallery = learning.gallery.get();
        all.extend(gallery.iter().map(|file| {
            (format!("gallery:{file}"), format!("{} of the gallery", file.trim_end_matches(".safetensors")))
        }));
        learning.learnt.with(|learnt| {
            all.extend(learnt.iter().map(|item| (format!("own:{}", item.name), format!("what learnt {}", item.name))));
        });
        all
    };
    let trained = || pairs([("", "everything"), ("embedding", "the embedding alone")]);
    let is_random = move || draft.with(|draft| draft.from.is_empty());
    let explained = move || match (is_random(), draft.with(|draft| draft.embedding_only)) {
        (true, _) => {
            "All weights are trained: random ones know nothing that a task's embedding alone could steer. That is most of the work of \
             a model, done for one task, so it takes minutes and does not always suffice."
        }
        (false, false) => "All weights are trained with the task's embedding: published work finds this best.",
        (false, true) => {
            "Only the task's vectors are trained, one for each version; the other weights stay as they are. A step is faster, and \
             what the model cannot do yet it does not learn."
        }
    };
    view! {
        <div class="task-line" role="group" aria-label="How the task is learnt">
            {list("Begin with", "learn-from", origins, |draft| draft.from.clone(), |draft, value| draft.from = value)}
            {when(move || !is_random(), move || list(
                "Train",
                "learn-trained",
                trained,
                |draft| if draft.embedding_only { "embedding".into() } else { String::new() },
                |draft, value| draft.embedding_only = !value.is_empty(),
            ))}
            {field("For", "learn-length", |draft| &draft.length, |draft, value| draft.length = value)}
            {list(
                "in",
                "learn-unit",
                || pairs([("", "minutes"), ("steps", "steps")]),
                |draft| if draft.by_steps { "steps".into() } else { String::new() },
                |draft, value| draft.by_steps = !value.is_empty(),
            )}
            {field("Augmentations", "learn-augmentations", |draft| &draft.augmentations, |draft, value| draft.augmentations = value)}
            {field("Token grid's side (empty: automatic)", "learn-side", |draft| &draft.side, |draft, value| draft.side = value)}
            {has_web_gpu().then(|| list(
                "Engine",
                "learn-engine",
                || pairs([("", "CPU"), ("gpu", "WebGPU")]),
                |draft| if draft.gpu { "gpu".into() } else { String::new() },
                |draft, value| draft.gpu = !value.is_empty(),
            ))}
        </div>
        <p class="task-none">{explained}</p>
        {outlook(learning)}
    }
    .into_any()
}

/// What it will take, or why it cannot be.
fn outlook(learning: Learning) -> AnyView {
    let words = move || {
        let budget = learning.draft.with(|draft| draft.budget().ok());
        learning.run.with(|run| match &run.outlook {
            Some(outlook) => outlook_words(outlook, budget, run.measuring).join(" "),
            None if run.measuring => "What this takes is being estimated…".into(),
            None => String::new(),
        })
    };
    let fault = Memo::new(move |_| learning.memory_fault().map(|(words, _)| words));
    view! {
        <p class="learn-outlook" data-testid="learn-outlook" aria-live="polite">{words}</p>
        {when(move || fault.with(Option::is_some), move || view! {
            <p class="message warning" role="alert" data-testid="learn-memory">{fault}</p>
        }.into_any())}
    }
    .into_any()
}

/// Why something was not done, with a token grid that would do.
pub fn refusal() -> AnyView {
    let learning = Learning::here();
    let refused = Memo::new(move |_| learning.run.with(|run| run.refusal.clone()));
    let said =
        move || refused.with(|refused| refused.as_ref().map(|(words, _)| format!("{}.", words.trim_end_matches('.'))));
    let fits = move || refused.with(|refused| refused.as_ref().and_then(|(_, fits)| *fits));
    let button = move || {
        let title = move || fits().map_or(String::new(), |side| format!("Use a token grid of {side}×{side}"));
        let take = move || {
            let side = untrack(fits).map_or(String::new(), |side| side.to_string());
            learning.draft.update(|draft| draft.side = side);
        };
        Button::saying("learn-fits", title).on(take)
    };
    let part = move || {
        view! {
            <div class="task-line">
                <p class="message warning" role="alert" data-testid="learn-refusal">{said}</p>
                {when(move || fits().is_some(), button)}
            </div>
        }
        .into_any()
    };
    when(move || refused.with(Option::is_some), part)
}
