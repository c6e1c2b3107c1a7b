//! A model as its files say.

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::puzzle::Kind;
use serde_json::Value;

use super::Failure;

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

/// Which rows of a puzzle embedding are read; that of an ARC model has 2 GB.
#[derive(Clone, Copy)]
pub enum Rows<'a> {
    /// Every one.
    All,
    /// These, which are 0, 1, … to the model that is read.
    Only(&'a [u64]),
}

impl<'a> Rows<'a> {
    /// The rows that are read of a model's, where it has such an embedding and not all are.
    pub fn of(self, config: &ModelConfig) -> Option<&'a [u64]> {
        match self {
            Self::Only(rows) if config.puzzle_emb_ndim > 0 => Some(rows),
            _ => None,
        }
    }
}

impl Loaded {
    /// A model of which these rows of the puzzle embedding have been read, `None`: every one.
    pub fn new(
        mut config: ModelConfig,
        value: Value,
        config_place: String,
        weights: Weights,
        identifiers: Vec<String>,
        rows: Option<&[u64]>,
    ) -> Self {
        let all_identifiers = config.num_puzzle_identifiers;
        if let Some(rows) = rows {
            config.num_puzzle_identifiers = rows.len();
        }
        Self { config, value, config_place, weights, identifiers, all_identifiers }
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
