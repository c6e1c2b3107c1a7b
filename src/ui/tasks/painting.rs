//! A grid on a canvas, in whole pixels.

use hrm_core::puzzle::arc::{Grid, Palette};
use web_sys::CanvasRenderingContext2d;

/// How grids look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The colours.
    pub palette: Palette,
    /// Whether a cell shows its colour's digit.
    pub digits: bool,
}

/// Between cells.
const LINE: &str = "#555555";
/// CSS pixels of a cell from which lines stand between cells, and digits in them.
const LINED: f64 = 4.0;
const LEGIBLE: f64 = 9.0;

/// Paints a grid into an area (left, top, width, height) of a canvas with so many pixels to a CSS pixel.
pub fn paint(on: &CanvasRenderingContext2d, grid: &Grid, area: [f64; 4], unit: f64, look: Look) {
    let [left, top, width, height] = area;
    let (rows, columns) = (grid.rows(), grid.columns());
    let edge = |from: f64, length: f64, at: usize, of: usize| (from + length * at as f64 / of as f64).round();
    let cell = (width / columns as f64).min(height / rows as f64);
    let line = if cell < LINED * unit { 0.0 } else { unit.round().max(1.0) };
    on.set_fill_style_str(LINE);
    on.fill_rect(left, top, width, height);
    // Colour by colour: to set one costs more than to fill with it.
    for colour in (0..10).filter(|colour| grid.colours() >> colour & 1 == 1) {
        on.set_fill_style_str(&look.palette.hex(colour));
        for_each(grid, colour, |row, column| {
            let (x, y) = (edge(left, width, column, columns), edge(top, height, row, rows));
            let (right, bottom) = (edge(left, width, column + 1, columns), edge(top, height, row + 1, rows));
            on.fill_rect(x, y, right - x - line, bottom - y - line);
        });
        if look.digits && cell >= LEGIBLE * unit {
            on.set_font(&format!("{:.0}px sans-serif", cell * 0.62));
            on.set_text_align("center");
            on.set_text_baseline("middle");
            on.set_fill_style_str(if look.palette.is_light(colour) { "#000000" } else { "#ffffff" });
            let digit = colour.to_string();
            for_each(grid, colour, |row, column| {
                let middle =
                    |from: f64, length: f64, at: usize, of: usize| from + length * (at as f64 + 0.5) / of as f64;
                let _ = on.fill_text(
                    &digit,
                    middle(left, width, column, columns),
                    middle(top, height, row, rows) + cell * 0.04,
                );
            });
        }
    }
}

fn for_each(grid: &Grid, colour: u8, mut act: impl FnMut(usize, usize)) {
    for (row, line) in grid.lines().enumerate() {
        for (column, _) in line.iter().enumerate().filter(|(_, own)| **own == colour) {
            act(row, column);
        }
    }
}
