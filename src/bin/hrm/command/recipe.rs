//! A recipe: data, model, optimizers and schedule of one gallery model.

use std::path::Path;

use hrm_web::config::ModelConfig;
use hrm_web::puzzle::Kind;
use hrm_web::train::{OptimizerConfig, Setup};
use serde::Deserialize;

use super::{Failure, at};

/// Everything that decides what a training gives, seeds included.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model; its files are called so.
    pub name: String,
    /// What it learns.
    pub puzzle: Kind,
    /// Where its examples come from.
    pub data: DataRecipe,
    /// The configuration, but for what the puzzle fixes.
    model: toml::Table,
    /// The optimizers.
    #[serde(default)]
    optimizer: OptimizerConfig,
    /// Length and batches.
    pub training: Training,
}

/// Base puzzles and seeds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// Puzzles to train on, before augmentation.
    pub base_puzzles: usize,
    /// Unseen puzzles, of other symmetry classes.
    pub test_puzzles: usize,
    /// Seed of both, and of the augmentation.
    pub seed: u64,
}

/// Length and batches.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Rows of a batch.
    pub batch: usize,
    /// Steps (segments with an update).
    pub steps: u64,
    /// Seed of the start weights and of the exploration.
    pub seed: u64,
    /// Steps from one evaluation to the next.
    pub evaluate_every: u64,
    /// Unseen puzzles used for that; all of them at the end.
    pub evaluate_on: usize,
}

impl Recipe {
    /// Reads a recipe.
    pub fn load(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|e| at(file.display())(&e))?;
        Ok(toml::from_str(&text).map_err(|e| at(file.display())(&e))?)
    }

    /// What the trainer needs of it.
    pub fn setup(&self) -> Result<Setup, Failure> {
        let mut fields = serde_json::to_value(&self.model)?;
        fields["seq_len"] = self.puzzle.seq_len().into();
        fields["vocab_size"] = self.puzzle.vocab_size().into();
        let model = ModelConfig::from_json_value(&fields).map_err(|e| at("[model]")(&e))?;
        let Training { batch, steps, seed, .. } = self.training;
        if batch == 0 || steps == 0 {
            return Err(format!("[training] batch is {batch}, steps is {steps}; expected at least 1 of each").into());
        }
        Ok(Setup { model, optimizer: self.optimizer.clone(), batch, total_steps: steps, seed })
    }
}
