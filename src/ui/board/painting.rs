//! The board painted on a canvas, for files, in the colours of the present theme.

use hrm_core::puzzle::Kind;
use web_sys::CanvasRenderingContext2d;

use crate::ui::{
    board::{
        cell::{Cell, Source},
        links::Link,
        symbol::side,
    },
    browser::Tokens,
};

/// Pixels of a board's side, about.
const SIDE: usize = 480;
/// Pixels around it.
const MARGIN: f64 = 12.0;
/// Pixels of the line of words under it.
const WORDS: f64 = 28.0;

/// A board of one kind on a canvas.
pub struct Painting {
    kind: Kind,
    /// Pixels of a cell.
    cell: f64,
    tokens: Tokens,
}

impl Painting {
    /// In the colours that the page has now.
    pub fn new(kind: Kind) -> Self {
        Self { kind, cell: (SIDE / side(kind)).max(8) as f64, tokens: Tokens::now() }
    }

    /// Pixels across and down.
    pub fn size(&self) -> (u16, u16) {
        let board = self.cell * side(self.kind) as f64;
        ((board + 2.0 * MARGIN) as u16, (board + 2.0 * MARGIN + WORDS) as u16)
    }

    /// Paints cells, a maze's path and a line of words.
    pub fn paint(&self, on: &CanvasRenderingContext2d, cells: &[Cell], links: &[Link], words: &str) {
        let (width, height) = self.size();
        self.fill(on, "--page", [0.0, 0.0, f64::from(width), f64::from(height)]);
        on.set_text_align("center");
        on.set_text_baseline("middle");
        for (at, cell) in cells.iter().enumerate() {
            self.paint_cell(on, at, cell);
        }
        self.rule(on);
        self.paint_links(on, links);
        on.set_font(&format!("15px {}", self.tokens.get("--font")));
        on.set_fill_style_str(&self.tokens.get("--text"));
        let _ = on.fill_text(words, f64::from(width) / 2.0, f64::from(height) - WORDS / 2.0 - MARGIN / 2.0);
    }

    /// The left upper corner of a cell.
    fn corner(&self, at: usize) -> (f64, f64) {
        let side = side(self.kind);
        (MARGIN + (at % side) as f64 * self.cell, MARGIN + (at / side) as f64 * self.cell)
    }

    fn fill(&self, on: &CanvasRenderingContext2d, token: &str, [left, top, width, height]: [f64; 4]) {
        on.set_fill_style_str(&self.tokens.get(token));
        on.fill_rect(left, top, width, height);
    }

    fn paint_cell(&self, on: &CanvasRenderingContext2d, at: usize, cell: &Cell) {
        let (left, top) = self.corner(at);
        let area = [left, top, self.cell, self.cell];
        let is_maze = matches!(self.kind, Kind::Maze(_));
        match cell.source {
            _ if cell.symbol == "wall" => self.fill(on, "--wall", area),
            Source::Contradicted if is_maze => self.fill(on, "--wrong-cell", area),
            Source::Given => self.fill(on, "--surface", area),
            Source::Inferred | Source::Contradicted if !is_maze => {
                // From doubt to certainty, as on the page.
                self.fill(on, "--doubt-cell", area);
                on.set_global_alpha(f64::from(cell.confidence.unwrap_or(0.0)));
                self.fill(on, "--inferred-cell", area);
                on.set_global_alpha(1.0);
            }
            _ => self.fill(on, "--raised", area),
        }
        // A path is drawn as a line.
        if cell.symbol == "path" {
            return;
        }
        let (weight, token) = match cell.source {
            _ if cell.faulty => (400, "--wrong"),
            Source::Contradicted => (700, "--wrong"),
            Source::Inferred => (400, "--inferred"),
            Source::Given | Source::Blank => (700, "--given"),
        };
        on.set_font(&format!("{weight} {:.0}px {}", self.cell * 0.55, self.tokens.get("--font")));
        on.set_fill_style_str(&self.tokens.get(token));
        let _ = on.fill_text(&cell.text, left + self.cell / 2.0, top + self.cell * 0.53);
    }

    /// Lines between the cells, strong ones around boxes and board.
    fn rule(&self, on: &CanvasRenderingContext2d) {
        let count = side(self.kind);
        let (box_rows, box_columns) = match self.kind {
            Kind::Sudoku(shape) => (shape.box_rows(), shape.box_cols()),
            Kind::Maze(_) => (count, count),
        };
        let length = self.cell * count as f64;
        for strong in [false, true] {
            on.set_stroke_style_str(&self.tokens.get(if strong { "--text" } else { "--line" }));
            on.set_line_width(if strong { 2.0 } else { 1.0 });
            on.begin_path();
            for line in 0..=count {
                let along = MARGIN + line as f64 * self.cell;
                if line.is_multiple_of(box_columns) == strong {
                    on.move_to(along, MARGIN);
                    on.line_to(along, MARGIN + length);
                }
                if line.is_multiple_of(box_rows) == strong {
                    on.move_to(MARGIN, along);
                    on.line_to(MARGIN + length, along);
                }
            }
            on.stroke();
        }
    }

    fn paint_links(&self, on: &CanvasRenderingContext2d, links: &[Link]) {
        on.set_stroke_style_str(&self.tokens.get("--inferred"));
        on.set_line_cap("round");
        let middle = |at| {
            let (left, top) = self.corner(at);
            (left + self.cell / 2.0, top + self.cell / 2.0)
        };
        for link in links {
            let (from, to, sure) = (middle(link.from), middle(link.to), f64::from(link.confidence));
            on.set_global_alpha(0.15 + 0.85 * sure);
            on.set_line_width(self.cell * (0.08 + 0.22 * sure));
            on.begin_path();
            on.move_to(from.0, from.1);
            on.line_to(to.0, to.1);
            on.stroke();
        }
        on.set_global_alpha(1.0);
    }
}
