//! The pairs of the task, each with what is done to it.

use hrm_core::puzzle::{
    Size,
    arc::{Grid, Side, Task},
};
use leptos::prelude::*;

use crate::ui::tasks::{
    answer::Answer,
    editor::Editor,
    grid_view::GridView,
    slot::{Slot, pair_title},
};

/// Demonstrations or tests.
#[component]
pub fn Pairs(side: Side) -> impl IntoView {
    let editor = Editor::here();
    let count = Memo::new(move |_| editor.desk.with(|desk| desk.task().pairs(side).len()));
    let is_full = move || count.get() >= Task::MOST_PAIRS;
    let plays = Memo::new(move |_| editor.desk.with(|desk| desk.attempt().is_some()));
    let (title, word) = if side == Side::Train { ("Demonstrations", "train") } else { ("Tests", "test") };
    view! {
        <section aria-label=title>
            <div class="task-line">
                <h2>{title}</h2>
                <Show when=move || !plays.get()>
                    <button
                        type="button"
                        data-testid=format!("task-add-{word}")
                        disabled=is_full
                        on:click=move |_| editor.change(|desk| desk.add(side))
                    >
                        {if side == Side::Train { "Add a pair" } else { "Add a test" }}
                    </button>
                </Show>
            </div>
            <div class="task-part">
                <For each=move || 0..count.get() key=|pair| *pair children=move |pair| view! { <OnePair side pair plays/> }/>
            </div>
        </section>
    }
}

#[component]
fn OnePair(side: Side, pair: usize, plays: Memo<bool>) -> impl IntoView {
    let editor = Editor::here();
    let title = pair_title(side, pair);
    let is_last = move || editor.desk.with(|desk| desk.task().pairs(side).len() == 1);
    let word = Slot::input(side, pair).key().replace("-input", "");
    let (of_remove, of_raise, heading) = (title.clone(), title.clone(), title.clone());
    let ways = move || {
        view! {
            <button
                type="button"
                class="quiet"
                data-testid=format!("task-raise-{word}")
                aria-label=format!("Move {of_raise} up")
                disabled=pair == 0
                on:click=move |_| editor.change(|desk| desk.raise(side, pair))
            >
                "↑ up"
            </button>
            <button
                type="button"
                class="quiet"
                data-testid=format!("task-remove-{word}")
                aria-label=format!("Remove {of_remove}")
                disabled=is_last
                on:click=move |_| editor.change(|desk| desk.remove(side, pair))
            >
                "Remove"
            </button>
        }
    };
    let asks = side == Side::Test;
    view! {
        <section class="task-pair" aria-label=title>
            <div class="task-line">
                <h3>{heading}</h3>
                <Show when=move || !plays.get()>{ways.clone()()}</Show>
            </div>
            <div class="task-sides">
                <OneSide of=Slot::input(side, pair)/>
                <OneSide of=Slot::output(side, pair)/>
            </div>
            <Show when=move || asks && plays.get()><Answer test=pair/></Show>
        </section>
    }
}

#[component]
fn OneSide(of: Slot) -> impl IntoView {
    let (editor, slot) = (Editor::here(), of);
    let is_there = Memo::new(move |_| editor.desk.with(|desk| desk.grid(slot).is_some()));
    let draws = Memo::new(move |_| editor.desk.with(|desk| desk.may_draw(slot)));
    let plays = move || editor.desk.with(|desk| desk.attempt().is_some());
    let name = move || match (slot.is_output, slot.is_asked() && plays()) {
        (_, true) => "Your answer",
        (true, _) => "Output",
        (false, _) => "Input",
    };
    let toggle = move || {
        let title = move || if is_there.get() { "Not known" } else { "Draw the output" };
        view! {
            <button
                type="button"
                class="quiet"
                data-testid=format!("task-known-{}", slot.key())
                on:click=move |_| editor.change(|desk| desk.toggle_output(slot))
            >
                {title}
            </button>
        }
    };
    view! {
        <div class="task-side">
            <div class="task-line">
                <span>{name}</span>
                <Show when=move || draws.get()><Sides of=slot/></Show>
                <Show when=move || slot.is_asked() && !plays()>{toggle}</Show>
            </div>
            <Show
                when=move || is_there.get()
                fallback=|| view! { <p class="task-none">"The output is not known."</p> }
            >
                <GridView of=slot/>
            </Show>
        </div>
    }
}

/// Fields for rows and columns.
#[component]
fn Sides(of: Slot) -> impl IntoView {
    let (editor, slot) = (Editor::here(), of);
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
    };
    view! {
        {field("rows", true)}
        "×"
        {field("columns", false)}
    }
}
