//! Every channel of a board convolved with a kernel of its own.

use std::ops::Range;

use crate::plan::kernel::DepthwiseConv;

use super::parallel;
use super::real::Real;

/// Channels whose sums stay in registers.
const PART: usize = 32;

/// See [`DepthwiseConv`].
pub fn depthwise_conv<T: Real>(k: &DepthwiseConv, x: &[T], weight: &[T], out: &mut [T]) {
    let DepthwiseConv { prefix, rows, columns, width, .. } = *k;
    let tokens = prefix + rows * columns;
    parallel::rows(out, width, |row, out| {
        let (example, token) = (row / tokens, row % tokens);
        let Some(cell) = token.checked_sub(prefix) else { return out.fill(T::ZERO) };
        let board = &x[(example * tokens + prefix) * width..][..rows * columns * width];
        let (parts, rest) = out.as_chunks_mut::<PART>();
        let done = parts.len() * PART;
        for (index, part) in parts.iter_mut().enumerate() {
            *part = channels(k, board, weight, cell, index * PART);
        }
        for (index, one) in rest.iter_mut().enumerate() {
            [*one] = channels(k, board, weight, cell, done + index);
        }
    });
}

/// `P` channels of one cell, from a first one on.
#[inline(always)]
fn channels<T: Real, const P: usize>(
    k: &DepthwiseConv,
    board: &[T],
    weight: &[T],
    cell: usize,
    first: usize,
) -> [T; P] {
    let DepthwiseConv { rows, columns, width, size, turned, .. } = *k;
    let (y, x_at) = (cell / columns, cell % columns);
    let mut sums = [T::ZERO; P];
    for i in taps(y, rows, size) {
        for j in taps(x_at, columns, size) {
            let neighbour = (y + i - size / 2) * columns + x_at + j - size / 2;
            let tap = i * size + j;
            let tap = if turned { size * size - 1 - tap } else { tap };
            let (weight, x) = (&weight[tap * width + first..][..P], &board[neighbour * width + first..][..P]);
            for ((sum, &x), &weight) in sums.iter_mut().zip(x).zip(weight) {
                *sum = x.mul_add(weight, *sum);
            }
        }
    }
    sums
}

/// The rows of a kernel that lie on a board of `cells` rows when its middle one lies on row `at`; columns likewise.
fn taps(at: usize, cells: usize, size: usize) -> Range<usize> {
    let reach = size / 2;
    reach.saturating_sub(at)..size.min(cells + reach - at)
}
