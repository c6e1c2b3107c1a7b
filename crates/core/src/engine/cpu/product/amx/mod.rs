//! Products of bf16 in the order in which AMX sums them. Its tiles hold up to 16 rows of 32 terms of the left factor, or
//! 32 terms of 16 columns of the right one: a stretch of a row of [`Pairs`](super::Pairs), and 16 lines of a panel.
//!
//! The definition, [`Plain`]: an element of the result takes up 32 terms at a time. The even ones are summed from 0, one
//! after the other, each by one fused multiply-add; so are the odd ones, apart; then the two sums are added to each other and
//! what that gives to the element. The last stretch is filled up with zeros. Every number is rounded to the nearest, and
//! one that is subnormal counts as 0, be it an operand or a result.
//!
//! A processor with AVX512-BF16 alone sums otherwise, so the two differ in their last bits, and timing never chooses between
//! them: where AMX is, every product of bf16 is its.

mod block;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod unit;

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::ops::Range;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub use unit::{Amx, is_here};

pub use block::DEPTH;

use block::{Block, ROWS, Unit};

use super::sweep::Left;
use super::{Out, PANEL, Panels};
use crate::engine::cpu::aligned::Aligned;

/// Linux alone is asked for the tiles.
#[cfg(all(target_arch = "x86_64", not(target_os = "linux")))]
pub fn is_here() -> bool {
    false
}

/// Most rows and lines (pairs of terms) of the left factor that are brought into order at a time: 128 KiB, which the second
/// cache holds beside two panels of as many lines, 32 KiB, in the first one.
const BLOCK_ROWS: usize = 8 * ROWS;
const BLOCK_LINES: usize = 16 * DEPTH;
/// Most lines of a short sum.
const SHORT: usize = 8 * DEPTH;
/// Rows that must follow the last one of a left factor that is kept: a block of the result may have more than it.
pub const ROWS_BEYOND: usize = 2 * ROWS - 1;

/// The definition, see the module: for tests, and slow.
#[derive(Default)]
pub struct Plain {
    height: usize,
}

impl Unit for Plain {
    fn set(&mut self, height: usize) {
        self.height = height;
    }

    unsafe fn multiply(&self, block: &Block) {
        for (i, j) in (0..2 * self.height).flat_map(|i| (0..2 * PANEL).map(move |j| (i, j))) {
            // In bounds by the caller's promise.
            unsafe {
                let (a, b) = (block.a.add(i * block.a_stride), block.b[j / PANEL].add(j % PANEL));
                let c = block.c.add(i * block.c_stride + j);
                let mut sum = if block.load { *c } else { 0.0 };
                for stretch in 0..block.stretches {
                    let mut halves = [0.0; 2];
                    for t in stretch * DEPTH..(stretch + 1) * DEPTH {
                        let (a, b) = (two(*a.add(t)), two(*b.add(t * PANEL)));
                        for (half, sum) in halves.iter_mut().enumerate() {
                            *sum = flushed(f32::mul_add(a[half], b[half], *sum));
                        }
                    }
                    sum = flushed(flushed(sum) + flushed(halves[0] + halves[1]));
                }
                *c = sum;
            }
        }
    }
}

/// The two terms of a word.
fn two(word: u32) -> [f32; 2] {
    [word << 16, word & 0xffff_0000].map(|bits| flushed(f32::from_bits(bits)))
}

/// 0 for a subnormal number.
fn flushed(x: f32) -> f32 {
    if x.is_subnormal() { 0.0_f32.copysign(x) } else { x }
}

/// Computes these rows and panels of out (+)= left · right, whose terms are filled up to whole stretches.
///
/// # Safety
/// Nobody else touches this rectangle of the result meanwhile.
///
/// # Panics
/// If the left factor or the result is smaller than the product.
pub unsafe fn sweep(
    unit: &mut impl Unit,
    left: &Left<u32>,
    right: &Panels<u32>,
    (rows, panels): (Range<usize>, Range<usize>),
    out: Out<f32>,
    accumulate: bool,
) {
    thread_local! {
        /// The block of the left factor, kept so that nothing is allocated from the second product on.
        static BLOCK: RefCell<Aligned<u32>> = RefCell::default();
    }
    if rows.is_empty() || panels.is_empty() {
        return;
    }
    let lines = right.terms();
    assert!(lines.is_multiple_of(DEPTH), "a right factor of {lines} lines");
    assert!(panels.end <= right.count() && out.columns.div_ceil(PANEL) <= right.count());
    assert!((rows.end - 1) * out.stride + out.columns <= out.len, "the result ends before its last row");
    BLOCK.with_borrow_mut(|block| {
        block.resize(BLOCK_ROWS * BLOCK_LINES);
        // Of no terms there is one empty stretch: sums start at 0 all the same.
        for start in (0..lines.max(1)).step_by(BLOCK_LINES) {
            let here = start..lines.min(start + BLOCK_LINES);
            let load = accumulate || start > 0;
            for rows in rows.clone().step_by(BLOCK_ROWS).map(|first| first..rows.end.min(first + BLOCK_ROWS)) {
                // As few blocks as there can be, of as few rows as they can have.
                let strips = rows.len().div_ceil(2 * ROWS);
                let height = rows.len().div_ceil(2 * strips);
                unit.set(height);
                let (a, stride) = match left {
                    Left::Direct(a) => (&a.data[rows.start * a.row + here.start..], a.row),
                    Left::Blocks(fill) => {
                        let (row, _) = fill(rows.clone(), here.clone(), block);
                        (&block[..], row)
                    }
                };
                assert!((2 * strips * height - 1) * stride + here.len() <= a.len(), "the left factor ends too early");
                // Short sums are written more than they are computed, and memory wants them row after row; of long ones the
                // two panels are to stay in the first cache.
                let groups = panels.len().div_ceil(2);
                let row_after_row = here.len() <= SHORT;
                for i in 0..strips * groups {
                    let (strip, group) =
                        if row_after_row { (i / groups, i % groups) } else { (i % strips, i / strips) };
                    let (first, group) = (strip * 2 * height, panels.start + 2 * group);
                    let high = (rows.len() - first).min(2 * height);
                    let wide = (out.columns - group * PANEL).min((panels.end - group).min(2) * PANEL);
                    let panel = |p: usize| right.words()[(p * lines + here.start) * PANEL..].as_ptr();
                    let block = Block {
                        a: a[first * stride..].as_ptr(),
                        a_stride: stride,
                        // A last panel that is alone is multiplied twice, and once for nothing.
                        b: [panel(group), panel((group + 1).min(panels.end - 1))],
                        stretches: here.len() / DEPTH,
                        c: out.start.wrapping_add((rows.start + first) * out.stride + group * PANEL),
                        c_stride: out.stride,
                        load,
                    };
                    // In bounds by the assertions; what the result does not have goes through `edge`.
                    unsafe {
                        match (high, wide) == (2 * height, 2 * PANEL) {
                            true => unit.multiply(&block),
                            false => edge(unit, block, high, wide),
                        }
                    }
                }
            }
        }
    });
}

/// A block of which the result has `high` rows and `wide` columns alone: computed beside it, then copied.
///
/// # Safety
/// As [`Unit::multiply`], of the result as far as it goes.
unsafe fn edge(unit: &impl Unit, block: Block, high: usize, wide: usize) {
    const WIDE: usize = 2 * PANEL;
    #[repr(align(64))]
    struct Beside([f32; 2 * ROWS * WIDE]);
    // Zeros only where they are read: attention's products have many edges.
    let mut beside = MaybeUninit::<Beside>::uninit();
    let (c, stride) = (block.c, block.c_stride);
    unsafe {
        if block.load {
            beside.write(Beside([0.0; 2 * ROWS * WIDE]));
        }
        let beside = (&raw mut (*beside.as_mut_ptr()).0).cast::<f32>();
        if block.load {
            for i in 0..high {
                beside.add(i * WIDE).copy_from_nonoverlapping(c.add(i * stride), wide);
            }
        }
        unit.multiply(&Block { c: beside, c_stride: WIDE, ..block });
        for i in 0..high {
            c.add(i * stride).copy_from_nonoverlapping(beside.add(i * WIDE), wide);
        }
    }
}
