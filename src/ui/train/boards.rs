//! Unseen boards as the model solves them now.

use std::fmt::Write;

use hrm_core::puzzle::{Kind, Layout};
use hrm_link::training::Board;
use leptos::prelude::*;

use crate::ui::{
    format::words::thousands,
    state::{Boards as Watched, Training},
};

/// The boards, with what is right in them.
#[component]
pub fn Boards() -> impl IntoView {
    let training = Training::here();
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

/// A board with a mark for every cell that was asked. Cells that look alike are one element: a test on unseen puzzles changes
/// all boards at once, and should change few nodes.
#[component]
fn SmallBoard(kind: Kind, board: Board) -> impl IntoView {
    let layout = kind.layout();
    let Board { example, answer, solved } = board;
    // What the model has to find: a blank cell, or one on a path.
    let asked = |at: usize| example.question[at] != example.answer[at];
    let right = (0..layout.cells()).filter(|&at| asked(at) && answer.get(at) == Some(&example.answer[at])).count();
    let all = (0..layout.cells()).filter(|&at| asked(at)).count();
    let mut looks: Vec<&str> = (0..kind.vocab_size() as u8).map(|token| look(kind, token)).collect();
    looks.sort_unstable();
    looks.dedup();
    // Of every mark the squares of each look, and the symbols.
    let alike = |mark: &'static str| {
        let mut squares = vec![String::new(); looks.len()];
        let (mut xs, mut ys, mut symbols) = (String::new(), String::new(), String::new());
        for at in 0..layout.cells() {
            let answered = answer.get(at).copied().unwrap_or_default();
            if mark_of(answered, example.question[at], example.answer[at]) != mark {
                continue;
            }
            let place = layout.place(at);
            let own = looks.iter().zip(&mut squares).find(|(known, _)| **known == look(kind, answered));
            let _ = own.map(|(_, squares)| write!(squares, "M{} {}h1v1h-1z", place.column, place.row));
            for symbol in kind.symbol(answered).into_iter().flat_map(|symbol| symbol.text.chars().collect::<Vec<_>>()) {
                let _ = write!(xs, "{} ", place.column as f64 + 0.5);
                let _ = write!(ys, "{} ", place.row as f64 + 0.74);
                symbols.push(symbol);
            }
        }
        let square = |(look, d): (&&str, String)| view! { <path class=format!("square {mark} {look}") d=d/> };
        view! {
            {looks.iter().zip(squares).map(square).collect_view()}
            <text class=mark x=xs y=ys>{symbols}</text>
        }
    };
    let verdict = if solved { "✓ solved".to_owned() } else { format!("✗ {right} of {all} cells right") };
    let label = format!("{}: {verdict}", kind.name());
    let view_box = format!("-0.05 -0.05 {} {}", layout.columns as f64 + 0.1, layout.rows as f64 + 0.1);
    view! {
        <figure class="small-board" class:solved=solved>
            <svg viewBox=view_box role="img" aria-label=label>
                {["given", "right", "wrong"].map(alike).collect_view()}
                <path class="box" d=box_lines(layout)/>
            </svg>
            <figcaption>{verdict}</figcaption>
        </figure>
    }
}

/// The style of what stands for a token.
fn look(kind: Kind, token: u8) -> &'static str {
    kind.symbol(token).map_or("", |symbol| symbol.class)
}

/// How an answered cell is marked.
fn mark_of(answered: u8, question: u8, wanted: u8) -> &'static str {
    match (answered == wanted, question == wanted) {
        (true, true) => "given",
        (true, false) => "right",
        (false, _) => "wrong",
    }
}

/// The frame, and the boxes where a board has them, as a path.
fn box_lines(layout: Layout) -> String {
    let Layout { rows, columns, .. } = layout;
    let across = (0..=rows).filter(|&y| layout.bounds_rows(y)).map(|y| format!("M0 {y}h{columns}"));
    let down = (0..=columns).filter(|&x| layout.bounds_columns(x)).map(|x| format!("M{x} 0v{rows}"));
    across.chain(down).collect()
}
