//! Many views of the puzzle where the plain answer breaks the rules: how far they are, and what they found.

use leptos::prelude::*;

use crate::ui::{
    board::reading::write,
    format::words::thousands,
    state::{End, Page, SEGMENTS, VIEWS, Widening},
};

/// The button beside the verdict.
#[component]
pub fn ThinkWiderButton() -> impl IntoView {
    let page = Page::here();
    view! {
        <Show when=move || page.can_think_wider()>
            <button
                type="button"
                data-testid="think-wider"
                title="Shows the model the same puzzle in other symmetric forms, until an answer passes the rules"
                on:click=move |_| page.think_wider()
            >
                "Think wider"
            </button>
        </Show>
    }
}

/// How far the views are, with Stop, and the answer that was found.
#[component]
pub fn ThinkWider() -> impl IntoView {
    let page = Page::here();
    let now = page.wider.now;
    let found = move || {
        now.with(|now| now.as_ref()?.found().map(|found| write(page.kind(), &found.answer)))
            .map(|board| view! { <pre class="wider" data-testid="wider-answer">{board}</pre> })
    };
    view! {
        <Show when=move || now.with(Option::is_some)>
            <div class="message" data-testid="wider" role="status">
                <p>{move || now.with(|now| now.as_ref().map(words))}</p>
                <Show when=move || page.wider.is_running()>
                    <button type="button" data-testid="wider-stop" on:click=move |_| page.wider.stop()>"Stop"</button>
                </Show>
                {found}
            </div>
        </Show>
    }
}

fn words(now: &Widening) -> String {
    let (views, segments) = now.counts();
    let spent = format!("{views} views, {} segments, {:.1} s", thousands(segments as u64), now.seconds);
    match (&now.end, now.found()) {
        (_, Some(found)) => format!(
            "Thinking wider: view {} found it in its segment {}; checked by the rules, the answer is right ({spent}).",
            found.view + 1,
            found.segment
        ),
        (None, None) => {
            let most = thousands((VIEWS * SEGMENTS) as u64);
            format!("Thinking wider: {spent}, of at most {VIEWS} views and {most} segments.")
        }
        (Some(End::Done), None) => format!("Thinking wider: no answer of any view passes the rules ({spent})."),
        (Some(End::Stopped), None) => {
            format!("Thinking wider was stopped: no answer so far passes the rules ({spent}).")
        }
        (Some(End::Failed(message)), None) => format!("Thinking wider failed: {message} ({spent})."),
    }
}
