//! The operations of this model family: every one exists as `shaders/NAME.wgsl` and as `src/engine/cpu/NAME.rs`.
//!
//! Notation: B batch, S tokens, P prefix, T = P + S, D width, h heads, d = D/h, V vocabulary, E puzzle vector's width.
//! All matrices are row-major. `accumulate` adds to what the output holds instead of replacing it.

mod bindings;
mod operand;

pub use operand::{Access, Binding, Operand, Rope};

use super::BufferId;
use crate::config::LossKind;

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
    /// Every channel of a board convolved with a kernel of its own, `size` by `size`, and nothing (zeros) outside the board:
    /// out[b, P + (y, x), c] = Σ_(i, j) weight[(i, j), c] · x[b, P + (y + i - r, x + j - r), c], r = (size - 1) / 2. The
    /// prefix takes no part: out = 0 there. `turned` by 180° it is its own gradient with respect to x.
    DepthwiseConv, "depthwise_conv", {
        /// [B, T, D].
        x: BufferId,
        /// [size², D].
        weight: BufferId,
        /// [B, T, D].
        out: BufferId,
        /// B.
        batch: usize,
        /// P.
        prefix: usize,
        /// Rows of the board.
        rows: usize,
        /// Columns of the board.
        columns: usize,
        /// D.
        width: usize,
        /// Rows and columns of the kernel, odd.
        size: usize,
        /// Whether weight[(size - 1 - i, size - 1 - j), c] stands in the place of weight[(i, j), c].
        turned: bool,
    }
    /// The gradient of [`DepthwiseConv`] with respect to its weight (not turned):
    /// d_weight[(i, j), c] (+)= Σ_b Σ_(y, x) d_out[b, P + (y, x), c] · x[b, P + (y + i - r, x + j - r), c].
    DepthwiseConvBackward, "depthwise_conv_backward", {
        /// [B, T, D].
        x: BufferId,
        /// d_out [B, T, D].
        d_out: BufferId,
        /// d_weight [size², D].
        d_weight: BufferId,
        /// B.
        batch: usize,
        /// P.
        prefix: usize,
        /// Rows of the board.
        rows: usize,
        /// Columns of the board.
        columns: usize,
        /// D.
        width: usize,
        /// Rows and columns of the kernel, odd.
        size: usize,
        /// Add to what is there.
        accumulate: bool,
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
    /// p *= 1 - lr·wd; m, v moving means of g, g²; p -= lr·c1 · atan2(m, √(v·c2)). hrm.md, "Optimizers". A g below
    /// [`AdamAtan2::LEAST`] in magnitude counts as 0.
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

impl AdamAtan2 {
    /// The least gradient: the square of a lesser one is no normal number in f32, and a GPU may take it for 0. With v = 0 the angle
    /// of whatever m is left would be a whole quarter turn.
    pub const LEAST: f64 = 1e-19;
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

impl Kernel {
    /// Multiply-adds, counted as two operations each; elementwise work by elements. For splitting and for progress.
    pub fn flops(&self) -> f64 {
        match self {
            Kernel::Matmul(k) => 2.0 * k.batch as f64 * k.m as f64 * k.n as f64 * k.k as f64,
            Kernel::Attention(k) => 4.0 * (k.batch * k.heads * k.head_dim) as f64 * (k.tokens as f64).powi(2),
            Kernel::AttentionBackward(k) => 14.0 * (k.batch * k.heads * k.head_dim) as f64 * (k.tokens as f64).powi(2),
            Kernel::DepthwiseConv(k) => conv_flops(k.batch, k.rows * k.columns, k.width, k.size),
            Kernel::DepthwiseConvBackward(k) => conv_flops(k.batch, k.rows * k.columns, k.width, k.size),
            other => 4.0 * other.bindings().iter().filter(|b| b.buffer.is_some()).map(|b| b.len as f64).sum::<f64>(),
        }
    }

    /// Bytes of the operands, each element read or written once, and twice where it is both. Of a table from which some rows are taken
    /// the whole is counted.
    pub fn bytes(&self) -> f64 {
        let elements: f64 = match self {
            Kernel::Matmul(k) => {
                // Shared by all items, or one for each.
                let items = |operand: &Operand| if operand.batch_stride == 0 { 1.0 } else { k.batch as f64 };
                let size = |rows: usize, columns: usize| rows as f64 * columns as f64;
                let factors = items(&k.a) * size(k.m, k.k) + items(&k.b) * size(k.k, k.n);
                let results = if k.reduce { 1.0 } else { k.batch as f64 } * size(k.m, k.n);
                factors + results * if k.accumulate { 2.0 } else { 1.0 }
            }
            other => {
                let bindings = other.bindings();
                let of = |binding: &Binding| {
                    let times = if binding.access == Access::ReadWrite { 2.0 } else { 1.0 };
                    if binding.buffer.is_some() { times * binding.len as f64 } else { 0.0 }
                };
                bindings.iter().map(of).sum()
            }
        };
        4.0 * elements
    }
}

fn conv_flops(batch: usize, cells: usize, width: usize, size: usize) -> f64 {
    2.0 * batch as f64 * (cells * width) as f64 * (size * size) as f64
}
