//! The sums a training step reports.

use super::real::Real;

/// See [`crate::plan::kernel::Metrics`].
pub fn metrics<T: Real>(halted: &[u32], steps: &[u32], q: &[T], rows: &[T], loss: &[T], out: &mut [T]) {
    out.fill(T::ZERO);
    for (b, row) in rows.chunks_exact(4).enumerate() {
        let (right, counted, exact) = (row[1], row[2], row[3]);
        if halted[b] != 0 && counted > T::ZERO {
            let sure = if q[2 * b] >= T::ZERO { T::ONE } else { T::ZERO };
            out[0] += T::ONE;
            out[1] += right / counted;
            out[2] += exact;
            out[3] += if sure == exact { T::ONE } else { T::ZERO };
            out[4] += T::from_f64(f64::from(steps[b]));
        }
        out[5] += row[0];
        out[6] += loss[2 * b];
        out[7] += loss[2 * b + 1];
    }
}
