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
        zeros.ask_for_huge_pages();
        zeros.resize(len);
        Ok(zeros)
    }

    /// Makes it longer or shorter; what the elements are from then on is not said, but that they are some.
    pub fn resize(&mut self, len: usize) {
        let stretches = len.div_ceil(STRETCH);
        if stretches > self.stretches.capacity() {
            self.stretches.reserve_exact(stretches - self.stretches.len());
            self.ask_for_huge_pages();
        }
        self.stretches.resize(stretches, Stretch([E::default(); STRETCH]));
        self.len = len;
    }

    /// Large vectors on pages of 2 MiB, before they are touched: a training step walks through hundreds of megabytes, and looking
    /// up where its pages of 4 KiB lie took a twelfth of its time. Linux alone has to be asked.
    fn ask_for_huge_pages(&mut self) {
        #[cfg(target_os = "linux")]
        {
            const PAGE: usize = 4096;
            const WORTH: usize = 4 << 20;
            let start = self.stretches.as_mut_ptr() as usize;
            let bytes = self.stretches.capacity() * size_of::<Stretch<E>>();
            let first = start.next_multiple_of(PAGE);
            if bytes >= WORTH {
                // Pages that are this vector's alone. A refusal changes nothing.
                unsafe { libc::madvise(first as *mut _, start + bytes - first, libc::MADV_HUGEPAGE) };
            }
        }
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
