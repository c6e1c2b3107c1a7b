//! Weights under official names: their start values, and whether they fit a configuration.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::Xxh3;

use super::params::{Init, ParamSpec, param_specs};
use crate::config::{Family, ModelConfig};
use crate::engine::{EngineError, Session};
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

/// Why weights cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeightsError {
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
    /// A puzzle identifier without a row in the puzzle embedding.
    #[error("there is no puzzle identifier {identifier}: the puzzle embedding has {rows} rows")]
    Identifier {
        /// The identifier.
        identifier: u64,
        /// How many there are, from 0.
        rows: usize,
    },
    /// The engine refused it.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Named tensors; names carry no prefix ([`crate::checkpoint::plain_name`] drops them on reading).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// By official name.
    pub tensors: BTreeMap<String, Tensor>,
}

impl Weights {
    /// Keeps these rows of the puzzle embedding, in this order; nothing changes where there is no such embedding.
    ///
    /// # Errors
    /// A row that there is not.
    pub fn keep_puzzle_rows(&mut self, identifiers: &[u64]) -> Result<(), WeightsError> {
        let Some(table) = self.tensors.get_mut("puzzle_emb.weights") else { return Ok(()) };
        let [rows, width] = table.shape[..] else { return Ok(()) };
        let row = |&identifier: &u64| {
            let start = usize::try_from(identifier).ok().filter(|&row| row < rows).map(|row| row * width);
            let values = start.and_then(|start| table.data.get(start..start + width));
            values.ok_or(WeightsError::Identifier { identifier, rows })
        };
        let kept = identifiers.iter().map(row).collect::<Result<Vec<_>, _>>()?.concat();
        *table = Tensor { shape: vec![identifiers.len(), width], data: kept };
        Ok(())
    }

    /// Makes room for so many rows of the puzzle embedding: those that there are stay, further ones are 0, as in a new model.
    /// Nothing changes where there are as many, or no such embedding.
    pub fn add_puzzle_rows(&mut self, rows: usize) {
        let Some(table) = self.tensors.get_mut("puzzle_emb.weights") else { return };
        let [known, width] = table.shape[..] else { return };
        if rows > known {
            table.data.resize(rows * width, 0.0);
            table.shape[0] = rows;
        }
    }

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
    pub fn check(&self, config: &ModelConfig) -> Result<(), WeightsError> {
        check_shapes(&self.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect(), config)
    }

    /// Uploads every weight of a prepared program.
    ///
    /// # Errors
    /// A weight that is missing or misshapen.
    pub fn write<S: Session>(&self, session: &mut S) -> Result<(), WeightsError> {
        let params: Vec<(BufferId, String, Vec<usize>)> =
            session.program().params().map(|(id, b)| (id, b.name.clone(), b.shape.clone())).collect();
        for (id, name, shape) in params {
            match self.tensors.get(&name) {
                None => return Err(WeightsError::Missing { name, shape, found: self.tensors.len() }),
                Some(t) if t.shape != shape => {
                    return Err(WeightsError::Shape { name, actual: t.shape.clone(), expected: shape });
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

/// [`Weights::check`] of shapes alone, before elements are read.
///
/// # Errors
/// The first tensor that is missing, misshapen or foreign.
pub fn check_shapes(shapes: &BTreeMap<String, Vec<usize>>, config: &ModelConfig) -> Result<(), WeightsError> {
    let specs = param_specs(config);
    for ParamSpec { name, shape: expected, .. } in &specs {
        let Some(actual) = shapes.get(name) else {
            return Err(WeightsError::Missing { name: name.clone(), shape: expected.clone(), found: shapes.len() });
        };
        if actual != expected {
            let (name, actual, expected) = (name.clone(), actual.clone(), expected.clone());
            return Err(WeightsError::Shape { name, actual, expected });
        }
    }
    match shapes.keys().find(|name| !specs.iter().any(|spec| spec.name == **name)) {
        Some(foreign) => Err(WeightsError::Foreign(foreign.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_as_the_paper_says() {
        let weights = Weights::init(&ModelConfig::tiny(), 1);
        weights.check(&ModelConfig::tiny()).unwrap();
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
        let trm = ModelConfig { family: Family::Trm, h_layers: 0, ..ModelConfig::tiny() };
        let weights = Weights::init(&trm, 3);
        let both = weights.clone().in_both_roles(&ModelConfig::tiny());
        both.check(&ModelConfig::tiny()).unwrap();
        assert_eq!(weights.clone().in_both_roles(&trm), weights);
        let logits = |config: &ModelConfig, weights: &Weights| {
            pollster::block_on(async {
                let mut solver = Solver::new(&cpu::Engine::new(), config, weights, 1, Taps::None).await.unwrap();
                solver.begin(&[1, 2, 3, 4, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1], &[0]).await.unwrap();
                solver.segment().await.unwrap().logits
            })
        };
        assert_eq!(logits(&trm, &weights), logits(&ModelConfig::tiny(), &both));
    }

    #[test]
    fn a_digest_tells_weights_apart() {
        let weights = Weights::init(&ModelConfig::tiny(), 1);
        assert_eq!(weights.digest(), Weights::init(&ModelConfig::tiny(), 1).digest());
        let mut other = weights.clone();
        other.tensors.get_mut("q_head.bias").unwrap().data[1] = -4.9;
        assert_ne!(weights.digest(), other.digest());
        assert_eq!(weights.digest().len(), 16);
    }

    #[test]
    fn rows_of_the_puzzle_embedding_are_kept_by_identifier() {
        let table = Tensor { shape: vec![3, 2], data: vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0] };
        let mut weights = Weights { tensors: [("puzzle_emb.weights".to_owned(), table)].into() };
        assert_eq!(weights.keep_puzzle_rows(&[3]), Err(WeightsError::Identifier { identifier: 3, rows: 3 }));
        weights.keep_puzzle_rows(&[2, 0]).unwrap();
        let kept = &weights.tensors["puzzle_emb.weights"];
        assert_eq!((&kept.shape[..], &kept.data[..]), (&[2, 2][..], &[4.0, 5.0, 0.0, 1.0][..]));
        assert_eq!(Weights::default().keep_puzzle_rows(&[7]), Ok(()));
        for rows in [3, 1] {
            weights.add_puzzle_rows(rows);
            let table = &weights.tensors["puzzle_emb.weights"];
            assert_eq!((&table.shape[..], &table.data[..]), (&[3, 2][..], &[4.0, 5.0, 0.0, 1.0, 0.0, 0.0][..]));
        }
    }
}
