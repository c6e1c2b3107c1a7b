//! A person's answer to a test: submitting it, and the solution on request.

use hrm_core::puzzle::arc::Side;
use leptos::prelude::*;

use crate::ui::{
    format::words::counted,
    tasks::{editor::Editor, grid_view::Shown, slot::Slot},
};

/// What is done with the answer to a test.
#[component]
pub fn Answer(test: usize) -> impl IntoView {
    let editor = Editor::here();
    let slot = Slot::output(Side::Test, test);
    let is_known = move || editor.desk.with(|desk| slot.of(desk.task()).is_some());
    let standing = Memo::new(move |_| {
        editor.desk.with(|desk| desk.attempt().map(|attempt| attempt.standing(test)).unwrap_or_default())
    });
    let revealed =
        Memo::new(move |_| editor.desk.with(|desk| desk.attempt().is_some_and(|attempt| attempt.is_revealed(test))));
    let said = move || {
        let (tries, verdict) = standing.get();
        let tries = if tries == 0 { String::new() } else { format!(" {}.", counted(tries, "attempt", "attempts")) };
        match verdict {
            _ if !is_known() => "The task has no solution of this test: nothing can be compared.".into(),
            Some(true) => format!("Exactly right.{tries}"),
            Some(false) => format!("Not right: size or cells differ.{tries}"),
            None => tries.trim().to_owned(),
        }
    };
    let state = move || standing.get().1.map(|is_right| if is_right { "right" } else { "wrong" });
    let solution = Signal::derive(move || editor.desk.with(|desk| slot.of(desk.task()).cloned()));
    view! {
        <div class="task-line">
            <Show when=is_known>
                <button
                    type="button"
                    data-testid=format!("task-submit-{test}")
                    on:click=move |_| editor.change(|desk| desk.submit(test))
                >
                    "Submit"
                </button>
                <button
                    type="button"
                    class="quiet"
                    data-testid=format!("task-reveal-{test}")
                    aria-pressed=move || revealed.get().to_string()
                    on:click=move |_| editor.change(|desk| desk.reveal(test))
                >
                    {move || if revealed.get() { "Hide the solution" } else { "Show the solution" }}
                </button>
            </Show>
            <span class="task-verdict" role="status" data-testid=format!("task-verdict-{test}") data-state=state>
                {said}
            </span>
        </div>
        <Show when=move || revealed.get()>
            <Shown grid=solution name=format!("Solution of test {}", test + 1)/>
        </Show>
    }
}
