//! The gradient of a depthwise convolution with respect to its weight.

use crate::plan::kernel::DepthwiseConvBackward;

use super::parallel;
use super::real::Real;

/// See [`DepthwiseConvBackward`]. Each example is summed by itself first: sums over whole batches would be long.
pub fn depthwise_conv_backward<T: Real>(k: &DepthwiseConvBackward, x: &[T], d_out: &[T], d_weight: &mut [T]) {
    /// Channels whose sums fit into registers.
    const PART: usize = 32;
    let DepthwiseConvBackward { batch, prefix, rows, columns, width, size, accumulate, .. } = *k;
    let stretch = (prefix + rows * columns) * width;
    let reach = size / 2;
    parallel::long_rows(d_weight, width, |tap, d_weight| {
        if !accumulate {
            d_weight.fill(T::ZERO);
        }
        let (i, j) = (tap / size, tap % size);
        // The cells whose neighbour at this tap lies on the board.
        let ys = reach.saturating_sub(i)..(rows + reach).saturating_sub(i).min(rows);
        let xs = reach.saturating_sub(j)..(columns + reach).saturating_sub(j).min(columns);
        for example in 0..batch {
            let board = example * stretch + prefix * width..(example + 1) * stretch;
            let (x, d_out) = (&x[board.clone()], &d_out[board]);
            for (part, d_weight) in d_weight.chunks_mut(PART).enumerate() {
                let mut sums = [T::ZERO; PART];
                for y in ys.clone() {
                    for x_at in xs.clone() {
                        let cell = (y * columns + x_at) * width + part * PART;
                        let neighbour = ((y + i - reach) * columns + x_at + j - reach) * width + part * PART;
                        let (d_out, x) = (&d_out[cell..][..d_weight.len()], &x[neighbour..][..d_weight.len()]);
                        for ((sum, &d_out), &x) in sums.iter_mut().zip(d_out).zip(x) {
                            *sum = d_out.mul_add(x, *sum);
                        }
                    }
                }
                d_weight.iter_mut().zip(sums).for_each(|(d_weight, sum)| *d_weight += sum);
            }
        }
    });
}
