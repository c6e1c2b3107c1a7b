//! The gradients of the Q-head.

use crate::plan::kernel::QHeadBackward;

use super::real::Real;

/// See [`QHeadBackward`].
pub fn q_head_backward<T: Real>(
    k: &QHeadBackward,
    z: &[T],
    weight: &[T],
    d_q: &[T],
    [d_z, d_weight, d_bias]: [&mut [T]; 3],
) {
    for (b, d_q) in d_q.chunks_exact(2).enumerate() {
        let at = b * k.tokens * k.width;
        for (i, &g) in d_q.iter().enumerate() {
            d_bias[i] += g;
            for c in 0..k.width {
                d_z[at + c] += g * weight[i * k.width + c];
                d_weight[i * k.width + c] += g * z[at + c];
            }
        }
    }
}
