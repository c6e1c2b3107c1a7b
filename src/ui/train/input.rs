//! One setting of the form: its name, its input, a line of help, and what is wrong with it.

use leptos::prelude::*;

use crate::ui::{
    recipe_form::fields::{Entry, FIELDS, Section, place_of},
    state::NextRun,
};

/// What is wrong with the draft's fields.
fn fault_of(next_run: NextRun, place: usize) -> Option<String> {
    next_run.recipe.with(|recipe| {
        let fault = recipe.as_ref().err()?.iter().find(|fault| fault.field == place)?;
        Some(fault.message.clone())
    })
}

/// The setting of that name.
#[component]
pub fn Setting(name: &'static str) -> impl IntoView {
    place_of(name).map(|place| view! { <SettingAt place/> })
}

/// Every setting of a part of the form but those that stand elsewhere.
#[component]
pub fn Settings(section: Section, #[prop(optional)] but: &'static [&'static str]) -> impl IntoView {
    let places = (0..FIELDS.len()).filter(move |place| {
        let field = &FIELDS[*place];
        field.section == section && !but.contains(&field.name)
    });
    view! { <div class="settings-grid">{places.map(|place| view! { <SettingAt place/> }).collect_view()}</div> }
}

#[component]
fn SettingAt(place: usize) -> impl IntoView {
    let next_run = NextRun::here();
    let draft = next_run.draft;
    let field = &FIELDS[place];
    let id = format!("train-{}", field.name);
    let text = Memo::new(move |_| draft.with(|draft| draft.text(place).to_owned()));
    let fault = Memo::new(move |_| fault_of(next_run, place));
    let write = move |event| {
        let text = event_target_value(&event);
        draft.update(|draft| draft.write(place, text));
    };
    let described = format!("{id}-help {id}-fault");
    let invalid = move || if fault.with(Option::is_some) { "true" } else { "false" };
    let input = match field.entry {
        Entry::Choice(options) => {
            let option = move |(value, shown): &'static (&'static str, &'static str)| {
                view! { <option value=*value selected=move || text.with(|text| text == value)>{*shown}</option> }
            };
            view! {
                <select
                    id=id.clone()
                    data-testid=id.clone()
                    aria-describedby=described
                    aria-invalid=invalid
                    prop:value=move || text.get()
                    on:change=write
                >
                    {options.iter().map(option).collect_view()}
                </select>
            }
            .into_any()
        }
        Entry::Text | Entry::Number => view! {
            <input
                type="text"
                id=id.clone()
                data-testid=id.clone()
                inputmode=if field.entry == Entry::Number { "decimal" } else { "text" }
                autocomplete="off"
                spellcheck="false"
                aria-describedby=described
                aria-invalid=invalid
                prop:value=move || text.get()
                on:input=write
            />
        }
        .into_any(),
    };
    view! {
        <div class="setting">
            <label for=id.clone()>{field.label}</label>
            {input}
            <p class="help" id=format!("{id}-help")>{field.help}</p>
            <p class="fault" id=format!("{id}-fault") role="status">{move || fault.get()}</p>
        </div>
    }
}
