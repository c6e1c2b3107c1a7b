//! What one cell takes from the others in a step of a module: recorded as a small plan of its own, from states that a
//! run left.

use serde::{Deserialize, Serialize};

use super::recurrence::{Inputs, Layer, Model};
use super::solver::ModelError;
use super::taps::Level;
use super::weights::Weights;
use crate::config::{Mixer, ModelConfig};
use crate::engine::cpu::{self, attention_weights};
use crate::engine::{Data, Engine, Session};
use crate::plan::adjoint::Adjoint;
use crate::plan::kernel::{Add, Copy};
use crate::plan::{BufferId, EntryId, PlanError, Program, Recorder};

/// What the rows of a [`Mixing`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MixingKind {
    /// Attention weights: a row for each head, each sums to 1.
    Attention,
    /// The Jacobian of the mixer (`mlp_t`): one row, the RMS over channels of the derivative of the cell's mixed vector by
    /// every position's.
    Jacobian,
}

/// What one position takes from every other, layer by layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mixing {
    /// Which of the two.
    pub kind: MixingKind,
    /// `[layers][rows][T]`.
    pub layers: Vec<Vec<Vec<f32>>>,
}

impl Mixing {
    /// The values of a row, `[T]`, by its number through all layers.
    pub fn row(&self, row: usize) -> Option<&Vec<f32>> {
        self.layers.iter().flatten().nth(row)
    }
}

/// The states that a step starts from, `[T, D]` each; `None` is the initial one.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// The module's own.
    pub own: Option<&'a [f32]>,
    /// The other module's.
    pub other: Option<&'a [f32]>,
}

/// A module of a model on the CPU engine, ready to be asked.
pub struct MixingSolver {
    level: Level,
    plan: MixingPlan,
    session: cpu::Session,
    initial: [Vec<f32>; 2],
}

struct MixingPlan {
    program: Program,
    model: Model,
    entry: EntryId,
    inputs: Inputs,
    own: BufferId,
    other: BufferId,
    /// Ones at the position that is asked about, zeros elsewhere.
    seed: BufferId,
    /// Of each layer, [3D at every position] or the derivative, [T, D].
    read: Vec<BufferId>,
}

impl MixingPlan {
    /// A mixer of `mlp_t`, and a convolution, leave channels apart: one pass of its adjoint, seeded with ones at a position, gives that row
    /// of the Jacobian of every channel at once.
    fn record(config: &ModelConfig, level: Level) -> Result<Self, PlanError> {
        let mut recorder = Recorder::new();
        let r = &mut recorder;
        let model = Model::declare(r, config, 1);
        let inputs = Inputs::declare(r, config, 1, "");
        let shape = model.state_shape();
        let len = shape.iter().product();
        let (own, other) = (r.persistent("own", &shape), r.persistent("other", &shape));
        let seed = r.persistent("seed", &shape);
        let entry = r.entry("mixing");
        let injection = match level {
            Level::H => other,
            Level::L => {
                let (x, sum) = (r.temp("x", &shape), r.temp("sum", &shape));
                model.input(r, inputs, x);
                r.push(Add { a: other, b: x, out: sum, len });
                sum
            }
        };
        let mut read = Vec::new();
        model.layers(r, level, (own, injection), |r, layer| {
            let Layer { input, mixed, qkv, steps } = layer;
            read.push(match qkv {
                Some(qkv) => {
                    let shape = r.program().buffer(qkv).shape.clone();
                    let kept = r.persistent("qkv", &shape);
                    r.push(Copy { from: qkv, to: kept, to_offset: 0, len: shape.iter().product() });
                    kept
                }
                None => {
                    let mut adjoint = Adjoint::new(r, &[input], 1.0);
                    adjoint.seed(mixed, seed);
                    adjoint.run(steps)[&input]
                }
            });
        });
        Ok(Self { program: recorder.finish()?, model, entry, inputs, own, other, seed, read })
    }
}

impl MixingSolver {
    /// Prepares a module.
    ///
    /// # Errors
    /// Weights that do not fit.
    pub async fn new(config: &ModelConfig, weights: &Weights, level: Level) -> Result<Self, ModelError> {
        let plan = MixingPlan::record(config, level)?;
        let mut session = cpu::Engine::new().prepare(plan.program.clone()).await?;
        weights.write(&mut session)?;
        for (id, values) in plan.model.constants() {
            session.write(id, &values)?;
        }
        let initial = |name| weights.tensors.get(name).map_or(&[][..], |tensor| &tensor.data).repeat(config.tokens());
        let initial = match level {
            Level::H => [initial("H_init"), initial("L_init")],
            Level::L => [initial("L_init"), initial("H_init")],
        };
        Ok(Self { level, plan, session, initial })
    }

    /// The module.
    pub fn level(&self) -> Level {
        self.level
    }

    /// What `position` takes from every position in the step from these states on the puzzle `tokens`, [S].
    ///
    /// # Errors
    /// States or tokens of another length.
    pub async fn at(&mut self, tokens: &[u32], before: Before<'_>, position: usize) -> Result<Mixing, ModelError> {
        let config = self.plan.model.config.clone();
        let (positions, channels) = (config.tokens(), config.hidden_size);
        if position >= positions {
            let most = positions.saturating_sub(1);
            return Err(ModelError::Input { what: "position", index: 0, value: position as u32, most });
        }
        self.session.write_u32(self.plan.inputs.tokens, tokens)?;
        self.session.write(self.plan.own, before.own.unwrap_or(&self.initial[0]))?;
        self.session.write(self.plan.other, before.other.unwrap_or(&self.initial[1]))?;
        let mut seed = vec![0.0; positions * channels];
        seed[position * channels..(position + 1) * channels].fill(1.0);
        self.session.write(self.plan.seed, &seed)?;
        let read = self.session.run(&[self.plan.entry], &self.plan.read).await?.into_iter().map(Data::f32);
        let rope = self.plan.model.constants();
        let layers = read.map(|values| match config.mixer {
            Mixer::Attention => {
                let tables = if let [(_, cos), (_, sin)] = &rope[..] { Some((&cos[..], &sin[..])) } else { None };
                let shape = (positions, config.num_heads, config.head_dim());
                (0..config.num_heads).map(|head| attention_weights(&values, position, head, shape, tables)).collect()
            }
            Mixer::MlpT | Mixer::Conv { .. } => {
                let rms = |row: &[f32]| (row.iter().map(|d| d * d).sum::<f32>() / channels as f32).sqrt();
                vec![values.chunks_exact(channels).map(rms).collect()]
            }
        });
        let kind = match config.mixer {
            Mixer::Attention => MixingKind::Attention,
            Mixer::MlpT | Mixer::Conv { .. } => MixingKind::Jacobian,
        };
        Ok(Mixing { kind, layers: layers.collect() })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn config(more: &str) -> ModelConfig {
        ModelConfig::from_json(&format!(
            r#"{{"seq_len":9,"vocab_size":6,"H_cycles":1,"L_cycles":1,"H_layers":2,"L_layers":2,"hidden_size":8,
            "num_heads":2,{more}}}"#
        ))
        .unwrap()
    }

    fn states() -> (Vec<f32>, Vec<f32>) {
        let wave = |phase: f32| (0..72).map(|i| (i as f32 * 0.7 + phase).sin()).collect();
        (wave(0.0), wave(1.0))
    }

    fn mixing(config: &ModelConfig, level: Level, own: &[f32], other: &[f32], position: usize) -> Mixing {
        let weights = Weights::init(config, 3);
        pollster::block_on(async {
            let mut solver = MixingSolver::new(config, &weights, level).await.unwrap();
            solver.at(&[1, 2, 3, 4, 5, 1, 2, 3, 4], Before { own: Some(own), other: Some(other) }, position).await
        })
        .unwrap()
    }

    #[test]
    fn attention_rows_sum_to_one() {
        let (own, other) = states();
        for level in [Level::H, Level::L] {
            let found = mixing(&config(r#""pos_encodings":"rope""#), level, &own, &other, 4);
            assert_eq!((found.kind, found.layers.len(), found.layers[0].len()), (MixingKind::Attention, 2, 2));
            for row in found.layers.iter().flatten() {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn the_jacobian_says_which_positions_move_the_cell() {
        // In the first layer of H the mixer's input is own + other: its derivative by differences of a single channel.
        let config = config(r#""pos_encodings":"none","mlp_t":true"#);
        let (own, other) = states();
        let found = mixing(&config, Level::H, &own, &other, 4);
        assert_eq!((found.kind, found.layers[1].len(), found.layers[1][0].len()), (MixingKind::Jacobian, 1, 9));
        let weights = Weights::init(&config, 3);
        let gate_up = &weights.tensors["H_level.layers.0.mlp_t.gate_up_proj.weight"].data;
        let down = &weights.tensors["H_level.layers.0.mlp_t.down_proj.weight"].data;
        let inner = config.inner_size(9);
        let mixed = |v: &[f64; 9]| -> f64 {
            let row = |i: usize| (0..9).map(|t| f64::from(gate_up[i * 9 + t]) * v[t]).sum::<f64>();
            let hidden = |i: usize| row(i) / (1.0 + (-row(i)).exp()) * row(inner + i);
            (0..inner).map(|i| f64::from(down[4 * inner + i]) * hidden(i)).sum()
        };
        for moved in 0..9 {
            let squares = (0..8).map(|channel| {
                let at = |nudge: f64| {
                    let value = |t: usize| f64::from(own[t * 8 + channel] + other[t * 8 + channel]);
                    mixed(&std::array::from_fn(|t| value(t) + if t == moved { nudge } else { 0.0 }))
                };
                ((at(1e-5) - at(-1e-5)) / 2e-5).powi(2)
            });
            let expected = (squares.sum::<f64>() / 8.0).sqrt();
            let found = f64::from(found.layers[0][0][moved]);
            assert!((found - expected).abs() < 1e-4 * (1.0 + expected), "{moved}: {found}, by differences {expected}");
        }
    }
}
