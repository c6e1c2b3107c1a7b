//! The answer at a step as a small board: a table whose cells one effect keeps, writing those that differ.

use hrm_core::puzzle::Kind;
use leptos::{ev::MouseEvent, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};

use crate::ui::{inspect::reads::Read, state::Drawing};

/// What a cell shows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Square {
    token: u8,
    changed: bool,
    wrong: bool,
    lit: bool,
}

/// The table's cells, and what they show.
struct Shown {
    kind: Kind,
    cells: NodeList,
    squares: Vec<Square>,
}

/// The present step's answer: cells that it changed are framed, those that break a rule struck out. Pointing at a cell lights
/// it everywhere, pressing selects it.
#[component]
pub fn AnswerBoard(read: Memo<Option<Read>>) -> impl IntoView {
    let drawing = Drawing::here();
    let rows = NodeRef::<html::Tbody>::new();
    let shown = StoredValue::new_local(None::<Shown>);
    Effect::new(move |_| {
        let Some(rows) = rows.get() else { return };
        let kind = drawing.kind();
        let squares = squares(drawing, kind, read);
        shown.update_value(|shown| {
            if shown.as_ref().is_none_or(|shown| shown.kind != kind) {
                *shown = Shown::build(&rows, kind);
            }
            if let Some(shown) = shown {
                shown.show(squares);
            }
        });
    });
    let hover = move |event: MouseEvent| {
        if let Some(at) = cell_under(&event) {
            drawing.pointed.set(Some(at));
        }
    };
    let select = move |event: MouseEvent| {
        if let Some(at) = cell_under(&event) {
            drawing.cursor.set(at);
        }
    };
    view! {
        <table
            class="mini-board"
            role="table"
            style=move || format!("--columns:{}", drawing.kind().layout().columns)
            data-testid="answer-board"
            on:mouseover=hover
            on:mouseleave=move |_| drawing.pointed.set(None)
            on:click=select
        >
            <tbody node_ref=rows></tbody>
        </table>
    }
}

fn squares(drawing: Drawing, kind: Kind, read: Memo<Option<Read>>) -> Vec<Square> {
    let mut squares = vec![Square::default(); kind.layout().cells()];
    let lit = drawing.pointed.get().and_then(|at| squares.get_mut(at));
    if let Some(square) = lit {
        square.lit = true;
    }
    read.with(|read| {
        let Some(read) = read else { return };
        for (square, &token) in squares.iter_mut().zip(&read.tokens) {
            square.token = token;
        }
        for (cells, mark) in [
            (&read.changed, (|square| square.changed = true) as fn(&mut Square)),
            (&read.wrong, |square| square.wrong = true),
        ] {
            cells.iter().for_each(|&at| squares.get_mut(at).into_iter().for_each(mark));
        }
    });
    squares
}

fn cell_under(event: &MouseEvent) -> Option<usize> {
    event.target()?.dyn_ref::<Element>()?.get_attribute("data-at")?.parse().ok()
}

impl Shown {
    /// The empty cells of a kind's boards.
    fn build(rows: &Element, kind: Kind) -> Option<Self> {
        let layout = kind.layout();
        let mut html = String::new();
        for at in 0..layout.cells() {
            html.push_str(if layout.place(at).column == 0 { "<tr role=row>" } else { "" });
            html.push_str(&format!("<td role=cell class=\"mini empty\" data-at={at}></td>"));
        }
        rows.set_inner_html(&html);
        let cells = rows.query_selector_all("td").ok()?;
        Some(Self { kind, cells, squares: vec![Square::default(); layout.cells()] })
    }

    fn show(&mut self, squares: Vec<Square>) {
        for (at, (now, before)) in squares.iter().zip(&self.squares).enumerate() {
            if now == before {
                continue;
            }
            let Some(cell) = self.cells.item(at as u32) else { continue };
            let cell: Element = cell.unchecked_into();
            let symbol = self.kind.symbol(now.token);
            let mut class = format!("mini {}", symbol.as_ref().map_or("empty", |symbol| symbol.class));
            for (holds, name) in [(now.changed, " changed"), (now.wrong, " wrong"), (now.lit, " lit")] {
                class.push_str(if holds { name } else { "" });
            }
            cell.set_class_name(&class);
            if now.token != before.token {
                cell.set_text_content(symbol.as_ref().map(|symbol| symbol.text.as_str()));
            }
        }
        self.squares = squares;
    }
}
