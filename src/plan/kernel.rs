//! The operations of this model family: every one exists as `shaders/NAME.wgsl` and as `src/engine/cpu/NAME.rs`.
//!
//! Notation: B batch, S tokens, P prefix, T = P + S, D width, h heads, d = D/h, V vocabulary, E puzzle vector's width.
//! All matrices are row-major. `accumulate` adds to what the output holds instead of replacing it.

use super::BufferId;
use crate::config::LossKind;

/// How a kernel uses an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only read.
    Read,
    /// Every element is written; what was there before does not matter.
    Write,
    /// Read and written in place, or written in part.
    ReadWrite,
}

/// One operand, in the order of the shader's `@binding` numbers.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Its name in the kernel.
    pub operand: &'static str,
    /// The buffer; `None` where an optional operand is absent.
    pub buffer: Option<BufferId>,
    /// Read or written.
    pub access: Access,
    /// Elements the buffer must have; for [`Binding::view`]s at least.
    pub len: usize,
    /// Whether only a part of the buffer is touched, so that `len` is a lower bound.
    pub view: bool,
    /// Whether the elements are integers; `None`: either (copied bit by bit).
    pub integer: Option<bool>,
}

macro_rules! kernels {
    ($($(#[$doc:meta])* $name:ident, $text:literal, { $($(#[$fdoc:meta])* $field:ident : $ty:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq)]
            pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
            impl From<$name> for Kernel { fn from(k: $name) -> Kernel { Kernel::$name(k) } }
        )*
        /// One operation with its buffers and sizes.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum Kernel { $($name($name),)* }
        impl Kernel {
            /// The file name of the shader and of its CPU twin.
            pub fn name(&self) -> &'static str { match self { $(Kernel::$name(_) => $text,)* } }
            /// All operands, in the order of the shader's bindings.
            pub fn bindings(&self) -> Vec<Binding> { match self { $(Kernel::$name(k) => k.bindings(),)* } }
        }
    };
}

/// A matrix inside a buffer: element (r, c) of item b lies at `offset + b·batch_stride + r·stride + c`, or with r and c
/// exchanged when `transposed`. A `batch_stride` of 0 shares one matrix among all items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Where it lies.
    pub buffer: BufferId,
    /// First element.
    pub offset: usize,
    /// Elements from one stored row to the next.
    pub stride: usize,
    /// Elements from one item to the next.
    pub batch_stride: usize,
    /// Whether what is stored is the transpose of what is meant.
    pub transposed: bool,
}

impl Operand {
    /// A whole buffer as one matrix with rows of `stride` elements.
    pub fn whole(buffer: BufferId, stride: usize) -> Self {
        Operand { buffer, offset: 0, stride, batch_stride: 0, transposed: false }
    }

    /// The same elements, meant as the transpose.
    pub fn t(self) -> Self {
        Operand { transposed: !self.transposed, ..self }
    }

    /// The same place in another buffer of the same layout, stored as meant.
    pub fn in_buffer(self, buffer: BufferId) -> Self {
        Operand { buffer, transposed: false, ..self }
    }

    /// One past the last element touched, for a logical matrix of `rows` by `cols`.
    pub fn end(&self, batch: usize, rows: usize, cols: usize) -> usize {
        let (rows, cols) = if self.transposed { (cols, rows) } else { (rows, cols) };
        if rows == 0 || cols == 0 || batch == 0 {
            return 0;
        }
        self.offset + (batch - 1) * self.batch_stride + (rows - 1) * self.stride + cols
    }
}

/// The sine and cosine of every angle, [T, d] each, the d/2 angles repeated in both halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rope {
    /// Cosines [T, d].
    pub cos: BufferId,
    /// Sines [T, d].
    pub sin: BufferId,
}

kernels! {
    /// x[b, t, :] = scale · (e + position[t, :]), with e the token's row of `table` for t ≥ P and the t-th stretch of D
    /// elements of the puzzle's vector (zero-padded to P·D) for t < P. hrm.md, "Input".
    Embed, "embed", {
        /// Tokens [B, S], integers below V.
        tokens: BufferId,
        /// Token embedding [V, D].
        table: BufferId,
        /// Puzzle identifiers [B] (integers below N) and puzzle embedding [N, E]; absent when P = 0.
        puzzle: Option<(BufferId, BufferId)>,
        /// Learned positions [T, D].
        position: Option<BufferId>,
        /// x [B, T, D].
        out: BufferId,
        /// B.
        batch: usize,
        /// S.
        seq: usize,
        /// P.
        prefix: usize,
        /// D.
        width: usize,
        /// V.
        vocab: usize,
        /// N.
        identifiers: usize,
        /// E.
        puzzle_width: usize,
        /// √D, times √½ with learned positions.
        scale: f64,
    }
    /// The three gradients of [`Embed`]; the sum over the batch runs in a fixed order.
    EmbedBackward, "embed_backward", {
        /// Which of the three.
        part: EmbedPart,
        /// Tokens [B, S] (used by `Table`).
        tokens: BufferId,
        /// d_x [B, T, D].
        d_x: BufferId,
        /// `Table`: [V, D]; `Puzzle`: [B, E], one row per example; `Position`: [T, D].
        out: BufferId,
        /// B.
        batch: usize,
        /// S.
        seq: usize,
        /// P.
        prefix: usize,
        /// D.
        width: usize,
        /// V.
        vocab: usize,
        /// E.
        puzzle_width: usize,
        /// As in [`Embed`].
        scale: f64,
    }
    /// out[b] (+)= a[b] · b[b] for every item of the batch, or with `reduce` out (+)= Σ_b a[b] · b[b].
    Matmul, "matmul", {
        /// Left factor, meant as [m, k].
        a: Operand,
        /// Right factor, meant as [k, n].
        b: Operand,
        /// Result [m, n], not transposed.
        out: Operand,
        /// Items.
        batch: usize,
        /// Rows of the result.
        m: usize,
        /// Columns of the result.
        n: usize,
        /// Terms of each sum.
        k: usize,
        /// Sum over the batch into one result.
        reduce: bool,
        /// Add to what is there.
        accumulate: bool,
    }
    /// softmax(q kᵀ / √d) v for every head, q and k rotated at the read when `rope` is given. Neither causal nor masked.
    Attention, "attention", {
        /// [B, T, 3D]: all query heads, all key heads, all value heads.
        qkv: BufferId,
        /// Rotary tables.
        rope: Option<Rope>,
        /// [B, T, D], heads side by side.
        out: BufferId,
        /// log Σ exp of every row's scores [B, h, T], for the way back.
        lse: BufferId,
        /// B.
        batch: usize,
        /// T.
        tokens: usize,
        /// h.
        heads: usize,
        /// d.
        head_dim: usize,
    }
    /// The gradient of [`Attention`] with respect to qkv (before rotation).
    AttentionBackward, "attention_backward", {
        /// [B, T, 3D].
        qkv: BufferId,
        /// Rotary tables.
        rope: Option<Rope>,
        /// The forward's output [B, T, D].
        out: BufferId,
        /// The forward's log-sum-exp [B, h, T].
        lse: BufferId,
        /// d_out [B, T, D].
        d_out: BufferId,
        /// d_qkv [B, T, 3D], replaced.
        d_qkv: BufferId,
        /// B.
        batch: usize,
        /// T.
        tokens: usize,
        /// h.
        heads: usize,
        /// d.
        head_dim: usize,
    }
    /// out[r, i] = silu(gate_up[r, i]) · gate_up[r, n + i].
    Swiglu, "swiglu", {
        /// [rows, 2·n], gate first.
        gate_up: BufferId,
        /// [rows, n].
        out: BufferId,
        /// Rows: B·T over features, B over positions (then n = F'·D).
        rows: usize,
        /// n.
        n: usize,
    }
    /// The gradient of [`Swiglu`].
    SwigluBackward, "swiglu_backward", {
        /// [rows, 2·n].
        gate_up: BufferId,
        /// d_out [rows, n].
        d_out: BufferId,
        /// d_gate_up [rows, 2·n], replaced.
        d_gate_up: BufferId,
        /// Rows.
        rows: usize,
        /// n.
        n: usize,
    }
    /// out = v / √(mean(v²) + ε), v = x + residual, the mean over `len` elements that lie `inner` apart:
    /// element i of group (o, j) at (o·len + i)·inner + j. inner = 1 norms rows; inner = D, len = T norms over positions.
    RmsNorm, "rms_norm", {
        /// [outer, len, inner].
        x: BufferId,
        /// [outer, len, inner].
        residual: BufferId,
        /// [outer, len, inner].
        out: BufferId,
        /// 1 / √(mean + ε) of every group [outer, inner], for the way back.
        inv_rms: BufferId,
        /// Groups of rows.
        outer: usize,
        /// Elements of a mean.
        len: usize,
        /// Distance between them.
        inner: usize,
        /// ε.
        eps: f64,
    }
    /// d_v = inv_rms · (d_out - out · mean(d_out · out)); it is the gradient of x and of the residual.
    RmsNormBackward, "rms_norm_backward", {
        /// The forward's output [outer, len, inner].
        out: BufferId,
        /// The forward's [outer, inner].
        inv_rms: BufferId,
        /// d_out [outer, len, inner].
        d_out: BufferId,
        /// d_v [outer, len, inner], replaced.
        d_v: BufferId,
        /// Groups of rows.
        outer: usize,
        /// Elements of a mean.
        len: usize,
        /// Distance between them.
        inner: usize,
    }
    /// out = a + b.
    Add, "add", {
        /// [len].
        a: BufferId,
        /// [len].
        b: BufferId,
        /// [len].
        out: BufferId,
        /// Elements.
        len: usize,
    }
    /// to[to_offset..][..len] = from[..len], bit by bit.
    Copy, "copy", {
        /// At least `len` elements.
        from: BufferId,
        /// At least `to_offset + len`.
        to: BufferId,
        /// First element written.
        to_offset: usize,
        /// Elements.
        len: usize,
    }
    /// Every element := value.
    Fill, "fill", {
        /// [len].
        out: BufferId,
        /// Elements.
        len: usize,
        /// The value (as an integer in integer buffers).
        value: f64,
    }
    /// q[b, i] = Σ_c z[b, 0, c] · weight[i, c] + bias[i]: (q_halt, q_continue) from the first position of z_H.
    QHead, "q_head", {
        /// z_H [B, T, D].
        z: BufferId,
        /// [2, D].
        weight: BufferId,
        /// [2].
        bias: BufferId,
        /// [B, 2].
        out: BufferId,
        /// B.
        batch: usize,
        /// T.
        tokens: usize,
        /// D.
        width: usize,
    }
    /// The gradients of [`QHead`], all three added to what is there; that of z at position 0.
    QHeadBackward, "q_head_backward", {
        /// z_H [B, T, D].
        z: BufferId,
        /// [2, D].
        weight: BufferId,
        /// d_q [B, 2].
        d_q: BufferId,
        /// d_z [B, T, D].
        d_z: BufferId,
        /// d_weight [2, D].
        d_weight: BufferId,
        /// d_bias [2].
        d_bias: BufferId,
        /// B.
        batch: usize,
        /// T.
        tokens: usize,
        /// D.
        width: usize,
    }
    /// Per example: (mean cross-entropy over the positions whose label is below V, correct positions, such positions,
    /// 1 if all of them are right else 0). The mean's divisor is at least 1; the first largest logit is the arg max.
    CrossEntropy, "cross_entropy", {
        /// [B, S, V].
        logits: BufferId,
        /// Integers [B, S]; from V on: ignored.
        labels: BufferId,
        /// [B, 4].
        rows: BufferId,
        /// B.
        batch: usize,
        /// S.
        seq: usize,
        /// V.
        vocab: usize,
        /// Stablemax or softmax.
        kind: LossKind,
    }
    /// The gradient of the summed mean cross-entropy, times `scale`.
    CrossEntropyBackward, "cross_entropy_backward", {
        /// [B, S, V].
        logits: BufferId,
        /// Integers [B, S].
        labels: BufferId,
        /// The forward's [B, 4].
        rows: BufferId,
        /// d_logits [B, S, V], replaced.
        d_logits: BufferId,
        /// B.
        batch: usize,
        /// S.
        seq: usize,
        /// V.
        vocab: usize,
        /// Stablemax or softmax.
        kind: LossKind,
        /// 1 / B.
        scale: f64,
    }
    /// Binary cross-entropies with logits, per example: (q_halt against "whole sequence right", q_continue against its
    /// target, or 0 without one). Not yet halved.
    QLoss, "q_loss", {
        /// [B, 2].
        q: BufferId,
        /// [`CrossEntropy`]'s [B, 4].
        rows: BufferId,
        /// Target of q_continue [B].
        target: Option<BufferId>,
        /// [B, 2].
        loss: BufferId,
        /// B.
        batch: usize,
    }
    /// The gradient of ½·(Σ q_halt loss + Σ q_continue loss), times `scale`.
    QLossBackward, "q_loss_backward", {
        /// [B, 2].
        q: BufferId,
        /// [B, 4].
        rows: BufferId,
        /// [B].
        target: Option<BufferId>,
        /// d_q [B, 2], replaced.
        d_q: BufferId,
        /// B.
        batch: usize,
        /// 1 / B.
        scale: f64,
    }
    /// target[b] = σ(q_halt') where steps ≥ max_steps, else σ(max(q_halt', q_continue')), q' of the next segment.
    QTarget, "q_target", {
        /// The next segment's q [B, 2].
        q_next: BufferId,
        /// Integers [B], after this segment.
        steps: BufferId,
        /// [B].
        target: BufferId,
        /// B.
        batch: usize,
        /// halt_max_steps.
        max_steps: usize,
    }
    /// Rows with halted ≠ 0 take new contents, bit by bit: target[b, i] = source[i mod period], or source[b, i] with period 0.
    CarryReset, "carry_reset", {
        /// Integers [B].
        halted: BufferId,
        /// One row of `period` elements for all ([D] for z := init), or, with period = 0, [B, row].
        source: BufferId,
        /// [B, row].
        target: BufferId,
        /// B.
        batch: usize,
        /// Elements of a row.
        row: usize,
        /// Length of the shared source; 0: each row has its own.
        period: usize,
    }
    /// After a training segment: steps = (halted ? 0 : steps) + 1, then halted anew. hrm.md, "ACT".
    Halt, "halt", {
        /// [B, 2].
        q: BufferId,
        /// Integers [2]: the seed and the number of this step, for the exploration draws.
        random: BufferId,
        /// Integers [B], updated.
        steps: BufferId,
        /// Integers [B], updated.
        halted: BufferId,
        /// B.
        batch: usize,
        /// halt_max_steps.
        max_steps: usize,
        /// halt_exploration_prob.
        exploration: f64,
        /// TRM: halt at q_halt > 0 instead of q_halt > q_continue.
        q_halt_alone: bool,
    }
    /// Sums of the step, in this order: rows that halted and have labels; over those rows accuracy, exact_accuracy,
    /// q_halt_accuracy, steps; over all rows cross-entropy, q_halt loss, q_continue loss.
    Metrics, "metrics", {
        /// Integers [B].
        halted: BufferId,
        /// Integers [B].
        steps: BufferId,
        /// [B, 2].
        q: BufferId,
        /// [B, 4].
        rows: BufferId,
        /// [B, 2].
        loss: BufferId,
        /// [8].
        out: BufferId,
        /// B.
        batch: usize,
    }
    /// p *= 1 - lr·wd; m, v moving means of g, g²; p -= lr·c1 · atan2(m, √(v·c2)). hrm.md, "Optimizers".
    AdamAtan2, "adam_atan2", {
        /// [len].
        grad: BufferId,
        /// [4]: lr, puzzle lr, c1 = 1 / (1 - β1ᵗ), c2 = 1 / (1 - β2ᵗ).
        hyper: BufferId,
        /// [len], updated.
        param: BufferId,
        /// First moment [len], updated.
        m: BufferId,
        /// Second moment [len], updated.
        v: BufferId,
        /// Elements.
        len: usize,
        /// β1.
        beta1: f64,
        /// β2.
        beta2: f64,
        /// Weight decay.
        weight_decay: f64,
    }
    /// For every identifier in the batch, once: row *= 1 - lr·wd; row -= lr·sign(Σ gradients of its examples).
    SignSgd, "sign_sgd", {
        /// Per example [B, E].
        grad: BufferId,
        /// Integers [B].
        ids: BufferId,
        /// As in [`AdamAtan2`]; the second is used.
        hyper: BufferId,
        /// [N, E], updated.
        table: BufferId,
        /// B.
        batch: usize,
        /// E.
        width: usize,
        /// N.
        identifiers: usize,
        /// Weight decay.
        weight_decay: f64,
    }
    /// average = decay · average + (1 - decay) · param.
    Ema, "ema", {
        /// [len].
        param: BufferId,
        /// [len], updated.
        average: BufferId,
        /// Elements.
        len: usize,
        /// 0.999.
        decay: f64,
    }
    /// out[index] = Σ x², for the gradient's norm.
    SumSquares, "sum_squares", {
        /// [len].
        x: BufferId,
        /// At least `index + 1` elements.
        out: BufferId,
        /// Elements.
        len: usize,
        /// Which element is written.
        index: usize,
    }
}

/// What an [`EmbedBackward`] computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbedPart {
    /// Token embedding.
    Table,
    /// Puzzle vector of each example.
    Puzzle,
    /// Learned positions.
    Position,
}

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

use Access::{Read, ReadWrite, Write};

impl Embed {
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
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

impl Swiglu {
    fn bindings(&self) -> Vec<Binding> {
        let n = self.rows * self.n;
        vec![float("gate_up", self.gate_up, Read, 2 * n), float("out", self.out, Write, n)]
    }
}

impl SwigluBackward {
    fn bindings(&self) -> Vec<Binding> {
        let n = self.rows * self.n;
        vec![
            float("gate_up", self.gate_up, Read, 2 * n),
            float("d_out", self.d_out, Read, n),
            float("d_gate_up", self.d_gate_up, Write, 2 * n),
        ]
    }
}

impl RmsNorm {
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
        vec![
            float("a", self.a, Read, self.len),
            float("b", self.b, Read, self.len),
            float("out", self.out, Write, self.len),
        ]
    }
}

impl Copy {
    fn bindings(&self) -> Vec<Binding> {
        let to = view(bits("to", self.to, ReadWrite, self.to_offset + self.len));
        vec![view(bits("from", self.from, Read, self.len)), to]
    }
}

impl Fill {
    fn bindings(&self) -> Vec<Binding> {
        vec![bits("out", self.out, Write, self.len)]
    }
}

impl QHead {
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
        let CrossEntropy { batch, seq, vocab, .. } = *self;
        vec![
            float("logits", self.logits, Read, batch * seq * vocab),
            int("labels", self.labels, Read, batch * seq),
            float("rows", self.rows, Write, batch * 4),
        ]
    }
}

impl CrossEntropyBackward {
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q", self.q, Read, self.batch * 2),
            float("rows", self.rows, Read, self.batch * 4),
            optional("target", self.target, self.batch),
            float("loss", self.loss, Write, self.batch * 2),
        ]
    }
}

impl QLossBackward {
    fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q", self.q, Read, self.batch * 2),
            float("rows", self.rows, Read, self.batch * 4),
            optional("target", self.target, self.batch),
            float("d_q", self.d_q, Write, self.batch * 2),
        ]
    }
}

impl QTarget {
    fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q_next", self.q_next, Read, self.batch * 2),
            int("steps", self.steps, Read, self.batch),
            float("target", self.target, Write, self.batch),
        ]
    }
}

impl CarryReset {
    fn bindings(&self) -> Vec<Binding> {
        let source = if self.period == 0 { self.batch * self.row } else { self.period };
        vec![
            int("halted", self.halted, Read, self.batch),
            bits("source", self.source, Read, source),
            bits("target", self.target, ReadWrite, self.batch * self.row),
        ]
    }
}

impl Halt {
    fn bindings(&self) -> Vec<Binding> {
        vec![
            float("q", self.q, Read, self.batch * 2),
            int("random", self.random, Read, 2),
            int("steps", self.steps, ReadWrite, self.batch),
            int("halted", self.halted, ReadWrite, self.batch),
        ]
    }
}

impl Metrics {
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
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
    fn bindings(&self) -> Vec<Binding> {
        vec![
            float("grad", self.grad, Read, self.batch * self.width),
            int("ids", self.ids, Read, self.batch),
            float("hyper", self.hyper, Read, 4),
            float("table", self.table, ReadWrite, self.identifiers * self.width),
        ]
    }
}

impl Ema {
    fn bindings(&self) -> Vec<Binding> {
        vec![float("param", self.param, Read, self.len), float("average", self.average, ReadWrite, self.len)]
    }
}

impl SumSquares {
    fn bindings(&self) -> Vec<Binding> {
        vec![float("x", self.x, Read, self.len), view(float("out", self.out, ReadWrite, self.index + 1))]
    }
}

impl Kernel {
    /// Multiply-adds, counted as two operations each; elementwise work by elements. For splitting and for progress.
    pub fn flops(&self) -> f64 {
        match self {
            Kernel::Matmul(k) => 2.0 * k.batch as f64 * k.m as f64 * k.n as f64 * k.k as f64,
            Kernel::Attention(k) => 4.0 * (k.batch * k.heads * k.head_dim) as f64 * (k.tokens as f64).powi(2),
            Kernel::AttentionBackward(k) => 14.0 * (k.batch * k.heads * k.head_dim) as f64 * (k.tokens as f64).powi(2),
            other => 4.0 * other.bindings().iter().filter(|b| b.buffer.is_some()).map(|b| b.len as f64).sum::<f64>(),
        }
    }
}
