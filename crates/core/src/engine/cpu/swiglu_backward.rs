//! d_up = silu(gate) · d_out, d_gate = up · d_out · σ(gate) · (1 + gate · (1 - σ(gate))).

use crate::plan::kernel::SwigluBackward;

use super::parallel;
use super::real::Real;

/// See [`SwigluBackward`].
pub fn swiglu_backward<T: Real>(k: &SwigluBackward, gate_up: &[T], d_out: &[T], d_gate_up: &mut [T]) {
    let n = k.n;
    parallel::rows(d_gate_up, 2 * n, |row, d_gate_up| {
        let (gate, up) = gate_up[row * 2 * n..][..2 * n].split_at(n);
        let d_out = &d_out[row * n..][..n];
        let (d_gate, d_up) = d_gate_up.split_at_mut(n);
        let forward = gate.iter().zip(up).zip(d_out);
        for ((d_gate, d_up), ((&gate, &up), &d_out)) in d_gate.iter_mut().zip(d_up).zip(forward) {
            let sigmoid = gate.sigmoid();
            *d_up = gate * sigmoid * d_out;
            *d_gate = up * d_out * sigmoid * (T::ONE + gate * (T::ONE - sigmoid));
        }
    });
}
