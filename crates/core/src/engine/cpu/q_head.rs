//! (q_halt, q_continue) from the first position of z_H.

use crate::plan::kernel::QHead;

use super::real::{Real, dot};

/// See [`QHead`].
pub fn q_head<T: Real>(k: &QHead, z: &[T], weight: &[T], bias: &[T], out: &mut [T]) {
    for (b, q) in out.chunks_exact_mut(2).enumerate() {
        let z = &z[b * k.tokens * k.width..][..k.width];
        for i in 0..2 {
            q[i] = dot(z, &weight[i * k.width..][..k.width]) + bias[i];
        }
    }
}
