//! The right factor of a product, packed in the order in which the tiles read it.

use std::ops::Range;

use super::View;
#[cfg(target_arch = "x86_64")]
use super::real::{as_f32, as_f32_mut};
use crate::engine::cpu::aligned::Aligned;

/// Columns of a panel: a cache line of f32, one AVX-512 register, two of AVX2, four of NEON or WASM SIMD.
pub const PANEL: usize = 16;

/// A matrix [k, n] in panels of 16 columns, the last one filled up with zeros: element (t, 16·p + j) lies at
/// `(p·k + t)·16 + j`.
#[derive(Clone, Debug, Default)]
pub struct Panels<E> {
    words: Aligned<E>,
    terms: usize,
    count: usize,
}

impl<E: Copy + Default + 'static> Panels<E> {
    /// Elements that a matrix takes.
    pub fn len_of(terms: usize, columns: usize) -> usize {
        terms * columns.div_ceil(PANEL) * PANEL
    }

    /// Makes room for a matrix of so many rows (terms) and columns; what the elements are is not said.
    pub fn resize(&mut self, terms: usize, columns: usize) {
        self.words.resize(Self::len_of(terms, columns));
        self.terms = terms;
        self.count = columns.div_ceil(PANEL);
    }

    /// Rows: the terms of each sum.
    pub fn terms(&self) -> usize {
        self.terms
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The elements.
    pub fn words(&self) -> &[E] {
        &self.words
    }

    /// A panel's elements, [terms, 16].
    pub fn panel_mut(&mut self, panel: usize) -> &mut [E] {
        let size = self.terms * PANEL;
        &mut self.words[panel * size..][..size]
    }

    /// Packs these panels of a matrix [terms, columns].
    ///
    /// # Panics
    /// If the matrix is not inside its slice.
    pub fn pack(&mut self, b: View<E>, columns: usize, panels: Range<usize>) {
        assert!(b.holds(self.terms, columns), "the right factor ends before its last element");
        if b.column == 1 {
            return in_stretches(0..self.terms, panels, |t, panel| {
                let first = panel * PANEL;
                let wide = PANEL.min(columns - first);
                let (line, beyond) = self.panel_mut(panel)[t * PANEL..][..PANEL].split_at_mut(wide);
                line.copy_from_slice(&b.data[t * b.row + first..][..wide]);
                beyond.fill(E::default());
            });
        }
        for panel in panels {
            let first = panel * PANEL;
            transpose(b, first, PANEL.min(columns - first), self.panel_mut(panel));
        }
    }
}

/// Calls `f` with every line and panel: a few lines of all panels, then the next ones. So a factor that is stored by rows is
/// read nearly row after row, and each panel is written some lines at a time.
pub fn in_stretches(lines: Range<usize>, panels: Range<usize>, mut f: impl FnMut(usize, usize)) {
    const LINES: usize = 16;
    for first in lines.clone().step_by(LINES) {
        for panel in panels.clone() {
            for line in first..lines.end.min(first + LINES) {
                f(line, panel);
            }
        }
    }
}

/// Packs one panel of a matrix whose columns are contiguous or anyhow strided.
fn transpose<E: Copy + Default + 'static>(b: View<E>, first: usize, wide: usize, to: &mut [E]) {
    #[cfg(target_arch = "x86_64")]
    if b.row == 1
        && is_x86_feature_detected!("avx512f")
        && let (Some(data), terms) = (as_f32(b.data), to.len() / PANEL)
        && let Some(to) = as_f32_mut(to)
    {
        let b = View { data, row: b.row, column: b.column };
        // The processor has what it takes.
        return unsafe { super::x86_pack::panel_of_columns(b, first, wide, terms, to) };
    }
    for (t, to) in to.chunks_exact_mut(PANEL).enumerate() {
        for (j, to) in to.iter_mut().enumerate() {
            *to = if j < wide { b.data[t * b.row + (first + j) * b.column] } else { E::default() };
        }
    }
}
