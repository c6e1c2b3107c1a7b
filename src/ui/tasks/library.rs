//! The library: collections, what is looked for in them, and their tasks.

use hrm_core::puzzle::{
    Size,
    arc::{
        Task,
        library::{COLLECTIONS, Filter, ShapeChange},
    },
};
use leptos::prelude::*;

use crate::ui::{
    format::words::counted,
    tasks::{
        button::{Button, coloured, when},
        editor::Editor,
        head::plain,
        shelf::{OWN, Shelf},
        thumbs::Thumbs,
        words,
    },
};

/// Sides that all grids of a task lie within.
const SIDES: [usize; 5] = [5, 10, 15, 20, 25];

/// The library.
#[component]
pub fn Library() -> impl IntoView {
    let editor = Editor::here();
    let shelf = editor.shelf;
    let collection = move |of: usize| {
        let title = COLLECTIONS.get(of).map_or("Yours", |collection| collection.title);
        let testid = COLLECTIONS.get(of).map_or("own", |collection| collection.name);
        Button::saying(format!("tasks-{testid}"), move || format!("{title} ({})", shelf.with(|shelf| shelf.count(of))))
            .pressed(move || shelf.with(|shelf| shelf.shown == of))
            .on(move || editor.show_collection(of))
    };
    let is_there = Memo::new(move |_| shelf.with(|shelf| shelf.items().is_some()));
    let shows_own = Memo::new(move |_| shelf.with(|shelf| shelf.shown == OWN));
    let found = Memo::new(move |_| shelf.with(|shelf| shelf.found().len()));
    let said = move || match (is_there.get(), shows_own.get(), found.get()) {
        (false, ..) if shelf.with(|shelf| shelf.has_failed()) => {
            "The collection could not be fetched: press its name to try again.".into()
        }
        (false, ..) => "The collection is being fetched…".into(),
        (_, true, 0) if shelf.with(|shelf| shelf.count(OWN)) == 0 => {
            "Tasks that you keep, and files of several tasks that you open, are listed here.".into()
        }
        (_, _, found) => counted(found, "task", "tasks"),
    };
    let licence = move || {
        let of_page = COLLECTIONS.get(shelf.with(|shelf| shelf.shown))?;
        Some(format!("{}, {}", of_page.title, of_page.licence))
    };
    view! {
        <div class="task-line" role="group" aria-label="Collection">{(0..=OWN).map(collection).collect::<Vec<_>>()}</div>
        {filters(editor)}
        <div class="task-line">
            <span role="status" data-testid="tasks-found">{said}</span>
            {plain("Open any of them", "tasks-any", move || editor.open_random())}
            <span class="task-none">{licence}</span>
        </div>
        {when(move || shows_own.get(), move || own(editor))}
        <Thumbs/>
    }
}

fn look_for(editor: Editor, change: impl FnOnce(&mut Filter)) {
    editor.shelf.update(|shelf| change(&mut shelf.filter));
}

fn filters(editor: Editor) -> AnyView {
    let filter = move |of: fn(&Filter) -> String| move || editor.shelf.with(|shelf: &Shelf| of(&shelf.filter));
    let list = move |title: &'static str,
                     testid: &'static str,
                     options: Vec<(String, String)>,
                     now: fn(&Filter) -> String,
                     set: fn(&mut Filter, &str)| {
        let options = options.into_iter().map(|(value, name)| view! { <option value=value>{name}</option> });
        view! {
            <label class="choice">
                {title}
                " "
                <select
                    data-testid=testid
                    prop:value=filter(now)
                    on:change=move |event| look_for(editor, |filter| set(filter, &event_target_value(&event)))
                >
                    <option value="">"any"</option>
                    {options.collect_view()}
                </select>
            </label>
        }
        .into_any()
    };
    let sides = SIDES.iter().map(|side| (side.to_string(), format!("up to {side}×{side}"))).collect();
    let changes = ShapeChange::ALL.iter().enumerate();
    let changes = changes.map(|(at, change)| (at.to_string(), change.words().to_owned())).collect();
    let pairs =
        (1..=6).map(|pairs| (pairs.to_string(), if pairs == 6 { "6 or more".into() } else { pairs.to_string() }));
    let colour = move |of: u8| {
        let bit = 1u16 << of;
        let state = move || {
            editor.shelf.with(|shelf| {
                let Filter { with_colours, without_colours, .. } = shelf.filter;
                (with_colours & bit != 0, without_colours & bit != 0)
            })
        };
        let turn = move || {
            let (with, without) = untrack(state);
            look_for(editor, |filter| {
                filter.with_colours = filter.with_colours & !bit | if with || without { 0 } else { bit };
                filter.without_colours = filter.without_colours & !bit | if with { bit } else { 0 };
            });
        };
        let words = move || match state() {
            (true, _) => ("✓", "occurs"),
            (_, true) => ("✗", "does not occur"),
            _ => ("", "any"),
        };
        Button::saying(format!("tasks-colour-{of}"), move || words().0.to_owned())
            .class("colour")
            .label(move || format!("{}: {}", words::colour(of), words().1))
            .style(move || coloured(editor.look.get().palette, of))
            .on(turn)
    };
    view! {
        <div class="task-line" role="group" aria-label="Look for">
            <input
                type="search"
                data-testid="tasks-search"
                aria-label="Search by id or name"
                placeholder="Id or name"
                prop:value=filter(|filter| filter.text.clone())
                on:input=move |event| look_for(editor, |filter| filter.text = event_target_value(&event))
            />
            {list("Grids", "tasks-within", sides, |filter| filter.within.map_or(String::new(), |size| size.rows().to_string()),
                |filter, value| filter.within = value.parse().ok().map(Size::square))}
            {list("Output", "tasks-change", changes,
                |filter| filter.change.map_or(String::new(), |change| (change as usize).to_string()),
                |filter, value| filter.change = value.parse().ok().and_then(|at: usize| ShapeChange::ALL.get(at).copied()))}
            {list("Pairs", "tasks-pairs", pairs.collect(), |filter| filter.pairs.map_or(String::new(), |(least, _)| least.to_string()),
                |filter, value| filter.pairs = value.parse().ok().map(|pairs| (pairs, if pairs == 6 { usize::MAX } else { pairs })))}
            <span class="task-colours" role="group" aria-label="Colours">{(0..10).map(colour).collect::<Vec<_>>()}</span>
        </div>
    }
    .into_any()
}

/// A person's own tasks as a list, to be removed.
fn own(editor: Editor) -> AnyView {
    let own = Memo::new(move |_| {
        editor.shelf.with(|shelf| {
            let items = shelf.items().filter(|_| shelf.shown == OWN).unwrap_or_default();
            items.iter().map(|item| item.title()).collect::<Vec<_>>()
        })
    });
    let chosen = RwSignal::new(0usize);
    let options = move || {
        let option = |(at, name): (usize, String)| view! { <option value=at.to_string()>{name}</option> };
        own.get().into_iter().enumerate().map(option).collect_view()
    };
    let remove = move || {
        editor.remove_own(chosen.get_untracked());
        chosen.set(0);
    };
    let list = move || {
        view! {
            <div class="task-line">
                <label class="choice">
                    "Of yours "
                    <select
                        data-testid="tasks-own-list"
                        prop:value=move || chosen.get().to_string()
                        on:change=move |event| chosen.set(event_target_value(&event).parse().unwrap_or(0))
                    >
                        {options}
                    </select>
                </label>
                {plain("Remove it", "tasks-remove", remove)}
                {plain("Save all as one file", "tasks-save-own", move || editor.save_own())}
            </div>
        }
        .into_any()
    };
    let put_back = move || {
        let name = move || editor.removed.with(|task| task.as_ref().and_then(Task::title)).unwrap_or_default();
        let button = Button::saying("tasks-put-back", move || format!("Put {} back", name()))
            .class("quiet")
            .on(move || editor.put_back_removed());
        view! { <div class="task-line"><span class="task-none">"One task was removed."</span>{button}</div> }.into_any()
    };
    vec![
        when(move || own.with(|own| !own.is_empty()), list),
        when(move || editor.removed.with(Option::is_some), put_back),
    ]
    .into_any()
}
