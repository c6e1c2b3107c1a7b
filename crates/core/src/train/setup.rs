//! What fixes a run.

use serde::{Deserialize, Serialize};

use crate::config::ModelConfig;
use crate::puzzle::Size;

use super::error::TrainError;
use super::optimizer::OptimizerConfig;
use super::program::{Division, Trained, TrainingPlan, record_sizes};

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
    /// Further sizes of board, beside the model's own, whose batches come in turns with those of its own; the model has to
    /// serve every size, and to have no puzzle embedding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<Size>,
    /// Which weights are trained.
    #[serde(default, skip_serializing_if = "Trained::is_everything")]
    pub trained: Trained,
}

impl Setup {
    /// Rows of a shard.
    pub fn rows(&self) -> usize {
        self.batch / self.shards.max(1)
    }

    /// Records the step of a shard.
    ///
    /// # Errors
    /// A size that the model does not serve, a mistake in the recording.
    pub(super) fn record(&self) -> Result<TrainingPlan, TrainError> {
        let sized = |&size: &Size| {
            let config = self.model.at_size(size.rows(), size.columns()).filter(|_| self.model.puzzle_emb_ndim == 0);
            config.ok_or(TrainError::Sizes { cells: self.model.seq_len, size })
        };
        let sizes = self.sizes.iter().map(sized).collect::<Result<Vec<_>, _>>()?;
        let division = Division { shards: self.shards, trained: self.trained };
        Ok(record_sizes(&self.model, &sizes, self.rows(), &self.optimizer, division)?)
    }

    /// Whether gradients leave the engine between the two halves of a step.
    pub(super) fn apart(&self) -> bool {
        self.shards > 1
    }
}
