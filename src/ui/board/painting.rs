//! The board painted on a canvas: the page's own, and pictures for files.

use std::cell::Cell as Last;

use hrm_core::puzzle::{AnswerStyle, Fill, Kind, Layout};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::ui::board::{
    cell::{Cell, Source},
    links::Link,
    palette::{Ink, Palette},
    scene::Scene,
};

/// Pixels of a saved board's side, about.
const SIDE: usize = 480;
/// CSS pixels of a cell that has room for a bar below its symbol.
const SMALLEST_WITH_BAR: f64 = 18.0;
/// Pixels around it.
pub const MARGIN: f64 = 12.0;
/// Pixels of the line of words under it.
const WORDS: f64 = 28.0;

/// Height of a symbol's font as a share of the cell; the share that it may grow to in small cells, up to so many CSS pixels.
const FONT: f64 = 0.45;
const SMALL_FONT: f64 = 0.75;
const READABLE: f64 = 12.0;
/// How far a symbol's baseline lies below the middle, as a share of the font.
const BASELINE: f64 = 0.35;
/// How much is left of a colour that the model is not sure of at all.
const FAINTEST: f64 = 0.3;
/// Steps of confidence that links are told apart by: those of one step are one stroke.
const LINK_STEPS: u8 = 20;

/// A board of one kind on a canvas.
pub struct Painting<'a> {
    kind: Kind,
    layout: Layout,
    /// Left, top, width and height of the board, in the canvas' pixels.
    area: [f64; 4],
    /// Pixels of the canvas to a CSS pixel.
    unit: f64,
    palette: &'a Palette,
    on: &'a CanvasRenderingContext2d,
    /// The colour that fills now: to set one costs more than to fill with it.
    ink: Last<Option<Ink>>,
}

/// Pixels across and down of a picture for a file.
pub fn picture_size(kind: Kind) -> (u16, u16) {
    let [_, _, width, height] = picture_area(kind);
    ((width + 2.0 * MARGIN) as u16, (height + 2.0 * MARGIN + WORDS) as u16)
}

fn picture_area(kind: Kind) -> [f64; 4] {
    let layout = kind.layout();
    let cell = (SIDE / layout.rows.max(layout.columns)).max(8);
    [MARGIN, MARGIN, (cell * layout.columns) as f64, (cell * layout.rows) as f64]
}

/// Paints a picture for a file: a board with its frame and a line of words.
pub fn paint_picture(on: &CanvasRenderingContext2d, palette: &Palette, scene: &Scene, words: &str) {
    let painting = Painting::new(on, palette, scene.kind, picture_area(scene.kind), 1.0);
    let (width, height) = picture_size(scene.kind);
    let (width, height) = (f64::from(width), f64::from(height));
    painting.fill(Ink::Page, [0.0, 0.0, width, height]);
    let [left, top, across, down] = painting.area;
    painting.fill(Ink::Text, [left - 2.0, top - 2.0, across + 4.0, down + 4.0]);
    painting.paint(scene, None);
    on.set_font(&format!("15px {}", palette.font()));
    on.set_text_align("center");
    on.set_text_baseline("middle");
    painting.set_ink(Ink::Text);
    let _ = on.fill_text(words, width / 2.0, height - WORDS / 2.0 - MARGIN / 2.0);
}

impl<'a> Painting<'a> {
    /// In an area of a canvas, given as left, top, width and height in its pixels, of which `unit` are a CSS pixel.
    pub fn new(on: &'a CanvasRenderingContext2d, palette: &'a Palette, kind: Kind, area: [f64; 4], unit: f64) -> Self {
        Self { kind, layout: kind.layout(), area, unit, palette, on, ink: Last::new(None) }
    }

    /// Paints a board: all of it, or what differs from a board of the same kind that was painted `before`. Neither of two such
    /// may have lines over its cells, for no cell can be painted without them.
    pub fn paint(&self, scene: &Scene, before: Option<&Scene>) {
        let due = |at: usize| before.is_none_or(|before| before.cells.get(at) != scene.cells.get(at));
        let cells = || scene.cells.iter().enumerate().filter(|(at, _)| due(*at));
        for (at, cell) in cells() {
            self.paint_ground(at, cell);
            if before.is_some() {
                self.paint_edges(at);
            }
        }
        if before.is_none() {
            self.paint_rules();
        }
        self.paint_links(&scene.links);
        self.paint_searched(&scene.searched);
        self.on.set_text_baseline("alphabetic");
        for (at, cell) in cells() {
            // A path ends at its start and goal, and does not strike them out.
            if scene.has_lines()
                && self.kind.fill(cell.painted(self.kind)).has_symbol()
                && !cell.text(self.kind).is_empty()
            {
                self.paint_ground(at, cell);
                self.paint_edges(at);
            }
            self.paint_symbol(at, cell);
        }
    }

    fn is_path(&self) -> bool {
        self.layout.answers == AnswerStyle::Path
    }

    /// Left, top, width and height of a cell in whole pixels, so that its edges are sharp.
    fn cell(&self, at: usize) -> [f64; 4] {
        let place = self.layout.place(at);
        let [left, top, width, height] = self.area;
        let edge = |start: f64, length: f64, index: usize, count: usize| {
            start + (length * index as f64 / count as f64).round()
        };
        let across = |column| edge(left, width, column, self.layout.columns);
        let down = |row| edge(top, height, row, self.layout.rows);
        let (x, y) = (across(place.column), down(place.row));
        [x, y, across(place.column + 1) - x, down(place.row + 1) - y]
    }

    /// A length in CSS pixels as whole pixels of the canvas.
    fn line(&self, css: f64) -> f64 {
        (css * self.unit).round().max(1.0)
    }

    fn set_ink(&self, ink: Ink) {
        if self.ink.replace(Some(ink)) != Some(ink) {
            self.on.set_fill_style_str(self.palette.get(ink));
        }
    }

    fn fill(&self, ink: Ink, [left, top, width, height]: [f64; 4]) {
        self.set_ink(ink);
        self.on.fill_rect(left, top, width, height);
    }

    /// Lays a colour over what is there.
    fn mix(&self, ink: Ink, alpha: f64, area: [f64; 4]) {
        self.on.set_global_alpha(alpha);
        self.fill(ink, area);
        self.on.set_global_alpha(1.0);
    }

    /// Lays a colour of the board's own over what is there.
    fn mix_colour(&self, [red, green, blue]: [u8; 3], alpha: f64, [left, top, width, height]: [f64; 4]) {
        self.ink.set(None);
        self.on.set_fill_style_str(&format!("rgb({red} {green} {blue} / {alpha:.2})"));
        self.on.fill_rect(left, top, width, height);
    }

    /// A cell's ground.
    fn paint_ground(&self, at: usize, cell: &Cell) {
        let area = self.cell(at);
        let contradicted = cell.source == Source::Contradicted;
        match (self.kind.fill(cell.painted(self.kind)), cell.laid) {
            (Fill::Wall, _) => self.fill(Ink::Wall, area),
            _ if contradicted && self.is_path() => self.fill(Ink::WrongCell, area),
            (Fill::Colour(colour), None) => {
                self.fill(Ink::Raised, area);
                let sure = cell.confidence.filter(|_| cell.source == Source::Inferred).unwrap_or(1.0);
                self.mix_colour(colour, FAINTEST + (1.0 - FAINTEST) * f64::from(sure), area);
            }
            (_, Some(laid)) => {
                self.fill(Ink::Raised, area);
                self.mix(Ink::Magnitude, f64::from(laid.share), area);
            }
            _ if cell.faulty => self.fill(Ink::WrongCell, area),
            _ => match cell.source {
                Source::Given => self.fill(Ink::Surface, area),
                Source::Blank | Source::Filled => self.fill(Ink::Raised, area),
                // From doubt to certainty; the bar at the foot says the same without colour.
                Source::Inferred | Source::Contradicted => {
                    self.fill(Ink::DoubtCell, area);
                    self.mix(Ink::InferredCell, f64::from(cell.confidence.unwrap_or(0.0)), area);
                }
            },
        }
    }

    /// The lines to the right of a cell and below it.
    fn paint_edges(&self, at: usize) {
        let [left, top, width, height] = self.cell(at);
        let place = self.layout.place(at);
        let edge = |bounds: bool, part: &dyn Fn(f64) -> [f64; 4]| match bounds {
            true => self.fill(Ink::Text, part(self.line(2.0))),
            false => self.mix(Ink::Line, self.thin_alpha(), part(self.line(1.0))),
        };
        let (column, row) = (place.column + 1, place.row + 1);
        let right = || {
            if column < self.layout.columns {
                edge(self.layout.bounds_columns(column), &|thick| [left + width - thick, top, thick, height]);
            }
        };
        // Where the two meet the stronger one goes through.
        let is_strong_below = self.layout.bounds_rows(row);
        if is_strong_below {
            right();
        }
        if row < self.layout.rows {
            edge(is_strong_below, &|thick| [left, top + height - thick, width, thick]);
        }
        if !is_strong_below {
            right();
        }
    }

    /// How much of the thin lines' colour is theirs.
    fn thin_alpha(&self) -> f64 {
        if self.is_path() { 0.6 } else { 1.0 }
    }

    /// The lines of a whole board, the same that [`Self::paint_edges`] paints cell by cell.
    fn paint_rules(&self) {
        let [left, top, width, height] = self.area;
        for is_strong in [false, true] {
            let thick = self.line(if is_strong { 2.0 } else { 1.0 });
            self.on.begin_path();
            for column in (1..self.layout.columns).filter(|&line| self.layout.bounds_columns(line) == is_strong) {
                let [x, ..] = self.cell(column);
                self.on.rect(x - thick, top, thick, height);
            }
            for row in (1..self.layout.rows).filter(|&line| self.layout.bounds_rows(line) == is_strong) {
                let [_, y, ..] = self.cell(row * self.layout.columns);
                self.on.rect(left, y - thick, width, thick);
            }
            self.set_ink(if is_strong { Ink::Text } else { Ink::Line });
            // In one stroke, so that nothing is darker where two of them cross.
            self.on.set_global_alpha(if is_strong { 1.0 } else { self.thin_alpha() });
            self.on.fill();
            self.on.set_global_alpha(1.0);
        }
    }

    /// What stands in a cell: its symbol, the clue that it contradicts, how sure the model is, the mark of a fault.
    fn paint_symbol(&self, at: usize, cell: &Cell) {
        let [left, top, width, height] = self.cell(at);
        let ink = match cell.source {
            _ if cell.laid.is_some() => Ink::Text,
            _ if cell.faulty => Ink::Wrong,
            Source::Contradicted => Ink::Wrong,
            Source::Inferred | Source::Filled => Ink::Inferred,
            Source::Given | Source::Blank => Ink::Given,
        };
        let (middle, cell_size) = (left + width / 2.0, width.min(height));
        let font = (READABLE * self.unit).min(cell_size * SMALL_FONT).max(cell_size * FONT);
        let baseline = top + height / 2.0 + font * BASELINE;
        let answered = matches!(cell.source, Source::Inferred | Source::Contradicted);
        if cell.source == Source::Contradicted && self.is_path() {
            self.paint_cross([left, top, width, height]);
        }
        let text =
            if self.kind.fill(cell.painted(self.kind)).has_symbol() { cell.text(self.kind) } else { String::new() };
        if let Fill::Colour(_) = self.kind.fill(cell.painted(self.kind))
            && cell.laid.is_none()
        {
            // Readable on every colour: light with a dark edge.
            return self.write_on_colour(&text, font, [middle, baseline]);
        }
        if !text.is_empty() {
            self.write(&text, ink, cell.source != Source::Inferred, font, [middle, baseline], "center");
        }
        if cell.faulty && !text.is_empty() {
            self.paint_wave(ink, middle, baseline + font * 0.2, font * 0.35);
        }
        if !answered || self.is_path() {
            return;
        }
        // On a small board the bars would run into the symbols.
        if cell.laid.is_none() && cell_size >= SMALLEST_WITH_BAR * self.unit {
            self.paint_bar(ink, [left, top, width, height], f64::from(cell.confidence.unwrap_or(0.0)));
        }
        if let Some(clue) = cell.clue(self.kind) {
            let font = (font * 0.4).max(12.0 * self.unit);
            let corner = [left + self.line(6.0), top + self.line(4.0) + font * 0.85];
            self.write(&clue, Ink::Given, true, font, corner, "left");
        }
    }

    fn write(&self, text: &str, ink: Ink, bold: bool, font: f64, [x, y]: [f64; 2], align: &str) {
        let weight = if bold { 700 } else { 400 };
        self.on.set_font(&format!("{weight} {font:.1}px {}", self.palette.font()));
        self.on.set_text_align(align);
        self.set_ink(ink);
        let _ = self.on.fill_text(text, x, y);
    }

    fn write_on_colour(&self, text: &str, font: f64, [x, y]: [f64; 2]) {
        self.on.set_font(&format!("700 {:.1}px {}", font * 0.8, self.palette.font()));
        self.on.set_text_align("center");
        self.on.set_stroke_style_str("rgb(0 0 0 / 0.75)");
        self.on.set_line_width(self.line(2.0));
        let _ = self.on.stroke_text(text, x, y);
        self.ink.set(None);
        self.on.set_fill_style_str("#fff");
        let _ = self.on.fill_text(text, x, y);
    }

    /// That the model says something else of a cell than what is drawn there.
    fn paint_cross(&self, [left, top, width, height]: [f64; 4]) {
        let (x, y) = (0.25 * width, 0.25 * height);
        self.stroke(Ink::Wrong, self.line(2.0), &[]);
        for [from, to] in [
            [(left + x, top + y), (left + width - x, top + height - y)],
            [(left + width - x, top + y), (left + x, top + height - y)],
        ] {
            self.on.move_to(from.0, from.1);
            self.on.line_to(to.0, to.1);
        }
        self.on.stroke();
    }

    /// How sure the model is, as the length of a bar at the foot of a cell.
    fn paint_bar(&self, ink: Ink, [left, top, width, height]: [f64; 4], sure: f64) {
        let thick = self.line(3.0);
        let (from, y) = (left + 0.15 * width + thick / 2.0, top + height - self.line(4.0) - thick / 2.0);
        self.stroke(ink, thick, &[]);
        self.on.move_to(from, y);
        self.on.line_to(from + (0.7 * width * sure - thick).max(0.0), y);
        self.on.stroke();
    }

    /// A wavy line under a symbol, or where one would stand.
    fn paint_wave(&self, ink: Ink, middle: f64, y: f64, half: f64) {
        const HUMPS: usize = 4;
        self.stroke(ink, (half * 0.22).clamp(1.0, self.line(2.0)), &[]);
        let step = half / HUMPS as f64;
        self.on.move_to(middle - half, y);
        for hump in 0..2 * HUMPS {
            let from = middle - half + hump as f64 * step;
            let height = if hump.is_multiple_of(2) { -step } else { step };
            self.on.quadratic_curve_to(from + step / 2.0, y + height, from + step, y);
        }
        self.on.stroke();
    }

    /// Begins lines of a colour and width, dashed as given.
    fn stroke(&self, ink: Ink, width: f64, dashes: &[f64]) {
        self.on.set_stroke_style_str(self.palette.get(ink));
        self.on.set_line_cap(if dashes.is_empty() { "round" } else { "butt" });
        self.on.set_line_width(width);
        let dashes: js_sys::Array = dashes.iter().map(|&length| JsValue::from(length)).collect();
        let _ = self.on.set_line_dash(&dashes);
        self.on.begin_path();
    }

    fn middle(&self, at: usize) -> (f64, f64) {
        let [left, top, width, height] = self.cell(at);
        (left + width / 2.0, top + height / 2.0)
    }

    fn paint_links(&self, links: &[Link]) {
        let step = |link: &Link| (link.confidence * f32::from(LINK_STEPS)).round() as u8;
        let [_, _, width, _] = self.cell(0);
        for present in 0..=LINK_STEPS {
            let mut links = links.iter().filter(|link| step(link) == present).peekable();
            if links.peek().is_none() {
                continue;
            }
            let sure = f64::from(present) / f64::from(LINK_STEPS);
            self.stroke(Ink::Inferred, width * (0.08 + 0.22 * sure), &[]);
            for link in links {
                let (from, to) = (self.middle(link.from), self.middle(link.to));
                self.on.move_to(from.0, from.1);
                self.on.line_to(to.0, to.1);
            }
            self.on.set_global_alpha(0.15 + 0.85 * sure);
            self.on.stroke();
            self.on.set_global_alpha(1.0);
        }
    }

    fn paint_searched(&self, path: &[usize]) {
        let [_, _, width, _] = self.cell(0);
        if path.is_empty() {
            return;
        }
        self.stroke(Ink::Wrong, width * 0.08, &[width * 0.2, width * 0.15]);
        for &at in path {
            let (x, y) = self.middle(at);
            self.on.line_to(x, y);
        }
        self.on.stroke();
    }
}

/// The context of a canvas.
pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}
