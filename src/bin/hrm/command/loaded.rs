//! A model as its files say.

use hrm_core::checkpoint::torch::{PuzzleRows, Source};
use hrm_core::checkpoint::{ModelFile, Weights, check_shapes};
use hrm_core::config::ModelConfig;
use hrm_core::puzzle::Kind;
use serde_json::Value;

use super::{Failure, at};

/// A model as read from its files, before anybody asks what it solves.
pub struct Loaded {
    /// Its configuration.
    pub config: ModelConfig,
    /// The configuration as its file has it.
    pub value: Value,
    /// Where that comes from, for messages.
    pub config_place: String,
    /// Its weights, checked against the configuration.
    pub weights: Weights,
    /// Names of its puzzle identifiers, as far as they are known.
    pub identifiers: Vec<String>,
    /// Puzzle identifiers that its files have, of which [`Loaded::config`] counts those that were read.
    pub all_identifiers: usize,
}

impl Loaded {
    /// Reads a model of a configuration; of a puzzle embedding, if it has one, these rows. No element is read before all
    /// tensors are those of such a model. The names of its puzzle identifiers are still to be found.
    ///
    /// # Errors
    /// One line on what cannot be read, or does not fit.
    pub fn read(
        file: &mut ModelFile<'_, Box<dyn Source>>,
        place: &str,
        mut config: ModelConfig,
        value: Value,
        config_place: String,
        rows: PuzzleRows<'_>,
    ) -> Result<Self, Failure> {
        let shapes = file.shapes().map_err(|e| at(place)(&e))?;
        check_shapes(&shapes, &config).map_err(|e| at(place)(&e))?;
        let weights = file.weights(rows).map_err(|e| at(place)(&e))?;
        let all_identifiers = config.num_puzzle_identifiers;
        if let PuzzleRows::Only(rows) = rows
            && config.puzzle_emb_ndim > 0
        {
            config.num_puzzle_identifiers = rows.len();
        }
        Ok(Self { config, value, config_place, weights, identifiers: Vec::new(), all_identifiers })
    }

    /// What it solves.
    ///
    /// # Errors
    /// One line: no kind of puzzle has its shape.
    pub fn kind(&self) -> Result<Kind, Failure> {
        Kind::of_configuration(&self.value, self.config.seq_len, self.config.vocab_size)
            .map_err(|problem| format!("{}: {problem}", self.config_place).into())
    }
}
