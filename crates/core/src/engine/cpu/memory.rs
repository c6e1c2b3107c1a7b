//! The memory of a prepared program: one vector a slot.

use crate::engine::{Bf16, EngineError};
use crate::plan::memory::{Layout, layout};
use crate::plan::{Buffer, BufferId, Dtype, Kernel, Program};

use super::aligned::Aligned;
use super::products::Products;
use super::real::Real;

/// Bytes that one vector may have.
const LARGEST: u64 = isize::MAX as u64;
/// Bytes that a program may have in all: what a pointer reaches (in WebAssembly 4 GiB).
const ALL: u64 = if usize::BITS < 64 { 1 << usize::BITS } else { u64::MAX };

/// All buffers of a program.
pub struct Memory<T> {
    layout: Layout,
    lens: Vec<usize>,
    floats: Vec<Aligned<T>>,
    ints: Vec<Vec<u32>>,
    /// Of every slot: how often it was lent out to be changed.
    versions: Vec<u64>,
    /// What products keep beside the buffers.
    pub products: Products<T>,
}

impl<T: Real> Memory<T> {
    /// Zeros everywhere.
    ///
    /// # Errors
    /// More than can be addressed, before anything is allocated; more than there is room for.
    pub fn new(program: &Program, bf16: Option<Bf16>) -> Result<Self, EngineError> {
        let scratch = Self::check(program, bf16)?;
        let layout = layout(program);
        let is_int = integer_slots(program, &layout);
        let (mut floats, mut ints) = (Vec::new(), Vec::new());
        for (&len, &int) in layout.slots.iter().zip(&is_int) {
            let (whole, len) = if int { (len, 0) } else { (0, len) };
            floats.push(Aligned::zeros(len).map_err(|_| no_room::<T>(len))?);
            ints.push(filled(0, whole)?);
        }
        // Kernels allocate it as they run, when there is no error to return.
        reserved::<u8>(usize::try_from(scratch).unwrap_or(usize::MAX))?;
        let lens = program.buffers.iter().map(|b| b.len()).collect();
        let versions = vec![0; layout.slots.len()];
        // Packed weights are not allocated fallibly either.
        reserved::<u8>(usize::try_from(Products::<T>::bytes_of(program, bf16)).unwrap_or(usize::MAX))?;
        let products = Products::new(program, bf16);
        Ok(Memory { layout, lens, floats, ints, versions, products })
    }

    /// Fails when the program needs more than can be addressed; returns the bytes that its kernels take beside its buffers.
    pub fn check(program: &Program, bf16: Option<Bf16>) -> Result<u64, EngineError> {
        check::<T>(program, bf16, LARGEST, ALL)
    }

    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        let floats = self.floats.iter().map(|slot| bytes::<T>(slot.len()));
        floats.chain(self.ints.iter().map(|slot| bytes::<u32>(slot.len()))).sum::<u64>() + self.products.bytes()
    }

    /// [`Memory::bytes`] of a program's memory, without allocating it.
    pub fn predicted_bytes(program: &Program, bf16: Option<Bf16>) -> u64 {
        let layout = layout(program);
        let is_int = integer_slots(program, &layout);
        let slot = |(&len, int): (&usize, bool)| if int { bytes::<u32>(len) } else { bytes::<T>(len) };
        let slots = layout.slots.iter().zip(is_int).map(slot).fold(0, u64::saturating_add);
        slots.saturating_add(Products::<T>::bytes_of(program, bf16))
    }

    /// A buffer's floats.
    pub fn f(&self, id: BufferId) -> &[T] {
        &self.floats[self.layout.slot(id)][..self.lens[id.index()]]
    }

    /// A buffer's floats, to change.
    pub fn f_mut(&mut self, id: BufferId) -> &mut [T] {
        self.versions[self.layout.slot(id)] += 1;
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

    /// Grows whenever the buffer may have changed.
    pub fn version(&self, id: BufferId) -> u64 {
        self.versions[self.layout.slot(id)]
    }

    /// Whether the buffer holds integers.
    pub fn is_int(&self, id: BufferId) -> bool {
        self.floats[self.layout.slot(id)].is_empty() && self.lens[id.index()] > 0
    }

    /// Lends out `outs` while the rest can be read: the plan guarantees that a kernel's outputs share no slot with its
    /// other operands.
    pub fn with<const N: usize>(&mut self, outs: [BufferId; N], f: impl FnOnce(&Self, [&mut [T]; N])) {
        outs.iter().for_each(|id| self.versions[self.layout.slot(*id)] += 1);
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

/// Bytes of `len` elements; `u64::MAX` for more.
fn bytes<E>(len: usize) -> u64 {
    (len as u64).saturating_mul(size_of::<E>() as u64)
}

/// What attention takes beside its buffers while one thread plays it: bytes of a [T, T] matrix, and of everything. Factors
/// of its products, packed, take as much as the factors.
fn scratch<T>(kernel: &Kernel) -> (u64, u64) {
    let (matrices, heads, tokens, head_dim) = match kernel {
        Kernel::Attention(k) => (1, k.batch * k.heads + 2, k.tokens, k.head_dim),
        Kernel::AttentionBackward(k) => (2, 3, k.tokens, k.head_dim),
        _ => return (0, 0),
    };
    let scores = bytes::<T>(tokens).saturating_mul(tokens as u64);
    let heads = bytes::<T>(tokens * head_dim).saturating_mul(heads as u64);
    (scores, scores.saturating_mul(matrices).saturating_add(heads))
}

/// [`Memory::check`] where one vector may have `largest` bytes and everything together `all`.
fn check<T: Real>(program: &Program, bf16: Option<Bf16>, largest: u64, all: u64) -> Result<u64, EngineError> {
    let demand = |what: &str, needed, granted| match needed > granted {
        true => Err(EngineError::Limit { what: format!("{what} (bytes)"), needed, granted }),
        false => Ok(()),
    };
    let held = |buffer: &Buffer| match buffer.dtype {
        Dtype::F32 => bytes::<T>(buffer.len()),
        Dtype::U32 => bytes::<u32>(buffer.len()),
    };
    for buffer in &program.buffers {
        demand(&format!("buffer `{}`", buffer.name), held(buffer), largest)?;
    }
    let mut beside = 0;
    for step in program.entries.iter().flat_map(|entry| &entry.steps) {
        let (scores, everything) = scratch::<T>(&step.kernel);
        demand("the scores of attention", scores, largest)?;
        beside = beside.max(everything);
    }
    demand("the CPU engine's memory", Memory::<T>::predicted_bytes(program, bf16).saturating_add(beside), all)?;
    Ok(beside)
}

/// There is no room for `len` elements.
fn no_room<E>(len: usize) -> EngineError {
    EngineError::OutOfMemory(format!("no room for another {} bytes", bytes::<E>(len)))
}

/// Room for `len` elements. A vector that cannot be allocated would abort the program.
fn reserved<E>(len: usize) -> Result<Vec<E>, EngineError> {
    let mut values = Vec::new();
    match values.try_reserve_exact(len) {
        Ok(()) => Ok(values),
        Err(_) => Err(no_room::<E>(len)),
    }
}

/// `len` times `value`.
fn filled<E: Copy>(value: E, len: usize) -> Result<Vec<E>, EngineError> {
    let mut values = reserved(len)?;
    values.resize(len, value);
    Ok(values)
}

/// Which slots hold integers.
fn integer_slots(program: &Program, layout: &Layout) -> Vec<bool> {
    let mut is_int = vec![false; layout.slots.len()];
    for (buffer, &slot) in program.buffers.iter().zip(&layout.slot_of) {
        is_int[slot] |= buffer.dtype == Dtype::U32;
    }
    is_int
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Recorder;
    use crate::plan::kernel::Attention;

    fn refusal(buffers: &[(&str, usize)], largest: u64, all: u64) -> Option<String> {
        let mut r = Recorder::new();
        r.entry("main");
        for (name, len) in buffers {
            r.persistent(name, &[*len]);
        }
        let program = r.finish().unwrap();
        check::<f32>(&program, None, largest, all).err().map(|error| error.to_string())
    }

    #[test]
    fn what_is_too_large_is_refused_by_name() {
        let buffers = [("small", 10), ("large", 25)];
        assert_eq!(refusal(&buffers, 100, 140), None);
        let found = refusal(&buffers, 99, 140);
        assert_eq!(found.unwrap(), "buffer `large` (bytes) needs 100, at most 99 is granted: 1 too many");
        let found = refusal(&buffers, 100, 139);
        assert_eq!(found.unwrap(), "the CPU engine's memory (bytes) needs 140, at most 139 is granted: 1 too many");
        // The sums of 32-bit addresses would have wrapped to 8.
        let found = refusal(&[("a", 1 << 30), ("b", 2)], u64::MAX, 1 << 32);
        assert_eq!(
            found.unwrap(),
            "the CPU engine's memory (bytes) needs 4294967304, at most 4294967296 is granted: 8 too many"
        );
    }

    #[test]
    fn attentions_scores_are_counted() {
        let mut r = Recorder::new();
        r.entry("main");
        let (batch, tokens, heads, head_dim) = (1, 100, 1, 2);
        let (qkv, out) = (r.persistent("qkv", &[tokens, 6]), r.persistent("out", &[tokens, 2]));
        let lse = r.persistent("lse", &[tokens]);
        r.push(Attention { qkv, rope: None, out, lse, batch, tokens, heads, head_dim });
        let program = r.finish().unwrap();
        // Buffers of 900 floats, scores of 10 000, three heads of 200.
        assert_eq!(check::<f32>(&program, None, 40_000, 46_000), Ok(42_400));
        let scores = check::<f32>(&program, None, 39_999, 46_000).unwrap_err().to_string();
        assert_eq!(scores, "the scores of attention (bytes) needs 40000, at most 39999 is granted: 1 too many");
        let all = check::<f32>(&program, None, 40_000, 45_999).unwrap_err().to_string();
        assert_eq!(all, "the CPU engine's memory (bytes) needs 46000, at most 45999 is granted: 1 too many");
    }

    #[test]
    fn what_there_is_no_room_for_is_an_error() {
        let error = filled(0_u32, isize::MAX as usize / 4).unwrap_err();
        assert_eq!(
            error,
            EngineError::OutOfMemory(format!("no room for another {} bytes", isize::MAX as usize / 4 * 4))
        );
    }
}
