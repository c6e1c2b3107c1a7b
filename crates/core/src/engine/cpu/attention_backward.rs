//! The gradient of attention, head by head: with P = exp(S - lse), dV = Pᵀ dO, dS = P ∘ (dO Vᵀ - rowsum(dO ∘ O)),
//! dQ = dS K / √d, dK = dSᵀ Q / √d, and the rotation undone.

use std::ops::Range;

use crate::plan::kernel::AttentionBackward;

use super::attention::{Tables, gather, halves};
use super::parallel;
use super::product::{Out, View, product};
use super::products::Products;
use super::real::{Real, dot};
use super::scratch::Scratch;

/// See [`AttentionBackward`]; `items` are heads of all examples, B·h in order.
pub fn attention_backward<T: Real>(
    k: &AttentionBackward,
    items: Range<usize>,
    products: &Products<T>,
    qkv: &[T],
    rope: Tables<T>,
    out: &[T],
    lse: &[T],
    d_out: &[T],
    d_qkv: &mut [T],
) {
    let (tokens, heads, d) = (k.tokens, k.heads, k.head_dim);
    let shape = (tokens, heads, d);
    let width = heads * d;
    let scale = T::ONE / T::from_f64(d as f64).sqrt();
    let d_qkv = Out::new(d_qkv, 3 * width, d);
    parallel::pieces(items, parallel::threads(), |items| {
        products.pool.with(products.bf16, |Scratch { right, floats: [q, keys, p, d_p, d_head, _] }| {
            p.resize(tokens * tokens);
            d_p.resize(tokens * tokens);
            d_head.resize(tokens * d);
            for item in items {
                let (b, head) = (item / heads, item % heads);
                let qkv = &qkv[b * tokens * 3 * width..][..tokens * 3 * width];
                let (out, d_out) = (&out[b * tokens * width..], &d_out[b * tokens * width..]);
                let d_qkv = d_qkv.skip(b * tokens * 3 * width + head * d);
                gather(qkv, 0, head, shape, rope, scale, q);
                gather(qkv, 1, head, shape, rope, T::ONE, keys);
                let d_o = &d_out[head * d..];
                // A head's part of the gradient is its item's alone.
                unsafe {
                    let scores = Out::new(p, tokens, tokens);
                    product((tokens, tokens, d), View::by_rows(q, d), View::by_columns(keys, d), right, scores);
                    let values = View::by_columns(&qkv[2 * width + head * d..], 3 * width);
                    product(
                        (tokens, tokens, d),
                        View::by_rows(d_o, width),
                        values,
                        right,
                        Out::new(d_p, tokens, tokens),
                    );
                    let lse = &lse[item * tokens..][..tokens];
                    for (row, &lse) in p.chunks_exact_mut(tokens).zip(lse) {
                        row.iter_mut().for_each(|s| *s = (*s - lse).exp());
                    }
                    product(
                        (tokens, d, tokens),
                        View::by_columns(p, tokens),
                        View::by_rows(d_o, width),
                        right,
                        d_qkv.skip(2 * width),
                    );
                    for (t, (p, d_p)) in p.chunks_exact(tokens).zip(d_p.chunks_exact_mut(tokens)).enumerate() {
                        let at = t * width + head * d;
                        let delta = dot(&out[at..at + d], &d_out[at..at + d]);
                        d_p.iter_mut().zip(p).for_each(|(d_p, &p)| *d_p = p * (*d_p - delta));
                    }
                    let size = (tokens, d, tokens);
                    product(size, View::by_rows(d_p, tokens), View::by_rows(keys, d), right, Out::new(d_head, d, d));
                    d_head.iter_mut().for_each(|x| *x *= scale);
                    scatter(d_qkv, shape, rope, d_head);
                    // q was gathered with the scale in it.
                    product(size, View::by_columns(d_p, tokens), View::by_rows(q, d), right, Out::new(d_head, d, d));
                    scatter(d_qkv.skip(width), shape, rope, d_head);
                }
            }
        });
    });
}

/// Writes one head's gradient, [T, d], to its place, rotated back (the transpose of the rotation).
///
/// # Safety
/// Nobody else touches these rows of `to` meanwhile.
unsafe fn scatter<T: Real>(to: Out<T>, (tokens, _, d): (usize, usize, usize), rope: Tables<T>, d_head: &[T]) {
    for t in 0..tokens {
        // By the caller's promise.
        let to = unsafe { to.row(t) };
        let g = &d_head[t * d..][..d];
        match rope {
            None => to.copy_from_slice(g),
            Some((cos, sin)) => {
                let [g, cos, sin] = [g, &cos[t * d..], &sin[t * d..]].map(|row| halves(row, d));
                let (low, high) = to.split_at_mut(d / 2);
                let high = &mut high[..low.len()];
                for i in 0..low.len() {
                    low[i] = g[0][i] * cos[0][i] + g[1][i] * sin[1][i];
                    high[i] = g[1][i] * cos[1][i] - g[0][i] * sin[0][i];
                }
            }
        }
    }
}
