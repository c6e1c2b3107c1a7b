//! How each kernel is dispatched.

use super::attention;
use super::launch::{Form, Launch, Params, SCRATCH, Target, launch, rows_of};
use super::products;
use crate::config::LossKind;
use crate::plan::kernel::*;
use crate::plan::{Dtype, Kernel, Program};

/// One invocation for each of `threads`, 64 a workgroup.
fn each(threads: usize) -> [u32; 3] {
    rows_of(threads.div_ceil(64))
}

/// The dispatches of a kernel, in order; heavy ones in pieces that fit the budget where they can be divided.
pub fn launches(kernel: &Kernel, program: &Program, target: &Target) -> Vec<Launch> {
    let mut all = dispatches(kernel, program, target);
    all.retain(|launch| !launch.grid.contains(&0));
    all
}

fn dispatches(kernel: &Kernel, program: &Program, target: &Target) -> Vec<Launch> {
    let vectors = |len: usize| len.div_ceil(4);
    vec![match kernel {
        Kernel::Matmul(k) => return products::launches(kernel, k, target),
        Kernel::Attention(k) => {
            let sizes = [k.batch, k.tokens, k.heads, k.head_dim];
            return attention::launches(kernel, ["main"], target, sizes, k.rope);
        }
        Kernel::AttentionBackward(k) => {
            let sizes = [k.batch, k.tokens, k.heads, k.head_dim];
            return attention::launches(kernel, ["queries", "keys"], target, sizes, k.rope);
        }
        Kernel::SumSquares(k) => return sum_squares(kernel, k),
        Kernel::Embed(k) => {
            let (position, all) = (k.position.is_some() as usize, k.batch * (k.prefix + k.seq) * k.width);
            let sizes = [k.batch, k.seq, k.prefix, k.width, k.vocab, k.identifiers, k.puzzle_width, position];
            launch(kernel, Params::of(sizes).float(k.scale), each(all))
        }
        Kernel::EmbedBackward(k) => {
            let params = Params::of([k.batch, k.seq, k.prefix, k.width, k.puzzle_width]).float(k.scale);
            let (entry, grid) = match k.part {
                EmbedPart::Table => ("table", [k.width.div_ceil(16) as u32, k.vocab as u32, 1]),
                EmbedPart::Puzzle => ("puzzle", each(k.batch * k.puzzle_width)),
                EmbedPart::Position => ("position", each((k.prefix + k.seq) * k.width)),
            };
            Launch { entry, ..launch(kernel, params, grid) }
        }
        Kernel::DepthwiseConv(k) => {
            let params = Params::of([k.batch, k.prefix, k.rows, k.columns, k.width, k.size, k.turned as usize]);
            let all = k.batch * (k.prefix + k.rows * k.columns) * k.width;
            let (entry, grid) =
                if k.width.is_multiple_of(4) { ("vectors", each(all / 4)) } else { ("main", each(all)) };
            Launch { entry, ..launch(kernel, params, grid) }
        }
        Kernel::DepthwiseConvBackward(k) => {
            let params = Params::of([k.batch, k.prefix, k.rows, k.columns, k.width, k.size, k.accumulate as usize]);
            launch(kernel, params, [k.width.div_ceil(16) as u32, (k.size * k.size) as u32, 1])
        }
        Kernel::Swiglu(Swiglu { rows, n, .. }) | Kernel::SwigluBackward(SwigluBackward { rows, n, .. }) => {
            let (entry, grid) =
                if n.is_multiple_of(4) { ("vectors", each(rows * n / 4)) } else { ("main", each(rows * n)) };
            Launch { entry, ..launch(kernel, Params::of([*rows, *n]), grid) }
        }
        Kernel::RmsNorm(k) => {
            norm(kernel, Params::of([k.outer, k.len, k.inner]).float(k.eps), [k.outer, k.len, k.inner], target)
        }
        Kernel::RmsNormBackward(k) => {
            norm(kernel, Params::of([k.outer, k.len, k.inner]), [k.outer, k.len, k.inner], target)
        }
        Kernel::Add(k) => launch(kernel, Params::of([vectors(k.len)]), each(vectors(k.len))),
        Kernel::Copy(k) => launch(kernel, Params::of([k.to_offset, k.len]), each(k.len)),
        Kernel::Fill(k) => {
            let bits = match program.buffer(k.out).dtype {
                Dtype::F32 => (k.value as f32).to_bits(),
                Dtype::U32 => k.value as u32,
            };
            launch(kernel, Params::of([vectors(k.len), bits as usize]), each(vectors(k.len)))
        }
        Kernel::QHead(k) => launch(kernel, Params::of([k.batch, k.tokens, k.width]), rows_of(k.batch)),
        Kernel::QHeadBackward(k) => {
            launch(kernel, Params::of([k.batch, k.tokens, k.width]), each(k.batch.max(2) * k.width))
        }
        Kernel::CrossEntropy(k) => launch(kernel, entropy(k.batch, k.seq, k.vocab, k.kind), rows_of(k.batch)),
        Kernel::CrossEntropyBackward(k) => {
            launch(kernel, entropy(k.batch, k.seq, k.vocab, k.kind).float(k.scale), each(k.batch * k.seq))
        }
        Kernel::QLoss(k) => launch(kernel, Params::of([k.batch, k.target.is_some() as usize]), each(k.batch)),
        Kernel::QLossBackward(k) => {
            let params = Params::of([k.batch, k.target.is_some() as usize]).float(k.scale);
            launch(kernel, params, each(k.batch))
        }
        Kernel::QTarget(k) => launch(kernel, Params::of([k.batch, k.max_steps]), each(k.batch)),
        Kernel::CarryReset(k) => launch(kernel, Params::of([k.batch, k.row, k.period]), each(k.batch * k.row)),
        Kernel::Halt(k) => {
            let params = Params::of([k.batch, k.max_steps, k.q_halt_alone as usize]).float(k.exploration);
            launch(kernel, params, each(k.batch))
        }
        Kernel::Metrics(k) => launch(kernel, Params::of([k.batch]), [1, 1, 1]),
        Kernel::AdamAtan2(k) => {
            let params = Params::of([vectors(k.len)]).float(1.0 - k.beta1).float(1.0 - k.beta2).float(k.weight_decay);
            launch(kernel, params, each(vectors(k.len)))
        }
        Kernel::SignSgd(k) => {
            let params = Params::of([k.batch, k.width, k.identifiers]).float(k.weight_decay);
            launch(kernel, params, each(k.batch * k.width))
        }
        Kernel::Ema(k) => {
            let params = Params::of([vectors(k.len)]).float(k.decay).float(1.0 - k.decay);
            launch(kernel, params, each(vectors(k.len)))
        }
    }]
}

/// Rows of neighbouring elements and strided columns have an entry point each. Rows share their sums in workgroup memory;
/// where that is slow,
/// they too are one invocation's each, which reads vectors where it can.
fn norm(kernel: &Kernel, params: Params, [outer, len, inner]: [usize; 3], target: &Target) -> Launch {
    let (entry, grid) = match (inner, target.form) {
        (1, Form::Tiled) => ("rows", rows_of(outer.div_ceil(4))),
        (1, _) if len.is_multiple_of(4) => ("vectors", each(outer)),
        _ => ("columns", each(outer * inner)),
    };
    Launch { entry, ..launch(kernel, params, grid) }
}

fn entropy(batch: usize, seq: usize, vocab: usize, kind: LossKind) -> Params {
    Params::of([batch, seq, vocab, (kind == LossKind::Softmax) as usize])
}

fn sum_squares(kernel: &Kernel, k: &SumSquares) -> Vec<Launch> {
    let groups = k.len.div_ceil(64 * 16).clamp(1, SCRATCH);
    let stage = |entry, grid| {
        let launch = launch(kernel, Params::of([k.len, k.index, groups]), [grid as u32, 1, 1]);
        Launch { entry, scratch: true, ..launch }
    };
    vec![stage("stretches", groups), stage("total", 1)]
}
