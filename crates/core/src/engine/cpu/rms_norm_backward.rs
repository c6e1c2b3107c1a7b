//! d_v = inv_rms · (d_out - out · mean(d_out · out)).

use crate::plan::kernel::RmsNormBackward;

use super::parallel;
use super::real::{Real, dot};

/// See [`RmsNormBackward`].
pub fn rms_norm_backward<T: Real>(k: &RmsNormBackward, out: &[T], inv_rms: &[T], d_out: &[T], d_v: &mut [T]) {
    let (len, inner) = (k.len, k.inner);
    let over = T::from_f64(1.0 / len as f64);
    let size = len * inner;
    parallel::rows(d_v, size, |o, d_v| {
        let (out, d_out) = (&out[o * size..][..size], &d_out[o * size..][..size]);
        let inv_rms = &inv_rms[o * inner..][..inner];
        if inner == 1 {
            let mean = dot(out, d_out) * over;
            for ((d_v, &out), &d_out) in d_v.iter_mut().zip(out).zip(d_out) {
                *d_v = inv_rms[0] * (d_out - out * mean);
            }
            return;
        }
        let mut mean = vec![T::ZERO; inner];
        for (out, d_out) in out.chunks_exact(inner).zip(d_out.chunks_exact(inner)) {
            mean.iter_mut().zip(out.iter().zip(d_out)).for_each(|(m, (&y, &g))| *m = y.mul_add(g, *m));
        }
        mean.iter_mut().for_each(|m| *m *= over);
        for (i, d_v) in d_v.chunks_exact_mut(inner).enumerate() {
            let (out, d_out) = (&out[i * inner..][..inner], &d_out[i * inner..][..inner]);
            for j in 0..inner {
                d_v[j] = inv_rms[j] * (d_out[j] - out[j] * mean[j]);
            }
        }
    });
}
