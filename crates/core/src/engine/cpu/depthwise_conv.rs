//! Every channel of a board convolved with a kernel of its own.

use std::ops::Range;

use crate::plan::kernel::DepthwiseConv;

use super::parallel;
use super::real::Real;

/// See [`DepthwiseConv`].
pub fn depthwise_conv<T: Real>(k: &DepthwiseConv, x: &[T], weight: &[T], out: &mut [T]) {
    let DepthwiseConv { prefix, rows, columns, width, size, turned, .. } = *k;
    let tokens = prefix + rows * columns;
    parallel::rows(out, width, |row, out| {
        out.fill(T::ZERO);
        let (example, token) = (row / tokens, row % tokens);
        let Some(cell) = token.checked_sub(prefix) else { return };
        let (y, x_at) = (cell / columns, cell % columns);
        let board = &x[(example * tokens + prefix) * width..][..rows * columns * width];
        for i in taps(y, rows, size) {
            for j in taps(x_at, columns, size) {
                let neighbour = (y + i - size / 2) * columns + x_at + j - size / 2;
                let tap = i * size + j;
                let tap = if turned { size * size - 1 - tap } else { tap };
                let (weight, x) = (&weight[tap * width..][..width], &board[neighbour * width..][..width]);
                for ((out, &x), &weight) in out.iter_mut().zip(x).zip(weight) {
                    *out = x.mul_add(weight, *out);
                }
            }
        }
    });
}

/// The rows of a kernel that lie on a board of `cells` rows when its middle one lies on row `at`; columns likewise.
fn taps(at: usize, cells: usize, size: usize) -> Range<usize> {
    let reach = size / 2;
    reach.saturating_sub(at)..size.min(cells + reach - at)
}
