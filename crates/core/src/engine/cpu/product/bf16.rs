//! Products of bf16 operands with sums in f32: terms are taken up in pairs, two halves of a word.

use std::ops::Range;

use half::bf16;

use super::panels::in_stretches;
use super::{PANEL, Panels, View, amx};
use crate::engine::Bf16;
use crate::engine::cpu::aligned::Aligned;

impl Bf16 {
    /// How this processor multiplies bf16, if it does.
    pub fn here() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if has_avx512() {
            return Some(if amx::is_here() { Bf16::Amx } else { Bf16::Avx512 });
        }
        None
    }

    /// Pairs in which a factor has its terms, with those of zeros that fill up the last tile.
    pub(super) fn pairs(self, terms: usize) -> usize {
        match self {
            Bf16::Avx512 => terms.div_ceil(2),
            Bf16::Amx => terms.div_ceil(2).next_multiple_of(amx::DEPTH),
        }
    }
}

/// Whether this processor rounds to bf16 and multiplies pairs of it. No processor has AMX without that.
#[cfg(target_arch = "x86_64")]
pub fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512bf16") && is_x86_feature_detected!("avx512bw")
}

/// Two floats as bf16 (nearest, ties to even), the first in the lower half.
fn pair(first: f32, second: f32) -> u32 {
    u32::from(bf16::from_f32(first).to_bits()) | u32::from(bf16::from_f32(second).to_bits()) << 16
}

/// A whole left factor rounded to bf16: word (i, t) holds the terms 2t and 2t + 1 of row i.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    words: Aligned<u32>,
    row: usize,
    column: usize,
}

impl Pairs {
    /// Words that a matrix takes.
    fn len_of(bf16: Bf16, rows: usize, terms: usize) -> usize {
        let beyond = match bf16 {
            Bf16::Avx512 => 0,
            Bf16::Amx => amx::ROWS_BEYOND,
        };
        (rows + beyond) * bf16.pairs(terms)
    }

    /// Bytes that a matrix takes.
    pub fn bytes_of(bf16: Bf16, rows: usize, terms: usize) -> u64 {
        4 * Self::len_of(bf16, rows, terms) as u64
    }

    /// Rounds the matrix [rows, terms].
    pub fn pack(&mut self, bf16: Bf16, a: View<f32>, rows: usize, terms: usize) {
        self.words.resize(Self::len_of(bf16, rows, terms));
        let pairs = 0..bf16.pairs(terms);
        (self.row, self.column) = match bf16 {
            Bf16::Avx512 => fill(a, 0..rows, pairs, terms, &mut self.words, rows),
            Bf16::Amx => by_rows(a, 0..rows, pairs, terms, &mut self.words),
        };
    }

    /// The words.
    pub fn view(&self) -> View<'_, u32> {
        View { data: &self.words, row: self.row, column: self.column }
    }
}

/// Rounds some rows and pairs of a left factor of `terms` terms into `block`; returns its strides. Where the factor is
/// stored by columns so is the block, `height` rows high.
pub fn fill(
    a: View<f32>,
    rows: Range<usize>,
    pairs: Range<usize>,
    terms: usize,
    block: &mut [u32],
    height: usize,
) -> (usize, usize) {
    if a.row == 1 {
        for (t, to) in pairs.clone().zip(block.chunks_exact_mut(height)) {
            let low = &a.data[2 * t * a.column + rows.start..][..rows.len()];
            let high = (2 * t + 1 < terms).then(|| &a.data[(2 * t + 1) * a.column + rows.start..][..rows.len()]);
            interleave(low, high, &mut to[..rows.len()]);
        }
        return (1, height);
    }
    by_rows(a, rows, pairs, terms, block)
}

/// As [`fill`], by rows whichever way the factor is stored; pairs beyond its last term are 0.
pub fn by_rows(
    a: View<f32>,
    rows: Range<usize>,
    pairs: Range<usize>,
    terms: usize,
    block: &mut [u32],
) -> (usize, usize) {
    let wide = pairs.len();
    #[cfg(target_arch = "x86_64")]
    if a.row == 1 && a.column > 1 && has_avx512() {
        // The processor has what it takes.
        unsafe { super::x86_pack::rounded_rows_of_columns(a, rows, pairs, terms, block) };
        return (wide, 1);
    }
    let end = terms.min(2 * pairs.end);
    for (i, to) in rows.zip(block.chunks_exact_mut(wide.max(1))) {
        if a.column == 1 {
            let from = &a.data[i * a.row + (2 * pairs.start).min(end)..i * a.row + end];
            let (to, beyond) = to.split_at_mut(from.len().div_ceil(2));
            round_row(from, to);
            beyond.fill(0);
        } else {
            let at = |t: usize| if t < end { a.data[i * a.row + t * a.column] } else { 0.0 };
            for (t, to) in pairs.clone().zip(to) {
                *to = pair(at(2 * t), at(2 * t + 1));
            }
        }
    }
    (wide, 1)
}

/// Packs these panels of a right factor [terms, columns], rounded, two terms a word; `to` has room for the pairs of terms and
/// gets zeros where it has more.
///
/// # Panics
/// If the matrix is not inside its slice.
pub fn pack(to: &mut Panels<u32>, b: View<f32>, terms: usize, columns: usize, panels: Range<usize>) {
    let pairs = terms.div_ceil(2);
    for panel in panels.clone() {
        to.panel_mut(panel)[pairs * PANEL..].fill(0);
    }
    if b.column == 1 {
        return in_stretches(0..pairs, panels, |t, panel| {
            let first = panel * PANEL;
            let wide = PANEL.min(columns - first);
            let (line, beyond) = to.panel_mut(panel)[t * PANEL..][..PANEL].split_at_mut(wide);
            let low = &b.data[2 * t * b.row + first..][..wide];
            let high = (2 * t + 1 < terms).then(|| &b.data[(2 * t + 1) * b.row + first..][..wide]);
            interleave(low, high, line);
            beyond.fill(0);
        });
    }
    for panel in panels {
        let first = panel * PANEL;
        let wide = PANEL.min(columns - first);
        let to = &mut to.panel_mut(panel)[..pairs * PANEL];
        #[cfg(target_arch = "x86_64")]
        if b.row == 1 && has_avx512() {
            // The processor has what it takes.
            unsafe { super::x86_pack::rounded_panel_of_columns(b, first, wide, terms, to) };
            continue;
        }
        for (t, line) in to.chunks_exact_mut(PANEL).enumerate() {
            for (j, word) in line.iter_mut().enumerate() {
                let at = |t: usize| match j < wide && t < terms {
                    true => b.data[t * b.row + (first + j) * b.column],
                    false => 0.0,
                };
                *word = pair(at(2 * t), at(2 * t + 1));
            }
        }
    }
}

/// Pairs two rows; a missing second one is 0.
fn interleave(low: &[f32], high: Option<&[f32]>, to: &mut [u32]) {
    #[cfg(target_arch = "x86_64")]
    if has_avx512() {
        // The processor has what it takes.
        return unsafe { super::x86_pack::interleave(low, high, to) };
    }
    for (j, (to, &low)) in to.iter_mut().zip(low).enumerate() {
        *to = pair(low, high.map_or(0.0, |high| high[j]));
    }
}

/// Pairs the elements of a row.
fn round_row(from: &[f32], to: &mut [u32]) {
    #[cfg(target_arch = "x86_64")]
    if has_avx512() {
        // The processor has what it takes.
        return unsafe { super::x86_pack::round_row(from, to) };
    }
    for (two, to) in from.chunks(2).zip(to) {
        *to = pair(two[0], two.get(1).copied().unwrap_or(0.0));
    }
}
