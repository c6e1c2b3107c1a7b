//! The option `--engine`.

use clap::ValueEnum;
use hrm_core::engine::{AnyEngine, EngineError, Kind};

/// Which engine computes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EngineArg {
    /// Threads and vector instructions of this machine
    Cpu,
    /// The GPU, by Vulkan, Metal or DX12 (a software adapter where there is no other)
    Gpu,
}

impl EngineArg {
    /// Starts it.
    pub fn open(self) -> Result<AnyEngine, EngineError> {
        pollster::block_on(AnyEngine::start(match self {
            EngineArg::Cpu => Kind::Cpu,
            EngineArg::Gpu => Kind::Gpu,
        }))
    }
}

/// The engine's name as `--engine` takes it.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Cpu => "cpu",
        Kind::Gpu => "gpu",
    }
}
