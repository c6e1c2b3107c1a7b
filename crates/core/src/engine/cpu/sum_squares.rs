//! Σ x², for the gradient's norm.

use crate::plan::kernel::SumSquares;

use super::real::{Real, dot};

/// See [`SumSquares`].
pub fn sum_squares<T: Real>(k: &SumSquares, x: &[T], out: &mut [T]) {
    out[k.index] = dot(x, x);
}
