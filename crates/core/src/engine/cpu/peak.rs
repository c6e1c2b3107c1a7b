//! What the processor multiplies and adds at most: the bound beside which kernels are measured.

use std::hint::black_box;
use std::time::Instant;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use super::product::Amx;
use super::real::Real;
use crate::engine::Bf16;

/// Turns of a loop that takes some milliseconds.
const TURNS: usize = 1 << 18;
/// Loops of which the fastest counts.
const LOOPS: usize = 12;

/// Operations a second of all threads together, a multiply-add counted as two: of f32, or of bf16 operands with sums in f32.
/// Everything stays in registers.
pub fn measure_peak(bf16: Option<Bf16>) -> f64 {
    let multiply = by(bf16);
    let rate = || {
        let begun = Instant::now();
        let flops: f64 = rayon::broadcast(|_| multiply(black_box(TURNS))).into_iter().sum();
        flops / begun.elapsed().as_secs_f64()
    };
    (0..LOOPS).map(|_| rate()).fold(0.0, f64::max)
}

/// What runs so many turns on one thread and returns their operations.
fn by(bf16: Option<Bf16>) -> fn(usize) -> f64 {
    // Only what this processor has is called.
    match bf16 {
        #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
        Some(Bf16::Amx) => |turns| Amx::default().multiply_registers(turns),
        #[cfg(target_arch = "x86_64")]
        Some(Bf16::Avx512) => |turns| unsafe { x86::avx512_bf16(turns) },
        #[cfg(target_arch = "x86_64")]
        None if is_x86_feature_detected!("avx512f") => |turns| unsafe { x86::avx512(turns) },
        #[cfg(target_arch = "x86_64")]
        None if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") => {
            |turns| unsafe { x86::avx2(turns) }
        }
        _ => plain,
    }
}

/// For NEON, by the compiler.
fn plain(turns: usize) -> f64 {
    let mut sums = [[black_box(1.0_f32); 4]; 16];
    let (x, y) = (black_box(0.5_f32), black_box(0.25_f32));
    for _ in 0..turns {
        sums.iter_mut().flatten().for_each(|sum| *sum = Real::mul_add(*sum, x, y));
    }
    black_box(sums);
    (2 * turns * 16 * 4) as f64
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    /// Sums that do not wait for one another: as many as hide an instruction's time, and fit into the registers.
    const SUMS: usize = 12;

    macro_rules! peak {
        ($name:ident, $features:literal, $splat:expr, $step:expr, $flops:literal) => {
            #[target_feature(enable = $features)]
            pub fn $name(turns: usize) -> f64 {
                let (x, y) = ($splat(black_box(0.5)), $splat(black_box(0.25)));
                let mut sums = [x; SUMS];
                for _ in 0..turns {
                    for sum in &mut sums {
                        *sum = $step(*sum, x, y);
                    }
                }
                black_box(sums);
                (turns * SUMS * $flops) as f64
            }
        };
    }
    peak!(avx2, "avx2,fma", |x| _mm256_set1_ps(x), |sum, x, y| _mm256_fmadd_ps(sum, x, y), 16);
    peak!(avx512, "avx512f", |x| _mm512_set1_ps(x), |sum, x, y| _mm512_fmadd_ps(sum, x, y), 32);
    peak!(
        avx512_bf16,
        "avx512f,avx512bf16",
        |x| _mm512_set1_ps(x),
        // Any bits are numbers of bf16.
        |sum, x, y| unsafe {
            _mm512_dpbf16_ps(
                sum,
                std::mem::transmute::<__m512, __m512bh>(x),
                std::mem::transmute::<__m512, __m512bh>(y),
            )
        },
        64
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_that_is_here_counts_its_operations() {
        for bf16 in [None, Bf16::here()] {
            let [one, two] = [64, 128].map(by(bf16));
            assert!(one > 0.0 && two == 2.0 * one);
        }
        assert!(measure_peak(None) > 0.0);
    }
}
