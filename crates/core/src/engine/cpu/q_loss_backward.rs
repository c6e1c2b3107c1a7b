//! ½ · (σ(q) - target) · scale.

use crate::plan::kernel::QLossBackward;

use super::real::Real;

/// See [`QLossBackward`].
pub fn q_loss_backward<T: Real>(k: &QLossBackward, q: &[T], rows: &[T], target: Option<&[T]>, d_q: &mut [T]) {
    let half = T::from_f64(0.5 * k.scale);
    for (b, d_q) in d_q.chunks_exact_mut(2).enumerate() {
        d_q[0] = half * (q[2 * b].sigmoid() - rows[4 * b + 3]);
        d_q[1] = target.map_or(T::ZERO, |target| half * (q[2 * b + 1].sigmoid() - target[b]));
    }
}
