//! What fixes a run.

use serde::{Deserialize, Serialize};

use super::optimizer::OptimizerConfig;
use crate::config::ModelConfig;

/// What fixes a run, beside its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The model.
    pub model: ModelConfig,
    /// The optimizers.
    pub optimizer: OptimizerConfig,
    /// B, of all shards together.
    pub batch: usize,
    /// Steps that the learning rate's schedule spans.
    pub total_steps: u64,
    /// Seed of the start weights and of the exploration.
    pub seed: u64,
    /// Equal parts of a batch whose gradients are averaged in their order.
    pub shards: usize,
}

impl Setup {
    /// Rows of a shard.
    pub fn rows(&self) -> usize {
        self.batch / self.shards.max(1)
    }

    /// Whether gradients leave the engine between the two halves of a step.
    pub(super) fn apart(&self) -> bool {
        self.shards > 1
    }
}
