//! Binary cross-entropies of the two Q values.

use super::real::Real;

/// max(q, 0) - q·target + ln(1 + e^-|q|): the cross-entropy of σ(q) against `target`.
fn with_logits<T: Real>(q: T, target: T) -> T {
    q.max(T::ZERO) - q * target + (-q.abs()).exp().ln_1p()
}

/// See [`crate::plan::kernel::QLoss`].
pub fn q_loss<T: Real>(q: &[T], rows: &[T], target: Option<&[T]>, loss: &mut [T]) {
    for (b, loss) in loss.chunks_exact_mut(2).enumerate() {
        loss[0] = with_logits(q[2 * b], rows[4 * b + 3]);
        loss[1] = target.map_or(T::ZERO, |target| with_logits(q[2 * b + 1], target[b]));
    }
}
