//! The model's path through a maze, drawn over the board; and the one that a search finds, where the model's is wrong.

use hrm_core::puzzle::{
    Kind,
    maze::{Grid, shortest_path},
};
use leptos::prelude::*;

use crate::ui::{
    board::{links::links, symbol::side},
    state::{Page, Phase},
};

/// Lines over a maze's cells; nothing over other boards.
#[component]
pub fn Path() -> impl IntoView {
    let page = Page::here();
    move || {
        let Kind::Maze(_) = page.kind() else { return None };
        let side = side(page.kind());
        let middle = move |cell: usize| ((cell % side) as f64 + 0.5, (cell / side) as f64 + 0.5);
        let moment = page.player.moment.get();
        let links = page.run.recording.with(|recording| {
            let answer = &recording.as_ref()?.answered(moment)?.answer;
            Some(links(side, &answer.tokens, &answer.confidence))
        });
        let lines = links.unwrap_or_default().into_iter().map(move |link| {
            let ((x1, y1), (x2, y2)) = (middle(link.from), middle(link.to));
            view! { <line class="path-link" style=format!("--confidence:{:.3}", link.confidence) x1=x1 y1=y1 x2=x2 y2=y2/> }
        });
        let points: Vec<String> =
            searched(page).unwrap_or_default().into_iter().map(middle).map(|(x, y)| format!("{x},{y}")).collect();
        Some(view! {
            <svg class="path-lines" viewBox=format!("0 0 {side} {side}") aria-hidden="true" data-testid="path">
                {lines.collect_view()}
                <polyline class="path-searched" points=points.join(" ")/>
            </svg>
        })
    }
}

/// A shortest path of the maze whose answer was wrong.
fn searched(page: Page) -> Option<Vec<usize>> {
    let wrong = page.run.phase.with(|phase| matches!(phase, Phase::Invalid(_)));
    let Kind::Maze(side) = page.kind() else { return None };
    let posed = page.posed_at_last().filter(|_| wrong)?;
    shortest_path(&Grid::from_tokens(side, &posed).ok()?)
}
