//! The two clocks: H and L cycles, the input that both see, the heads. hrm.md, "One segment" and "TRM".

use std::collections::HashMap;
use std::ops::Range;

use crate::config::{Family, ModelConfig, Positions};
use crate::plan::kernel::{Add, CarryReset, Embed, Matmul, Operand, QHead, Rope};
use crate::plan::{BufferId, Recorder};

use super::block::{Block, Shape};
use super::params::param_specs;
use super::rope;
use super::taps::{Level, TapLog};

/// The integers a batch brings.
#[derive(Clone, Copy, Debug)]
pub struct Inputs {
    /// Tokens [B, S].
    pub tokens: BufferId,
    /// Puzzle identifiers [B].
    pub ids: BufferId,
}

impl Inputs {
    /// Declares both, with a prefix to their names.
    pub fn declare(r: &mut Recorder, config: &ModelConfig, batch: usize, prefix: &str) -> Self {
        Inputs {
            tokens: r.integers(&format!("{prefix}tokens"), &[batch, config.seq_len]),
            ids: r.integers(&format!("{prefix}ids"), &[batch]),
        }
    }
}

/// A layer of a step, recorded up to its token mixer.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// Its input [B, T, D].
    pub input: BufferId,
    /// What the mixer made of it [B, T, D].
    pub mixed: BufferId,
    /// Queries, keys and values [B, T, 3D], where the mixer is attention.
    pub qkv: Option<BufferId>,
    /// The mixer's steps in the current entry.
    pub steps: Range<usize>,
}

/// A declared model: its weights as buffers, ready to be recorded any number of times.
#[derive(Clone, Debug)]
pub struct Model {
    /// The configuration.
    pub config: ModelConfig,
    /// B.
    pub batch: usize,
    /// Trained weights in order.
    pub trained: Vec<BufferId>,
    params: HashMap<String, BufferId>,
    h_level: Vec<Block>,
    l_level: Vec<Block>,
    rope: Option<Rope>,
}

impl Model {
    /// Declares all weights for batches of `batch` rows.
    pub fn declare(r: &mut Recorder, config: &ModelConfig, batch: usize) -> Self {
        let mut params = HashMap::new();
        let mut trained = Vec::new();
        for spec in param_specs(config) {
            let id = r.param(&spec.name, &spec.shape);
            if spec.trained {
                trained.push(id);
            }
            params.insert(spec.name, id);
        }
        let blocks = |level: &str, layers: usize| {
            (0..layers).map(|layer| Block::new(config, level, layer, |name| params[name])).collect::<Vec<_>>()
        };
        let l_level = blocks("L_level", config.l_layers);
        let h_level = match config.family {
            Family::Hrm => blocks("H_level", config.h_layers),
            Family::Trm => l_level.clone(),
        };
        let rope = declare_rope(r, config);
        Model { config: config.clone(), batch, trained, params, h_level, l_level, rope }
    }

    /// The same weights for boards of another size, given as the configuration for that, which differs in nothing else
    /// ([`ModelConfig::at_size`]).
    pub fn at_size(&self, r: &mut Recorder, config: &ModelConfig) -> Self {
        Model { config: config.clone(), rope: declare_rope(r, config), ..self.clone() }
    }

    /// A weight by its official name without prefix.
    pub fn param(&self, name: &str) -> BufferId {
        self.params[name]
    }

    /// What the host writes once before the first run.
    pub fn constants(&self) -> Vec<(BufferId, Vec<f32>)> {
        match (self.rope, rope::tables(&self.config)) {
            (Some(rope), Some((cos, sin))) => vec![(rope.cos, cos), (rope.sin, sin)],
            _ => Vec::new(),
        }
    }

    /// Shape of a state, [B, T, D].
    pub fn state_shape(&self) -> [usize; 3] {
        [self.batch, self.config.tokens(), self.config.hidden_size]
    }

    /// Records the input x [B, T, D] into `out`. hrm.md, "Input".
    pub fn input(&self, r: &mut Recorder, inputs: Inputs, out: BufferId) {
        let config = &self.config;
        let learned = config.positions == Positions::Learned;
        let puzzle = (config.puzzle_emb_ndim > 0).then(|| (inputs.ids, self.param("puzzle_emb.weights")));
        let root = (config.hidden_size as f64).sqrt();
        r.push(Embed {
            tokens: inputs.tokens,
            table: self.param("embed_tokens.embedding_weight"),
            puzzle,
            position: learned.then(|| self.param("embed_pos.embedding_weight")),
            out,
            batch: self.batch,
            seq: config.seq_len,
            prefix: config.puzzle_emb_len,
            width: config.hidden_size,
            vocab: config.vocab_size,
            identifiers: config.num_puzzle_identifiers,
            puzzle_width: config.puzzle_emb_ndim,
            scale: if learned { std::f64::consts::FRAC_1_SQRT_2 * root } else { root },
        });
    }

    /// Records z_H := H_init and z_L := L_init on the rows that halted.
    pub fn reset(&self, r: &mut Recorder, halted: BufferId, z_h: BufferId, z_l: BufferId) {
        self.reset_one(r, halted, Level::H, z_h);
        self.reset_one(r, halted, Level::L, z_l);
    }

    /// Records z := the module's initial state on the rows that halted.
    pub fn reset_one(&self, r: &mut Recorder, halted: BufferId, level: Level, z: BufferId) {
        let [batch, tokens, d] = self.state_shape();
        let source = self.param(match level {
            Level::H => "H_init",
            Level::L => "L_init",
        });
        r.push(CarryReset { halted, source, target: z, batch, row: tokens * d, period: d });
    }

    /// Records a single step of a module from x, z_H and z_L, all [B, T, D]; returns its new state. A segment's steps
    /// played one by one compute what [`Model::segment`] does.
    pub fn step(&self, r: &mut Recorder, level: Level, x: BufferId, (z_h, z_l): (BufferId, BufferId)) -> BufferId {
        let untapped = &mut TapLog::default();
        match level {
            Level::L => {
                let injection = self.add(r, z_h, x);
                self.level(r, &self.l_level, "L_level", z_l, injection, untapped)
            }
            Level::H => self.level(r, &self.h_level, "H_level", z_h, z_l, untapped),
        }
    }

    /// Records one segment from (z_H, z_L), both [B, T, D]; returns the new ones. What the official code runs without
    /// gradient is recorded so.
    pub fn segment(
        &self,
        r: &mut Recorder,
        x: BufferId,
        (mut z_h, mut z_l): (BufferId, BufferId),
        taps: &mut TapLog,
    ) -> (BufferId, BufferId) {
        let (h_cycles, l_cycles) = (self.config.h_cycles, self.config.l_cycles);
        let differentiable =
            |h: usize, l: usize| h + 1 == h_cycles && (self.config.family == Family::Trm || l + 1 == l_cycles);
        let mut injection = None;
        for h in 0..h_cycles {
            for l in 0..l_cycles {
                let on = differentiable(h, l);
                // z_H + x changes once an H-cycle; where gradients begin it is recorded again, to lead back to x.
                if l == 0 || on != differentiable(h, l - 1) {
                    injection = None;
                }
                z_l = with_grad(r, on, |r| {
                    let sum = *injection.get_or_insert_with(|| self.add(r, z_h, x));
                    self.level(r, &self.l_level, "L_level", z_l, sum, taps)
                });
                taps.state(r, Level::L, h, l, z_l);
            }
            z_h = with_grad(r, h + 1 == h_cycles, |r| {
                let name = if self.config.family == Family::Trm { "L_level" } else { "H_level" };
                self.level(r, &self.h_level, name, z_h, z_l, taps)
            });
            taps.state(r, Level::H, h, l_cycles, z_h);
        }
        (z_h, z_l)
    }

    /// Records logits [B, S, V] of z_H into `out`.
    pub fn lm_head(&self, r: &mut Recorder, z_h: BufferId, out: BufferId) {
        let [batch, tokens, d] = self.state_shape();
        let ModelConfig { seq_len, vocab_size, puzzle_emb_len, .. } = self.config;
        r.push(Matmul {
            a: Operand { offset: puzzle_emb_len * d, batch_stride: tokens * d, ..Operand::whole(z_h, d) },
            b: Operand::whole(self.param("lm_head.weight"), d).t(),
            out: Operand { batch_stride: seq_len * vocab_size, ..Operand::whole(out, vocab_size) },
            batch,
            m: seq_len,
            n: vocab_size,
            k: d,
            reduce: false,
            accumulate: false,
        });
    }

    /// Records (q_halt, q_continue) [B, 2] of z_H into `out`.
    pub fn q_head(&self, r: &mut Recorder, z_h: BufferId, out: BufferId) {
        let [batch, tokens, width] = self.state_shape();
        let (weight, bias) = (self.param("q_head.weight"), self.param("q_head.bias"));
        r.push(QHead { z: z_h, weight, bias, out, batch, tokens, width });
    }

    /// A module: state + injection, then its blocks.
    fn level(
        &self,
        r: &mut Recorder,
        blocks: &[Block],
        name: &str,
        state: BufferId,
        injection: BufferId,
        taps: &mut TapLog,
    ) -> BufferId {
        let shape = Shape { config: &self.config, rope: self.rope, batch: self.batch };
        let v = self.add(r, state, injection);
        let out = blocks.iter().fold(v, |v, block| block.record(r, shape, v, taps));
        taps.trace(r, name, out);
        out
    }

    /// Records a step of a module from its state and injection, both [B, T, D]; `visit` sees each layer as soon as its
    /// mixer is recorded, and may record more.
    pub(super) fn layers(
        &self,
        r: &mut Recorder,
        level: Level,
        (state, injection): (BufferId, BufferId),
        mut visit: impl FnMut(&mut Recorder, Layer),
    ) {
        let shape = Shape { config: &self.config, rope: self.rope, batch: self.batch };
        let blocks = match level {
            Level::H => &self.h_level,
            Level::L => &self.l_level,
        };
        let mut input = self.add(r, state, injection);
        for block in blocks {
            let begin = r.steps().len();
            let mixed = block.mix(r, shape, input);
            let steps = begin..r.steps().len();
            visit(r, Layer { input, mixed: mixed.out, qkv: mixed.qkv, steps });
            input = block.finish(r, shape, input, mixed.out, &mut TapLog::default());
        }
    }

    fn add(&self, r: &mut Recorder, a: BufferId, b: BufferId) -> BufferId {
        let shape = self.state_shape();
        let out = r.temp("sum", &shape);
        r.push(Add { a, b, out, len: shape.iter().product() });
        out
    }
}

fn declare_rope(r: &mut Recorder, config: &ModelConfig) -> Option<Rope> {
    rope::tables(config).map(|_| Rope {
        cos: r.persistent("rope.cos", &[config.tokens(), config.head_dim()]),
        sin: r.persistent("rope.sin", &[config.tokens(), config.head_dim()]),
    })
}

fn with_grad<R>(r: &mut Recorder, on: bool, f: impl FnOnce(&mut Recorder) -> R) -> R {
    if on { f(r) } else { r.no_grad(f) }
}
