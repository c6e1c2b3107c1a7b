//! The number type of the CPU kernels: f32 to run, f64 to check derivatives by finite differences.

use std::any::TypeId;
use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

/// f32 or f64.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Sum
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Nearest value.
    fn from_f64(x: f64) -> Self;
    /// Exact.
    fn to_f64(self) -> f64;
    /// eˣ; for f32 a polynomial that the compiler can vectorise, relative error below 2e-7.
    fn exp(self) -> Self;
    /// ln(1 + x).
    fn ln_1p(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Angle of (other, self), for `other` ≥ 0; for f32 a polynomial, absolute error below 3e-7.
    fn atan2(self, other: Self) -> Self;
    /// Magnitude.
    fn abs(self) -> Self;
    /// self · a + b, in one rounding where the machine does that as fast.
    fn mul_add(self, a: Self, b: Self) -> Self;

    /// The larger.
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    /// The smaller.
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    /// 1 / (1 + e⁻ˣ).
    fn sigmoid(self) -> Self {
        Self::ONE / (Self::ONE + (-self).exp())
    }
}

impl Real for f32 {
    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;
    fn from_f64(x: f64) -> f32 {
        x as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn exp(self) -> f32 {
        // e^x = 2^n · e^r, n = round(x / ln 2), ln 2 in two parts so that r keeps its low bits (Cody and Waite).
        const LOG2_E: f32 = std::f32::consts::LOG2_E;
        const LN2_HIGH: f32 = 0.693_359_4;
        const LN2_LOW: f32 = -2.121_944_4e-4;
        // Adding and subtracting 1.5·2²³ rounds to the nearest integer without a library call.
        const ROUND: f32 = 12_582_912.0;
        let x = Real::min(Real::max(self, -87.0), 88.0);
        let n = Real::mul_add(x, LOG2_E, ROUND) - ROUND;
        let r = Real::mul_add(n, -LN2_LOW, Real::mul_add(n, -LN2_HIGH, x));
        // Taylor's coefficients suffice on |r| ≤ ln 2 / 2.
        let p = Real::mul_add(r, 1.0 / 5040.0, 1.0 / 720.0);
        let p = Real::mul_add(p, r, 1.0 / 120.0);
        let p = Real::mul_add(p, r, 1.0 / 24.0);
        let p = Real::mul_add(p, r, 1.0 / 6.0);
        let p = Real::mul_add(p, r, 0.5);
        let p = Real::mul_add(p * r, r, r) + 1.0;
        // |n| ≤ 127: the unchecked conversion is exact, and the only one that vectorises.
        let n = unsafe { n.to_int_unchecked::<i32>() };
        let power = f32::from_bits(((n + 127) << 23) as u32);
        // A NaN must stay one.
        if self.is_nan() { self } else { p * power }
    }
    fn ln_1p(self) -> f32 {
        f32::ln_1p(self)
    }
    fn ln(self) -> f32 {
        f32::ln(self)
    }
    #[inline(always)]
    fn sqrt(self) -> f32 {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn atan2(self, other: f32) -> f32 {
        // atan of the smaller over the larger, by a minimax polynomial in its square, then unfolded.
        let (y, x) = (f32::abs(self), f32::abs(other));
        let larger = Real::max(y, x);
        let t = Real::min(y, x) / if larger > 0.0 { larger } else { 1.0 };
        let s = t * t;
        let p = Real::mul_add(s, 0.002_823_639, -0.015_956_903);
        let p = Real::mul_add(p, s, 0.042_504_99);
        let p = Real::mul_add(p, s, -0.074_890_09);
        let p = Real::mul_add(p, s, 0.106_347_93);
        let p = Real::mul_add(p, s, -0.142_027_36);
        let p = Real::mul_add(p, s, 0.199_926_96);
        let p = Real::mul_add(p, s, -0.333_331_02);
        let a = Real::mul_add(p * s, t, t);
        let a = if y > x { std::f32::consts::FRAC_PI_2 - a } else { a };
        a.copysign(self)
    }
    #[inline(always)]
    fn abs(self) -> f32 {
        f32::abs(self)
    }
    #[inline(always)]
    fn mul_add(self, a: f32, b: f32) -> f32 {
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) { f32::mul_add(self, a, b) } else { self * a + b }
    }
}

impl Real for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    fn from_f64(x: f64) -> f64 {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn exp(self) -> f64 {
        f64::exp(self)
    }
    fn ln_1p(self) -> f64 {
        f64::ln_1p(self)
    }
    fn ln(self) -> f64 {
        f64::ln(self)
    }
    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    fn atan2(self, other: f64) -> f64 {
        f64::atan2(self, other)
    }
    fn abs(self) -> f64 {
        f64::abs(self)
    }
    fn mul_add(self, a: f64, b: f64) -> f64 {
        self * a + b
    }
}

/// The same slice, if the kernels compute in f32.
pub fn as_f32<T: 'static>(values: &[T]) -> Option<&[f32]> {
    let same = TypeId::of::<T>() == TypeId::of::<f32>();
    // It is the same type.
    same.then(|| unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len()) })
}

/// [`as_f32`], to change.
#[cfg(target_arch = "x86_64")]
pub fn as_f32_mut<T: 'static>(values: &mut [T]) -> Option<&mut [f32]> {
    let same = TypeId::of::<T>() == TypeId::of::<f32>();
    // It is the same type.
    same.then(|| unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), values.len()) })
}

/// Partial results of a reduction, taken by turns: a fixed order on every target, and vectors everywhere. One after the other,
/// a softmax would wait for each of its additions.
const LANES: usize = 16;

/// Takes up the elements of a row in [`LANES`] partial results, then those in their order.
#[inline(always)]
fn reduce<T: Real>(row: &[T], start: T, f: impl Fn(T, T) -> T) -> T {
    let (lines, tail) = row.as_chunks::<LANES>();
    let mut lanes = [start; LANES];
    for line in lines {
        for (lane, &x) in lanes.iter_mut().zip(line) {
            *lane = f(*lane, x);
        }
    }
    lanes.iter().chain(tail).fold(start, |whole, &x| f(whole, x))
}

/// The largest element of a row that has one.
pub fn largest<T: Real>(row: &[T]) -> T {
    reduce(row, row[0], Real::max)
}

/// The sum of a row.
pub fn total<T: Real>(row: &[T]) -> T {
    reduce(row, T::ZERO, |sum, x| sum + x)
}

/// Σ aᵢ·bᵢ in eight interleaved partial sums: a fixed order that fills a vector register.
#[inline(always)]
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let mut lanes = [T::ZERO; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: T = a8.remainder().iter().zip(b8.remainder()).map(|(&x, &y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for (lane, (&x, &y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane = x.mul_add(y, *lane);
        }
    }
    lanes.into_iter().sum::<T>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_accurate() {
        for i in -87_000..88_000 {
            let x = i as f32 / 1000.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(Real::exp(x)) - exact).abs() / exact;
            assert!(error < 2e-7, "exp({x}): {error}");
        }
        assert!(Real::exp(f32::NAN).is_nan());
        assert!(Real::exp(-1e30f32) < 1e-37 && Real::exp(1e30f32).is_finite());
    }

    #[test]
    fn atan2_is_accurate() {
        for i in -1000..1000 {
            for scale in [1e-20f32, 1e-3, 1.0, 1e6] {
                let (y, x) = (i as f32 / 500.0 * scale, scale);
                assert!((f64::from(Real::atan2(y, x)) - f64::from(y).atan2(f64::from(x))).abs() < 3e-7);
                assert!((f64::from(Real::atan2(x, y.abs())) - f64::from(x).atan2(f64::from(y.abs()))).abs() < 3e-7);
            }
        }
        assert_eq!(Real::atan2(0.0f32, 0.0), 0.0);
    }
}
