//! (x + residual) / √(mean square + ε), over rows or over a strided axis.

use crate::plan::kernel::RmsNorm;

use super::parallel;
use super::real::{Real, dot};

/// See [`RmsNorm`].
pub fn rms_norm<T: Real>(k: &RmsNorm, x: &[T], residual: &[T], out: &mut [T], inv_rms: &mut [T]) {
    let (len, inner) = (k.len, k.inner);
    let (eps, over) = (T::from_f64(k.eps), T::from_f64(1.0 / len as f64));
    let size = len * inner;
    parallel::rows2(out, size, inv_rms, inner, |o, out, inv_rms| {
        let (x, residual) = (&x[o * size..][..size], &residual[o * size..][..size]);
        for ((out, &x), &residual) in out.iter_mut().zip(x).zip(residual) {
            *out = x + residual;
        }
        if inner == 1 {
            inv_rms[0] = T::ONE / (dot(out, out) * over + eps).sqrt();
            out.iter_mut().for_each(|v| *v *= inv_rms[0]);
            return;
        }
        inv_rms.fill(T::ZERO);
        for row in out.chunks_exact(inner) {
            inv_rms.iter_mut().zip(row).for_each(|(sum, &v)| *sum = v.mul_add(v, *sum));
        }
        inv_rms.iter_mut().for_each(|sum| *sum = T::ONE / (*sum * over + eps).sqrt());
        for row in out.chunks_exact_mut(inner) {
            row.iter_mut().zip(inv_rms.iter()).for_each(|(v, &inv)| *v *= inv);
        }
    });
}
