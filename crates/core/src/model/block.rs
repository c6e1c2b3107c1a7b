//! One block: token mixer and SwiGLU, between them a convolution where the model has one, each with its residual and
//! post-norm. hrm.md, "Block and module".

use crate::config::{Mixer, ModelConfig};
use crate::plan::kernel::{Attention, DepthwiseConv, Matmul, Operand, RmsNorm, Rope, Swiglu};
use crate::plan::{BufferId, Recorder};

use super::taps::TapLog;

/// The weights of a block.
#[derive(Clone, Debug)]
pub struct Block {
    mixer: MixerWeights,
    /// With its rows and columns.
    local_conv: Option<(BufferId, usize)>,
    gate_up: BufferId,
    down: BufferId,
    name: String,
}

#[derive(Clone, Debug)]
enum MixerWeights {
    Attention { qkv: BufferId, out: BufferId },
    MlpT { gate_up: BufferId, down: BufferId },
    Conv { weight: BufferId, size: usize },
}

/// What the token mixer of a block made of its input.
#[derive(Clone, Copy, Debug)]
pub struct Mixed {
    /// [B, T, D], before the residual.
    pub out: BufferId,
    /// Queries, keys and values [B, T, 3D], where it is attention.
    pub qkv: Option<BufferId>,
}

/// What every block of a model shares.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// The configuration.
    pub config: &'a ModelConfig,
    /// Rotary tables.
    pub rope: Option<Rope>,
    /// B.
    pub batch: usize,
}

impl Block {
    /// Finds the weights of block `layer` of `level` among the declared parameters.
    pub fn new(config: &ModelConfig, level: &str, layer: usize, param: impl Fn(&str) -> BufferId) -> Self {
        let weight = |name: &str| param(&format!("{level}.layers.{layer}.{name}.weight"));
        let mixer = match config.mixer {
            Mixer::Attention => {
                MixerWeights::Attention { qkv: weight("self_attn.qkv_proj"), out: weight("self_attn.o_proj") }
            }
            Mixer::Conv { size } => MixerWeights::Conv { weight: weight("conv"), size },
            Mixer::MlpT => {
                MixerWeights::MlpT { gate_up: weight("mlp_t.gate_up_proj"), down: weight("mlp_t.down_proj") }
            }
        };
        let local_conv = config.local_conv.map(|size| (weight("local_conv"), size));
        let (gate_up, down) = (weight("mlp.gate_up_proj"), weight("mlp.down_proj"));
        Block { mixer, local_conv, gate_up, down, name: format!("{level}.{layer}") }
    }

    /// v [B, T, D] to the block's output [B, T, D].
    pub fn record(&self, r: &mut Recorder, shape: Shape, v: BufferId, taps: &mut TapLog) -> BufferId {
        let mixed = self.mix(r, shape, v).out;
        self.finish(r, shape, v, mixed, taps)
    }

    /// The token mixer alone: v [B, T, D] to what is added to it.
    pub fn mix(&self, r: &mut Recorder, shape: Shape, v: BufferId) -> Mixed {
        match self.mixer {
            MixerWeights::Attention { qkv, out } => attention(r, shape, v, qkv, out),
            MixerWeights::Conv { weight, size } => Mixed { out: conv(r, shape, v, weight, size), qkv: None },
            MixerWeights::MlpT { gate_up, down } => Mixed { out: mlp_t(r, shape, v, gate_up, down), qkv: None },
        }
    }

    /// The rest of the block, from its input v and what the mixer made of it.
    pub fn finish(&self, r: &mut Recorder, shape: Shape, v: BufferId, mixed: BufferId, taps: &mut TapLog) -> BufferId {
        let (rows, d) = (shape.batch * shape.config.tokens(), shape.config.hidden_size);
        let over_positions = matches!(self.mixer, MixerWeights::MlpT { .. });
        taps.trace(r, &format!("{}.mixer", self.name), mixed);
        let mut y = rms_norm(r, shape, v, mixed, over_positions);
        if let Some((weight, size)) = self.local_conv {
            let near = conv(r, shape, y, weight, size);
            taps.trace(r, &format!("{}.local_conv", self.name), near);
            y = rms_norm(r, shape, y, near, false);
        }
        let inner = shape.config.inner_size(d);
        let gate_up = r.linear(y, self.gate_up, rows, d, 2 * inner);
        let hidden = swiglu(r, gate_up, rows, inner);
        let mlp = r.linear(hidden, self.down, rows, inner, d);
        taps.trace(r, &format!("{}.mlp", self.name), mlp);
        let out = rms_norm(r, shape, y, mlp, false);
        taps.trace(r, &self.name, out);
        out
    }
}

fn attention(r: &mut Recorder, shape: Shape, v: BufferId, qkv: BufferId, out: BufferId) -> Mixed {
    let Shape { config, rope, batch } = shape;
    let (tokens, d, heads) = (config.tokens(), config.hidden_size, config.num_heads);
    let qkv = r.linear(v, qkv, batch * tokens, d, 3 * d);
    let mixed = r.temp("attention", &[batch, tokens, d]);
    let lse = r.temp("attention lse", &[batch, heads, tokens]);
    r.push(Attention { qkv, rope, out: mixed, lse, batch, tokens, heads, head_dim: d / heads });
    Mixed { out: r.linear(mixed, out, batch * tokens, d, d), qkv: Some(qkv) }
}

/// SwiGLU over the positions. The weights stand on the left, W [2F', T] · v [T, D], so that nothing is transposed.
fn mlp_t(r: &mut Recorder, shape: Shape, v: BufferId, gate_up: BufferId, down: BufferId) -> BufferId {
    let Shape { config, batch, .. } = shape;
    let (tokens, d) = (config.tokens(), config.hidden_size);
    let inner = config.inner_size(tokens);
    let project = |r: &mut Recorder, weight: BufferId, x: BufferId, m: usize, k: usize, name: &str| {
        let out = r.temp(name, &[batch, m, d]);
        r.push(Matmul {
            a: Operand::whole(weight, k),
            b: Operand { batch_stride: k * d, ..Operand::whole(x, d) },
            out: Operand { batch_stride: m * d, ..Operand::whole(out, d) },
            batch,
            m,
            n: d,
            k,
            reduce: false,
            accumulate: false,
        });
        out
    };
    let both = project(r, gate_up, v, 2 * inner, tokens, "mlp_t gate_up");
    let hidden = swiglu(r, both, batch, inner * d);
    project(r, down, hidden, tokens, inner, "mlp_t")
}

fn conv(r: &mut Recorder, shape: Shape, x: BufferId, weight: BufferId, size: usize) -> BufferId {
    let Shape { config, batch, .. } = shape;
    let (width, prefix, columns) = (config.hidden_size, config.puzzle_emb_len, config.columns());
    let (rows, turned) = (config.seq_len / columns, false);
    let out = r.temp("conv", &[batch, config.tokens(), width]);
    r.push(DepthwiseConv { x, weight, out, batch, prefix, rows, columns, width, size, turned });
    out
}

fn swiglu(r: &mut Recorder, gate_up: BufferId, rows: usize, n: usize) -> BufferId {
    let out = r.temp("swiglu", &[rows, n]);
    r.push(Swiglu { gate_up, out, rows, n });
    out
}

fn rms_norm(r: &mut Recorder, shape: Shape, x: BufferId, residual: BufferId, over_positions: bool) -> BufferId {
    let (batch, tokens, d) = (shape.batch, shape.config.tokens(), shape.config.hidden_size);
    let (outer, len, inner) = if over_positions { (batch, tokens, d) } else { (batch * tokens, d, 1) };
    let out = r.temp("normed", &[batch, tokens, d]);
    let inv_rms = r.temp("inv_rms", &[outer, inner]);
    r.push(RmsNorm { x, residual, out, inv_rms, outer, len, inner, eps: shape.config.rms_norm_eps });
    out
}
