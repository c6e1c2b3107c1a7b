//! From a recorded kernel to its function: lends out the outputs, reads the rest.

use std::ops::Range;

use super::memory::Memory;
use super::real::Real;
use super::*;
use crate::plan::Kernel;
use crate::plan::kernel::Rope;

fn tables<T: Real>(m: &Memory<T>, rope: Option<Rope>) -> attention::Tables<'_, T> {
    rope.map(|r| (m.f(r.cos), m.f(r.sin)))
}

/// What the engine computes in, with the kernels compiled for it. They are compiled here, in this crate: a generic
/// function belongs to the crate that first uses it, and the page's workers are compiled for size but for this one. (Never inlined: what is may be compiled where it is called.)
pub trait Play: Real {
    /// Runs a part of one kernel ([`parts`]).
    fn play(kernel: &Kernel, part: Range<usize>, memory: &mut Memory<Self>);
}

impl Play for f32 {
    #[inline(never)]
    fn play(kernel: &Kernel, part: Range<usize>, memory: &mut Memory<f32>) {
        play(kernel, part, memory);
    }
}

impl Play for f64 {
    #[inline(never)]
    fn play(kernel: &Kernel, part: Range<usize>, memory: &mut Memory<f64>) {
        play(kernel, part, memory);
    }
}

fn play<T: Real>(kernel: &Kernel, part: Range<usize>, memory: &mut Memory<T>) {
    match kernel {
        Kernel::Embed(k) => memory.with([k.out], |m, [out]| {
            let puzzle = k.puzzle.map(|(ids, table)| (m.u(ids), m.f(table)));
            embed::embed(k, m.u(k.tokens), m.f(k.table), puzzle, k.position.map(|p| m.f(p)), out);
        }),
        Kernel::EmbedBackward(k) => memory.with([k.out], |m, [out]| {
            embed_backward::embed_backward(k, m.u(k.tokens), m.f(k.d_x), out);
        }),
        Kernel::Matmul(k) => {
            let mut products = std::mem::take(&mut memory.products);
            products.play(k, part, memory);
            memory.products = products;
        }
        Kernel::Attention(k) => memory.with([k.out, k.lse], |m, [out, lse]| {
            attention::attention(k, part, &m.products, m.f(k.qkv), tables(m, k.rope), out, lse);
        }),
        Kernel::AttentionBackward(k) => memory.with([k.d_qkv], |m, [d_qkv]| {
            let rope = tables(m, k.rope);
            let (out, lse, d_out) = (m.f(k.out), m.f(k.lse), m.f(k.d_out));
            attention_backward::attention_backward(k, part, &m.products, m.f(k.qkv), rope, out, lse, d_out, d_qkv);
        }),
        Kernel::DepthwiseConv(k) => memory.with([k.out], |m, [out]| {
            depthwise_conv::depthwise_conv(k, m.f(k.x), m.f(k.weight), out);
        }),
        Kernel::DepthwiseConvBackward(k) => memory.with([k.d_weight], |m, [d_weight]| {
            depthwise_conv_backward::depthwise_conv_backward(k, m.f(k.x), m.f(k.d_out), d_weight);
        }),
        Kernel::Swiglu(k) => memory.with([k.out], |m, [out]| swiglu::swiglu(k, m.f(k.gate_up), out)),
        Kernel::SwigluBackward(k) => memory.with([k.d_gate_up], |m, [d_gate_up]| {
            swiglu_backward::swiglu_backward(k, m.f(k.gate_up), m.f(k.d_out), d_gate_up);
        }),
        Kernel::RmsNorm(k) => memory.with([k.out, k.inv_rms], |m, [out, inv_rms]| {
            rms_norm::rms_norm(k, m.f(k.x), m.f(k.residual), out, inv_rms);
        }),
        Kernel::RmsNormBackward(k) => memory.with([k.d_v], |m, [d_v]| {
            rms_norm_backward::rms_norm_backward(k, m.f(k.out), m.f(k.inv_rms), m.f(k.d_out), d_v);
        }),
        Kernel::Add(k) => memory.with([k.out], |m, [out]| add::add(m.f(k.a), m.f(k.b), out)),
        Kernel::Copy(k) if memory.is_int(k.to) => {
            memory.with_ints([k.to], |m, [to]| copy::copy(k, m.u(k.from), to));
        }
        Kernel::Copy(k) => memory.with([k.to], |m, [to]| copy::copy(k, m.f(k.from), to)),
        Kernel::Fill(k) if memory.is_int(k.out) => memory.u_mut(k.out).fill(k.value as u32),
        Kernel::Fill(k) => memory.f_mut(k.out).fill(T::from_f64(k.value)),
        Kernel::QHead(k) => memory.with([k.out], |m, [out]| {
            q_head::q_head(k, m.f(k.z), m.f(k.weight), m.f(k.bias), out);
        }),
        Kernel::QHeadBackward(k) => memory.with([k.d_z, k.d_weight, k.d_bias], |m, out| {
            q_head_backward::q_head_backward(k, m.f(k.z), m.f(k.weight), m.f(k.d_q), out);
        }),
        Kernel::CrossEntropy(k) => memory.with([k.rows], |m, [rows]| {
            cross_entropy::cross_entropy(k, m.f(k.logits), m.u(k.labels), rows);
        }),
        Kernel::CrossEntropyBackward(k) => memory.with([k.d_logits], |m, [d_logits]| {
            cross_entropy_backward::cross_entropy_backward(k, m.f(k.logits), m.u(k.labels), m.f(k.rows), d_logits);
        }),
        Kernel::QLoss(k) => memory.with([k.loss], |m, [loss]| {
            q_loss::q_loss(m.f(k.q), m.f(k.rows), k.target.map(|t| m.f(t)), loss);
        }),
        Kernel::QLossBackward(k) => memory.with([k.d_q], |m, [d_q]| {
            q_loss_backward::q_loss_backward(k, m.f(k.q), m.f(k.rows), k.target.map(|t| m.f(t)), d_q);
        }),
        Kernel::QTarget(k) => memory.with([k.target], |m, [target]| {
            q_target::q_target(k, m.f(k.q_next), m.u(k.steps), target);
        }),
        Kernel::CarryReset(k) if memory.is_int(k.target) => memory.with_ints([k.target], |m, [target]| {
            carry_reset::carry_reset(k, m.u(k.halted), m.u(k.source), target);
        }),
        Kernel::CarryReset(k) => memory.with([k.target], |m, [target]| {
            carry_reset::carry_reset(k, m.u(k.halted), m.f(k.source), target);
        }),
        Kernel::Halt(k) => memory.with_ints([k.steps, k.halted], |m, out| halt::halt(k, m.f(k.q), m.u(k.random), out)),
        Kernel::Metrics(k) => memory.with([k.out], |m, [out]| {
            metrics::metrics(m.u(k.halted), m.u(k.steps), m.f(k.q), m.f(k.rows), m.f(k.loss), out);
        }),
        Kernel::AdamAtan2(k) => memory.with([k.param, k.m, k.v], |m, out| {
            adam_atan2::adam_atan2(k, m.f(k.grad), m.f(k.hyper), out);
        }),
        Kernel::SignSgd(k) => memory.with([k.table], |m, [table]| {
            sign_sgd::sign_sgd(k, m.f(k.grad), m.u(k.ids), m.f(k.hyper), table);
        }),
        Kernel::Ema(k) => memory.with([k.average], |m, [average]| ema::ema(k, m.f(k.param), average)),
        Kernel::SumSquares(k) => memory.with([k.out], |m, [out]| {
            sum_squares::sum_squares(k, m.f(k.x), out);
        }),
    }
}
