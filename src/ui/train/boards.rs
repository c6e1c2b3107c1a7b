//! Unseen boards as the model solves them now.

use hrm_core::puzzle::{Kind, Layout};
use hrm_link::training::Board;
use leptos::prelude::*;

use crate::ui::{
    format::words::thousands,
    state::{Boards as Watched, Page},
};

/// The boards, with what is right in them.
#[component]
pub fn Boards() -> impl IntoView {
    let page = Page::here();
    let training = page.training;
    let board = move |board: &Board| {
        let kind = training.current.with_untracked(|current| current.as_ref().map(|current| current.recipe.puzzle))?;
        Some(view! { <SmallBoard kind board=board.clone()/> })
    };
    move || {
        training.boards.with(|Watched { step, boards }| {
            (!boards.is_empty()).then(|| {
                let solved = boards.iter().filter(|board| board.solved).count();
                view! {
                    <section class="watched" aria-label="Unseen boards" data-testid="train-boards" data-solved=solved>
                        <h3>{format!("Unseen boards, solved anew after step {}", thousands(*step))}</h3>
                        <p class="help">{format!("{solved} of {} are right.", boards.len())}</p>
                        <div class="small-boards">{boards.iter().map(board).collect_view()}</div>
                    </section>
                }
            })
        })
    }
}

/// A board with a mark for every cell that was asked.
#[component]
fn SmallBoard(kind: Kind, board: Board) -> impl IntoView {
    let layout = kind.layout();
    let Board { example, answer, solved } = board;
    // What the model has to find: a blank cell, or one on a path.
    let asked = |at: usize| example.question[at] != example.answer[at];
    let right = (0..layout.cells()).filter(|&at| asked(at) && answer.get(at) == Some(&example.answer[at])).count();
    let all = (0..layout.cells()).filter(|&at| asked(at)).count();
    let cell = |at: usize| {
        let place = layout.place(at);
        let (x, y) = (place.column as f64, place.row as f64);
        let (question, wanted) = (example.question[at], example.answer[at]);
        let answered = answer.get(at).copied().unwrap_or_default();
        let class = match (answered == wanted, question == wanted) {
            (true, true) => "given",
            (true, false) => "right",
            (false, _) => "wrong",
        };
        let symbol = kind.symbol(answered);
        let look = symbol.as_ref().map_or("", |symbol| symbol.class);
        let text = symbol.map(|symbol| symbol.text).unwrap_or_default();
        view! {
            <rect class=format!("{class} {look}") x=x y=y width="1" height="1"/>
            {(!text.is_empty()).then(|| view! { <text class=class x=x + 0.5 y=y + 0.74>{text}</text> })}
        }
    };
    let verdict = if solved { "✓ solved".to_owned() } else { format!("✗ {right} of {all} cells right") };
    let label = format!("{}: {verdict}", kind.name());
    let view_box = format!("-0.05 -0.05 {} {}", layout.columns as f64 + 0.1, layout.rows as f64 + 0.1);
    view! {
        <figure class="small-board" class:solved=solved>
            <svg viewBox=view_box role="img" aria-label=label>
                {(0..layout.cells()).map(cell).collect_view()}
                {box_lines(layout)}
            </svg>
            <figcaption>{verdict}</figcaption>
        </figure>
    }
}

/// The frame, and the boxes where a board has them.
fn box_lines(layout: Layout) -> impl IntoView {
    let Layout { rows, columns, .. } = layout;
    let across = (0..=rows)
        .filter(|&y| layout.bounds_rows(y))
        .map(|y| view! { <line class="box" x1="0" x2=columns.to_string() y1=y.to_string() y2=y.to_string()/> });
    let down = (0..=columns)
        .filter(|&x| layout.bounds_columns(x))
        .map(|x| view! { <line class="box" y1="0" y2=rows.to_string() x1=x.to_string() x2=x.to_string()/> });
    view! { {across.collect_view()} {down.collect_view()} }
}
