//! The moving average of the weights.

use crate::plan::kernel::Ema;

use super::parallel;
use super::real::Real;

/// See [`Ema`].
pub fn ema<T: Real>(k: &Ema, param: &[T], average: &mut [T]) {
    let (keep, take) = (T::from_f64(k.decay), T::from_f64(1.0 - k.decay));
    parallel::stretches(average, |start, average| {
        average.iter_mut().zip(&param[start..]).for_each(|(a, &p)| *a = *a * keep + p * take);
    });
}
