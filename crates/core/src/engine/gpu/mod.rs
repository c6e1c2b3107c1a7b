//! The GPU engine: WebGPU in the browser, Vulkan, Metal or DX12 natively.
//!
//! A program is prepared once: a GPU buffer per slot of the memory layout, one pipeline per shader and variant, one bind
//! group per dispatch. Running it encodes the dispatches again and submits them once.

mod attention;
mod clearing;
mod device;
mod dispatch;
mod launch;
mod ledger;
mod pace;
mod parameters;
mod peak;
mod pipelines;
mod probe;
mod products;
mod readback;
mod session;
pub mod shaders;
mod stamps;
#[cfg(target_arch = "wasm32")]
mod web;
mod workgroup_memory;

pub use clearing::measure_clearing;
pub use device::Device;
pub use launch::Form;
pub use ledger::{Ledger, REFERENCES, Reference, ledger};
pub use pace::now;
pub use peak::measure_peak;
pub use session::Session;
pub use workgroup_memory::probe_workgroup_memory;

use super::{EngineError, Info, Kind};
use crate::plan::{BufferId, Program};

/// Runs that are started before the earliest is read. Firefox takes some 100 ms until what it was asked to read is there: a run of
/// 16 segments waits for that twice.
const AHEAD: usize = 8;

/// Plays programs on a GPU.
pub struct Engine {
    device: Device,
}

impl Engine {
    /// Finds the fastest adapter and opens it.
    ///
    /// # Errors
    /// [`EngineError::NoAdapter`] when there is none, or when it refuses.
    pub async fn new() -> Result<Self, EngineError> {
        Ok(Engine { device: Device::open().await? })
    }

    /// Opens the first adapter that has `part` in its name, in whatever case.
    ///
    /// # Errors
    /// As [`Engine::new`]; where no adapter has it, with the names of those there are.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn named(part: &str) -> Result<Self, EngineError> {
        Ok(Engine { device: Device::open_named(part).await? })
    }

    /// What it runs on.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

impl super::Engine for Engine {
    type Session = Session;

    fn info(&self) -> Info {
        Info { kind: Kind::Gpu, name: self.device.name(), bf16: None }
    }

    /// Where a processor plays the GPU, what is started and then not wanted takes its time from what is.
    fn runs_ahead(&self) -> usize {
        if self.device.is_software() { 1 } else { AHEAD }
    }

    async fn prepare(&self, program: Program) -> Result<Session, EngineError> {
        Session::new(&self.device, program).await
    }

    fn admits(&self, program: &Program) -> Result<(), EngineError> {
        Session::check(&self.device, program)
    }

    fn predicted_bytes(&self, program: &Program, read: &[BufferId]) -> u64 {
        Session::predicted_bytes(&self.device, program, read)
    }
}
