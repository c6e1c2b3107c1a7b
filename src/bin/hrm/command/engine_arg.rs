//! The options `--engine` and `--precision`.

use clap::ValueEnum;
use hrm_core::engine::{AnyEngine, EngineError, Kind, Precision, gpu};

use super::Failure;

/// Which engine computes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EngineArg {
    /// Threads and vector instructions of this machine
    Cpu,
    /// The GPU, by Vulkan, Metal or DX12 (a software adapter where there is no other)
    Gpu,
}

impl EngineArg {
    /// Which it is.
    pub fn kind(self) -> Kind {
        match self {
            EngineArg::Cpu => Kind::Cpu,
            EngineArg::Gpu => Kind::Gpu,
        }
    }

    /// Starts it.
    pub fn open(self, precision: Precision) -> Result<AnyEngine, EngineError> {
        pollster::block_on(AnyEngine::start_with(self.kind(), precision))
    }
}

/// Opens the GPU engine on the adapter that has this in its name; on the fastest where none is named.
///
/// # Errors
/// There is no such adapter, or it refuses.
pub fn open_gpu(adapter: Option<&str>) -> Result<gpu::Engine, EngineError> {
    pollster::block_on(async {
        match adapter {
            Some(name) => gpu::Engine::named(name).await,
            None => gpu::Engine::new().await,
        }
    })
}

/// What the operands of matrix products are rounded to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PrecisionArg {
    /// Nothing is rounded
    #[default]
    F32,
    /// To bfloat16, where the processor multiplies it (AMX, AVX512-BF16): results differ slightly
    Bf16,
}

impl PrecisionArg {
    /// Which it is.
    pub fn get(self) -> Precision {
        match self {
            PrecisionArg::F32 => Precision::F32,
            PrecisionArg::Bf16 => Precision::Bf16,
        }
    }

    /// As recipes and `--precision` write it.
    pub fn word(self) -> &'static str {
        match self {
            PrecisionArg::F32 => "f32",
            PrecisionArg::Bf16 => "bf16",
        }
    }
}

/// Gives the CPU engine so many threads; all that there are where nothing is asked for. Before anything computes.
///
/// # Errors
/// What the system says; that the threads are there already.
pub fn take_threads(asked: Option<usize>) -> Result<(), Failure> {
    let Some(threads) = asked else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| format!("--threads {threads}: {error}").into())
}

/// The engine's name as `--engine` takes it.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Cpu => "cpu",
        Kind::Gpu => "gpu",
    }
}
