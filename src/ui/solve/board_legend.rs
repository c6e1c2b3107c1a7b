//! What the board's colours and lines mean.

use hrm_core::puzzle::AnswerStyle;
use leptos::prelude::*;
use web_sys::{Element, Event};

use crate::ui::state::Drawing;

/// The marks of a board whose answers are symbols: the class of a sample, its text, what it says.
const OF_SYMBOLS: [(&str, &str, &str); 5] = [
    ("given", "5", "bold: given, by the puzzle"),
    ("inferred", "5", "the model's; the bar below is as long as its head is sure"),
    ("doubtful", "5", "amber: the head is in doubt"),
    ("contradicted", "5", "red: the model says something else than the clue, which stands in the corner"),
    ("faulty", "5", "a wavy line: breaks a rule"),
];

/// Those of a board whose answers are a path.
const OF_PATHS: [(&str, &str, &str); 4] = [
    ("wall", "", "a wall, as drawn"),
    ("path", "", "the model's path, the wider the surer"),
    ("crossed", "×", "crossed out in red: the model says something else than what is drawn there"),
    ("searched", "", "dashed: a shortest path, where the model's is wrong"),
];

/// Samples of every mark, with words; they lie over the page while they are open.
#[component]
pub fn BoardLegend() -> impl IntoView {
    let drawing = Drawing::here();
    let open = RwSignal::new(false);
    // What it is, not that it changed: two changes in a row are told as one.
    let look = move |event: Event| open.set(event_target::<Element>(&event).has_attribute("open"));
    let is_path = Memo::new(move |_| drawing.kind().layout().answers == AnswerStyle::Path);
    let marks = move || {
        let marks: &[_] = if is_path.get() { &OF_PATHS } else { &OF_SYMBOLS };
        let mark = |&(class, text, says): &(&'static str, &'static str, &'static str)| {
            view! {
                <li>
                    <span class=format!("mark {class}") aria-hidden="true">{text}</span>
                    {says}
                </li>
            }
        };
        marks.iter().map(mark).collect_view()
    };
    view! {
        <details
            class="board-legend"
            data-testid="board-legend"
            prop:open=move || open.get()
            on:toggle=look
            on:focusout=move |_| open.set(false)
        >
            <summary aria-label="What the colours mean" title="What the colours mean">"?"</summary>
            <ul class="marks">{marks}</ul>
        </details>
    }
}
