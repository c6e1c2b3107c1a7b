//! What q_continue should have been: the value of the next segment.

use crate::plan::kernel::QTarget;

use super::real::Real;

/// See [`QTarget`].
pub fn q_target<T: Real>(k: &QTarget, q_next: &[T], steps: &[u32], target: &mut [T]) {
    for (b, target) in target.iter_mut().enumerate() {
        let (halt, go_on) = (q_next[2 * b], q_next[2 * b + 1]);
        let last = steps[b] as usize >= k.max_steps;
        *target = if last { halt } else { halt.max(go_on) }.sigmoid();
    }
}
