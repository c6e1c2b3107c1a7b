//! Stablemax or softmax cross-entropy and the count of right positions, per example.

use crate::config::LossKind;
use crate::plan::kernel::CrossEntropy;

use super::real::Real;

/// s(x) = x + 1 from 0 on, else 1 / (1 - x).
pub fn stablemax<T: Real>(x: T) -> T {
    if x >= T::ZERO { x + T::ONE } else { T::ONE / (T::ONE - x) }
}

/// ln s(x), without leaving the logarithm.
fn ln_stablemax<T: Real>(x: T) -> T {
    if x >= T::ZERO { x.ln_1p() } else { -(-x).ln_1p() }
}

/// -ln p of one label.
fn position<T: Real>(logits: &[T], label: usize, kind: LossKind) -> T {
    match kind {
        LossKind::Stablemax => {
            let sum: T = logits.iter().map(|&x| stablemax(x)).sum();
            sum.ln() - ln_stablemax(logits[label])
        }
        LossKind::Softmax => {
            let max = logits.iter().copied().fold(logits[0], Real::max);
            let sum: T = logits.iter().map(|&x| (x - max).exp()).sum();
            max + sum.ln() - logits[label]
        }
    }
}

/// Index of the first largest value.
pub fn arg_max<T: PartialOrd + Copy>(values: &[T]) -> usize {
    let mut best = 0;
    for i in 1..values.len() {
        if values[i] > values[best] {
            best = i;
        }
    }
    best
}

/// See [`CrossEntropy`].
pub fn cross_entropy<T: Real>(k: &CrossEntropy, logits: &[T], labels: &[u32], rows: &mut [T]) {
    for (b, row) in rows.chunks_exact_mut(4).enumerate() {
        let (mut loss, mut right, mut counted) = (T::ZERO, 0usize, 0usize);
        for s in 0..k.seq {
            let label = labels[b * k.seq + s] as usize;
            if label >= k.vocab {
                continue;
            }
            let logits = &logits[(b * k.seq + s) * k.vocab..][..k.vocab];
            loss += position(logits, label, k.kind);
            right += usize::from(arg_max(logits) == label);
            counted += 1;
        }
        row[0] = loss / T::from_f64(counted.max(1) as f64);
        row[1] = T::from_f64(right as f64);
        row[2] = T::from_f64(counted as f64);
        row[3] = if right == counted { T::ONE } else { T::ZERO };
    }
}
