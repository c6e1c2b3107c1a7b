//! The pairs of the task, each with what is done to it.

use hrm_core::puzzle::{
    Size,
    arc::{Grid, Side, Task},
};
use leptos::prelude::*;

use crate::ui::tasks::{
    answer::answer,
    button::{Button, when},
    editor::Editor,
    grid_view::GridView,
    slot::{Slot, pair_title},
};

/// Demonstrations or tests.
pub fn pairs(side: Side) -> AnyView {
    let editor = Editor::here();
    let count = Memo::new(move |_| editor.desk.with(|desk| desk.task().pairs(side).len()));
    let (title, word) = if side == Side::Train { ("Demonstrations", "train") } else { ("Tests", "test") };
    let add = move || {
        Button::new(format!("task-add-{word}"), if side == Side::Train { "Add a pair" } else { "Add a test" })
            .disabled(move || count.get() >= Task::MOST_PAIRS)
            .on(move || editor.change(|desk| desk.add(side)))
    };
    view! {
        <section aria-label=title>
            <div class="task-line">
                <h2>{title}</h2>
                {when(move || !plays(editor), add)}
            </div>
            <div class="task-part">
                {move || (0..count.get()).map(|pair| untrack(|| one_pair(editor, side, pair))).collect::<Vec<_>>()}
            </div>
        </section>
    }
    .into_any()
}

fn plays(editor: Editor) -> bool {
    editor.desk.with(|desk| desk.attempt().is_some())
}

fn one_pair(editor: Editor, side: Side, pair: usize) -> AnyView {
    let (title, heading) = (pair_title(side, pair), pair_title(side, pair));
    let word = Slot::input(side, pair).key().replace("-input", "");
    let ways = move || {
        let raise = Button::new(format!("task-raise-{word}"), "↑ up")
            .class("quiet")
            .label(move || format!("Move {} up", pair_title(side, pair)))
            .on(move || editor.change(|desk| desk.raise(side, pair)));
        let remove = Button::new(format!("task-remove-{word}"), "Remove")
            .class("quiet")
            .label(move || format!("Remove {}", pair_title(side, pair)))
            .disabled(move || editor.desk.with(|desk| desk.task().pairs(side).len() == 1))
            .on(move || editor.change(|desk| desk.remove(side, pair)));
        // What is asked may be known or not.
        let output = Slot::output(side, pair);
        let is_known = move || editor.desk.with(|desk| desk.grid(output).is_some());
        let title = move || if is_known() { "Remove the output" } else { "Draw the output" }.to_owned();
        let toggle = Button::saying(format!("task-known-{}", output.key()), title)
            .class("quiet")
            .on(move || editor.change(|desk| desk.toggle_output(output)));
        let toggle = output.is_asked().then_some(toggle);
        (pair > 0).then_some(raise).into_iter().chain([remove]).chain(toggle).collect::<Vec<_>>().into_any()
    };
    view! {
        <section class="task-pair" aria-label=title>
            <div class="task-line">
                <h3>{heading}</h3>
                {when(move || !plays(editor), ways)}
            </div>
            <div class="task-sides">
                {one_side(editor, Slot::input(side, pair))}
                {one_side(editor, Slot::output(side, pair))}
            </div>
            {when(move || side == Side::Test && plays(editor), move || answer(pair))}
        </section>
    }
    .into_any()
}

fn one_side(editor: Editor, slot: Slot) -> AnyView {
    let is_there = move || editor.desk.with(|desk| desk.grid(slot).is_some());
    let name = move || match (slot.is_output, slot.is_asked() && plays(editor)) {
        (_, true) => "Your answer",
        (true, _) => "Output",
        (false, _) => "Input",
    };
    let unknown = || view! { <p class="task-none">"The output is not known."</p> }.into_any();
    view! {
        <div class="task-side">
            <div class="task-line">
                <span>{name}</span>
                {when(move || editor.desk.with(|desk| desk.may_draw(slot)), move || sides(editor, slot))}
            </div>
            {when(is_there, move || view! { <GridView of=slot/> }.into_any())}
            {when(move || !is_there(), unknown)}
        </div>
    }
    .into_any()
}

/// Fields for rows and columns.
fn sides(editor: Editor, slot: Slot) -> AnyView {
    let size = Memo::new(move |_| {
        editor.desk.with(|desk| desk.grid(slot).map_or((0, 0), |grid| (grid.rows(), grid.columns())))
    });
    let field = move |name: &'static str, is_rows: bool| {
        let own = move || if is_rows { size.get().0 } else { size.get().1 };
        let set = move |event: web_sys::Event| {
            let asked = event_target_value(&event).parse::<usize>().ok();
            let Some(asked) = asked.filter(|asked| (1..=Grid::MOST).contains(asked)) else {
                // What is no size is put back.
                let target = event_target::<web_sys::HtmlInputElement>(&event);
                target.set_value(&untrack(own).to_string());
                editor.say("A grid has 1 to 30 rows and 1 to 30 columns.");
                return;
            };
            let (rows, columns) = size.get_untracked();
            let size = if is_rows { Size::new(asked, columns) } else { Size::new(rows, asked) };
            editor.change(|desk| desk.resize(slot, size));
        };
        view! {
            <input
                type="number"
                min="1"
                max="30"
                data-testid=format!("task-{name}-{}", slot.key())
                aria-label=format!("{}: {name}", slot.title())
                prop:value=move || own().to_string()
                on:change=set
            />
        }
        .into_any()
    };
    view! {
        {field("rows", true)}
        "×"
        {field("columns", false)}
    }
    .into_any()
}
