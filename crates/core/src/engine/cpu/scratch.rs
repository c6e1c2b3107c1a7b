//! Memory that kernels need while they run, kept so that nothing is allocated from the second run on.

use std::sync::Mutex;

use super::aligned::Aligned;
use super::product::Packed;
use super::real::Real;
use crate::engine::Bf16;

/// What one thread needs at a time.
pub struct Scratch<T> {
    /// A right factor, packed for one product.
    pub right: Packed<T>,
    /// Stretches of floats, as many as a kernel asks for.
    pub floats: [Aligned<T>; 6],
}

/// As many of them as threads ever asked at once.
pub struct Pool<T>(Mutex<Vec<Scratch<T>>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool(Mutex::new(Vec::new()))
    }
}

impl<T: Real> Pool<T> {
    /// Lends one; its contents are whatever the last user left. All of a pool's are for the same `bf16`.
    pub fn with<R>(&self, bf16: Option<Bf16>, f: impl FnOnce(&mut Scratch<T>) -> R) -> R {
        let free = |one: Option<Scratch<T>>| {
            let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match one {
                Some(one) => {
                    all.push(one);
                    None
                }
                None => all.pop(),
            }
        };
        let mut scratch =
            free(None).unwrap_or_else(|| Scratch { right: Packed::new(bf16), floats: Default::default() });
        let result = f(&mut scratch);
        free(Some(scratch));
        result
    }
}
