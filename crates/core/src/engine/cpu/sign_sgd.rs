//! Sign descent on the rows of the puzzle embedding that the batch names.

use crate::plan::kernel::SignSgd;

use super::real::Real;

/// See [`SignSgd`].
pub fn sign_sgd<T: Real>(k: &SignSgd, grad: &[T], ids: &[u32], hyper: &[T], table: &mut [T]) {
    let lr = hyper[1];
    let keep = T::ONE - lr * T::from_f64(k.weight_decay);
    for (b, &id) in ids.iter().enumerate() {
        let at = id as usize * k.width;
        if ids[..b].contains(&id) || id as usize >= k.identifiers {
            continue;
        }
        for c in 0..k.width {
            let same = (b..k.batch).filter(|&other| ids[other] == id);
            let sum: T = same.map(|other| grad[other * k.width + c]).sum();
            let sign = if sum > T::ZERO {
                T::ONE
            } else if sum < T::ZERO {
                -T::ONE
            } else {
                T::ZERO
            };
            table[at + c] = table[at + c] * keep - lr * sign;
        }
    }
}
