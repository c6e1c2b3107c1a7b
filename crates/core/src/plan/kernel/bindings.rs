//! The operands of every kernel, with the elements that each must have.

use super::Access::{Read, ReadWrite, Write};
use super::*;

fn float(operand: &'static str, buffer: BufferId, access: Access, len: usize) -> Binding {
    Binding { operand, buffer: Some(buffer), access, len, view: false, integer: Some(false) }
}

fn int(operand: &'static str, buffer: BufferId, access: Access, len: usize) -> Binding {
    Binding { integer: Some(true), ..float(operand, buffer, access, len) }
}

fn bits(operand: &'static str, buffer: BufferId, access: Access, len: usize) -> Binding {
    Binding { integer: None, ..float(operand, buffer, access, len) }
}

fn view(binding: Binding) -> Binding {
    Binding { view: true, ..binding }
}

fn optional(operand: &'static str, buffer: Option<BufferId>, len: usize) -> Binding {
    Binding { operand, buffer, access: Access::Read, len, view: false, integer: Some(false) }
}

fn rope_bindings(rope: &Option<Rope>, tokens: usize, head_dim: usize) -> [Binding; 2] {
    let len = tokens * head_dim;
    [optional("cos", rope.map(|r| r.cos), len), optional("sin", rope.map(|r| r.sin), len)]
}

impl Embed {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let Embed { batch, seq, prefix, width, vocab, identifiers, puzzle_width, .. } = *self;
        let tokens = prefix + seq;
        let ids = Binding { integer: Some(true), ..optional("ids", self.puzzle.map(|p| p.0), batch) };
        vec![
            int("tokens", self.tokens, Read, batch * seq),
            float("table", self.table, Read, vocab * width),
            ids,
            optional("puzzle", self.puzzle.map(|p| p.1), identifiers * puzzle_width),
            optional("position", self.position, tokens * width),
            float("out", self.out, Write, batch * tokens * width),
        ]
    }
}

impl EmbedBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let EmbedBackward { batch, seq, prefix, width, vocab, puzzle_width, .. } = *self;
        let out = match self.part {
            EmbedPart::Table => vocab * width,
            EmbedPart::Puzzle => batch * puzzle_width,
            EmbedPart::Position => (prefix + seq) * width,
        };
        vec![
            int("tokens", self.tokens, Read, batch * seq),
            float("d_x", self.d_x, Read, batch * (prefix + seq) * width),
            float("out", self.out, Write, out),
        ]
    }
}

impl Matmul {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let Matmul { batch, m, n, k, .. } = *self;
        let out_batch = if self.reduce { 1 } else { batch };
        let whole = !self.accumulate && self.out.offset == 0 && self.out.stride == n;
        let dense = out_batch == 1 || self.out.batch_stride == m * n;
        let access = if whole && dense { Write } else { ReadWrite };
        vec![
            view(float("a", self.a.buffer, Read, self.a.end(batch, m, k))),
            view(float("b", self.b.buffer, Read, self.b.end(batch, k, n))),
            view(float("out", self.out.buffer, access, self.out.end(out_batch, m, n))),
        ]
    }
}

impl Attention {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let Attention { batch, tokens, heads, head_dim, .. } = *self;
        let width = heads * head_dim;
        let [cos, sin] = rope_bindings(&self.rope, tokens, head_dim);
        vec![
            float("qkv", self.qkv, Read, batch * tokens * 3 * width),
            cos,
            sin,
            float("out", self.out, Write, batch * tokens * width),
            float("lse", self.lse, Write, batch * heads * tokens),
        ]
    }
}

impl AttentionBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let AttentionBackward { batch, tokens, heads, head_dim, .. } = *self;
        let width = heads * head_dim;
        let [cos, sin] = rope_bindings(&self.rope, tokens, head_dim);
        vec![
            float("qkv", self.qkv, Read, batch * tokens * 3 * width),
            cos,
            sin,
            float("out", self.out, Read, batch * tokens * width),
            float("lse", self.lse, Read, batch * heads * tokens),
            float("d_out", self.d_out, Read, batch * tokens * width),
            float("d_qkv", self.d_qkv, Write, batch * tokens * 3 * width),
        ]
    }
}

impl DepthwiseConv {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let DepthwiseConv { batch, prefix, rows, columns, width, size, .. } = *self;
        let len = batch * (prefix + rows * columns) * width;
        vec![
            float("x", self.x, Read, len),
            float("weight", self.weight, Read, size * size * width),
            float("out", self.out, Write, len),
        ]
    }
}

impl DepthwiseConvBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let DepthwiseConvBackward { batch, prefix, rows, columns, width, size, .. } = *self;
        let len = batch * (prefix + rows * columns) * width;
        let access = if self.accumulate { ReadWrite } else { Write };
        vec![
            float("x", self.x, Read, len),
            float("d_out", self.d_out, Read, len),
            float("d_weight", self.d_weight, access, size * size * width),
        ]
    }
}

impl Swiglu {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let n = self.rows * self.n;
        vec![float("gate_up", self.gate_up, Read, 2 * n), float("out", self.out, Write, n)]
    }
}

impl SwigluBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let n = self.rows * self.n;
        vec![
            float("gate_up", self.gate_up, Read, 2 * n),
            float("d_out", self.d_out, Read, n),
            float("d_gate_up", self.d_gate_up, Write, 2 * n),
        ]
    }
}

impl RmsNorm {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let n = self.outer * self.len * self.inner;
        vec![
            float("x", self.x, Read, n),
            float("residual", self.residual, Read, n),
            float("out", self.out, Write, n),
            float("inv_rms", self.inv_rms, Write, self.outer * self.inner),
        ]
    }
}

impl RmsNormBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let n = self.outer * self.len * self.inner;
        vec![
            float("out", self.out, Read, n),
            float("inv_rms", self.inv_rms, Read, self.outer * self.inner),
            float("d_out", self.d_out, Read, n),
            float("d_v", self.d_v, Write, n),
        ]
    }
}

impl Add {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            float("a", self.a, Read, self.len),
            float("b", self.b, Read, self.len),
            float("out", self.out, Write, self.len),
        ]
    }
}

impl Copy {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let to = view(bits("to", self.to, ReadWrite, self.to_offset + self.len));
        vec![view(bits("from", self.from, Read, self.len)), to]
    }
}

impl Fill {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![bits("out", self.out, Write, self.len)]
    }
}

impl QHead {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let QHead { batch, tokens, width, .. } = *self;
        vec![
            float("z", self.z, Read, batch * tokens * width),
            float("weight", self.weight, Read, 2 * width),
            float("bias", self.bias, Read, 2),
            float("out", self.out, Write, batch * 2),
        ]
    }
}

impl QHeadBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let QHeadBackward { batch, tokens, width, .. } = *self;
        vec![
            float("z", self.z, Read, batch * tokens * width),
            float("weight", self.weight, Read, 2 * width),
            float("d_q", self.d_q, Read, batch * 2),
            float("d_z", self.d_z, ReadWrite, batch * tokens * width),
            float("d_weight", self.d_weight, ReadWrite, 2 * width),
            float("d_bias", self.d_bias, ReadWrite, 2),
        ]
    }
}

impl CrossEntropy {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let CrossEntropy { batch, seq, vocab, .. } = *self;
        vec![
            float("logits", self.logits, Read, batch * seq * vocab),
            int("labels", self.labels, Read, batch * seq),
            float("rows", self.rows, Write, batch * 4),
        ]
    }
}

impl CrossEntropyBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let CrossEntropyBackward { batch, seq, vocab, .. } = *self;
        vec![
            float("logits", self.logits, Read, batch * seq * vocab),
            int("labels", self.labels, Read, batch * seq),
            float("rows", self.rows, Read, batch * 4),
            float("d_logits", self.d_logits, Write, batch * seq * vocab),
        ]
    }
}

impl QLoss {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q", self.q, Read, self.batch * 2),
            float("rows", self.rows, Read, self.batch * 4),
            optional("target", self.target, self.batch),
            float("loss", self.loss, Write, self.batch * 2),
        ]
    }
}

impl QLossBackward {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q", self.q, Read, self.batch * 2),
            float("rows", self.rows, Read, self.batch * 4),
            optional("target", self.target, self.batch),
            float("d_q", self.d_q, Write, self.batch * 2),
        ]
    }
}

impl QTarget {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q_next", self.q_next, Read, self.batch * 2),
            int("steps", self.steps, Read, self.batch),
            float("target", self.target, Write, self.batch),
        ]
    }
}

impl CarryReset {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        let source = if self.period == 0 { self.batch * self.row } else { self.period };
        vec![
            int("halted", self.halted, Read, self.batch),
            bits("source", self.source, Read, source),
            bits("target", self.target, ReadWrite, self.batch * self.row),
        ]
    }
}

impl Halt {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q", self.q, Read, self.batch * 2),
            int("random", self.random, Read, 2),
            int("steps", self.steps, ReadWrite, self.batch),
            int("halted", self.halted, ReadWrite, self.batch),
        ]
    }
}

impl Metrics {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            int("halted", self.halted, Read, self.batch),
            int("steps", self.steps, Read, self.batch),
            float("q", self.q, Read, self.batch * 2),
            float("rows", self.rows, Read, self.batch * 4),
            float("loss", self.loss, Read, self.batch * 2),
            float("out", self.out, Write, 8),
        ]
    }
}

impl AdamAtan2 {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            float("grad", self.grad, Read, self.len),
            float("hyper", self.hyper, Read, 4),
            float("param", self.param, ReadWrite, self.len),
            float("m", self.m, ReadWrite, self.len),
            float("v", self.v, ReadWrite, self.len),
        ]
    }
}

impl SignSgd {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![
            float("grad", self.grad, Read, self.batch * self.width),
            int("ids", self.ids, Read, self.batch),
            float("hyper", self.hyper, Read, 4),
            float("table", self.table, ReadWrite, self.identifiers * self.width),
        ]
    }
}

impl Ema {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![float("param", self.param, Read, self.len), float("average", self.average, ReadWrite, self.len)]
    }
}

impl SumSquares {
    pub(super) fn bindings(&self) -> Vec<Binding> {
        vec![float("x", self.x, Read, self.len), view(float("out", self.out, ReadWrite, self.index + 1))]
    }
}
