//! A golden file and the configuration beside it.

use std::collections::BTreeMap;

use safetensors::Dtype;

use crate::checkpoint::{CheckpointError, Tensor, Weights, open, plain_name};
use crate::config::{ConfigError, Family, ModelConfig};
use crate::text;
use crate::train::OptimizerConfig;

/// Why a golden file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GoldenError {
    /// The configuration beside it.
    #[error("configuration: {0}")]
    Config(#[from] ConfigError),
    /// The parameters in it.
    #[error(transparent)]
    Weights(#[from] CheckpointError),
    /// Not a safetensors file.
    #[error("not a readable safetensors file: {0}")]
    Format(String),
    /// A file of other tensors, such as a model's weights.
    #[error("the file holds no golden numbers (tensors param.* and batch.*, as in tests/golden); is it a model?")]
    Other,
    /// A tensor that every such file has.
    #[error("the file has no tensor {0}")]
    Missing(String),
    /// Two parameters that are one without their prefixes.
    #[error("two tensors are param.{0} without their prefixes; expected one")]
    Twice(String),
    /// A tensor whose shape contradicts the configuration.
    #[error("tensor {name} has {actual} elements; expected {expected}")]
    Length {
        /// Tensor.
        name: String,
        /// In the file.
        actual: usize,
        /// By the configuration.
        expected: usize,
    },
    /// An element type that such files do not have.
    #[error("tensor {name} has element type {dtype}; expected F32, F64, I32, I64 or BOOL")]
    Dtype {
        /// Tensor.
        name: String,
        /// Its type.
        dtype: String,
    },
}

/// A tensor of a golden file.
#[derive(Clone, Debug)]
pub struct GoldenTensor {
    /// Shape.
    pub shape: Vec<usize>,
    /// Values.
    pub data: Vec<f64>,
}

/// Inputs, parameters and expected numbers.
#[derive(Clone, Debug)]
pub struct Golden {
    /// The model's configuration.
    pub config: ModelConfig,
    /// The optimizers' settings (of training files).
    pub optimizer: OptimizerConfig,
    /// Start weights.
    pub weights: Weights,
    /// B.
    pub batch: usize,
    /// Tokens [B, S].
    pub tokens: Vec<u32>,
    /// Labels [B, S]; ignored ones beyond any vocabulary.
    pub labels: Vec<u32>,
    /// Puzzle identifiers [B].
    pub ids: Vec<u32>,
    tensors: BTreeMap<String, GoldenTensor>,
}

impl Golden {
    /// Reads a file's bytes and the text of the .json beside it.
    ///
    /// # Errors
    /// Names the tensor or field and what was expected.
    pub fn parse(bytes: &[u8], json: &str) -> Result<Self, GoldenError> {
        let json = text::without_mark(json);
        let value: serde_json::Value = serde_json::from_str(json).map_err(|e| ConfigError::Parse(e.to_string()))?;
        let mut config = ModelConfig::from_json_value(&value)?;
        let file = open(bytes).map_err(GoldenError::Format)?;
        let mut tensors = BTreeMap::new();
        let mut weights = Weights::default();
        for (name, view) in file.tensors() {
            let tensor = GoldenTensor { shape: view.shape().to_vec(), data: numbers(&name, &view)? };
            match name.strip_prefix("param.") {
                Some(param) => {
                    let data = tensor.data.iter().map(|&x| x as f32).collect();
                    let plain = plain_name(param).to_owned();
                    if weights.tensors.insert(plain.clone(), Tensor { shape: tensor.shape, data }).is_some() {
                        return Err(GoldenError::Twice(plain));
                    }
                }
                None => {
                    tensors.insert(name, tensor);
                }
            }
        }
        if weights.tensors.is_empty() {
            return Err(GoldenError::Other);
        }
        // The one module of a TRM is seen in the tensors, whatever the configuration leaves unsaid.
        if !weights.tensors.keys().any(|name| name.starts_with("H_level.")) {
            config.family = Family::Trm;
        }
        weights.check(&config).map_err(CheckpointError::from)?;
        let of = |name: &str| tensors.get(name).ok_or_else(|| GoldenError::Missing(name.to_owned()));
        let integers = |name: &str| Ok::<_, GoldenError>(of(name)?.data.iter().map(|&x| x as i64 as u32).collect());
        let tokens: Vec<u32> = integers("batch.inputs")?;
        let batch = tokens.len() / config.seq_len;
        let labels: Vec<u32> = integers("batch.labels")?;
        let ids: Vec<u32> = if tensors.contains_key("batch.puzzle_identifiers") {
            integers("batch.puzzle_identifiers")?
        } else {
            vec![0; batch]
        };
        for (name, actual, expected) in [
            ("batch.inputs", tokens.len(), batch.max(1) * config.seq_len),
            ("batch.labels", labels.len(), batch * config.seq_len),
            ("batch.puzzle_identifiers", ids.len(), batch),
        ] {
            if actual != expected {
                return Err(GoldenError::Length { name: name.to_owned(), actual, expected });
            }
        }
        let optimizer = optimizer(&value);
        Ok(Golden { config, optimizer, weights, batch, tokens, labels, ids, tensors })
    }

    /// Whether it holds training steps.
    pub fn is_training(&self) -> bool {
        self.tensors.keys().any(|name| name.starts_with("step."))
    }

    /// Whether there is such a tensor.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// A tensor.
    ///
    /// # Errors
    /// When there is none.
    pub fn get(&self, name: &str) -> Result<&GoldenTensor, GoldenError> {
        self.tensors.get(name).ok_or_else(|| GoldenError::Missing(name.to_owned()))
    }

    /// A tensor as f32.
    ///
    /// # Errors
    /// When there is none.
    pub fn f32(&self, name: &str) -> Result<Vec<f32>, GoldenError> {
        Ok(self.get(name)?.data.iter().map(|&x| x as f32).collect())
    }

    /// Everything that is expected of an engine: all but the inputs.
    pub fn compared_names(&self) -> Vec<String> {
        self.tensors.keys().filter(|name| !name.starts_with("batch.")).cloned().collect()
    }

    /// Names that begin with a prefix.
    pub fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.tensors.keys().map(String::as_str).filter(move |name| name.starts_with(prefix))
    }

    /// How many numbered groups `prefix.0.`, `prefix.1.`, … there are.
    pub fn count(&self, prefix: &str) -> usize {
        (0..).take_while(|i| self.names(&format!("{prefix}.{i}.")).next().is_some()).count()
    }
}

/// The golden files' names of the optimizers' settings; constant rates, no warm-up.
fn optimizer(value: &serde_json::Value) -> OptimizerConfig {
    let default = OptimizerConfig { warmup_steps: 0, ..OptimizerConfig::default() };
    let settings = value.get("optimizer");
    let number = |name: &str, default: f64| {
        settings.and_then(|s| s.get(name)).and_then(serde_json::Value::as_f64).unwrap_or(default)
    };
    OptimizerConfig {
        lr: number("lr", default.lr),
        beta1: number("beta1", default.beta1),
        beta2: number("beta2", default.beta2),
        weight_decay: number("weight_decay", default.weight_decay),
        puzzle_lr: number("puzzle_emb_lr", default.puzzle_lr),
        puzzle_weight_decay: number("puzzle_emb_weight_decay", default.puzzle_weight_decay),
        ..default
    }
}

fn numbers(name: &str, view: &safetensors::tensor::TensorView) -> Result<Vec<f64>, GoldenError> {
    let data = view.data();
    Ok(match view.dtype() {
        Dtype::F32 => data.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect(),
        Dtype::I32 => data.chunks_exact(4).map(|b| f64::from(i32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect(),
        Dtype::F64 => data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
        Dtype::I64 => data.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
        Dtype::BOOL | Dtype::U8 => data.iter().map(|&b| f64::from(b)).collect(),
        other => return Err(GoldenError::Dtype { name: name.to_owned(), dtype: format!("{other:?}") }),
    })
}
