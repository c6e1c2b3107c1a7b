//! The board with the timeline under it: always together. Where they are scrolled away, a small board and the timeline stay
//! at the top of the window while a view is read.

use leptos::{html, prelude::*};

use crate::ui::{
    browser,
    solve::{grid::Grid, outcome::Outcome, timeline::Timeline},
    widgets::deferred::Later,
};

/// CSS pixels of the board that may still be seen when it becomes small: the height of the small one.
const LEFT: u32 = 104;

/// Board, timeline, verdict.
#[component]
pub fn Stage() -> impl IntoView {
    let room = NodeRef::<html::Div>::new();
    let away = browser::is_scrolled_away(room, LEFT);
    // What stands still in the page keeps its height: nothing below jumps when the board leaves its place.
    let height = move || {
        let kept = away.get().then(|| room.get_untracked().map(|room| room.offset_height())).flatten();
        kept.map(|height| format!("{height}px")).unwrap_or_default()
    };
    view! {
        <div class="stage" node_ref=room style:height=height>
            <div class="held" class:strip=move || away.get() data-testid="stage">
                <Grid/>
                <Later><Timeline/></Later>
            </div>
        </div>
        <Later><Outcome/></Later>
    }
}
