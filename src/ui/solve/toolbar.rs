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
    state::{Attempt, Drawing, Machine, Player, Route, Run, Solver},
    url::place::Place,
};

/// Symbols to press, for those without a keyboard.
#[component]
pub fn Pad() -> impl IntoView {
    let (drawing, attempt) = (Drawing::here(), Attempt::here());
    let symbols = move || {
        let kind = drawing.kind();
        let tokens = (0..kind.vocab_size() as u8).filter_map(|token| Some((token, kind.symbol(token)?)));
        tokens
            .map(|(token, Symbol { name, text, .. })| {
                let write = move |_| attempt.write(token);
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
                    on:click=move |_| attempt.write(drawing.kind().blank())
                >
                    "⌫"
                </button>
            </div>
        }
    };
    view! {
        <Show when=move || drawing.kind().tools().is_some() fallback=digits>
            <Brushes/>
        </Show>
    }
}

/// New puzzle, clear, undo, redo, paste.
#[component]
pub fn Toolbar() -> impl IntoView {
    let (drawing, machine, attempt, solver, route) =
        (Drawing::here(), Machine::here(), Attempt::here(), Solver::here(), Route::here());
    let pasting = RwSignal::new(false);
    listen_for_paste(drawing, machine, route);
    let figures = Memo::new(move |_| {
        drawing.question.with(|question| puzzles::of(question.kind)?.figures(question.kind, &question.tokens))
    });
    let figures_testid = move || format!("{}-figures", drawing.kind().game().name());
    let generates = move || drawing.kind().generator().is_some();
    view! {
        <div class="toolbar" role="group" aria-label="Board">
            <Show when=generates>
                <button type="button" data-testid="new" on:click=move |_| solver.generate(drawing.kind())>"New puzzle"</button>
                <Settings/>
            </Show>
            <button type="button" data-testid="clear" on:click=move |_| drawing.clear(&machine.kinds())>"Clear"</button>
            <button
                type="button"
                data-testid="undo"
                disabled=move || !attempt.can_undo()
                on:click=move |_| attempt.undo()
            >
                "Undo"
            </button>
            <button
                type="button"
                data-testid="redo"
                disabled=move || !attempt.can_redo()
                on:click=move |_| attempt.redo()
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
    let (drawing, machine, run, player) = (Drawing::here(), Machine::here(), Run::here(), Player::here());
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.set_value(&untrack(|| text_of(drawing)));
            let _ = field.focus();
            field.select();
        }
    });
    let answered = move || run.recording.with(|run| run.as_ref().is_some_and(|run| !run.segments().is_empty()));
    let show_answer = move |_| {
        if let (Some(field), Some(text)) = (field.get_untracked(), untrack(|| answer_of(drawing, run, player))) {
            field.set_value(&text);
            let _ = field.focus();
            field.select();
        }
    };
    let take = move |event: SubmitEvent| {
        event.prevent_default();
        let text = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        if paste(drawing, machine, &text) {
            close();
        }
    };
    view! {
        <form class="paste" on:submit=take>
            <label for="paste-text">
                {move || format!("{}; copy it, or put another in its place", drawing.kind().text_hint())}
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
fn text_of(drawing: Drawing) -> String {
    drawing.question.with(|question| in_rows(question.kind, &question.tokens))
}

/// The answer at the present moment, or the last one before it; a maze's path is written `o`.
fn answer_of(drawing: Drawing, run: Run, player: Player) -> Option<String> {
    run.recording.with(|recording| {
        let recording = recording.as_ref()?;
        let shown = answer_shown(recording, player.moment.get());
        let said = shown.or_else(|| recording.segments().first().map(|segment| segment.answer.clone()))?;
        Some(in_rows(drawing.kind(), &said.tokens))
    })
}

/// Ctrl+V anywhere but in a field puts the puzzle on the board.
fn listen_for_paste(drawing: Drawing, machine: Machine, route: Route) {
    let handle = window_event_listener(leptos::ev::paste, move |event: ClipboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let in_field = target.is_some_and(|target| matches!(target.tag_name().as_str(), "TEXTAREA" | "INPUT"));
        let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
        if let Some(text) = text.filter(|_| !in_field && route.place.get_untracked() == Place::Solve) {
            event.prevent_default();
            paste(drawing, machine, &text);
        }
    });
    on_cleanup(move || handle.remove());
}

fn paste(drawing: Drawing, machine: Machine, text: &str) -> bool {
    drawing.read(text, &machine.kinds(), true)
}
