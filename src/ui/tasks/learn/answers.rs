//! The answers to the tests, by vote and without one.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use crate::ui::tasks::{
    button::{Button, when},
    learn::{drawn, run::Stage, state::Learning},
};

/// Asking, and what was answered.
pub fn answers(learning: Learning) -> AnyView {
    let (run, draft) = (learning.run, learning.draft);
    let can_ask = move || run.with(|run| run.stage.can_answer());
    let is_asked = move || run.with(|run| run.stage == Stage::Answering);
    let ask = move || {
        view! {
            <div class="task-line" role="group" aria-label="Answer">
                {Button::new("learn-answer", "Answer the tests").class("primary").on(move || learning.answer())}
                <label class="choice">
                    "under augmentations (empty: as many as 20 s allow) "
                    <input
                        type="text"
                        inputmode="numeric"
                        data-testid="learn-asked"
                        prop:value=move || draft.with(|draft| draft.asked.clone())
                        on:change=move |event| draft.update(|draft| draft.asked = event_target_value(&event))
                    />
                </label>
            </div>
        }
        .into_any()
    };
    let stop = move || {
        let progress = move || {
            let (done, all) = run.with(|run| run.answered.as_ref().map_or((0, 0), |answered| answered.done));
            if all == 0 {
                "The answer without a vote comes first…".into()
            } else {
                format!("{done} of at most {all} answers")
            }
        };
        view! {
            <div class="task-line">
                {Button::new("learn-answer-stop", "Stop answering").on(move || learning.halt(false))}
                <span data-testid="learn-answering">{progress}</span>
            </div>
        }
        .into_any()
    };
    let is_there = move || run.with(|run| run.answered.as_ref().is_some_and(|answered| !answered.tests.is_empty()));
    vec![when(can_ask, ask), when(is_asked, stop), when(is_there, move || shown(learning))].into_any()
}

fn shown(learning: Learning) -> AnyView {
    let (run, editor) = (learning.run, learning.editor);
    let is_usable = Memo::new(move |_| learning.is_being_solved());
    let html = Memo::new(move |_| {
        let palette = editor.look.get().palette;
        run.with(|run| {
            let tests = run.answered.as_ref().map_or(&[][..], |answered| &answered.tests);
            drawn::answers(&run.task, tests, palette, is_usable.get())
        })
    });
    let take = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let number = |name| target.as_ref()?.get_attribute(name)?.parse::<usize>().ok();
        if let (Some(test), Some(at)) = (number("data-test"), number("data-at")) {
            learning.take(test, at);
        }
    };
    let segments = Memo::new(move |_| {
        run.with(|run| {
            run.answered.as_ref().and_then(|answered| answered.tests.first()).map_or(0, |test| test.forms.len())
        })
    });
    // The last one until a person looks at another.
    let chosen = RwSignal::new(usize::MAX);
    let segment = Memo::new(move |_| chosen.get().min(segments.get().saturating_sub(1)));
    let forms = Memo::new(move |_| {
        let palette = editor.look.get().palette;
        run.with(|run| {
            let tests = run.answered.as_ref().map_or(&[][..], |answered| &answered.tests);
            drawn::forms(tests, segment.get(), palette)
        })
    });
    let said = move || format!("segment {} of {}", segment.get() + 1, segments.get());
    view! {
        <div data-testid="learn-answers" inner_html=html on:click=take></div>
        <h3>"How the answer without a vote forms"</h3>
        <div class="task-line">
            <input
                type="range"
                min="1"
                max=segments
                aria-label="Segment"
                aria-valuetext=said
                data-testid="learn-segment"
                prop:value=move || (segment.get() + 1).to_string()
                on:input=move |event| chosen.set(event_target_value(&event).parse::<usize>().unwrap_or(1).saturating_sub(1))
            />
            <span class="task-none">{said}</span>
        </div>
        <div class="learn-cards" data-testid="learn-forms" inner_html=forms></div>
    }
    .into_any()
}
