//! Single puzzles that are known for being hard, to be put on the board, each with what the model's card says of it.

use hrm_core::gallery::FamousResult;
use leptos::prelude::*;

use crate::ui::{
    board::reading::read,
    format::words::thousands,
    puzzles::{self, Famous},
    state::{Drawing, Machine, Question},
    widgets::details::Fold,
};

/// A button for each, folded away at first.
#[component]
pub fn FamousPuzzles() -> impl IntoView {
    let (drawing, machine) = (Drawing::here(), Machine::here());
    let button = move |famous: &'static Famous| {
        let show = move |_| {
            if let Ok((kind, tokens)) = read(famous.puzzle, &[]) {
                drawing.replace(Question { kind, tokens });
            }
        };
        let did = move || {
            machine.of_card(|card| {
                card.famous.as_ref()?.results.iter().find(|result| result.puzzle == famous.puzzle).map(words)
            })
        };
        view! {
            <li>
                <button type="button" title=famous.source on:click=show>{famous.name}</button>
                <span class="reading">{move || did().flatten()}</span>
            </li>
        }
    };
    let how = move || {
        let how = |famous: &hrm_core::gallery::Famous| format!("{} ({})", famous.command, famous.processor);
        let how = machine.of_card(|card| card.famous.as_ref().map(how)).flatten()?;
        Some(view! { <p class="reading">"What the model did when it thought wider: "<code>{how}</code></p> })
    };
    let famous =
        Memo::new(move |_| Known(puzzles::of(drawing.kind()).map_or(&[][..], |extras| extras.famous(drawing.kind()))));
    view! {
        <Show when=move || !famous.get().0.is_empty()>
            <Fold summary="Famous hard puzzles" testid="famous">
                <ul class="famous">{move || famous.get().0.iter().map(button).collect_view()}</ul>
                {how}
            </Fold>
        </Show>
    }
}

/// What the model did on a puzzle, by views and by branches.
fn words(result: &FamousResult) -> String {
    let did = |solved: Option<(u64, u64)>, begun: u64, segments: u64, one: &str, all: &str| {
        let spent = format!("{begun} {all}, {} segments", thousands(segments));
        match solved {
            Some((number, segment)) => format!("solved by {one} {number} in its segment {segment}, of {spent}"),
            None => format!("not solved by {spent}"),
        }
    };
    let views = did(result.solved, result.views, result.segments, "view", "views");
    let branches = result.branches.as_ref().map(|of| did(of.solved, of.begun, of.segments, "branch", "branches"));
    let mut words = [Some(views), branches].into_iter().flatten().collect::<Vec<_>>().join("; ");
    words.replace_range(..1, &words[..1].to_uppercase());
    words
}

/// Famous puzzles of a kind; the same where they are the same list.
#[derive(Clone, Copy)]
struct Known(&'static [Famous]);

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
