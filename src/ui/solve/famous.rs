//! Single puzzles that are known for being hard, to be put on the board.

use leptos::prelude::*;

use crate::ui::{
    board::reading::read,
    puzzles::{self, Famous},
    state::{Page, Question},
    widgets::details::Fold,
};

/// A button for each, folded away at first.
#[component]
pub fn FamousPuzzles() -> impl IntoView {
    let page = Page::here();
    let button = move |famous: &'static Famous| {
        let show = move |_| {
            if let Ok((kind, tokens)) = read(famous.puzzle, &[]) {
                page.drawing.replace(Question { kind, tokens });
            }
        };
        view! { <button type="button" title=famous.source on:click=show>{famous.name}</button> }
    };
    let famous =
        Memo::new(move |_| Known(puzzles::of(page.kind()).map_or(&[][..], |extras| extras.famous(page.kind()))));
    view! {
        <Show when=move || !famous.get().0.is_empty()>
            <Fold summary="Famous hard puzzles" testid="famous">
                <div class="toolbar" role="group" aria-label="Famous hard puzzles">
                    {move || famous.get().0.iter().map(button).collect_view()}
                </div>
            </Fold>
        </Show>
    }
}

/// Famous puzzles of a kind; the same where they are the same list.
#[derive(Clone, Copy)]
struct Known(&'static [Famous]);

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}
