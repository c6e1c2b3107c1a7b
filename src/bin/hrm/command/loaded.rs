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
}

impl Loaded {
    /// What it solves.
    ///
    /// # Errors
    /// One line: no kind of puzzle has its shape.
    pub fn kind(&self) -> Result<Kind, Failure> {
        Kind::of_configuration(&self.value, self.config.seq_len, self.config.vocab_size)
            .map_err(|problem| format!("{}: {problem}", self.config_place).into())
    }
}
