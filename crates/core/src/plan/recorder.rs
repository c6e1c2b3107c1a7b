//! Records kernels into a program, checking every operand as it comes.

use super::kernel::{Access, Kernel, Matmul, Operand};
use super::{Buffer, BufferId, Dtype, Entry, EntryId, Lifetime, PlanError, Program, Step};

/// Builds a [`Program`]. The first mistake is kept and returned by [`Recorder::finish`], so that recording reads as
/// mathematics.
#[derive(Default)]
pub struct Recorder {
    program: Program,
    error: Option<PlanError>,
    no_grad: bool,
    /// The entry that uses a temporary, by buffer.
    user: Vec<Option<usize>>,
}

impl Recorder {
    /// An empty program.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins an entry; what is pushed from now on belongs to it.
    pub fn entry(&mut self, name: &str) -> EntryId {
        self.program.entries.push(Entry { name: name.to_owned(), steps: Vec::new() });
        EntryId(self.program.entries.len() - 1)
    }

    /// A buffer of any kind.
    pub fn buffer(&mut self, name: &str, dtype: Dtype, shape: &[usize], lifetime: Lifetime) -> BufferId {
        let buffer = Buffer { name: name.to_owned(), dtype, shape: shape.to_vec(), lifetime };
        if buffer.len() == usize::MAX {
            self.fail(PlanError::TooLarge { buffer: buffer.name.clone(), shape: buffer.shape.clone() });
        }
        self.program.buffers.push(buffer);
        BufferId(self.program.buffers.len() as u32 - 1)
    }

    /// Weights.
    pub fn param(&mut self, name: &str, shape: &[usize]) -> BufferId {
        self.buffer(name, Dtype::F32, shape, Lifetime::Param)
    }

    /// Floats that outlive a run or that the host reads or writes.
    pub fn persistent(&mut self, name: &str, shape: &[usize]) -> BufferId {
        self.buffer(name, Dtype::F32, shape, Lifetime::Persistent)
    }

    /// Integers that outlive a run or that the host reads or writes.
    pub fn integers(&mut self, name: &str, shape: &[usize]) -> BufferId {
        self.buffer(name, Dtype::U32, shape, Lifetime::Persistent)
    }

    /// An intermediate value.
    pub fn temp(&mut self, name: &str, shape: &[usize]) -> BufferId {
        self.buffer(name, Dtype::F32, shape, Lifetime::Temp)
    }

    /// Records with no way back: what `f` pushes is a constant to the adjoint pass.
    pub fn no_grad<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.no_grad, true);
        let result = f(self);
        self.no_grad = outer;
        result
    }

    /// Adds a kernel to the current entry; after a mistake nothing is added, as its sizes might not be countable.
    pub fn push(&mut self, kernel: impl Into<Kernel>) {
        if self.error.is_some() {
            return;
        }
        let kernel = kernel.into();
        if let Err(error) = self.check(&kernel).and_then(|()| self.claim(&kernel)) {
            self.error.get_or_insert(error);
        }
        let step = Step { kernel, differentiable: !self.no_grad };
        match self.program.entries.last_mut() {
            Some(entry) => entry.steps.push(step),
            None => {
                self.error.get_or_insert(PlanError::NoEntry("(first)".to_owned()));
            }
        }
    }

    /// y = x Wᵀ for `rows` rows of `inputs` features; `weight` is [outputs, inputs].
    pub fn linear(&mut self, x: BufferId, weight: BufferId, rows: usize, inputs: usize, outputs: usize) -> BufferId {
        let name = format!("{} out", self.program.buffer(weight).name);
        let out = self.temp(&name, &[rows, outputs]);
        self.push(Matmul {
            a: Operand::whole(x, inputs),
            b: Operand::whole(weight, inputs).t(),
            out: Operand::whole(out, outputs),
            batch: 1,
            m: rows,
            n: outputs,
            k: inputs,
            reduce: false,
            accumulate: false,
        });
        out
    }

    /// The program as recorded so far.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The steps of the current entry.
    pub fn steps(&self) -> &[Step] {
        self.program.entries.last().map_or(&[], |e| &e.steps)
    }

    /// Notes a mistake found by a pass over the recording.
    pub(super) fn fail(&mut self, error: PlanError) {
        self.error.get_or_insert(error);
    }

    /// The finished program.
    ///
    /// # Errors
    /// The first mistake of the recording.
    pub fn finish(self) -> Result<Program, PlanError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.program),
        }
    }

    /// Ties the temporaries of a kernel to the current entry.
    fn claim(&mut self, kernel: &Kernel) -> Result<(), PlanError> {
        let entry = self.program.entries.len();
        self.user.resize(self.program.buffers.len(), None);
        for id in kernel.bindings().iter().filter_map(|b| b.buffer) {
            let buffer = self.program.buffer(id);
            if buffer.lifetime == Lifetime::Temp && *self.user[id.index()].get_or_insert(entry) != entry {
                return Err(PlanError::Escapes { kernel: kernel.name(), buffer: buffer.name.clone() });
            }
        }
        Ok(())
    }

    fn check(&self, kernel: &Kernel) -> Result<(), PlanError> {
        let name = kernel.name();
        let bindings = kernel.bindings();
        for binding in &bindings {
            let Some(id) = binding.buffer else { continue };
            let buffer = self.program.buffer(id);
            let fits = if binding.view { buffer.len() >= binding.len } else { buffer.len() == binding.len };
            if !fits {
                return Err(PlanError::Shape {
                    kernel: name,
                    operand: binding.operand,
                    buffer: buffer.name.clone(),
                    actual: buffer.len(),
                    expected: binding.len,
                });
            }
            if binding.integer.is_some_and(|integer| integer != (buffer.dtype == Dtype::U32)) {
                return Err(PlanError::Dtype {
                    kernel: name,
                    operand: binding.operand,
                    buffer: buffer.name.clone(),
                    actual: buffer.dtype,
                });
            }
            // WebGPU forbids one buffer as read-only and writable storage in one dispatch.
            let twice = bindings.iter().filter(|other| other.buffer == Some(id)).count() > 1;
            if twice && binding.access != Access::Read {
                return Err(PlanError::Alias { kernel: name, buffer: buffer.name.clone() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::kernel::Add;
    use super::*;

    #[test]
    fn a_mistake_is_found_when_recorded() {
        let mut r = Recorder::new();
        r.entry("main");
        let (a, b) = (r.persistent("a", &[3]), r.persistent("b", &[3]));
        r.push(Add { a, b, out: a, len: 3 });
        let error = r.finish().unwrap_err();
        assert_eq!(error.to_string(), "add: writes a, which it also reads as another operand");

        let mut r = Recorder::new();
        r.entry("main");
        let (a, b, out) = (r.persistent("a", &[3]), r.persistent("b", &[2]), r.temp("c", &[3]));
        r.push(Add { a, b, out, len: 3 });
        assert_eq!(r.finish().unwrap_err().to_string(), "add: b (b) has 2 elements, expected 3");
    }

    #[test]
    fn more_elements_than_can_be_counted_are_refused() {
        let mut r = Recorder::new();
        r.entry("main");
        // The product is 0 modulo the word: a wrapped length would fit any limit.
        let side = 1 << (usize::BITS / 2);
        let (a, b) = (r.persistent("a", &[side, side]), r.persistent("b", &[3]));
        assert_eq!((r.program().buffer(a).len(), r.program().buffer(a).bytes()), (usize::MAX, u64::MAX));
        r.push(Add { a: b, b, out: a, len: 0 });
        let error = r.finish().unwrap_err();
        assert_eq!(error, PlanError::TooLarge { buffer: "a".into(), shape: vec![side, side] });
        let mut r = Recorder::new();
        r.persistent("nothing", &[side, side, 0]);
        assert!(r.finish().is_ok());
    }
}
