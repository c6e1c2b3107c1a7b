//! Engines play programs. A program is prepared once (memory, pipelines, bindings) and its entries are then replayed.

mod any;
pub mod cpu;
pub mod gpu;

pub use any::{AnyEngine, AnyReading, AnySession};

use std::fmt;

use crate::plan::{BufferId, EntryId, Program};

/// What the badge on the page and the command line say of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// CPU or GPU.
    pub kind: Kind,
    /// The adapter's name, or the CPU's instruction set and threads.
    pub name: String,
    /// How products are summed, where they are asked for in bf16.
    pub bf16: Option<Bf16>,
}

/// The two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Native threads or WASM SIMD.
    Cpu,
    /// WebGPU, Vulkan, Metal or DX12.
    Gpu,
}

/// What the operands of matrix products are rounded to. Sums, states, weights and moments are f32 in either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Nothing is rounded.
    #[default]
    F32,
    /// To bfloat16, 8 significant bits.
    Bf16,
}

/// In which order a processor sums products of bf16. The two differ in their last bits, so that a run that is to go on bit
/// for bit keeps to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bf16 {
    /// Pair after pair of terms, the later one of each first.
    Avx512,
    /// By tiles: of every 32 terms the even and the odd ones apart.
    Amx,
}

impl fmt::Display for Bf16 {
    /// The processors' name of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bf16::Avx512 => "AVX512-BF16",
            Bf16::Amx => "AMX",
        })
    }
}

/// Elements of a buffer.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Data {
    /// Floats.
    F32(#[serde(with = "crate::word_bytes")] Vec<f32>),
    /// Integers.
    U32(#[serde(with = "crate::word_bytes")] Vec<u32>),
}

impl Data {
    /// The floats.
    ///
    /// # Panics
    /// When the buffer holds integers: the caller recorded it and knows.
    pub fn f32(self) -> Vec<f32> {
        match self {
            Data::F32(values) => values,
            Data::U32(_) => panic!("an integer buffer was read as floats"),
        }
    }

    /// The integers.
    ///
    /// # Panics
    /// When the buffer holds floats.
    pub fn u32(self) -> Vec<u32> {
        match self {
            Data::U32(values) => values,
            Data::F32(_) => panic!("a float buffer was read as integers"),
        }
    }
}

/// Why an engine cannot go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// There is no adapter, or it refuses a device.
    #[error("no GPU engine: {0}")]
    NoAdapter(String),
    /// The device went away; everything on it is lost.
    #[error("the GPU device was lost: {0}")]
    DeviceLost(String),
    /// Products of bf16 were asked for where there are none.
    #[error("precision bf16 needs a processor that multiplies it (AMX or AVX512-BF16), and this one does not: use f32")]
    NoBf16,
    /// Products of bf16 were asked of a GPU.
    #[error("precision bf16 is the CPU engine's; the GPU engine computes in f32")]
    NoBf16OnGpu,
    /// The program needs more than the adapter or the address space grants.
    #[error("{what} needs {needed}, at most {granted} is granted: {} too many", needed.saturating_sub(*granted))]
    Limit {
        /// What is too large.
        what: String,
        /// How much it needs.
        needed: u64,
        /// How much there is.
        granted: u64,
    },
    /// There is no room for what is needed.
    #[error("out of memory: {0}")]
    OutOfMemory(String),
    /// The driver found a mistake.
    #[error("GPU: {0}")]
    Gpu(String),
    /// A write of the wrong length.
    #[error("{buffer} has {expected} elements, {actual} were given")]
    Length {
        /// The buffer.
        buffer: String,
        /// Given.
        actual: usize,
        /// It has.
        expected: usize,
    },
    /// A temporary cannot be read or written from outside.
    #[error("{0} is a temporary: it has no contents between runs")]
    Temporary(String),
}

/// Plays programs.
#[allow(async_fn_in_trait)]
pub trait Engine {
    /// A prepared program.
    type Session: Session;

    /// What runs.
    fn info(&self) -> Info;

    /// Runs that are worth starting before the earliest is read: more than one where reading takes long and computing goes on
    /// meanwhile.
    fn runs_ahead(&self) -> usize {
        1
    }

    /// Allocates and compiles what the program needs; all buffers start as zeros.
    ///
    /// # Errors
    /// Limits, no room, a lost device, a driver's complaint.
    async fn prepare(&self, program: Program) -> Result<Self::Session, EngineError>;

    /// Whether the program is within the limits of [`Engine::prepare`]; nothing is allocated, so that nothing need be made
    /// for what will be refused. (There may still be no room for it.)
    ///
    /// # Errors
    /// [`EngineError::Limit`].
    fn admits(&self, program: &Program) -> Result<(), EngineError>;

    /// Bytes that a session of the program will hold ([`Session::bytes`]) once runs that read `read` back have followed
    /// each other, the next started before the last was fetched; `u64::MAX` for more. Nothing is allocated.
    fn predicted_bytes(&self, program: &Program, read: &[BufferId]) -> u64;
}

/// A prepared program with its memory.
#[allow(async_fn_in_trait)]
pub trait Session {
    /// What a run was asked to read, on its way to the host.
    type Reading;

    /// The program.
    fn program(&self) -> &Program;

    /// Bytes of memory held between runs.
    fn bytes(&self) -> u64;

    /// How it computes its matrix products, a line for every shape that was played; empty where there is only one way.
    fn forms(&self) -> String {
        String::new()
    }

    /// Replaces a buffer's floats.
    ///
    /// # Errors
    /// Wrong length, a temporary.
    fn write(&mut self, id: BufferId, values: &[f32]) -> Result<(), EngineError>;

    /// Replaces a buffer's integers.
    ///
    /// # Errors
    /// Wrong length, a temporary.
    fn write_u32(&mut self, id: BufferId, values: &[u32]) -> Result<(), EngineError>;

    /// Starts entries one after the other and then the reading of buffers, and waits for neither: a next run may be
    /// started before [`Session::fetch`], so that a GPU never stands still for the host.
    ///
    /// # Errors
    /// A lost device, a temporary among `read`.
    fn start(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<Self::Reading, EngineError>;

    /// Waits for what a run was asked to read; what was started first is fetched first.
    ///
    /// # Errors
    /// A lost device, a driver's complaint.
    async fn fetch(&mut self, reading: Self::Reading) -> Result<Vec<Data>, EngineError>;

    /// Runs entries one after the other, then reads buffers back (nothing is waited for when none is asked).
    ///
    /// # Errors
    /// A lost device, a driver's complaint, a temporary among `read`.
    async fn run(&mut self, entries: &[EntryId], read: &[BufferId]) -> Result<Vec<Data>, EngineError> {
        let reading = self.start(entries, read)?;
        self.fetch(reading).await
    }
}
