//! What fixes a run.

use serde::{Deserialize, Serialize};

use crate::config::ModelConfig;
use crate::puzzle::Size;
use crate::random::Random;

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
    /// serve every size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<Size>,
    /// Which weights are trained.
    #[serde(default, skip_serializing_if = "Trained::is_everything")]
    pub trained: Trained,
    /// Segments without a gradient.
    #[serde(default, skip_serializing_if = "Late::is_none")]
    pub late: Late,
}

/// Segments without a gradient, by which the rows of a batch get ahead of what they would have thought by then: so a model
/// learns from states that lie many segments deep, at a third of a step's cost each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Late {
    /// Share of the steps that such segments come before, 0 to 1.
    pub share: f64,
    /// How many they are at most; for each such step the number is drawn from 1 to this, evenly by its logarithm.
    pub segments: u32,
}

impl Late {
    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        self.share <= 0.0 || self.segments == 0
    }

    /// How many come before step `step` of a run of seed `seed`: the same in every shard, and after resuming.
    pub fn before(&self, seed: u64, step: u64) -> usize {
        let mut random = Random::stream(seed ^ LATE, step);
        if self.is_none() || !random.chance(self.share) {
            return 0;
        }
        f64::from(self.segments).powf(random.unit()).round() as usize
    }
}

/// Tells these random numbers from others of the same seed.
const LATE: u64 = 0x6C61_7465;

impl Setup {
    /// Rows of a shard.
    pub fn rows(&self) -> usize {
        self.batch / self.shards.max(1)
    }

    /// Records the step of a shard.
    ///
    /// # Errors
    /// A size that the model does not serve, a mistake in the recording.
    pub(crate) fn record(&self) -> Result<TrainingPlan, TrainError> {
        let sized = |&size: &Size| {
            let config = self.model.at_size(size.rows(), size.columns());
            config.ok_or(TrainError::Sizes { cells: self.model.seq_len, size })
        };
        let sizes = self.sizes.iter().map(sized).collect::<Result<Vec<_>, _>>()?;
        let division = Division { shards: self.shards, trained: self.trained, late: !self.late.is_none() };
        Ok(record_sizes(&self.model, &sizes, self.rows(), &self.optimizer, division)?)
    }

    /// Whether gradients leave the engine between the two halves of a step.
    pub(super) fn apart(&self) -> bool {
        self.shards > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_segments_come_before_their_share_of_the_steps() {
        let late = Late { share: 0.2, segments: 64 };
        let counts: Vec<usize> = (1..=5000).map(|step| late.before(3, step)).collect();
        let with: Vec<usize> = counts.iter().copied().filter(|count| *count > 0).collect();
        assert!((900..1100).contains(&with.len()), "{} of 5000 steps", with.len());
        assert!(with.iter().all(|count| *count <= 64));
        // Evenly by the logarithm: as many below 8 as above.
        let few = with.iter().filter(|count| **count < 8).count();
        assert!((with.len() * 2 / 5..with.len() * 3 / 5).contains(&few), "{few} of {} below 8", with.len());
        assert_eq!(late.before(3, 17), late.before(3, 17));
        assert_eq!(Late::default().before(3, 17), 0);
    }
}
