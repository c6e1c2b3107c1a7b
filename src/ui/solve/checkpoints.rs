//! Checkpoints that a person brought: what has to be asked of one, under which identifier it runs, what is kept, and what is
//! handed out.

use hrm_link::protocol::Half;
use leptos::prelude::*;

use crate::ui::{
    format::words::bytes,
    state::{Checkpoint, Files, Machine, Status, Unsettled},
    widgets::details::Fold,
};

/// What there is to say and to ask of checkpoints.
#[component]
pub fn Checkpoints() -> impl IntoView {
    let (machine, files) = (Machine::here(), Files::here());
    view! {
        {move || machine.asked.get().map(|asked| question(machine, files, asked))}
        <Identifier/>
        <Fold summary="Download this model, models kept here" testid="models-kept">
            <Kept/>
        </Fold>
    }
}

/// Asks for the fields that neither the configuration nor the tensors tell.
fn question(machine: Machine, files: Files, asked: Unsettled) -> impl IntoView {
    let answers: Vec<_> = asked.fields.into_iter().map(|(name, value)| (name, RwSignal::new(value))).collect();
    let fields = answers.clone().into_iter().map(|(name, value)| {
        let testid = format!("asked-{name}");
        view! {
            <label class="choice">
                {name.clone()}" "
                <input
                    size="4"
                    data-testid=testid
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
    });
    let fields: Vec<_> = fields.collect();
    let open = move |_| {
        let answers = answers.iter().map(|(name, value)| (name.clone(), value.get_untracked().trim().to_owned()));
        files.answer(answers.collect());
    };
    view! {
        <div class="message" data-testid="asked">
            <p>
                {format!(
                    "{} does not say these, and its tensors do not show them. They are set as in the paper of its model: \
                     correct what was trained otherwise.",
                    asked.name
                )}
            </p>
            <div class="options">{fields}</div>
            <div class="actions">
                <button type="button" data-testid="asked-open" on:click=open>"Open"</button>
                <button type="button" on:click=move |_| machine.asked.set(None)>"Leave it"</button>
            </div>
        </div>
    }
}

/// Under which puzzle identifier the model runs, where it has several.
#[component]
fn Identifier() -> impl IntoView {
    let machine = Machine::here();
    // What was written that is none of them.
    let wrong = RwSignal::new(None::<String>);
    let shown = move || {
        machine.shapes.track();
        let own = machine.own_of_board()?;
        let (count, checkpoint) = (own.config.num_puzzle_identifiers, own.checkpoint?);
        (own.config.puzzle_emb_ndim > 0 && count > 1).then_some((count, checkpoint))
    };
    let view = move |(count, checkpoint): (usize, Checkpoint)| {
        let name = checkpoint.names.get(checkpoint.identifier as usize).cloned();
        let names = checkpoint.names;
        let choose = move |event| {
            let said = event_target_value(&event);
            let by_name = || names.iter().position(|name| *name == said.trim());
            let number = by_name().or_else(|| said.trim().parse().ok()).filter(|number| *number < count);
            wrong.set(number.is_none().then(|| said.trim().to_owned()));
            if let Some(number) = number {
                machine.choose_identifier(number as u32);
            }
        };
        view! {
            <p class="options">
                <label class="choice">
                    "Puzzle identifier "
                    <input
                        size="10"
                        data-testid="identifier"
                        prop:value=checkpoint.identifier.to_string()
                        aria-invalid=move || wrong.with(Option::is_some).to_string()
                        on:change=choose
                    />
                </label>
                <span class="facts" data-testid="identifier-name">
                    {name.unwrap_or_default()} {format!(" (0 to {}", count - 1)}
                    {if names_known(machine) { ", or a name)" } else { "; identifiers.json names them)" }}
                </span>
            </p>
            {move || wrong.get().map(|said| {
                let known = format!("0 to {}", count - 1);
                let now = checkpoint.identifier;
                view! {
                    <p class="message warning" role="alert" data-testid="identifier-wrong">
                        {format!("“{said}” is none of its identifiers ({known}): the model runs under {now} as before.")}
                    </p>
                }
            })}
        }
    };
    move || shown().map(view)
}

fn names_known(machine: Machine) -> bool {
    let own = untrack(|| machine.own_of_board());
    own.and_then(|own| own.checkpoint).is_some_and(|checkpoint| !checkpoint.names.is_empty())
}

/// The open model's files, and what is kept in the browser.
#[component]
fn Kept() -> impl IntoView {
    let (machine, files) = (Machine::here(), Files::here());
    let kept = move || machine.kept.get();
    let row = move |(name, size): (String, f64)| {
        let (shown, testid) = (format!("{name}, {}", bytes(size)), format!("remove-{name}"));
        view! {
            <li>
                {shown}" "
                <button type="button" data-testid=testid on:click=move |_| machine.remove_kept(name.clone())>"Remove"</button>
            </li>
        }
    };
    let file = move |testid: &'static str, official: bool, half: Half, name: &'static str| {
        let save = move |_| files.hand_out(official, half);
        view! { <button type="button" data-testid=testid on:click=save>{name}</button> }
    };
    view! {
        <div class="actions">
            {file("save-official", true, Half::Weights, "step_N")}
            {file("save-official-config", true, Half::Configuration, "all_config.yaml")}
            {file("save-model", false, Half::Weights, ".safetensors")}
            {file("save-model-config", false, Half::Configuration, ".json")}
        </div>
        <p class="help">
            "Weights and what lies beside them. The official training goes on from the first two; hrm and this page open \
             both pairs. Models that you bring are kept in this browser until you remove them."
        </p>
        <ul data-testid="kept-models">
            <For each=kept key=|(name, size)| (name.clone(), *size as u64) children=row/>
        </ul>
    }
}

/// Gives up reading a large model.
#[component]
pub fn StopReading() -> impl IntoView {
    let machine = Machine::here();
    let reads =
        move || machine.status.with(|status| *status == Status::Opening) && machine.loaded.with(Option::is_some);
    view! {
        <Show when=reads>
            <button type="button" data-testid="stop-reading" on:click=move |_| machine.cancel_opening()>"Stop loading"</button>
        </Show>
    }
}
