//! What can be done with the board besides typing.

use hrm_core::puzzle::{Symbol, in_rows};
use leptos::{
    ev::{ClipboardEvent, SubmitEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;

use crate::ui::{
    board::shown::answer_shown,
    puzzles,
    solve::{settings::Settings, strokes::Brushes, yourself::TryYourself},
    state::Page,
    url::place::Place,
};

/// Symbols to press, for those without a keyboard.
#[component]
pub fn Pad() -> impl IntoView {
    let page = Page::here();
    let symbols = move || {
        let kind = page.kind();
        let tokens = (0..kind.vocab_size() as u8).filter_map(|token| Some((token, kind.symbol(token)?)));
        tokens
            .map(|(token, Symbol { name, text, .. })| {
                let write = move |_| page.write(token);
                view! { <button type="button" aria-label=format!("Write {name}") on:click=write>{text}</button> }
            })
            .collect_view()
    };
    let digits = move || {
        view! {
            <div class="pad" role="group" aria-label="Symbols for the selected cell">
                {symbols}
                <button
                    type="button"
                    aria-label="Empty the cell"
                    on:click=move |_| page.write(page.kind().blank())
                >
                    "⌫"
                </button>
            </div>
        }
    };
    view! {
        <Show when=move || page.kind().tools().is_some() fallback=digits>
            <Brushes/>
        </Show>
    }
}

/// New puzzle, clear, undo, redo, paste.
#[component]
pub fn Toolbar() -> impl IntoView {
    let page = Page::here();
    let drawing = page.drawing;
    let pasting = RwSignal::new(false);
    listen_for_paste(page);
    let figures = Memo::new(move |_| {
        drawing.question.with(|question| puzzles::of(question.kind)?.figures(question.kind, &question.tokens))
    });
    let figures_testid = move || format!("{}-figures", page.kind().game().name());
    let generates = move || page.kind().generator().is_some();
    view! {
        <div class="toolbar" role="group" aria-label="Board">
            <Show when=generates>
                <button type="button" data-testid="new" on:click=move |_| page.generate(page.kind())>"New puzzle"</button>
                <Settings/>
            </Show>
            <button type="button" data-testid="clear" on:click=move |_| drawing.clear(&page.machine.kinds())>"Clear"</button>
            <button
                type="button"
                data-testid="undo"
                disabled=move || !page.can_undo()
                on:click=move |_| page.undo()
            >
                "Undo"
            </button>
            <button
                type="button"
                data-testid="redo"
                disabled=move || !page.can_redo()
                on:click=move |_| page.redo()
            >
                "Redo"
            </button>
            <button
                type="button"
                data-testid="paste"
                aria-expanded=move || if pasting.get() { "true" } else { "false" }
                on:click=move |_| pasting.update(|open| *open = !*open)
            >
                "As text…"
            </button>
            <TryYourself/>
        </div>
        <Show when=move || figures.with(Option::is_some)>
            <p class="reading" data-testid=figures_testid>{figures}</p>
        </Show>
        <Show when=move || pasting.get()>
            <PasteField close=move || pasting.set(false)/>
        </Show>
        <Show when=move || drawing.others.with(|others| !others.is_empty())>
            <p class="message" data-testid="other-puzzles">
                {move || format!("{} more puzzles were pasted with this one. ", drawing.others.with(Vec::len))}
                <button type="button" class="quiet" data-testid="next-pasted" on:click=move |_| drawing.show_other()>
                    "Next"
                </button>
            </p>
        </Show>
    }
}

/// A field with the board's text, to copy or to replace.
#[component]
fn PasteField(close: impl Fn() + Copy + Send + 'static) -> impl IntoView {
    let page = Page::here();
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.set_value(&untrack(|| text_of(page)));
            let _ = field.focus();
            field.select();
        }
    });
    let answered = move || page.run.recording.with(|run| run.as_ref().is_some_and(|run| !run.segments().is_empty()));
    let show_answer = move |_| {
        if let (Some(field), Some(text)) = (field.get_untracked(), untrack(|| answer_of(page))) {
            field.set_value(&text);
            let _ = field.focus();
            field.select();
        }
    };
    let take = move |event: SubmitEvent| {
        event.prevent_default();
        let text = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if paste(page, &text) {
            close();
        }
    };
    view! {
        <form class="paste" on:submit=take>
            <label for="paste-text">
                {move || format!("{}; copy it, or put another in its place", page.kind().text_hint())}
            </label>
            <textarea id="paste-text" data-testid="paste-text" node_ref=field rows="9" spellcheck="false"></textarea>
            <div class="actions">
                <button type="submit" data-testid="paste-apply">"Put it on the board"</button>
                <Show when=answered>
                    <button type="button" data-testid="paste-answer" on:click=show_answer>"Show the answer as text"</button>
                </Show>
                <button type="button" class="quiet" on:click=move |_| close()>"Cancel"</button>
            </div>
        </form>
    }
}

/// The board's text.
fn text_of(page: Page) -> String {
    page.drawing.question.with(|question| in_rows(question.kind, &question.tokens))
}

/// The answer at the present moment, or the last one before it; a maze's path is written `o`.
fn answer_of(page: Page) -> Option<String> {
    page.run.recording.with(|recording| {
        let recording = recording.as_ref()?;
        let shown = answer_shown(recording, page.player.moment.get());
        let said = shown.or_else(|| recording.segments().first().map(|segment| segment.answer.clone()))?;
        Some(in_rows(page.kind(), &said.tokens))
    })
}

/// Ctrl+V anywhere but in a field puts the puzzle on the board.
fn listen_for_paste(page: Page) {
    let handle = window_event_listener(leptos::ev::paste, move |event: ClipboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let in_field = target.is_some_and(|target| matches!(target.tag_name().as_str(), "TEXTAREA" | "INPUT"));
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
        if let Some(text) = text.filter(|_| !in_field && page.place.get_untracked() == Place::Solve) {
            event.prevent_default();
            paste(page, &text);
        }
    });
    on_cleanup(move || handle.remove());
}

fn paste(page: Page, text: &str) -> bool {
    page.drawing.read(text, &page.machine.kinds(), true)
}
