//! A person's answer to a test: submitting it, and the solution on request.

use hrm_core::puzzle::arc::Side;
use leptos::prelude::*;

use crate::ui::{
    format::words::counted,
    tasks::{
        button::{Button, when},
        editor::Editor,
        grid_view::Shown,
        slot::Slot,
    },
};

/// What is done with the answer to a test.
pub fn answer(test: usize) -> AnyView {
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
    let ways = move || {
        let reveal = move || if revealed.get() { "Hide the solution" } else { "Show the solution" }.to_owned();
        vec![
            Button::new(format!("task-submit-{test}"), "Submit").on(move || editor.change(|desk| desk.submit(test))),
            Button::saying(format!("task-reveal-{test}"), reveal)
                .class("quiet")
                .pressed(move || revealed.get())
                .on(move || editor.change(|desk| desk.reveal(test))),
        ]
        .into_any()
    };
    let shown = move || {
        view! {
            <div class="task-side">
                <span class="task-none">"Solution"</span>
                <Shown grid=solution name=format!("Solution of test {}", test + 1)/>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="task-line">
            {when(is_known, ways)}
            <span class="task-verdict" role="status" data-testid=format!("task-verdict-{test}") data-state=state>
                {said}
            </span>
        </div>
        {when(move || revealed.get(), shown)}
    }
    .into_any()
}
