//! Adam with an arc tangent in place of the quotient and its ε.

use crate::plan::kernel::AdamAtan2;

use super::parallel;
use super::real::Real;

/// See [`AdamAtan2`].
pub fn adam_atan2<T: Real>(k: &AdamAtan2, grad: &[T], hyper: &[T], [param, m, v]: [&mut [T]; 3]) {
    let (lr, c1, c2) = (hyper[0], hyper[2], hyper[3]);
    let keep = T::ONE - lr * T::from_f64(k.weight_decay);
    let (step, take1, take2) = (lr * c1, T::from_f64(1.0 - k.beta1), T::from_f64(1.0 - k.beta2));
    let least = T::from_f64(AdamAtan2::LEAST);
    const SIZE: usize = 4096;
    // m and v first, then the parameters that depend on them.
    parallel::rows2(m, SIZE, v, SIZE, |i, m, v| {
        for ((m, v), &g) in m.iter_mut().zip(v).zip(&grad[i * SIZE..]) {
            let g = if g.abs() < least { T::ZERO } else { g };
            *m += (g - *m) * take1;
            *v += (g * g - *v) * take2;
        }
    });
    parallel::rows(param, SIZE, |i, param| {
        for ((p, &m), &v) in param.iter_mut().zip(&m[i * SIZE..]).zip(&v[i * SIZE..]) {
            *p = *p * keep - step * m.atan2((v * c2).sqrt());
        }
    });
}
