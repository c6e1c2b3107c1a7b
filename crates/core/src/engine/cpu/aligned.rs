//! Vectors that begin at a cache line. AMX loads a tile of whole lines in 2.5 ns and one whose rows each cross two in 16.5 (a
//! Xeon with AMX at 2.6 GHz); AVX-512 has no load that is within a line otherwise.

use std::collections::TryReserveError;
use std::ops::{Deref, DerefMut};

/// Elements of a stretch: a line of 64 bytes of f32, two of f64.
const STRETCH: usize = 16;

#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Stretch<E>([E; STRETCH]);

/// So many elements; used as a slice of them.
#[derive(Clone, Debug)]
pub struct Aligned<E> {
    stretches: Vec<Stretch<E>>,
    len: usize,
}

impl<E> Default for Aligned<E> {
    fn default() -> Self {
        Aligned { stretches: Vec::new(), len: 0 }
    }
}

impl<E: Copy + Default> Aligned<E> {
    /// `len` zeros (an element's default).
    ///
    /// # Errors
    /// There is no room for them.
    pub fn zeros(len: usize) -> Result<Self, TryReserveError> {
        let mut zeros = Self::default();
        zeros.stretches.try_reserve_exact(len.div_ceil(STRETCH))?;
        zeros.resize(len);
        Ok(zeros)
    }

    /// Makes it longer or shorter; what the elements are from then on is not said, but that they are some.
    pub fn resize(&mut self, len: usize) {
        self.stretches.resize(len.div_ceil(STRETCH), Stretch([E::default(); STRETCH]));
        self.len = len;
    }
}

impl<E> Deref for Aligned<E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        const { assert!(size_of::<Stretch<E>>() == STRETCH * size_of::<E>()) }
        // As many elements lie one after the other.
        unsafe { std::slice::from_raw_parts(self.stretches.as_ptr().cast(), self.len) }
    }
}

impl<E> DerefMut for Aligned<E> {
    fn deref_mut(&mut self) -> &mut [E] {
        const { assert!(size_of::<Stretch<E>>() == STRETCH * size_of::<E>()) }
        // As for reading.
        unsafe { std::slice::from_raw_parts_mut(self.stretches.as_mut_ptr().cast(), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_begin_at_a_line_and_are_as_many_as_asked_for() {
        let mut vector = Aligned::<f32>::zeros(17).unwrap();
        for len in [17, 0, 1, 16, 1000] {
            vector.resize(len);
            assert_eq!((vector.len(), vector.as_ptr() as usize % 64), (len, 0));
            vector.fill(1.0);
        }
        assert!(Aligned::<f64>::zeros(5).unwrap().iter().all(|&x| x == 0.0));
        assert!(Aligned::<u32>::zeros(usize::MAX / 4).is_err());
    }
}
