//! The gradient of the cross-entropy: p - 1[label] for softmax; s'(x)·(1/Σs - 1[label]/s(x_label)) for stablemax.

use crate::config::LossKind;
use crate::plan::kernel::CrossEntropyBackward;

use super::cross_entropy::stablemax;
use super::parallel;
use super::real::Real;

/// See [`CrossEntropyBackward`].
pub fn cross_entropy_backward<T: Real>(
    k: &CrossEntropyBackward,
    logits: &[T],
    labels: &[u32],
    rows: &[T],
    d_logits: &mut [T],
) {
    parallel::rows(d_logits, k.vocab, |i, d_logits| {
        let label = labels[i] as usize;
        if label >= k.vocab {
            return d_logits.fill(T::ZERO);
        }
        let logits = &logits[i * k.vocab..][..k.vocab];
        let scale = T::from_f64(k.scale) / rows[i / k.seq * 4 + 2].max(T::ONE);
        match k.kind {
            LossKind::Stablemax => {
                let over = T::ONE / logits.iter().map(|&x| stablemax(x)).sum::<T>();
                for (j, (d, &x)) in d_logits.iter_mut().zip(logits).enumerate() {
                    let s = stablemax(x);
                    let slope = if x >= T::ZERO { T::ONE } else { s * s };
                    let target = if j == label { T::ONE / s } else { T::ZERO };
                    *d = slope * (over - target) * scale;
                }
            }
            LossKind::Softmax => {
                let max = logits.iter().copied().fold(logits[0], Real::max);
                let over = T::ONE / logits.iter().map(|&x| (x - max).exp()).sum::<T>();
                for (j, (d, &x)) in d_logits.iter_mut().zip(logits).enumerate() {
                    let target = if j == label { T::ONE } else { T::ZERO };
                    *d = ((x - max).exp() * over - target) * scale;
                }
            }
        }
    });
}
