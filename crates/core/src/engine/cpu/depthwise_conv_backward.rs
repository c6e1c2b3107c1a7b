//! The gradient of a depthwise convolution with respect to its weight.

use crate::plan::kernel::DepthwiseConvBackward;

use super::parallel;
use super::product::Out;
use super::real::Real;

/// Channels of which the sums of several taps stay in registers: in WebAssembly there are fewer.
const PART: usize = if cfg!(target_arch = "wasm32") { 8 } else { 16 };

/// See [`DepthwiseConvBackward`]. Each example is summed by itself first: sums over whole batches would be long.
pub fn depthwise_conv_backward<T: Real>(k: &DepthwiseConvBackward, x: &[T], d_out: &[T], d_weight: &mut [T]) {
    let DepthwiseConvBackward { width, size, accumulate, .. } = *k;
    if !accumulate {
        d_weight.fill(T::ZERO);
    }
    let parts = width.div_ceil(PART);
    let d_weight = Out::new(d_weight, width, 1);
    parallel::pieces(0..size * parts, size * parts, |pieces| {
        for piece in pieces {
            let (i, first) = (piece / parts, piece % parts * PART);
            let mut j = 0;
            while j < size {
                let taken = match size - j {
                    5.. => 5,
                    3.. => 3,
                    _ => 1,
                };
                let sum = |first: usize, whole: bool| {
                    // The taps of this row and these channels are this piece's alone.
                    let d_weight = d_weight.skip((i * size + j) * width + first);
                    unsafe {
                        match (taken, whole) {
                            (5, true) => add_taps::<T, 5, PART>(k, x, d_out, (i, j), first, d_weight),
                            (3, true) => add_taps::<T, 3, PART>(k, x, d_out, (i, j), first, d_weight),
                            (_, true) => add_taps::<T, 1, PART>(k, x, d_out, (i, j), first, d_weight),
                            (5, false) => add_taps::<T, 5, 1>(k, x, d_out, (i, j), first, d_weight),
                            (3, false) => add_taps::<T, 3, 1>(k, x, d_out, (i, j), first, d_weight),
                            (_, false) => add_taps::<T, 1, 1>(k, x, d_out, (i, j), first, d_weight),
                        }
                    }
                };
                if first + PART <= width {
                    sum(first, true);
                } else {
                    (first..width).for_each(|channel| sum(channel, false));
                }
                j += taken;
            }
        }
    });
}

/// Adds the gradient of `N` taps of row `i` of the kernel, from `j` on, of `P` channels from a first one on; `d_weight` begins at
/// the first of them.
///
/// # Safety
/// Nobody else touches these weights' gradient meanwhile.
#[inline(never)]
unsafe fn add_taps<T: Real, const N: usize, const P: usize>(
    k: &DepthwiseConvBackward,
    x: &[T],
    d_out: &[T],
    (i, j): (usize, usize),
    first: usize,
    d_weight: Out<T>,
) {
    let DepthwiseConvBackward { batch, prefix, rows, columns, width, size, .. } = *k;
    let stretch = (prefix + rows * columns) * width;
    let reach = size / 2;
    // The rows whose neighbour at these taps lies on the board.
    let ys = reach.saturating_sub(i)..(rows + reach).saturating_sub(i).min(rows);
    for example in 0..batch {
        let board = example * stretch + prefix * width..(example + 1) * stretch;
        let (x, d_out) = (&x[board.clone()], &d_out[board]);
        let mut sums = [[T::ZERO; P]; N];
        for y in ys.clone() {
            let d_out = &d_out[y * columns * width..][..columns * width];
            let x = &x[(y + i - reach) * columns * width..][..columns * width];
            for x_at in 0..columns {
                let d_out = &d_out[x_at * width + first..][..P];
                for (tap, sums) in sums.iter_mut().enumerate() {
                    let neighbour = (x_at + j + tap).wrapping_sub(reach);
                    if neighbour < columns {
                        let x = &x[neighbour * width + first..][..P];
                        for ((sum, &d_out), &x) in sums.iter_mut().zip(d_out).zip(x) {
                            *sum = d_out.mul_add(x, *sum);
                        }
                    }
                }
            }
        }
        for (tap, sums) in sums.iter().enumerate() {
            for (channel, &sum) in sums.iter().enumerate() {
                // By the caller's promise.
                unsafe { d_weight.skip(channel).row(tap)[0] += sum };
            }
        }
    }
}
