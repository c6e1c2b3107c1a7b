//! The gradient of attention, head by head: with P = exp(S - lse), dV = Pᵀ dO, dS = P ∘ (dO Vᵀ - rowsum(dO ∘ O)),
//! dQ = dS K / √d, dK = dSᵀ Q / √d, and the rotation undone.

use std::ops::Range;

use crate::plan::kernel::AttentionBackward;

use super::attention::{Tables, gather};
use super::matmul::product;
use super::parallel;
use super::real::{Real, dot};

/// See [`AttentionBackward`]; `items` are heads of all examples, B·h in order.
pub fn attention_backward<T: Real>(
    k: &AttentionBackward,
    items: Range<usize>,
    qkv: &[T],
    rope: Tables<T>,
    out: &[T],
    lse: &[T],
    d_out: &[T],
    d_qkv: &mut [T],
) {
    let (tokens, heads, d) = (k.tokens, k.heads, k.head_dim);
    let width = heads * d;
    let scale = T::ONE / T::from_f64(d as f64).sqrt();
    let alone = gemm::Parallelism::None;
    let (ds, ts, ws) = (d as isize, tokens as isize, width as isize);
    // Of the first and of the last of these examples there may be only some heads.
    let examples = items.start / heads..items.end.div_ceil(heads);
    let size = tokens * 3 * width;
    parallel::rows(&mut d_qkv[examples.start * size..examples.end * size], size, |i, d_qkv| {
        let b = examples.start + i;
        let qkv = &qkv[b * tokens * 3 * width..][..tokens * 3 * width];
        let out = &out[b * tokens * width..][..tokens * width];
        let d_out = &d_out[b * tokens * width..][..tokens * width];
        let mut p = vec![T::ZERO; tokens * tokens];
        let mut d_p = vec![T::ZERO; tokens * tokens];
        let mut d_head = vec![T::ZERO; tokens * d];
        for head in (0..heads).filter(|head| items.contains(&(b * heads + head))) {
            let shape = (tokens, heads, d);
            let q = gather(qkv, 0, head, shape, rope, scale);
            let keys = gather(qkv, 1, head, shape, rope, T::ONE);
            let values = &qkv[2 * width + head * d..];
            let d_o = &d_out[head * d..];
            product((tokens, tokens, d), (&q, ds, 1), (&keys, 1, ds), (&mut p, ts), false, alone);
            product((tokens, tokens, d), (d_o, ws, 1), (values, 1, 3 * ws), (&mut d_p, ts), false, alone);
            let lse = &lse[(b * heads + head) * tokens..][..tokens];
            for (t, row) in p.chunks_exact_mut(tokens).enumerate() {
                row.iter_mut().for_each(|s| *s = (*s - lse[t]).exp());
            }
            let part = |d_qkv: &mut [T], part: usize, d_head: &[T], rotate: bool| {
                scatter(d_qkv, part, head, shape, if rotate { rope } else { None }, d_head);
            };
            product((tokens, d, tokens), (&p, 1, ts), (d_o, ws, 1), (&mut d_head, ds), false, alone);
            part(d_qkv, 2, &d_head, false);
            for (t, (p, d_p)) in p.chunks_exact(tokens).zip(d_p.chunks_exact_mut(tokens)).enumerate() {
                let at = t * width + head * d;
                let delta = dot(&out[at..at + d], &d_out[at..at + d]);
                d_p.iter_mut().zip(p).for_each(|(d_p, &p)| *d_p = p * (*d_p - delta));
            }
            product((tokens, d, tokens), (&d_p, ts, 1), (&keys, ds, 1), (&mut d_head, ds), false, alone);
            d_head.iter_mut().for_each(|x| *x *= scale);
            part(d_qkv, 0, &d_head, true);
            // q was gathered with the scale in it.
            product((tokens, d, tokens), (&d_p, 1, ts), (&q, ds, 1), (&mut d_head, ds), false, alone);
            part(d_qkv, 1, &d_head, true);
        }
    });
}

/// Writes one head's gradient to its place, rotated back (the transpose of the rotation).
fn scatter<T: Real>(
    d_qkv: &mut [T],
    part: usize,
    head: usize,
    (tokens, heads, d): (usize, usize, usize),
    rope: Tables<T>,
    d_head: &[T],
) {
    for t in 0..tokens {
        let to = &mut d_qkv[(t * 3 + part) * heads * d + head * d..][..d];
        let g = &d_head[t * d..][..d];
        match rope {
            None => to.copy_from_slice(g),
            Some((cos, sin)) => {
                let (cos, sin) = (&cos[t * d..][..d], &sin[t * d..][..d]);
                let half = d / 2;
                for i in 0..half {
                    to[i] = g[i] * cos[i] + g[i + half] * sin[i + half];
                    to[i + half] = g[i + half] * cos[i + half] - g[i] * sin[i];
                }
            }
        }
    }
}
