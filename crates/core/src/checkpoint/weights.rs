//! Weights under official names, from and to safetensors.

use std::collections::BTreeMap;

use half::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use xxhash_rust::xxh3::Xxh3;

use super::open;
use crate::config::{Family, ModelConfig};
use crate::engine::{EngineError, Session};
use crate::model::{Init, param_specs};
use crate::plan::BufferId;
use crate::random::Random;

/// Row-major values.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Shape.
    pub shape: Vec<usize>,
    /// Values.
    pub data: Vec<f32>,
}

/// Why a file's weights cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a safetensors file, or a damaged one.
    #[error("not a readable safetensors file: {0}")]
    Format(String),
    /// An element type that weights do not have.
    #[error("tensor {name} has element type {dtype}; expected F32, F16 or BF16")]
    Dtype {
        /// Tensor.
        name: String,
        /// Its type.
        dtype: String,
    },
    /// A weight of the configuration is not in the file.
    #[error("tensor {name} {shape:?} is missing; the file has {found} tensors")]
    Missing {
        /// Tensor.
        name: String,
        /// Shape that the configuration asks for.
        shape: Vec<usize>,
        /// How many tensors there are.
        found: usize,
    },
    /// The file holds a weight that the configuration has no place for.
    #[error("tensor {0} has no place in this configuration")]
    Foreign(String),
    /// The configuration contradicts the file.
    #[error("tensor {name} has shape {actual:?}; the configuration asks for {expected:?}")]
    Shape {
        /// Tensor.
        name: String,
        /// In the file.
        actual: Vec<usize>,
        /// By the configuration.
        expected: Vec<usize>,
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
    /// The engine refused it.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Named tensors; names carry no prefix ([`plain_name`] drops them on reading).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// By official name.
    pub tensors: BTreeMap<String, Tensor>,
}

impl Weights {
    /// Start values of a new model. hrm.md, "Parameters".
    pub fn init(config: &ModelConfig, seed: u64) -> Self {
        let specs = param_specs(config).into_iter().enumerate();
        let tensors = specs.map(|(index, spec)| {
            let mut random = Random::stream(seed, index as u64);
            let len = spec.shape.iter().product();
            let data = match spec.init {
                Init::Constant(value) => vec![value as f32; len],
                Init::TruncatedNormal(std) => (0..len).map(|_| truncated_normal(&mut random, std)).collect(),
            };
            (spec.name, Tensor { shape: spec.shape, data })
        });
        Weights { tensors: tensors.collect() }
    }

    /// Reads a safetensors file; names may carry the prefixes that [`plain_name`] drops. A puzzle embedding without
    /// elements is none.
    ///
    /// # Errors
    /// A damaged file, element types that are no weights, values that are not finite, two tensors under one plain name.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let file = open(bytes).map_err(CheckpointError::Format)?;
        let mut tensors = BTreeMap::new();
        let mut full_names: BTreeMap<String, String> = BTreeMap::new();
        let mut views = file.tensors();
        // The library hands them out in the order of a hash map; an error names the same two every time.
        views.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for (name, view) in views {
            let plain = plain_name(&name);
            if plain.starts_with("puzzle_emb.") && view.shape().contains(&0) {
                continue;
            }
            if let Some(first) = full_names.insert(plain.to_owned(), name.clone()) {
                return Err(CheckpointError::Twice { name: plain.to_owned(), first, second: name });
            }
            let data = floats(&name, &view)?;
            if let Some(index) = data.iter().position(|x| !x.is_finite()) {
                return Err(CheckpointError::NotFinite { name, index, value: data[index] });
            }
            tensors.insert(plain_name(&name).to_owned(), Tensor { shape: view.shape().to_vec(), data });
        }
        Ok(Weights { tensors })
    }

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

    /// Where `config` has two modules and these weights have one, as a TRM's have: that one in both roles. The answers are
    /// then the TRM's, as long as both go through as many cycles, and training lets the two part.
    pub fn in_both_roles(mut self, config: &ModelConfig) -> Self {
        let has_h = self.tensors.keys().any(|name| name.starts_with("H_level."));
        if config.family == Family::Hrm && !has_h {
            let of_h = |(name, tensor): (&String, &Tensor)| {
                Some((format!("H_level.{}", name.strip_prefix("L_level.")?), tensor.clone()))
            };
            let added: Vec<_> = self.tensors.iter().filter_map(of_h).collect();
            self.tensors.extend(added);
        }
        self
    }

    /// Checks that the file holds exactly the weights of a configuration, each in its shape.
    ///
    /// # Errors
    /// The first tensor that is missing, misshapen or foreign.
    pub fn check(&self, config: &ModelConfig) -> Result<(), CheckpointError> {
        let specs = param_specs(config);
        for spec in &specs {
            let Some(tensor) = self.tensors.get(&spec.name) else {
                let (name, shape, found) = (spec.name.clone(), spec.shape.clone(), self.tensors.len());
                return Err(CheckpointError::Missing { name, shape, found });
            };
            if tensor.shape != spec.shape {
                return Err(CheckpointError::Shape {
                    name: spec.name.clone(),
                    actual: tensor.shape.clone(),
                    expected: spec.shape.clone(),
                });
            }
        }
        match self.tensors.keys().find(|name| !specs.iter().any(|spec| spec.name == **name)) {
            Some(foreign) => Err(CheckpointError::Foreign(foreign.clone())),
            None => Ok(()),
        }
    }

    /// Uploads every weight of a prepared program.
    ///
    /// # Errors
    /// A weight that is missing or misshapen.
    pub fn write<S: Session>(&self, session: &mut S) -> Result<(), CheckpointError> {
        let params: Vec<(BufferId, String, Vec<usize>)> =
            session.program().params().map(|(id, b)| (id, b.name.clone(), b.shape.clone())).collect();
        for (id, name, shape) in params {
            match self.tensors.get(&name) {
                None => return Err(CheckpointError::Missing { name, shape, found: self.tensors.len() }),
                Some(t) if t.shape != shape => {
                    return Err(CheckpointError::Shape { name, actual: t.shape.clone(), expected: shape });
                }
                Some(t) => session.write(id, &t.data)?,
            }
        }
        Ok(())
    }

    /// A hash (XXH3) of names, shapes and values, as 16 hexadecimal digits: tells models of one shape apart.
    pub fn digest(&self) -> String {
        let mut hash = Xxh3::new();
        for (name, tensor) in &self.tensors {
            hash.update(name.as_bytes());
            tensor.shape.iter().for_each(|&length| hash.update(&(length as u64).to_le_bytes()));
            hash.update(bytemuck::cast_slice(&tensor.data));
        }
        format!("{:016x}", hash.digest())
    }

    /// Number of weights.
    pub fn count(&self) -> usize {
        self.tensors.values().map(|t| t.data.len()).sum()
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

fn floats(name: &str, view: &TensorView) -> Result<Vec<f32>, CheckpointError> {
    let words = || view.data().chunks_exact(2).map(|b| [b[0], b[1]]);
    match view.dtype() {
        Dtype::F32 => Ok(view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        Dtype::BF16 => Ok(words().map(|word| bf16::from_le_bytes(word).to_f32()).collect()),
        Dtype::F16 => Ok(words().map(|word| f16::from_le_bytes(word).to_f32()).collect()),
        other => Err(CheckpointError::Dtype { name: name.to_owned(), dtype: format!("{other:?}") }),
    }
}

/// A normal draw cut at ±2 and widened so that the result has standard deviation `std`.
fn truncated_normal(random: &mut Random, std: f64) -> f32 {
    // std of a standard normal cut at ±2: √(1 - 4·φ(2)/erf(√2)).
    const CUT_STD: f64 = 0.879_625_66;
    loop {
        // Drawing again outside the cut is the truncated distribution itself.
        let normal = random.normal();
        if normal.abs() <= 2.0 {
            return (normal * std / CUT_STD) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> ModelConfig {
        ModelConfig::from_json(
            r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,"hidden_size":64,
            "num_heads":4}"#,
        )
        .unwrap()
    }

    #[test]
    fn starts_as_the_paper_says() {
        let weights = Weights::init(&config(), 1);
        weights.check(&config()).unwrap();
        let data = &weights.tensors["H_level.layers.0.mlp.gate_up_proj.weight"].data;
        let mean = data.iter().map(|&x| f64::from(x)).sum::<f64>() / data.len() as f64;
        let std = (data.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / data.len() as f64).sqrt();
        assert!(mean.abs() < 0.003 && (std - 0.125).abs() < 0.002, "{mean} {std}");
        assert!(data.iter().all(|x| x.abs() <= 2.0 * 1.13685 * 0.125 * 1.0001));
        assert!(weights.tensors["q_head.bias"].data == [-5.0, -5.0]);
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn one_module_in_both_roles_answers_as_before() {
        use crate::{
            engine::cpu,
            model::{Solver, Taps},
        };
        let trm = ModelConfig { family: Family::Trm, h_layers: 0, ..config() };
        let weights = Weights::init(&trm, 3);
        let both = weights.clone().in_both_roles(&config());
        both.check(&config()).unwrap();
        assert_eq!(weights.clone().in_both_roles(&trm), weights);
        let logits = |config: &ModelConfig, weights: &Weights| {
            pollster::block_on(async {
                let mut solver = Solver::new(&cpu::Engine::new(), config, weights, 1, Taps::None).await.unwrap();
                solver.begin(&[1, 2, 3, 4, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1], &[0]).await.unwrap();
                solver.segment().await.unwrap().logits
            })
        };
        assert_eq!(logits(&trm, &weights), logits(&config(), &both));
    }

    #[test]
    fn a_digest_tells_weights_apart() {
        let weights = Weights::init(&config(), 1);
        assert_eq!(weights.digest(), Weights::init(&config(), 1).digest());
        let mut other = weights.clone();
        other.tensors.get_mut("q_head.bias").unwrap().data[1] = -4.9;
        assert_ne!(weights.digest(), other.digest());
        assert_eq!(weights.digest().len(), 16);
    }

    /// The file of these weights with every name changed, and with further tensors of four bytes an element.
    fn renamed(name: impl Fn(&str) -> String, further: &[(&str, Vec<usize>)]) -> Vec<u8> {
        let weights = Weights::init(&config(), 2);
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
        let weights = Weights::init(&config(), 2);
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
        Weights::from_safetensors(&bytes).unwrap().check(&config()).unwrap();
        let bytes = renamed(str::to_owned, &[("puzzle_emb.weights", vec![1, 2])]);
        let error = Weights::from_safetensors(&bytes).unwrap().check(&config()).unwrap_err();
        assert_eq!(error, CheckpointError::Foreign("puzzle_emb.weights".into()));
    }

    #[test]
    fn reads_what_it_wrote_and_names_what_is_wrong() {
        let weights = Weights::init(&config(), 2);
        let bytes = weights.to_safetensors().unwrap();
        assert_eq!(Weights::from_safetensors(&bytes).unwrap(), weights);
        assert!(matches!(Weights::from_safetensors(&bytes[..bytes.len() - 9]), Err(CheckpointError::Format(_))));
        let mut broken = weights.clone();
        broken.tensors.get_mut("lm_head.weight").unwrap().data[3] = f32::NAN;
        let error = Weights::from_safetensors(&broken.to_safetensors().unwrap()).unwrap_err().to_string();
        assert_eq!(error, "tensor lm_head.weight holds NaN at element 3".replace("lm_head", "model.inner.lm_head"));
        let wider = ModelConfig { vocab_size: 7, ..config() };
        let error = weights.check(&wider).unwrap_err().to_string();
        assert!(error.contains("[6, 64]") && error.contains("[7, 64]"), "{error}");
    }
}
