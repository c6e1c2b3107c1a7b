//! softmax(q kᵀ / √d) v, head by head, queries and keys rotated when they are read.

use std::ops::Range;

use crate::plan::kernel::Attention;

use super::matmul::product;
use super::parallel;
use super::real::{Real, dot};

/// Rotary tables, [T, d] each.
pub type Tables<'a, T> = Option<(&'a [T], &'a [T])>;

/// Copies one head of the queries (part 0), keys (1) or values (2) of one example, [T, d], rotated and scaled.
pub fn gather<T: Real>(
    qkv: &[T],
    part: usize,
    head: usize,
    (tokens, heads, d): (usize, usize, usize),
    rope: Tables<T>,
    scale: T,
) -> Vec<T> {
    let mut out = vec![T::ZERO; tokens * d];
    for (t, row) in out.chunks_exact_mut(d).enumerate() {
        let v = &qkv[(t * 3 + part) * heads * d + head * d..][..d];
        match rope {
            None => row.iter_mut().zip(v).for_each(|(o, &v)| *o = v * scale),
            Some((cos, sin)) => {
                let (cos, sin) = (&cos[t * d..][..d], &sin[t * d..][..d]);
                let half = d / 2;
                for i in 0..half {
                    row[i] = (v[i] * cos[i] - v[i + half] * sin[i]) * scale;
                    row[i + half] = (v[i + half] * cos[i + half] + v[i] * sin[i + half]) * scale;
                }
            }
        }
    }
    out
}

/// The weights with which the query at one position of one head attends to every position, [T]; they sum to 1. `qkv` is
/// of one example, [T, 3D]; the shape is (T, heads, d).
pub fn attention_weights<T: Real>(
    qkv: &[T],
    position: usize,
    head: usize,
    shape: (usize, usize, usize),
    rope: Tables<T>,
) -> Vec<T> {
    let (_, _, d) = shape;
    let scale = T::ONE / T::from_f64(d as f64).sqrt();
    let queries = gather(qkv, 0, head, shape, rope, scale);
    let keys = gather(qkv, 1, head, shape, rope, T::ONE);
    let query = &queries[position * d..(position + 1) * d];
    let mut weights: Vec<T> = keys.chunks_exact(d).map(|key| dot(query, key)).collect();
    softmax(&mut weights);
    weights
}

/// See [`Attention`]; `items` are heads of all examples, B·h in order.
pub fn attention<T: Real>(
    k: &Attention,
    items: Range<usize>,
    qkv: &[T],
    rope: Tables<T>,
    out: &mut [T],
    lse: &mut [T],
) {
    let (tokens, heads, d) = (k.tokens, k.heads, k.head_dim);
    let width = heads * d;
    let scale = T::ONE / T::from_f64(d as f64).sqrt();
    let mut by_head = vec![T::ZERO; items.len() * tokens * d];
    let lse = &mut lse[items.start * tokens..items.end * tokens];
    parallel::rows2(&mut by_head, tokens * d, lse, tokens, |i, out, lse| {
        let (b, head) = ((items.start + i) / heads, (items.start + i) % heads);
        let qkv = &qkv[b * tokens * 3 * width..][..tokens * 3 * width];
        let shape = (tokens, heads, d);
        let q = gather(qkv, 0, head, shape, rope, scale);
        let keys = gather(qkv, 1, head, shape, rope, T::ONE);
        let (ds, ts) = (d as isize, tokens as isize);
        let mut scores = vec![T::ZERO; tokens * tokens];
        let alone = gemm::Parallelism::None;
        product((tokens, tokens, d), (&q, ds, 1), (&keys, 1, ds), (&mut scores, ts), false, alone);
        for (row, lse) in scores.chunks_exact_mut(tokens).zip(lse) {
            *lse = softmax(row);
        }
        let values = &qkv[2 * width + head * d..];
        product((tokens, d, tokens), (&scores, ts, 1), (values, 3 * width as isize, 1), (out, ds), false, alone);
    });
    parallel::rows(out, width, |row, out| {
        let (b, t) = (row / tokens, row % tokens);
        for (head, out) in out.chunks_exact_mut(d).enumerate() {
            let item = b * heads + head;
            if items.contains(&item) {
                out.copy_from_slice(&by_head[((item - items.start) * tokens + t) * d..][..d]);
            }
        }
    });
}

/// Replaces a row by its softmax; returns log Σ exp.
fn softmax<T: Real>(row: &mut [T]) -> T {
    let max = row.iter().copied().fold(row[0], Real::max);
    row.iter_mut().for_each(|x| *x = (*x - max).exp());
    let sum: T = row.iter().copied().sum();
    let inverse = T::ONE / sum;
    row.iter_mut().for_each(|x| *x *= inverse);
    max + sum.ln()
}
