//! How a kernel is divided: a browser's worker hears nothing while it computes, so it plays a long one in stretches.

use std::ops::Range;

use crate::plan::Kernel;

/// The parts of a kernel, equal in work: a product's items, or the rows of its only one; attention's heads. Played in
/// order, in stretches of any length, they leave the bits of the whole. Only rows may round otherwise: how `gemm` sums
/// depends on their number.
pub fn all(kernel: &Kernel) -> Range<usize> {
    let count = match kernel {
        Kernel::Matmul(k) if k.batch == 1 => k.m,
        Kernel::Matmul(k) => k.batch,
        Kernel::Attention(k) => k.batch * k.heads,
        Kernel::AttentionBackward(k) => k.batch * k.heads,
        _ => 1,
    };
    0..count
}

/// Stretches of a kernel's parts, each of about `most` floating-point operations, but of one part at least; what `all`
/// does not divide is one.
#[cfg(any(target_arch = "wasm32", test))]
pub fn stretches(kernel: &Kernel, most: f64) -> impl Iterator<Item = Range<usize>> {
    let parts = all(kernel);
    let size = (most / (kernel.flops() / parts.len() as f64)) as usize;
    let size = size.clamp(1, parts.len().max(1));
    parts.clone().step_by(size).map(move |first| first..parts.end.min(first + size))
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::super::play::Play;
    use super::*;
    use crate::plan::kernel::{Attention, AttentionBackward, Matmul, Operand, Rope};
    use crate::plan::{BufferId, Program, Recorder};
    use crate::random::Random;

    const M: usize = 37;
    const N: usize = 12;
    const K: usize = 20;

    /// One product. The left factor may be stored as its transpose, or `shared` by all items.
    fn product(batch: usize, transposed: bool, shared: bool, reduce: bool, accumulate: bool) -> Program {
        let mut r = Recorder::new();
        r.entry("main");
        let mut operand = |name: &str, items: usize, rows: usize, cols: usize| {
            let buffer = r.persistent(name, &[items, rows, cols]);
            Operand { batch_stride: if items == 1 { 0 } else { rows * cols }, ..Operand::whole(buffer, cols) }
        };
        let (rows, cols) = if transposed { (K, M) } else { (M, K) };
        let a = Operand { transposed, ..operand("a", if shared { 1 } else { batch }, rows, cols) };
        let b = operand("b", batch, K, N);
        let out = operand("out", if reduce { 1 } else { batch }, M, N);
        r.push(Matmul { a, b, out, batch, m: M, n: N, k: K, reduce, accumulate });
        r.finish().unwrap()
    }

    /// Attention and its way back.
    fn attention() -> Program {
        let (batch, tokens, heads, head_dim) = (3, 40, 4, 48);
        let width = heads * head_dim;
        let mut r = Recorder::new();
        r.entry("main");
        let qkv = r.persistent("qkv", &[batch, tokens, 3 * width]);
        let (cos, sin) = (r.persistent("cos", &[tokens, head_dim]), r.persistent("sin", &[tokens, head_dim]));
        let rope = Some(Rope { cos, sin });
        let out = r.persistent("out", &[batch, tokens, width]);
        let lse = r.persistent("lse", &[batch, heads, tokens]);
        let d_out = r.persistent("d_out", &[batch, tokens, width]);
        let d_qkv = r.persistent("d_qkv", &[batch, tokens, 3 * width]);
        r.push(Attention { qkv, rope, out, lse, batch, tokens, heads, head_dim });
        r.push(AttentionBackward { qkv, rope, out, lse, d_out, d_qkv, batch, tokens, heads, head_dim });
        r.finish().unwrap()
    }

    /// What a program leaves in its buffers, every kernel played in stretches of `size` parts.
    fn played(program: &Program, size: usize) -> Vec<f32> {
        let mut random = Random::new(5);
        let mut memory = Memory::<f32>::new(program, None).unwrap();
        let buffers: Vec<BufferId> = (0..program.buffers.len() as u32).map(BufferId).collect();
        for &id in &buffers {
            memory.f_mut(id).fill_with(|| random.normal() as f32);
        }
        for kernel in program.entries[0].steps.iter().map(|step| &step.kernel) {
            let most = (size as f64 + 0.5) * kernel.flops() / all(kernel).len() as f64;
            let cut: Vec<_> = stretches(kernel, most).collect();
            assert_eq!(cut.len(), all(kernel).len().div_ceil(size));
            cut.into_iter().for_each(|part| f32::play(kernel, part, &mut memory));
        }
        buffers.iter().flat_map(|&id| memory.f(id).iter().copied()).collect()
    }

    #[test]
    fn stretches_of_rows_are_the_whole_product() {
        for transposed in [false, true] {
            let program = product(1, transposed, false, false, true);
            let kernel = &program.entries[0].steps[0].kernel;
            let rows = stretches(kernel, (2 * N * K * 5) as f64).map(|part| part.len());
            assert_eq!(rows.collect::<Vec<_>>(), [5, 5, 5, 5, 5, 5, 5, 2]);
            let (whole, cut) = (played(&program, M), played(&program, 5));
            let apart = whole.iter().zip(&cut).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart < 1e-5, "{apart}");
            assert_eq!(stretches(kernel, 1e9).count(), 1);
        }
    }

    #[test]
    fn stretches_of_items_are_the_whole_kernel_bit_by_bit() {
        let flags = |bits: usize| [1_usize, 2, 4, 8].map(|bit| bits & bit != 0);
        let products = (0..16).map(flags).map(|[a, b, c, d]| product(7, a, b, c, d));
        for program in products.chain([attention()]) {
            let bits = |size| played(&program, size).into_iter().map(f32::to_bits).collect::<Vec<_>>();
            let whole = bits(usize::MAX);
            // Five: the last stretch of items is shorter, and one of heads ends within an example.
            for size in [1, 5] {
                assert!(bits(size) == whole, "in stretches of {size}: {:?}", program.entries[0].steps);
            }
        }
    }
}
