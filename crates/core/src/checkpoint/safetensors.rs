//! Why weights cannot be read; weights as safetensors.

use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::model::{Tensor, Weights, WeightsError};

/// Why a file's weights cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a safetensors file, or a damaged one.
    #[error("not a readable safetensors file: {0}")]
    Format(String),
    /// An element type that weights do not have.
    #[error("tensor {name} has element type {dtype}; expected F64, F32, F16 or BF16")]
    Dtype {
        /// Tensor.
        name: String,
        /// Its type.
        dtype: String,
    },
    /// A weight that is NaN or infinite.
    #[error("tensor {name} holds {value} at element {index}")]
    NotFinite {
        /// Tensor.
        name: String,
        /// Which element.
        index: usize,
        /// NaN, inf or -inf.
        value: f32,
    },
    /// Two tensors of a file that are one weight once their prefixes are dropped.
    #[error("tensors {first} and {second} are both {name} without their prefixes; expected one of them")]
    Twice {
        /// The weight.
        name: String,
        /// One tensor's name in the file.
        first: String,
        /// The other's.
        second: String,
    },
    /// They do not fit the configuration.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl Weights {
    /// Writes a safetensors file under the prefix `model.inner.`.
    ///
    /// # Errors
    /// When the library refuses (it does not for names and shapes such as these).
    pub fn to_safetensors(&self) -> Result<Vec<u8>, CheckpointError> {
        let named: Vec<(String, &Tensor)> =
            self.tensors.iter().map(|(name, t)| (format!("model.inner.{name}"), t)).collect();
        let views: Result<Vec<_>, _> = named
            .iter()
            .map(|(name, t)| {
                TensorView::new(Dtype::F32, t.shape.clone(), bytemuck::cast_slice(&t.data)).map(|v| (name.as_str(), v))
            })
            .collect();
        let views = views.map_err(|e| CheckpointError::Format(e.to_string()))?;
        safetensors::serialize(views, None).map_err(|e| CheckpointError::Format(e.to_string()))
    }
}

/// The name without what wrappers put in front: `torch.compile` (`_orig_mod.`), `DistributedDataParallel` (`module.`), in any
/// order and number, and the official loss head and model (`model.`, `inner.`).
pub fn plain_name(name: &str) -> &str {
    const PREFIXES: [&str; 4] = ["_orig_mod.", "module.", "model.", "inner."];
    let mut plain = name;
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| plain.strip_prefix(prefix)) {
        plain = rest;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ModelConfig;

    /// The file of these weights with every name changed, and with further tensors of four bytes an element.
    fn renamed(name: impl Fn(&str) -> String, further: &[(&str, Vec<usize>)]) -> Vec<u8> {
        let weights = Weights::init(&ModelConfig::tiny(), 2);
        let named: Vec<_> = weights.tensors.iter().map(|(plain, tensor)| (name(plain), tensor)).collect();
        let zeros = [0_u8; 64];
        let own = named.iter().map(|(name, t)| {
            (name.as_str(), TensorView::new(Dtype::F32, t.shape.clone(), bytemuck::cast_slice(&t.data)).unwrap())
        });
        let further = further.iter().map(|(name, shape)| {
            let bytes = &zeros[..4 * shape.iter().product::<usize>()];
            (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
        });
        safetensors::serialize(own.chain(further), None).unwrap()
    }

    #[test]
    fn prefixes_of_wrappers_are_dropped() {
        let weights = Weights::init(&ModelConfig::tiny(), 2);
        for prefix in [
            "",
            "model.inner.",
            "_orig_mod.model.inner.",
            "module.model.inner.",
            "module._orig_mod.model.inner.",
            "inner.",
        ] {
            let bytes = renamed(|plain| format!("{prefix}{plain}"), &[]);
            assert_eq!(Weights::from_safetensors(&bytes).unwrap(), weights, "{prefix}");
        }
    }

    #[test]
    fn two_tensors_that_are_one_weight_are_refused() {
        let bytes = renamed(|plain| format!("model.inner.{plain}"), &[("_orig_mod.model.inner.q_head.bias", vec![2])]);
        let error = Weights::from_safetensors(&bytes).unwrap_err().to_string();
        assert_eq!(
            error,
            "tensors _orig_mod.model.inner.q_head.bias and model.inner.q_head.bias are both q_head.bias without their \
             prefixes; expected one of them"
        );
    }

    #[test]
    fn a_puzzle_embedding_without_elements_is_none() {
        let bytes = renamed(str::to_owned, &[("puzzle_emb.weights", vec![0, 64])]);
        Weights::from_safetensors(&bytes).unwrap().check(&ModelConfig::tiny()).unwrap();
        let bytes = renamed(str::to_owned, &[("puzzle_emb.weights", vec![1, 2])]);
        let error = Weights::from_safetensors(&bytes).unwrap().check(&ModelConfig::tiny()).unwrap_err();
        assert_eq!(error, WeightsError::Foreign("puzzle_emb.weights".into()));
    }

    #[test]
    fn reads_what_it_wrote_and_names_what_is_wrong() {
        let weights = Weights::init(&ModelConfig::tiny(), 2);
        let bytes = weights.to_safetensors().unwrap();
        assert_eq!(Weights::from_safetensors(&bytes).unwrap(), weights);
        assert!(matches!(Weights::from_safetensors(&bytes[..bytes.len() - 9]), Err(CheckpointError::Format(_))));
        let mut broken = weights.clone();
        broken.tensors.get_mut("lm_head.weight").unwrap().data[3] = f32::NAN;
        let error = Weights::from_safetensors(&broken.to_safetensors().unwrap()).unwrap_err().to_string();
        assert_eq!(error, "tensor lm_head.weight holds NaN at element 3".replace("lm_head", "model.inner.lm_head"));
        let wider = ModelConfig { vocab_size: 7, ..ModelConfig::tiny() };
        let error = weights.check(&wider).unwrap_err().to_string();
        assert!(error.contains("[6, 64]") && error.contains("[7, 64]"), "{error}");
    }
}
