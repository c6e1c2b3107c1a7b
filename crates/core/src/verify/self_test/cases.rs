//! Random one-kernel programs, one constructor a kernel: shapes among them 1 and primes, and data in every buffer.

use crate::config::LossKind;
use crate::engine::Data;
use crate::plan::kernel::*;
use crate::plan::{BufferId, Dtype, Lifetime, Program, Recorder};
use crate::random::Random;

/// A program of one entry, with the contents of all its buffers.
pub struct Case {
    /// The program.
    pub program: Program,
    /// What every buffer holds before the run.
    pub contents: Vec<(BufferId, Data)>,
}

/// Draws the sizes, buffers and contents of a kernel.
pub type Make = fn(&mut Draw);

/// A kernel's name and how to draw a case of it.
pub const KERNELS: &[(&str, Make)] = &[
    ("adam_atan2", adam_atan2),
    ("add", add),
    ("attention", attention),
    ("attention_backward", attention_backward),
    ("carry_reset", carry_reset),
    ("copy", copy),
    ("cross_entropy", cross_entropy),
    ("cross_entropy_backward", cross_entropy_backward),
    ("depthwise_conv", depthwise_conv),
    ("depthwise_conv_backward", depthwise_conv_backward),
    ("ema", ema),
    ("embed", embed),
    ("embed_backward", embed_backward),
    ("fill", fill),
    ("halt", halt),
    ("matmul", matmul),
    ("metrics", metrics),
    ("q_head", q_head),
    ("q_head_backward", q_head_backward),
    ("q_loss", q_loss),
    ("q_loss_backward", q_loss_backward),
    ("q_target", q_target),
    ("rms_norm", rms_norm),
    ("rms_norm_backward", rms_norm_backward),
    ("sign_sgd", sign_sgd),
    ("sum_squares", sum_squares),
    ("swiglu", swiglu),
    ("swiglu_backward", swiglu_backward),
];

/// Draws the sizes, buffers and contents of a case.
pub struct Draw {
    random: Random,
    /// The first case of a kernel has every size 1.
    ones: bool,
    recorder: Recorder,
    contents: Vec<(BufferId, Data)>,
}

impl Draw {
    /// Case number `index` of a kernel.
    pub fn case(make: Make, index: u64) -> Case {
        let mut draw = Draw {
            random: Random::stream(8, index),
            ones: index == 0,
            recorder: Recorder::new(),
            contents: Vec::new(),
        };
        draw.recorder.entry("main");
        make(&mut draw);
        let program = draw.recorder.finish().expect("the case is well formed");
        Case { program, contents: draw.contents }
    }

    /// A size of at most `max`: often 1 or a prime.
    fn size(&mut self, max: usize) -> usize {
        const PRIMES: [usize; 12] = [2, 3, 5, 7, 13, 17, 31, 37, 67, 97, 131, 257];
        match self.random.below(4) {
            _ if self.ones => 1,
            0 => 1,
            1 => PRIMES[self.random.below(PRIMES.iter().filter(|&&p| p <= max).count())],
            _ => 1 + self.random.below(max),
        }
    }

    fn flip(&mut self) -> bool {
        self.random.chance(0.5)
    }

    fn floats(&mut self, name: &str, shape: &[usize], low: f64, high: f64) -> BufferId {
        let id = self.recorder.persistent(name, shape);
        let len = shape.iter().product();
        let values = (0..len).map(|_| (low + (high - low) * self.random.unit()) as f32).collect();
        self.contents.push((id, Data::F32(values)));
        id
    }

    fn f(&mut self, name: &str, shape: &[usize]) -> BufferId {
        self.floats(name, shape, -1.5, 1.5)
    }

    fn u(&mut self, name: &str, shape: &[usize], below: usize) -> BufferId {
        let id = self.recorder.integers(name, shape);
        let len = shape.iter().product();
        let values = (0..len).map(|_| self.random.below(below) as u32).collect();
        self.contents.push((id, Data::U32(values)));
        id
    }

    fn either(&mut self, dtype: Dtype, name: &str, shape: &[usize]) -> BufferId {
        match dtype {
            Dtype::F32 => self.f(name, shape),
            Dtype::U32 => self.u(name, shape, 1000),
        }
    }

    fn dtype(&mut self) -> Dtype {
        if self.flip() { Dtype::F32 } else { Dtype::U32 }
    }

    /// [`CrossEntropy`]'s result for `batch` examples: consistent counts and flags.
    fn rows(&mut self, batch: usize) -> BufferId {
        let id = self.recorder.buffer("rows", Dtype::F32, &[batch, 4], Lifetime::Persistent);
        let mut values = Vec::new();
        for _ in 0..batch {
            let counted = self.random.below(6);
            let right = self.random.below(counted + 1);
            let loss = self.random.unit() as f32;
            values.extend([loss, right as f32, counted as f32, (right == counted) as u8 as f32]);
        }
        self.contents.push((id, Data::F32(values)));
        id
    }

    /// One of the sizes that some shaders are for, or any.
    fn head_dim(&mut self) -> usize {
        let any = self.size(140);
        if self.ones || self.flip() { any } else { 16 << self.random.below(2) }
    }

    fn rope(&mut self, tokens: usize, head_dim: usize) -> Option<Rope> {
        (head_dim.is_multiple_of(2) && self.flip()).then(|| {
            let (mut cos, mut sin) = (Vec::new(), Vec::new());
            for t in 0..tokens {
                for e in 0..head_dim {
                    let angle = t as f64 * 100f64.powf(-((e % (head_dim / 2)) as f64) / head_dim as f64);
                    cos.push(angle.cos() as f32);
                    sin.push(angle.sin() as f32);
                }
            }
            let mut table = |name, values| {
                let id = self.recorder.persistent(name, &[tokens, head_dim]);
                self.contents.push((id, Data::F32(values)));
                id
            };
            Rope { cos: table("cos", cos), sin: table("sin", sin) }
        })
    }

    /// A matrix of `rows` by `cols` somewhere in a buffer of its own.
    fn operand(
        &mut self,
        name: &str,
        batch: usize,
        rows: usize,
        cols: usize,
        shared: bool,
        transposed: bool,
    ) -> Operand {
        let (stored_rows, stored_cols) = if transposed { (cols, rows) } else { (rows, cols) };
        let loose = self.flip();
        let mut slack = |most| if loose { self.random.below(most) } else { 0 };
        let (offset, stride) = (slack(9), stored_cols + slack(5));
        let batch_stride = if shared { 0 } else { stored_rows * stride + slack(7) };
        let mut operand = Operand { buffer: BufferId(0), offset, stride, batch_stride, transposed };
        operand.buffer = self.f(name, &[operand.end(batch, rows, cols) + if loose { 3 } else { 0 }]);
        operand
    }
}

fn add(d: &mut Draw) {
    let len = d.size(3000);
    let (a, b, out) = (d.f("a", &[len]), d.f("b", &[len]), d.f("out", &[len]));
    d.recorder.push(Add { a, b, out, len });
}

fn attention(d: &mut Draw) {
    let (batch, tokens, heads, head_dim) = (d.size(3), d.size(100), d.size(4), d.head_dim());
    let width = heads * head_dim;
    let qkv = d.f("qkv", &[batch, tokens, 3 * width]);
    let rope = d.rope(tokens, head_dim);
    let (out, lse) = (d.f("out", &[batch, tokens, width]), d.f("lse", &[batch, heads, tokens]));
    d.recorder.push(Attention { qkv, rope, out, lse, batch, tokens, heads, head_dim });
}

fn carry_reset(d: &mut Draw) {
    let (batch, blocks, block, shared, dtype) = (d.size(9), d.size(7), d.size(40), d.flip(), d.dtype());
    let (row, period) = (blocks * block, if shared { block } else { 0 });
    let halted = d.u("halted", &[batch], 2);
    let source = d.either(dtype, "source", &[if shared { block } else { batch * row }]);
    let target = d.either(dtype, "target", &[batch, row]);
    d.recorder.push(CarryReset { halted, source, target, batch, row, period });
}

fn copy(d: &mut Draw) {
    let (len, to_offset, dtype) = (d.size(2000), d.size(50) - 1, d.dtype());
    let (before, after) = (d.size(9) - 1, d.size(9) - 1);
    let from = d.either(dtype, "from", &[len + before]);
    let to = d.either(dtype, "to", &[to_offset + len + after]);
    d.recorder.push(Copy { from, to, to_offset, len });
}

fn cross_entropy(d: &mut Draw) {
    let (batch, seq, vocab) = (d.size(9), d.size(140), d.size(37));
    let kind = if d.flip() { LossKind::Stablemax } else { LossKind::Softmax };
    let logits = d.floats("logits", &[batch, seq, vocab], -9.0, 9.0);
    let labels = d.u("labels", &[batch, seq], vocab + 2);
    let rows = d.f("rows", &[batch, 4]);
    d.recorder.push(CrossEntropy { logits, labels, rows, batch, seq, vocab, kind });
}

fn embed(d: &mut Draw) {
    let (batch, seq, width, vocab) = (d.size(7), d.size(40), d.size(67), d.size(13));
    let identifiers = d.size(9);
    let tokens = d.u("tokens", &[batch, seq], vocab);
    let table = d.f("table", &[vocab, width]);
    let (puzzle, prefix, puzzle_width) = if d.flip() {
        let puzzle_width = d.size(3 * width);
        let ids = d.u("ids", &[batch], identifiers);
        let puzzle = d.f("puzzle", &[identifiers, puzzle_width]);
        (Some((ids, puzzle)), puzzle_width.div_ceil(width) + d.size(2) - 1, puzzle_width)
    } else {
        (None, 0, 0)
    };
    let position = d.flip().then(|| d.f("position", &[prefix + seq, width]));
    let out = d.f("out", &[batch, prefix + seq, width]);
    let scale = (width as f64).sqrt();
    d.recorder.push(Embed {
        tokens,
        table,
        puzzle,
        position,
        out,
        batch,
        seq,
        prefix,
        width,
        vocab,
        identifiers,
        puzzle_width,
        scale,
    });
}

fn fill(d: &mut Draw) {
    let (len, dtype) = (d.size(3000), d.dtype());
    let out = d.either(dtype, "out", &[len]);
    d.recorder.push(Fill { out, len, value: 3.0 });
}

fn halt(d: &mut Draw) {
    let (batch, max_steps, q_halt_alone) = (d.size(200), d.size(16), d.flip());
    let q = d.f("q", &[batch, 2]);
    let random = d.u("random", &[2], u32::MAX as usize);
    let steps = d.u("steps", &[batch], max_steps);
    let halted = d.u("halted", &[batch], 2);
    d.recorder.push(Halt { q, random, steps, halted, batch, max_steps, exploration: 0.4, q_halt_alone });
}

fn matmul(d: &mut Draw) {
    let (batch, m, n, k) = (d.size(3), d.size(150), d.size(200), d.size(90));
    let (reduce, accumulate) = (d.flip(), d.flip());
    let (a_shared, b_shared, a_t, b_t) = (d.flip(), d.flip(), d.flip(), d.flip());
    let a = d.operand("a", batch, m, k, a_shared, a_t);
    let b = d.operand("b", batch, k, n, b_shared, b_t);
    let out = d.operand("out", if reduce { 1 } else { batch }, m, n, reduce, false);
    d.recorder.push(Matmul { a, b, out, batch, m, n, k, reduce, accumulate });
}

fn metrics(d: &mut Draw) {
    let batch = d.size(200);
    let (halted, steps) = (d.u("halted", &[batch], 2), d.u("steps", &[batch], 17));
    let (q, rows, loss) = (d.f("q", &[batch, 2]), d.rows(batch), d.f("loss", &[batch, 2]));
    let out = d.f("out", &[8]);
    d.recorder.push(Metrics { halted, steps, q, rows, loss, out, batch });
}

fn q_head(d: &mut Draw) {
    let (batch, tokens, width) = (d.size(13), d.size(20), d.size(300));
    let (z, weight, bias) = (d.f("z", &[batch, tokens, width]), d.f("weight", &[2, width]), d.f("bias", &[2]));
    let out = d.f("out", &[batch, 2]);
    d.recorder.push(QHead { z, weight, bias, out, batch, tokens, width });
}

fn q_loss(d: &mut Draw) {
    let batch = d.size(200);
    let (q, rows) = (d.floats("q", &[batch, 2], -12.0, 12.0), d.rows(batch));
    let target = d.flip().then(|| d.floats("target", &[batch], 0.0, 1.0));
    let loss = d.f("loss", &[batch, 2]);
    d.recorder.push(QLoss { q, rows, target, loss, batch });
}

fn q_target(d: &mut Draw) {
    let (batch, max_steps) = (d.size(200), d.size(16));
    let q_next = d.floats("q_next", &[batch, 2], -12.0, 12.0);
    let (steps, target) = (d.u("steps", &[batch], 17), d.f("target", &[batch]));
    d.recorder.push(QTarget { q_next, steps, target, batch, max_steps });
}

fn rms_norm(d: &mut Draw) {
    let (outer, len) = (d.size(40), d.size(300));
    let inner = if d.flip() { 1 } else { d.size(70) };
    let shape = [outer, len, inner];
    let (x, residual, out) = (d.f("x", &shape), d.f("residual", &shape), d.f("out", &shape));
    let inv_rms = d.f("inv_rms", &[outer, inner]);
    d.recorder.push(RmsNorm { x, residual, out, inv_rms, outer, len, inner, eps: 1e-5 });
}

fn swiglu(d: &mut Draw) {
    let (rows, n) = (d.size(40), d.size(300));
    let gate_up = d.floats("gate_up", &[rows, 2 * n], -9.0, 9.0);
    let out = d.f("out", &[rows, n]);
    d.recorder.push(Swiglu { gate_up, out, rows, n });
}

fn adam_atan2(d: &mut Draw) {
    let len = d.size(3000);
    let (grad, param, m) = (d.f("grad", &[len]), d.f("param", &[len]), d.f("m", &[len]));
    let (hyper, v) = (d.floats("hyper", &[4], 0.01, 1.0), d.floats("v", &[len], 0.0, 1.0));
    d.recorder.push(AdamAtan2 { grad, hyper, param, m, v, len, beta1: 0.9, beta2: 0.95, weight_decay: 0.1 });
}

fn attention_backward(d: &mut Draw) {
    let (batch, tokens, heads, head_dim) = (d.size(3), d.size(100), d.size(4), d.head_dim());
    let width = heads * head_dim;
    let qkv = d.f("qkv", &[batch, tokens, 3 * width]);
    let rope = d.rope(tokens, head_dim);
    // What the forward left: the log-sum-exp is near log T, so that the probabilities stay about as large as real ones.
    let out = d.f("out", &[batch, tokens, width]);
    let most = (tokens as f64).ln() + 1.0;
    let lse = d.floats("lse", &[batch, heads, tokens], most - 0.5, most + 0.5);
    let (d_out, d_qkv) = (d.f("d_out", &[batch, tokens, width]), d.f("d_qkv", &[batch, tokens, 3 * width]));
    d.recorder.push(AttentionBackward { qkv, rope, out, lse, d_out, d_qkv, batch, tokens, heads, head_dim });
}

fn cross_entropy_backward(d: &mut Draw) {
    let (batch, seq, vocab) = (d.size(9), d.size(140), d.size(37));
    let kind = if d.flip() { LossKind::Stablemax } else { LossKind::Softmax };
    let logits = d.floats("logits", &[batch, seq, vocab], -9.0, 9.0);
    let (labels, rows) = (d.u("labels", &[batch, seq], vocab + 2), d.rows(batch));
    let (d_logits, scale) = (d.f("d_logits", &[batch, seq, vocab]), 1.0 / batch as f64);
    d.recorder.push(CrossEntropyBackward { logits, labels, rows, d_logits, batch, seq, vocab, kind, scale });
}

fn ema(d: &mut Draw) {
    let len = d.size(3000);
    let (param, average) = (d.f("param", &[len]), d.f("average", &[len]));
    d.recorder.push(Ema { param, average, len, decay: 0.9 });
}

fn embed_backward(d: &mut Draw) {
    let (batch, seq, width, vocab) = (d.size(7), d.size(40), d.size(67), d.size(13));
    let (puzzle_width, prefix) = if d.flip() {
        let puzzle_width = d.size(3 * width);
        (puzzle_width, puzzle_width.div_ceil(width) + d.size(2) - 1)
    } else {
        (0, 0)
    };
    let parts = [EmbedPart::Table, EmbedPart::Position, EmbedPart::Puzzle];
    let part = parts[d.random.below(if prefix > 0 { 3 } else { 2 })];
    let shape = match part {
        EmbedPart::Table => [vocab, width],
        EmbedPart::Puzzle => [batch, puzzle_width],
        EmbedPart::Position => [prefix + seq, width],
    };
    let tokens = d.u("tokens", &[batch, seq], vocab);
    let (d_x, out) = (d.f("d_x", &[batch, prefix + seq, width]), d.f("out", &shape));
    let scale = (width as f64).sqrt();
    d.recorder.push(EmbedBackward { part, tokens, d_x, out, batch, seq, prefix, width, vocab, puzzle_width, scale });
}

fn q_head_backward(d: &mut Draw) {
    let (batch, tokens, width) = (d.size(13), d.size(20), d.size(300));
    let (z, weight, d_q) = (d.f("z", &[batch, tokens, width]), d.f("weight", &[2, width]), d.f("d_q", &[batch, 2]));
    let (d_z, d_weight) = (d.f("d_z", &[batch, tokens, width]), d.f("d_weight", &[2, width]));
    let d_bias = d.f("d_bias", &[2]);
    d.recorder.push(QHeadBackward { z, weight, d_q, d_z, d_weight, d_bias, batch, tokens, width });
}

fn q_loss_backward(d: &mut Draw) {
    let batch = d.size(200);
    let (q, rows) = (d.floats("q", &[batch, 2], -12.0, 12.0), d.rows(batch));
    let target = d.flip().then(|| d.floats("target", &[batch], 0.0, 1.0));
    let (d_q, scale) = (d.f("d_q", &[batch, 2]), 1.0 / batch as f64);
    d.recorder.push(QLossBackward { q, rows, target, d_q, batch, scale });
}

fn rms_norm_backward(d: &mut Draw) {
    let (outer, len) = (d.size(40), d.size(300));
    let inner = if d.flip() { 1 } else { d.size(70) };
    let shape = [outer, len, inner];
    let (out, d_out, d_v) = (d.f("out", &shape), d.f("d_out", &shape), d.f("d_v", &shape));
    let inv_rms = d.floats("inv_rms", &[outer, inner], 0.1, 2.0);
    d.recorder.push(RmsNormBackward { out, inv_rms, d_out, d_v, outer, len, inner });
}

fn sign_sgd(d: &mut Draw) {
    let (batch, width, identifiers) = (d.size(13), d.size(150), d.size(9));
    let (grad, ids) = (d.f("grad", &[batch, width]), d.u("ids", &[batch], identifiers));
    let (hyper, table) = (d.floats("hyper", &[4], 0.01, 1.0), d.f("table", &[identifiers, width]));
    d.recorder.push(SignSgd { grad, ids, hyper, table, batch, width, identifiers, weight_decay: 0.1 });
}

fn sum_squares(d: &mut Draw) {
    let (len, index) = (d.size(30_000), d.size(7) - 1);
    let after = d.size(3);
    let (x, out) = (d.f("x", &[len]), d.f("out", &[index + after]));
    d.recorder.push(SumSquares { x, out, len, index });
}

fn swiglu_backward(d: &mut Draw) {
    let (rows, n) = (d.size(40), d.size(300));
    let gate_up = d.floats("gate_up", &[rows, 2 * n], -9.0, 9.0);
    let (d_out, d_gate_up) = (d.f("d_out", &[rows, n]), d.f("d_gate_up", &[rows, 2 * n]));
    d.recorder.push(SwigluBackward { gate_up, d_out, d_gate_up, rows, n });
}

/// Batch, prefix, rows, columns, width and the size of the kernel, which may be larger than the board.
fn conv_sizes(d: &mut Draw) -> [usize; 6] {
    let prefix = if d.ones || d.flip() { 0 } else { d.size(3) };
    let size = if d.ones { 1 } else { 1 + 2 * d.random.below(4) };
    [d.size(4), prefix, d.size(12), d.size(12), d.size(70), size]
}

fn depthwise_conv(d: &mut Draw) {
    let [batch, prefix, rows, columns, width, size] = conv_sizes(d);
    let shape = [batch, prefix + rows * columns, width];
    let (x, weight, out) = (d.f("x", &shape), d.f("weight", &[size * size, width]), d.f("out", &shape));
    let turned = d.flip();
    d.recorder.push(DepthwiseConv { x, weight, out, batch, prefix, rows, columns, width, size, turned });
}

fn depthwise_conv_backward(d: &mut Draw) {
    let [batch, prefix, rows, columns, width, size] = conv_sizes(d);
    let shape = [batch, prefix + rows * columns, width];
    let (x, d_out, d_weight) = (d.f("x", &shape), d.f("d_out", &shape), d.f("d_weight", &[size * size, width]));
    let accumulate = d.flip();
    d.recorder.push(DepthwiseConvBackward {
        x,
        d_out,
        d_weight,
        batch,
        prefix,
        rows,
        columns,
        width,
        size,
        accumulate,
    });
}
