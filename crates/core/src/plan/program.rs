//! A program: buffers, and the entries that run over them.

use super::buffer::{Buffer, BufferId, Lifetime};
use super::error::PlanError;
use super::kernel::Kernel;

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
