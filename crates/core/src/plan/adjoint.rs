//! The way back as a pass over the recording: walked in reverse, every differentiable kernel appends its adjoint.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::kernel::*;
use super::{BufferId, Lifetime, PlanError, Recorder};

/// Appends to the current entry the gradient of
/// `scale · (Σ cross-entropy + ½ Σ q losses)` for every loss recorded in `steps` of that entry, plus what was seeded.
///
/// Gradients may share a buffer until one of them is added to (copy on write), so that the many sums of a residual
/// network cost nothing.
pub struct Adjoint<'r> {
    recorder: &'r mut Recorder,
    scale: f64,
    wrt: HashSet<BufferId>,
    requires: HashSet<BufferId>,
    /// Gradient of every value that has one.
    grads: HashMap<BufferId, BufferId>,
    /// How many values a gradient buffer still speaks for.
    owners: HashMap<BufferId, usize>,
}

impl<'r> Adjoint<'r> {
    /// Prepares the way back to `wrt`.
    pub fn new(recorder: &'r mut Recorder, wrt: &[BufferId], scale: f64) -> Self {
        let wrt: HashSet<_> = wrt.iter().copied().collect();
        let (requires, grads, owners) = (wrt.clone(), HashMap::new(), HashMap::new());
        Adjoint { recorder, scale, wrt, requires, grads, owners }
    }

    /// Gives a value a gradient from outside.
    pub fn seed(&mut self, value: BufferId, grad: BufferId) {
        // One owner more than there are values: a seed is the caller's and is never added to in place.
        self.owners.insert(grad, 2);
        self.grads.insert(value, grad);
    }

    /// Walks `steps` of the current entry in reverse. Returns the gradient of every buffer of `wrt`, persistent buffers
    /// named `grad.NAME` (zero where no way leads back).
    pub fn run(mut self, steps: Range<usize>) -> HashMap<BufferId, BufferId> {
        let tape: Vec<Kernel> =
            self.recorder.steps()[steps].iter().filter(|s| s.differentiable).map(|s| s.kernel.clone()).collect();
        for kernel in &tape {
            let bindings = kernel.bindings();
            let reached = bindings.iter().any(|b| b.buffer.is_some_and(|id| self.requires.contains(&id)));
            if reached {
                let written = bindings.iter().filter(|b| b.access != Access::Read);
                self.requires.extend(written.filter_map(|b| b.buffer));
            }
        }
        for kernel in tape.iter().rev() {
            self.step(kernel);
        }
        let mut wrt: Vec<_> = self.wrt.iter().copied().collect();
        wrt.sort_unstable();
        wrt.into_iter().map(|value| (value, self.settle(value))).collect()
    }

    /// The gradient of a parameter as a persistent buffer of its own.
    fn settle(&mut self, value: BufferId) -> BufferId {
        match self.grads.get(&value).copied() {
            Some(grad) if self.recorder.program().buffer(grad).lifetime == Lifetime::Persistent => grad,
            Some(grad) => {
                let out = self.allocate(value);
                let len = self.len(value);
                self.recorder.push(Copy { from: grad, to: out, to_offset: 0, len });
                out
            }
            None => {
                let out = self.allocate(value);
                let len = self.len(value);
                self.recorder.push(Fill { out, len, value: 0.0 });
                out
            }
        }
    }

    fn len(&self, id: BufferId) -> usize {
        self.recorder.program().buffer(id).len()
    }

    /// A new gradient buffer in the shape of `value`.
    fn allocate(&mut self, value: BufferId) -> BufferId {
        let buffer = self.recorder.program().buffer(value).clone();
        if self.wrt.contains(&value) {
            self.recorder.persistent(&format!("grad.{}", buffer.name), &buffer.shape)
        } else {
            self.recorder.temp(&format!("d {}", buffer.name), &buffer.shape)
        }
    }

    /// Adds `grad` to the gradient of `value`; the buffer is shared, not copied.
    fn give(&mut self, value: BufferId, grad: BufferId) {
        if !self.requires.contains(&value) {
            return;
        }
        let sum = match self.grads.get(&value).copied() {
            None => grad,
            Some(old) => {
                let out = self.allocate(value);
                let len = self.len(value);
                self.recorder.push(Add { a: old, b: grad, out, len });
                self.release(old);
                out
            }
        };
        self.grads.insert(value, sum);
        *self.owners.entry(sum).or_insert(0) += 1;
    }

    fn release(&mut self, grad: BufferId) {
        if let Some(count) = self.owners.get_mut(&grad) {
            *count -= 1;
        }
    }

    /// Where a kernel may put its contribution to the gradient of `value`: the buffer, and whether to add.
    fn place(&mut self, value: BufferId) -> (BufferId, bool) {
        match self.grads.get(&value).copied() {
            Some(grad) if self.owners[&grad] == 1 => (grad, true),
            Some(shared) => {
                let own = self.allocate(value);
                let len = self.len(value);
                self.recorder.push(Copy { from: shared, to: own, to_offset: 0, len });
                self.release(shared);
                self.own(value, own);
                (own, true)
            }
            None => {
                let own = self.allocate(value);
                self.own(value, own);
                (own, false)
            }
        }
    }

    /// As [`Adjoint::place`], for a contribution that covers only a part of the value.
    fn place_part(&mut self, value: BufferId) -> BufferId {
        let (grad, add) = self.place(value);
        if !add {
            let len = self.len(value);
            self.recorder.push(Fill { out: grad, len, value: 0.0 });
        }
        grad
    }

    fn own(&mut self, value: BufferId, grad: BufferId) {
        self.grads.insert(value, grad);
        self.owners.insert(grad, 1);
    }

    /// Lets `write` fill a whole new gradient of `value`, then adds it to what is there.
    fn contribute(&mut self, value: BufferId, write: impl FnOnce(BufferId) -> Kernel) {
        if !self.requires.contains(&value) {
            return;
        }
        let first = !self.grads.contains_key(&value);
        let grad = if first {
            self.place(value).0
        } else {
            let shape = self.recorder.program().buffer(value).shape.clone();
            self.recorder.temp("contribution", &shape)
        };
        self.recorder.push(write(grad));
        if !first {
            self.give(value, grad);
        }
    }

    /// The gradient of what a kernel wrote, if any reached it.
    fn of(&self, out: BufferId) -> Option<BufferId> {
        self.grads.get(&out).copied()
    }

    /// The gradient of `out` has been used: whoever still shares the buffer may now be alone.
    fn done(&mut self, out: BufferId) {
        if let Some(grad) = self.grads.remove(&out) {
            self.release(grad);
        }
    }

    fn step(&mut self, kernel: &Kernel) {
        match kernel {
            Kernel::Embed(k) => self.embed(k),
            Kernel::Matmul(k) => self.matmul(k),
            Kernel::Attention(k) => {
                let Some(d_out) = self.of(k.out) else { return };
                let Attention { qkv, rope, out, lse, batch, tokens, heads, head_dim } = *k;
                self.contribute(qkv, |d_qkv| {
                    AttentionBackward { qkv, rope, out, lse, d_out, d_qkv, batch, tokens, heads, head_dim }.into()
                });
                self.done(out);
            }
            Kernel::DepthwiseConv(k) => self.depthwise_conv(k),
            Kernel::Swiglu(k) => {
                let Some(d_out) = self.of(k.out) else { return };
                let Swiglu { gate_up, out, rows, n } = *k;
                self.contribute(gate_up, |d_gate_up| SwigluBackward { gate_up, d_out, d_gate_up, rows, n }.into());
                self.done(out);
            }
            Kernel::RmsNorm(k) => {
                let Some(d_out) = self.of(k.out) else { return };
                let RmsNorm { x, residual, out, inv_rms, outer, len, inner, .. } = *k;
                let shape = self.recorder.program().buffer(out).shape.clone();
                let d_v = self.recorder.temp("d v", &shape);
                self.recorder.push(RmsNormBackward { out, inv_rms, d_out, d_v, outer, len, inner });
                self.give(x, d_v);
                self.give(residual, d_v);
                self.done(out);
            }
            Kernel::Add(k) => {
                let Some(d_out) = self.of(k.out) else { return };
                self.give(k.a, d_out);
                self.give(k.b, d_out);
                self.done(k.out);
            }
            Kernel::QHead(k) => self.q_head(k),
            Kernel::CrossEntropy(k) => {
                let CrossEntropy { logits, labels, rows, batch, seq, vocab, kind } = *k;
                let scale = self.scale;
                self.contribute(logits, |d_logits| {
                    CrossEntropyBackward { logits, labels, rows, d_logits, batch, seq, vocab, kind, scale }.into()
                });
            }
            Kernel::QLoss(k) => {
                let QLoss { q, rows, target, batch, .. } = *k;
                let scale = self.scale;
                self.contribute(q, |d_q| QLossBackward { q, rows, target, d_q, batch, scale }.into());
            }
            // Copies for the viewer: nothing after them leads to a loss.
            Kernel::Copy(k) if self.of(k.to).is_none() => {}
            other => {
                let written = other.bindings().into_iter().filter(|b| b.access != Access::Read);
                if written.filter_map(|b| b.buffer).any(|id| self.of(id).is_some()) {
                    self.recorder.fail(PlanError::NoAdjoint(other.name()));
                }
            }
        }
    }

    fn embed(&mut self, k: &Embed) {
        let Some(d_x) = self.of(k.out) else { return };
        let Embed { tokens, batch, seq, prefix, width, vocab, puzzle_width, scale, .. } = *k;
        let mut part = |value: BufferId, part: EmbedPart| {
            self.contribute_local(value, part, batch, puzzle_width, |out| {
                EmbedBackward { part, tokens, d_x, out, batch, seq, prefix, width, vocab, puzzle_width, scale }.into()
            });
        };
        part(k.table, EmbedPart::Table);
        if let Some((_, table)) = k.puzzle {
            part(table, EmbedPart::Puzzle);
        }
        if let Some(position) = k.position {
            part(position, EmbedPart::Position);
        }
        self.done(k.out);
    }

    /// The puzzle embedding's gradient is kept per example, [B, E]: the optimizer sums equal identifiers itself.
    fn contribute_local(
        &mut self,
        value: BufferId,
        part: EmbedPart,
        batch: usize,
        width: usize,
        write: impl FnOnce(BufferId) -> Kernel,
    ) {
        if part != EmbedPart::Puzzle {
            return self.contribute(value, write);
        }
        if self.requires.contains(&value) {
            let name = format!("grad.{}", self.recorder.program().buffer(value).name);
            let grad = self.recorder.persistent(&name, &[batch, width]);
            self.recorder.push(write(grad));
            self.own(value, grad);
        }
    }

    fn matmul(&mut self, k: &Matmul) {
        let Some(d_out) = self.of(k.out.buffer) else { return };
        let Matmul { a, b, batch, m, n, k: inner, .. } = *k;
        let d = k.out.in_buffer(d_out);
        // C = A B: dA = dC Bᵀ, dB = Aᵀ dC; stored transposed, dAᵀ = B dCᵀ, dBᵀ = dCᵀ A.
        let (left, right, rows, cols) = if a.transposed { (b, d.t(), inner, m) } else { (d, b.t(), m, inner) };
        self.matmul_operand(a, left, right, batch, rows, cols, n);
        let (left, right, rows, cols) = if b.transposed { (d.t(), a, n, inner) } else { (a.t(), d, inner, n) };
        self.matmul_operand(b, left, right, batch, rows, cols, m);
        self.done(k.out.buffer);
    }

    /// The gradient of one factor, `rows` by `cols` as it is stored, with sums over `k` terms.
    fn matmul_operand(&mut self, factor: Operand, a: Operand, b: Operand, batch: usize, m: usize, n: usize, k: usize) {
        if !self.requires.contains(&factor.buffer) {
            return;
        }
        let reduce = batch > 1 && factor.batch_stride == 0;
        let items = if reduce { 1 } else { batch };
        let (grad, accumulate) = if items * m * n == self.len(factor.buffer) {
            self.place(factor.buffer)
        } else {
            (self.place_part(factor.buffer), true)
        };
        let out = factor.in_buffer(grad);
        self.recorder.push(Matmul { a, b, out, batch, m, n, k, reduce, accumulate });
    }

    fn depthwise_conv(&mut self, k: &DepthwiseConv) {
        let Some(d_out) = self.of(k.out) else { return };
        let DepthwiseConv { x, weight, batch, prefix, rows, columns, width, size, turned, .. } = *k;
        if turned {
            // Nothing records one: only the gradient of its input, on which no loss depends again.
            return self.recorder.fail(PlanError::NoAdjoint("depthwise_conv, turned"));
        }
        self.contribute(x, |d_x| DepthwiseConv { x: d_out, out: d_x, turned: true, ..k.clone() }.into());
        if self.requires.contains(&weight) {
            let (d_weight, accumulate) = self.place(weight);
            self.recorder.push(DepthwiseConvBackward {
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
        self.done(k.out);
    }

    fn q_head(&mut self, k: &QHead) {
        let Some(d_q) = self.of(k.out) else { return };
        let QHead { z, weight, bias, batch, tokens, width, .. } = *k;
        let d_z = self.place_part(z);
        let d_weight = self.place_part(weight);
        let d_bias = self.place_part(bias);
        self.recorder.push(QHeadBackward { z, weight, d_q, d_z, d_weight, d_bias, batch, tokens, width });
        self.done(k.out);
    }
}
