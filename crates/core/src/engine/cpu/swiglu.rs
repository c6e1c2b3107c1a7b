//! silu(gate) · up.

use crate::plan::kernel::Swiglu;

use super::parallel;
use super::real::Real;

/// See [`Swiglu`].
pub fn swiglu<T: Real>(k: &Swiglu, gate_up: &[T], out: &mut [T]) {
    const PART: usize = 4096;
    let n = k.n;
    // Long rows (over positions) are cut so that threads can share them.
    let parts = if n > PART && n.is_multiple_of(PART) { n / PART } else { 1 };
    let size = n / parts;
    parallel::rows(out, size, |i, out| {
        let (row, start) = (i / parts, i % parts * size);
        let (gate, up) = gate_up[row * 2 * n..][..2 * n].split_at(n);
        let (gate, up) = (&gate[start..][..size], &up[start..][..size]);
        for ((out, &gate), &up) in out.iter_mut().zip(gate).zip(up) {
            *out = gate * gate.sigmoid() * up;
        }
    });
}
