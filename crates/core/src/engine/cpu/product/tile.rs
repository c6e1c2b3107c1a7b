//! The tile in plain Rust: what every other form is compared with, and what runs where there is no other (WebAssembly,
//! NEON, f64), where the compiler turns its loops over 16 columns into vector instructions.

use super::PANEL;
use crate::engine::cpu::real::Real;

/// A tile of the result, of R rows and some panels: `k` terms of `a` (element (i, t) at `a + i·row + t·column`) times the
/// panels that start at `b`, `panel` elements apart, from 0 or, with `load`, from what is at `c` (rows `stride` apart).
///
/// # Safety
/// All these elements are there, and nothing else reads or writes those at `c` meanwhile; the processor has the features of
/// the tile's form.
pub type Tile<E, T> = unsafe fn(
    k: usize,
    a: *const E,
    row: usize,
    column: usize,
    b: *const E,
    panel: usize,
    c: *mut T,
    stride: usize,
    load: bool,
);

/// Most rows of the plain tile: sums of 16 columns, a line of the panel and a splat fill NEON's 32 registers, or the 16 that
/// WASM SIMD gets on x86-64 (2 rows multiply 1.4 times as fast there as 3 or as the `gemm` crate).
pub const ROWS: usize = if cfg!(target_arch = "aarch64") { 6 } else { 2 };

/// The plain tile of so many rows (1 to [`ROWS`]) and one panel.
pub fn plain<T: Real>(rows: usize, _panels: usize) -> Tile<T, T> {
    [tile::<T, 1>, tile::<T, 2>, tile::<T, 3>, tile::<T, 4>, tile::<T, 5>, tile::<T, 6>][rows - 1]
}

/// See [`Tile`].
unsafe fn tile<T: Real, const R: usize>(
    k: usize,
    mut a: *const T,
    row: usize,
    column: usize,
    mut b: *const T,
    _panel: usize,
    c: *mut T,
    stride: usize,
    load: bool,
) {
    let mut sums = [[T::ZERO; PANEL]; R];
    // In bounds by the caller's promise.
    unsafe {
        if load {
            for (i, sums) in sums.iter_mut().enumerate() {
                *sums = c.add(i * stride).cast::<[T; PANEL]>().read();
            }
        }
        for _ in 0..k {
            let line = b.cast::<[T; PANEL]>().read();
            for (i, sums) in sums.iter_mut().enumerate() {
                let x = *a.add(i * row);
                for (sum, &y) in sums.iter_mut().zip(&line) {
                    *sum = x.mul_add(y, *sum);
                }
            }
            a = a.wrapping_add(column);
            b = b.wrapping_add(PANEL);
        }
        for (i, sums) in sums.into_iter().enumerate() {
            c.add(i * stride).cast::<[T; PANEL]>().write(sums);
        }
    }
}

/// The plain tile of one row and one panel on pairs of bf16: the definition of the others, and too slow for more.
pub fn plain_pairs(_rows: usize, _panels: usize) -> Tile<u32, f32> {
    pairs
}

/// See [`Tile`].
unsafe fn pairs(
    k: usize,
    a: *const u32,
    _row: usize,
    column: usize,
    b: *const u32,
    _panel: usize,
    c: *mut f32,
    _stride: usize,
    load: bool,
) {
    let halves = |word: u32| [f32::from_bits(word << 16), f32::from_bits(word & 0xffff_0000)];
    for j in 0..PANEL {
        // In bounds by the caller's promise.
        unsafe {
            let mut sum = if load { *c.add(j) } else { 0.0 };
            for t in 0..k {
                let ([a0, a1], [b0, b1]) = (halves(*a.add(t * column)), halves(*b.add(t * PANEL + j)));
                // Both are exact in f32; the later term of the pair is taken up first, as by AVX512-BF16.
                sum = Real::mul_add(a0, b0, Real::mul_add(a1, b1, sum));
            }
            *c.add(j) = sum;
        }
    }
}
