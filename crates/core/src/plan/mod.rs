//! The recording: a small static program of kernels over buffers, played by an engine.
//!
//! `model/` and `train/` record; [`adjoint`] appends the way back; [`memory`] lets buffers that are never alive
//! together share their memory; an engine prepares the [`Program`] once and replays its entries.

pub mod adjoint;
pub mod kernel;
pub mod memory;
mod recorder;

pub use kernel::{Access, Binding, Kernel};
pub use recorder::Recorder;

/// A buffer of a program, by its place in [`Program::buffers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub u32);

impl BufferId {
    /// The index into [`Program::buffers`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a buffer's 32-bit elements are. (The CPU engine may hold floats as f64.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// Floating point.
    F32,
    /// Unsigned integers: tokens, labels (any value from V on is ignored), identifiers, flags, counts.
    U32,
}

/// How long a buffer's contents must last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Trained or given weights: written by the host, kept between runs.
    Param,
    /// State, inputs and outputs: kept between runs, readable and writable by the host.
    Persistent,
    /// Within one run of one entry, and used by no other entry; may share memory with others. Not readable.
    Temp,
}

/// A buffer: its name, element type, shape (row-major) and lifetime.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// Official name for parameters, a descriptive one for the rest.
    pub name: String,
    /// Element type.
    pub dtype: Dtype,
    /// Row-major shape.
    pub shape: Vec<usize>,
    /// Lifetime.
    pub lifetime: Lifetime,
}

impl Buffer {
    /// Number of elements; `usize::MAX` where there are more than can be counted, which no [`Recorder`] accepts.
    pub fn len(&self) -> usize {
        self.shape.iter().fold(1, |elements: usize, &side| elements.saturating_mul(side))
    }

    /// Bytes of its 32-bit elements.
    pub fn bytes(&self) -> u64 {
        (self.len() as u64).saturating_mul(4)
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One kernel of an entry.
#[derive(Clone, Debug)]
pub struct Step {
    /// What to run.
    pub kernel: Kernel,
    /// Whether the adjoint pass goes back through it.
    pub differentiable: bool,
}

/// A named sequence of kernels that is run as a whole.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Kernels in order.
    pub steps: Vec<Step>,
}

/// An entry of a program, by its place in [`Program::entries`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntryId(pub usize);

/// Buffers and the entries that run over them.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All buffers of all entries.
    pub buffers: Vec<Buffer>,
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Program {
    /// The buffer's description.
    pub fn buffer(&self, id: BufferId) -> &Buffer {
        &self.buffers[id.index()]
    }

    /// The entry of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn entry(&self, name: &str) -> Result<EntryId, PlanError> {
        let found = self.entries.iter().position(|e| e.name == name);
        found.map(EntryId).ok_or_else(|| PlanError::NoEntry(name.to_owned()))
    }

    /// The first buffer of this name.
    pub fn find(&self, name: &str) -> Option<BufferId> {
        self.buffers.iter().position(|b| b.name == name).map(|i| BufferId(i as u32))
    }

    /// All weights, in the order in which they were recorded.
    pub fn params(&self) -> impl Iterator<Item = (BufferId, &Buffer)> {
        let all = self.buffers.iter().enumerate().map(|(i, b)| (BufferId(i as u32), b));
        all.filter(|(_, b)| b.lifetime == Lifetime::Param)
    }
}

/// A mistake in a recording: found when it is made, not when it is run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A kernel was recorded over a buffer of another size.
    #[error("{kernel}: {operand} ({buffer}) has {actual} elements, expected {expected}")]
    Shape {
        /// Kernel.
        kernel: &'static str,
        /// Its operand.
        operand: &'static str,
        /// The buffer's name.
        buffer: String,
        /// Elements it has.
        actual: usize,
        /// Elements it should have (for views: at least).
        expected: usize,
    },
    /// A kernel was recorded over a buffer of the other element type.
    #[error("{kernel}: {operand} ({buffer}) holds {actual:?}")]
    Dtype {
        /// Kernel.
        kernel: &'static str,
        /// Its operand.
        operand: &'static str,
        /// The buffer's name.
        buffer: String,
        /// What it holds.
        actual: Dtype,
    },
    /// A kernel writes to a buffer that it also reads through another operand.
    #[error("{kernel}: writes {buffer}, which it also reads as another operand")]
    Alias {
        /// Kernel.
        kernel: &'static str,
        /// The buffer's name.
        buffer: String,
    },
    /// A temporary was used by a second entry.
    #[error("{kernel}: {buffer} is a temporary of another entry")]
    Escapes {
        /// Kernel.
        kernel: &'static str,
        /// The buffer's name.
        buffer: String,
    },
    /// A buffer with more elements than can be counted.
    #[error("buffer `{buffer}` of shape {shape:?} has more elements than this machine can address")]
    TooLarge {
        /// The buffer's name.
        buffer: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// There is no such entry.
    #[error("the program has no entry `{0}`")]
    NoEntry(String),
    /// The way back was asked through a kernel that has none.
    #[error("{0} has no adjoint; record it under no_grad")]
    NoAdjoint(&'static str),
}
