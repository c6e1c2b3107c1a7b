//! Bringing factors into the order and the precision of the tiles, by AVX-512.

use std::arch::x86_64::*;
use std::ops::Range;

use super::{PANEL, View};

/// The first `count` of 16 lanes.
fn first(count: usize) -> u16 {
    if count >= 16 { u16::MAX } else { (1 << count) - 1 }
}

/// Rounds 16 floats to bf16 (nearest, ties to even), one to a word.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn rounded(x: __m512) -> __m512i {
    // The same bits.
    _mm512_cvtepu16_epi32(unsafe { std::mem::transmute::<__m256bh, __m256i>(_mm512_cvtneps_pbh(x)) })
}

/// Pairs two rows rounded to bf16, `low` in the lower halves of the words; without `high` those are 0.
///
/// # Panics
/// If a row is shorter than `to`.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub fn interleave(low: &[f32], high: Option<&[f32]>, to: &mut [u32]) {
    assert!(low.len() >= to.len() && high.is_none_or(|high| high.len() >= to.len()));
    for i in (0..to.len()).step_by(16) {
        let lanes = first(to.len() - i);
        // Lanes within the slices, by the assertion.
        unsafe {
            let mut words = rounded(_mm512_maskz_loadu_ps(lanes, low.as_ptr().add(i)));
            if let Some(high) = high {
                let high = rounded(_mm512_maskz_loadu_ps(lanes, high.as_ptr().add(i)));
                words = _mm512_or_si512(words, _mm512_slli_epi32::<16>(high));
            }
            _mm512_mask_storeu_epi32(to.as_mut_ptr().add(i).cast(), lanes, words);
        }
    }
}

/// The next 32 floats of a row of which `left` are there, rounded to bf16, as 16 words; 0 beyond its end.
///
/// # Safety
/// So many floats are at `from`.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn pairs(from: *const f32, left: usize) -> __m512 {
    unsafe {
        let low = _mm512_maskz_loadu_ps(first(left), from);
        let high = _mm512_maskz_loadu_ps(first(left.saturating_sub(16)), from.wrapping_add(16));
        std::mem::transmute::<__m512bh, __m512>(_mm512_cvtne2ps_pbh(high, low))
    }
}

/// Pairs the elements of a row, rounded to bf16; an odd last one with 0.
///
/// # Panics
/// If `to` is shorter than half the row.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub fn round_row(from: &[f32], to: &mut [u32]) {
    let words = from.len().div_ceil(2);
    assert!(words <= to.len());
    for i in (0..words).step_by(16) {
        // Lanes within the slices, by the assertion.
        unsafe {
            let words_here = pairs(from.as_ptr().add(2 * i), from.len() - 2 * i);
            _mm512_mask_storeu_ps(to.as_mut_ptr().add(i).cast(), first(words - i), words_here);
        }
    }
}

/// A panel of up to 16 columns, each contiguous, of `terms` terms: [`terms`, 16] floats.
///
/// # Panics
/// If the columns are not inside their slice or the panel is too short.
#[target_feature(enable = "avx512f")]
pub fn panel_of_columns(b: View<f32>, column: usize, wide: usize, terms: usize, to: &mut [f32]) {
    check_lines(b, column, wide, terms, terms, to.len());
    for t in (0..terms).step_by(PANEL) {
        // Inside the slices by `check_lines`.
        unsafe {
            let row = |j: usize| match j < wide {
                true => _mm512_maskz_loadu_ps(first(terms - t), b.data.as_ptr().add((column + j) * b.column + t)),
                false => _mm512_setzero_ps(),
            };
            store(transposed(std::array::from_fn(row)), terms - t, to.as_mut_ptr().add(t * PANEL));
        }
    }
}

/// [`panel_of_columns`] rounded to bf16, two terms a word: [`terms` / 2 rounded up, 16] words.
///
/// # Panics
/// As there.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub fn rounded_panel_of_columns(b: View<f32>, column: usize, wide: usize, terms: usize, to: &mut [u32]) {
    let words = terms.div_ceil(2);
    check_lines(b, column, wide, terms, words, to.len());
    for t in (0..words).step_by(PANEL) {
        // Inside the slices by `check_lines`.
        unsafe {
            let row = |j: usize| match j < wide {
                true => pairs(b.data.as_ptr().add((column + j) * b.column + 2 * t), terms - 2 * t),
                false => _mm512_setzero_ps(),
            };
            store(transposed(std::array::from_fn(row)), words - t, to.as_mut_ptr().add(t * PANEL).cast());
        }
    }
}

/// Rounds some rows and pairs of a left factor of `terms` terms whose columns are contiguous into `to`, by rows; pairs beyond
/// the last term are 0.
///
/// # Panics
/// If the columns are not inside their slice or `to` is too short.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub fn rounded_rows_of_columns(a: View<f32>, rows: Range<usize>, pairs: Range<usize>, terms: usize, to: &mut [u32]) {
    let stride = pairs.len();
    assert!(a.row == 1 && rows.len() * stride <= to.len());
    assert!(terms == 0 || (terms - 1) * a.column + rows.end <= a.data.len());
    for i in (0..rows.len()).step_by(PANEL) {
        let high = first(rows.len() - i);
        for t in (0..stride).step_by(PANEL) {
            // Inside the slices by the assertions.
            unsafe {
                let column = |term: usize| match term < terms {
                    true => _mm512_maskz_loadu_ps(high, a.data.as_ptr().add(term * a.column + rows.start + i)),
                    false => _mm512_setzero_ps(),
                };
                let words = |x: usize| {
                    let term = 2 * (pairs.start + t + x);
                    let (low, high) = (rounded(column(term)), rounded(column(term + 1)));
                    _mm512_castsi512_ps(_mm512_or_si512(low, _mm512_slli_epi32::<16>(high)))
                };
                let wide = first(stride - t);
                let lines = transposed(std::array::from_fn(words));
                for (line, i) in lines.into_iter().zip(i..rows.len()) {
                    _mm512_mask_storeu_ps(to.as_mut_ptr().add(i * stride + t).cast(), wide, line);
                }
            }
        }
    }
}

/// Asserts that the columns and the panel's lines are there.
fn check_lines(b: View<f32>, column: usize, wide: usize, terms: usize, lines: usize, len: usize) {
    assert!(b.row == 1 && wide <= PANEL && lines * PANEL <= len, "a panel of {lines} lines has {len} elements");
    assert!(terms == 0 || wide == 0 || (column + wide - 1) * b.column + terms <= b.data.len());
}

/// Stores as many of 16 lines as there are.
///
/// # Safety
/// There is room for them.
#[target_feature(enable = "avx512f")]
unsafe fn store(lines: [__m512; 16], count: usize, to: *mut f32) {
    for (i, line) in lines.into_iter().enumerate().take(count) {
        unsafe { _mm512_storeu_ps(to.add(i * PANEL), line) };
    }
}

/// The transpose of 16 by 16 lanes: pairs of rows, of pairs, of quarters are interleaved.
#[target_feature(enable = "avx512f")]
fn transposed(rows: [__m512; 16]) -> [__m512; 16] {
    let mut a = [_mm512_setzero_ps(); 16];
    let mut b = a;
    for i in 0..8 {
        a[2 * i] = _mm512_unpacklo_ps(rows[2 * i], rows[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_ps(rows[2 * i], rows[2 * i + 1]);
    }
    // b[4 i + c] holds, in its four quarters, column c of each quarter of the rows 4 i to 4 i + 3.
    for i in 0..4 {
        for half in 0..2 {
            b[4 * i + 2 * half] = _mm512_shuffle_ps::<0b01_00_01_00>(a[4 * i + half], a[4 * i + 2 + half]);
            b[4 * i + 2 * half + 1] = _mm512_shuffle_ps::<0b11_10_11_10>(a[4 * i + half], a[4 * i + 2 + half]);
        }
    }
    // Column 4 q + c is quarter q of b[c], b[4 + c], b[8 + c] and b[12 + c].
    for c in 0..4 {
        let (low, high) = (
            _mm512_shuffle_f32x4::<0b01_00_01_00>(b[c], b[4 + c]),
            _mm512_shuffle_f32x4::<0b01_00_01_00>(b[8 + c], b[12 + c]),
        );
        a[c] = _mm512_shuffle_f32x4::<0b10_00_10_00>(low, high);
        a[4 + c] = _mm512_shuffle_f32x4::<0b11_01_11_01>(low, high);
        let (low, high) = (
            _mm512_shuffle_f32x4::<0b11_10_11_10>(b[c], b[4 + c]),
            _mm512_shuffle_f32x4::<0b11_10_11_10>(b[8 + c], b[12 + c]),
        );
        a[8 + c] = _mm512_shuffle_f32x4::<0b10_00_10_00>(low, high);
        a[12 + c] = _mm512_shuffle_f32x4::<0b11_01_11_01>(low, high);
    }
    a
}
