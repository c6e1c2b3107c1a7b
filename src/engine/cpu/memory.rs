//! The memory of a prepared program: one vector a slot.

use crate::plan::memory::{Layout, layout};
use crate::plan::{BufferId, Dtype, Program};

use super::real::Real;

/// All buffers of a program.
pub struct Memory<T> {
    layout: Layout,
    lens: Vec<usize>,
    floats: Vec<Vec<T>>,
    ints: Vec<Vec<u32>>,
}

impl<T: Real> Memory<T> {
    /// Zeros everywhere.
    pub fn new(program: &Program) -> Self {
        let layout = layout(program);
        let is_int = integer_slots(program, &layout);
        let sizes = || layout.slots.iter().zip(&is_int);
        let floats = sizes().map(|(&len, &int)| vec![T::ZERO; if int { 0 } else { len }]).collect();
        let ints = sizes().map(|(&len, &int)| vec![0; if int { len } else { 0 }]).collect();
        let lens = program.buffers.iter().map(|b| b.len()).collect();
        Memory { layout, lens, floats, ints }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let floats: usize = self.floats.iter().map(Vec::len).sum();
        floats * size_of::<T>() + self.ints.iter().map(Vec::len).sum::<usize>() * 4
    }

    /// [`Memory::bytes`] of a program's memory, without allocating it.
    pub fn predicted_bytes(program: &Program) -> usize {
        let layout = layout(program);
        let is_int = integer_slots(program, &layout);
        layout.slots.iter().zip(is_int).map(|(len, int)| len * if int { 4 } else { size_of::<T>() }).sum()
    }

    /// A buffer's floats.
    pub fn f(&self, id: BufferId) -> &[T] {
        &self.floats[self.layout.slot(id)][..self.lens[id.index()]]
    }

    /// A buffer's floats, to change.
    pub fn f_mut(&mut self, id: BufferId) -> &mut [T] {
        &mut self.floats[self.layout.slot(id)][..self.lens[id.index()]]
    }

    /// A buffer's integers.
    pub fn u(&self, id: BufferId) -> &[u32] {
        &self.ints[self.layout.slot(id)][..self.lens[id.index()]]
    }

    /// A buffer's integers, to change.
    pub fn u_mut(&mut self, id: BufferId) -> &mut [u32] {
        &mut self.ints[self.layout.slot(id)][..self.lens[id.index()]]
    }

    /// Whether the buffer holds integers.
    pub fn is_int(&self, id: BufferId) -> bool {
        self.floats[self.layout.slot(id)].is_empty() && self.lens[id.index()] > 0
    }

    /// Lends out `outs` while the rest can be read: the plan guarantees that a kernel's outputs share no slot with its
    /// other operands.
    pub fn with<const N: usize>(&mut self, outs: [BufferId; N], f: impl FnOnce(&Self, [&mut [T]; N])) {
        let mut taken = outs.map(|id| std::mem::take(&mut self.floats[self.layout.slot(id)]));
        let mut lens = outs.iter().map(|id| self.lens[id.index()]);
        f(self, taken.each_mut().map(|v| &mut v[..lens.next().unwrap_or(0)]));
        for (id, values) in outs.into_iter().zip(taken) {
            let slot = self.layout.slot(id);
            self.floats[slot] = values;
        }
    }

    /// [`Memory::with`] for an integer output.
    pub fn with_ints<const N: usize>(&mut self, outs: [BufferId; N], f: impl FnOnce(&Self, [&mut [u32]; N])) {
        let mut taken = outs.map(|id| std::mem::take(&mut self.ints[self.layout.slot(id)]));
        let mut lens = outs.iter().map(|id| self.lens[id.index()]);
        f(self, taken.each_mut().map(|v| &mut v[..lens.next().unwrap_or(0)]));
        for (id, values) in outs.into_iter().zip(taken) {
            let slot = self.layout.slot(id);
            self.ints[slot] = values;
        }
    }
}

/// Which slots hold integers.
fn integer_slots(program: &Program, layout: &Layout) -> Vec<bool> {
    let mut is_int = vec![false; layout.slots.len()];
    for (buffer, &slot) in program.buffers.iter().zip(&layout.slot_of) {
        is_int[slot] |= buffer.dtype == Dtype::U32;
    }
    is_int
}
