//! a + b.

use super::parallel;
use super::real::Real;

/// See [`crate::plan::kernel::Add`].
pub fn add<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    parallel::stretches(out, |start, out| {
        for ((out, &a), &b) in out.iter_mut().zip(&a[start..]).zip(&b[start..]) {
            *out = a + b;
        }
    });
}
