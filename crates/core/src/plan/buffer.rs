//! Buffers of a program: their names, element types, shapes and lifetimes.

/// A buffer of a program, by its place in [`Program::buffers`](super::Program::buffers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub u32);

impl BufferId {
    /// The index into [`Program::buffers`](super::Program::buffers).
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
    /// Number of elements; `usize::MAX` where there are more than can be counted, which no [`Recorder`](super::Recorder) accepts.
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
