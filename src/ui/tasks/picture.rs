//! A task as a picture.

use std::fmt::Write;

use hrm_core::puzzle::arc::{Grid, Palette, Side, Task};

use crate::ui::{
    drawing::svg,
    tasks::slot::{Slot, pair_title},
};

/// Pixels of a cell, and around what stands there.
const CELL: f64 = 14.0;
const MARGIN: f64 = 14.0;
/// Pixels of a line of words.
const WORDS: f64 = 20.0;
/// The lines between cells.
const LINE: &str = "#555555";

/// An SVG file and its size in pixels.
pub struct Picture {
    /// The file.
    pub text: String,
    /// Pixels across.
    pub width: f64,
    /// Pixels down.
    pub height: f64,
}

/// All pairs side by side, each with its input above its output; an output that is not known is a question mark. `answers`:
/// with the outputs of tests.
pub fn picture(task: &Task, palette: Palette, digits: bool, answers: bool) -> Picture {
    let pairs = |side: Side| (0..task.pairs(side).len()).map(move |pair| (side, pair));
    let pairs: Vec<_> = pairs(Side::Train).chain(pairs(Side::Test)).collect();
    let grid = |side, pair, is_output: bool| {
        let slot = Slot { side, pair, is_output };
        slot.of(task).filter(|_| answers || !slot.is_asked())
    };
    let tall = |is_output| {
        let rows = pairs.iter().filter_map(|&(side, pair)| Some(grid(side, pair, is_output)?.rows()));
        rows.max().unwrap_or(1) as f64 * CELL
    };
    let (above, below) = (tall(false), tall(true));
    let top = MARGIN + WORDS;
    let second = top + above + WORDS + 4.0;
    let (mut body, mut left) = (String::new(), MARGIN);
    for &(side, pair) in &pairs {
        let wide = [false, true].map(|is_output| grid(side, pair, is_output).map_or(0, Grid::columns) as f64 * CELL);
        let width = wide[0].max(wide[1]).max(48.0);
        let middle = left + width / 2.0;
        words(&mut body, left, MARGIN + 12.0, "start", &pair_title(side, pair));
        words(&mut body, middle, second - 8.0, "middle", "↓");
        for (is_output, from) in [(false, top), (true, second)] {
            match grid(side, pair, is_output) {
                Some(grid) => {
                    cells(&mut body, grid, palette, digits, middle - wide[usize::from(is_output)] / 2.0, from)
                }
                None => words(&mut body, middle, from + 16.0, "middle", "?"),
            }
        }
        left += width + 2.0 * MARGIN;
    }
    let (width, height) = (left - MARGIN, second + below + MARGIN);
    Picture { text: svg::document(width, height, "#ffffff", "sans-serif", &body), width, height }
}

fn words(out: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ =
        write!(out, r##"<text x="{x}" y="{y}" font-size="14" text-anchor="{anchor}" fill="#191c22">{text}</text>"##);
}

fn cells(out: &mut String, grid: &Grid, palette: Palette, digits: bool, left: f64, top: f64) {
    let (wide, high) = (grid.columns() as f64 * CELL, grid.rows() as f64 * CELL);
    let _ = write!(out, r#"<rect x="{left}" y="{top}" width="{wide}" height="{high}" fill="{LINE}"/>"#);
    for (row, line) in grid.lines().enumerate() {
        for (column, &colour) in line.iter().enumerate() {
            let (x, y) = (left + column as f64 * CELL, top + row as f64 * CELL);
            let (side, hex) = (CELL - 1.0, palette.hex(colour));
            let _ =
                write!(out, r#"<rect x="{}" y="{}" width="{side}" height="{side}" fill="{hex}"/>"#, x + 0.5, y + 0.5);
            if digits {
                let ink = if palette.is_light(colour) { "#000000" } else { "#ffffff" };
                let _ = write!(
                    out,
                    r#"<text x="{}" y="{}" font-size="10" text-anchor="middle" fill="{ink}">{colour}</text>"#,
                    x + CELL / 2.0,
                    y + CELL * 0.75
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::arc::Pair;

    #[test]
    fn a_picture_has_every_cell_and_no_answer_that_was_not_asked_for() {
        let grid = |rows: &[&[u8]]| Grid::of_rows(rows).unwrap();
        let (small, wide) = (grid(&[&[1, 2]]), grid(&[&[3, 3, 3], &[3, 3, 3]]));
        let task =
            Task::new("", vec![Pair::new(small.clone(), Some(wide))], vec![Pair::new(small.clone(), Some(small))]);
        let count = |text: &str, what: &str| text.matches(what).count();
        let picture = |digits, answers| picture(&task, Palette::Usual, digits, answers);
        let Picture { text, width, height } = picture(false, false);
        assert_eq!((count(&text, "#0074D9"), count(&text, "#2ECC40"), count(&text, "?")), (2, 6, 1));
        assert!(width > 3.0 * CELL && height > 3.0 * CELL && !text.contains("font-size=\"10\""));
        let Picture { text, .. } = picture(true, true);
        assert_eq!((count(&text, "#0074D9"), count(&text, "?"), count(&text, "font-size=\"10\"")), (3, 0, 12));
    }
}
