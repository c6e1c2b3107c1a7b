//! The board as the browser, screen readers and tests know it: plain elements over the painting, one for every cell, each
//! with what is shown there as its label.
//!
//! The board is one stop of the Tab key and says which cell it is at (`aria-activedescendant`), as a grid may: so a key moves
//! one attribute and no focus. The cells are elements all the same, for a screen reader walks a grid's rows and columns, and a
//! finger finds a cell, by elements alone. Nothing binds them to the state: what differs from what was last said is written,
//! and no more.

use hrm_core::puzzle::Kind;
use leptos::prelude::*;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::ui::board::{cell::Cell, scene::Scene};

/// So many cells are labelled anew in the moment in which they change. More of them, as an answer brings that differs
/// everywhere, wait until the board stands still, but for the cell that the keyboard is at.
const AT_ONCE: usize = 16;

/// What the elements say.
pub struct Labels {
    room: HtmlElement,
    kind: Option<Kind>,
    cells: Vec<Cell>,
    selected: usize,
}

/// The id of a cell's element.
pub fn id(at: usize) -> String {
    format!("cell-{at}")
}

/// The cell that an element stands for.
pub fn cell_of(element: &Element) -> Option<usize> {
    element.id().strip_prefix("cell-")?.parse().ok()
}

fn element(at: usize) -> Option<Element> {
    document().get_element_by_id(&id(at))
}

/// Scrolls a cell into what is seen, if it is not there.
pub fn reveal(at: usize) {
    let Some(element) = element(at) else { return };
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

impl Labels {
    /// Nothing yet, in an element that is to hold the rows.
    pub fn new(room: HtmlElement) -> Self {
        Self { room, kind: None, cells: Vec::new(), selected: 0 }
    }

    /// Says what is shown, and which cell is selected; whether some labels wait for [`Labels::catch_up`].
    pub fn follow(&mut self, scene: &Scene, selected: usize) -> bool {
        if self.kind != Some(scene.kind) {
            self.build(scene, selected);
            return false;
        }
        if self.selected != selected {
            for (at, is_selected) in [(self.selected, "false"), (selected, "true")] {
                if let Some(element) = element(at) {
                    let _ = element.set_attribute("aria-selected", is_selected);
                }
            }
            self.selected = selected;
        }
        let changed = scene.cells.iter().zip(&self.cells).filter(|(now, said)| now != said).count();
        let late = changed > AT_ONCE;
        self.say(scene, late.then_some(selected));
        late
    }

    /// Says all that is shown.
    pub fn catch_up(&mut self, scene: &Scene) {
        if self.kind == Some(scene.kind) {
            self.say(scene, None);
        }
    }

    /// Says what `only` one cell shows, or every cell that changed.
    fn say(&mut self, scene: &Scene, only: Option<usize>) {
        for (at, (now, said)) in scene.cells.iter().zip(&mut self.cells).enumerate() {
            if now == said || only.is_some_and(|only| only != at) {
                continue;
            }
            let label = now.label(scene.kind, at);
            if label != said.label(scene.kind, at)
                && let Some(element) = element(at)
            {
                let _ = element.set_attribute("aria-label", &label);
            }
            *said = *now;
        }
    }

    /// Makes the elements of another board. Their labels are words and numbers of the page: there is nothing to escape.
    fn build(&mut self, scene: &Scene, selected: usize) {
        let layout = scene.kind.layout();
        let mut html = String::new();
        for (at, cell) in scene.cells.iter().enumerate() {
            let place = layout.place(at);
            if place.column == 0 {
                html.push_str(if at == 0 { "<div class=row role=row>" } else { "</div><div class=row role=row>" });
            }
            html.push_str(&format!(
                "<div class=cell role=gridcell id={} data-cell={},{} aria-selected={} aria-label=\"{}\"></div>",
                id(at),
                place.row,
                place.column,
                at == selected,
                cell.label(scene.kind, at)
            ));
        }
        self.room.set_inner_html(&html);
        self.kind = Some(scene.kind);
        self.cells.clone_from(&scene.cells);
        self.selected = selected;
    }
}
