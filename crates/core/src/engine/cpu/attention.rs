//! softmax(q kᵀ / √d) v, head by head, queries and keys rotated when they are read.

use std::ops::Range;

use crate::plan::kernel::Attention;

use super::aligned::Aligned;
use super::parallel;
use super::product::{Out, View, product};
use super::products::Products;
use super::real::{Real, dot, largest, total};
use super::scratch::Scratch;

/// Rotary tables, [T, d] each.
pub type Tables<'a, T> = Option<(&'a [T], &'a [T])>;

/// The two halves of a row of `d` elements, which a rotation turns into each other. Their lengths are known to be equal, so
/// that loops over them become vectors.
pub fn halves<T>(row: &[T], d: usize) -> [&[T]; 2] {
    [&row[..d / 2], &row[d / 2..][..d / 2]]
}

/// Copies one head of the queries (part 0), keys (1) or values (2) of one example, [T, d], rotated and scaled.
pub fn gather<T: Real>(
    qkv: &[T],
    part: usize,
    head: usize,
    (tokens, heads, d): (usize, usize, usize),
    rope: Tables<T>,
    scale: T,
    out: &mut Aligned<T>,
) {
    out.resize(tokens * d);
    for (t, row) in out.chunks_exact_mut(d).enumerate() {
        let v = &qkv[(t * 3 + part) * heads * d + head * d..][..d];
        match rope {
            None => row.iter_mut().zip(v).for_each(|(o, &v)| *o = v * scale),
            Some((cos, sin)) => {
                let [v, cos, sin] = [v, &cos[t * d..], &sin[t * d..]].map(|row| halves(row, d));
                let (low, high) = row.split_at_mut(d / 2);
                let whole = low.len() / STRETCH * STRETCH;
                for at in (0..whole).step_by(STRETCH) {
                    turn::<T, STRETCH>(v, cos, sin, scale, at, [low, high]);
                }
                (whole..low.len()).for_each(|at| turn::<T, 1>(v, cos, sin, scale, at, [low, high]));
            }
        }
    }
}

/// Pairs that are turned at a time.
const STRETCH: usize = 8;

/// Turns `N` pairs of a row by its halves, from a place on. They are read before any is written, so that they become vectors
/// without a look at what overlaps.
#[inline(always)]
fn turn<T: Real, const N: usize>(
    v: [&[T]; 2],
    cos: [&[T]; 2],
    sin: [&[T]; 2],
    scale: T,
    at: usize,
    out: [&mut [T]; 2],
) {
    let [v, cos, sin] =
        [v, cos, sin].map(|halves| halves.map(|half| -> [T; N] { std::array::from_fn(|i| half[at..at + N][i]) }));
    let low: [T; N] = std::array::from_fn(|i| (v[0][i] * cos[0][i] - v[1][i] * sin[0][i]) * scale);
    let high: [T; N] = std::array::from_fn(|i| (v[1][i] * cos[1][i] + v[0][i] * sin[1][i]) * scale);
    let [out_low, out_high] = out;
    out_low[at..at + N].copy_from_slice(&low);
    out_high[at..at + N].copy_from_slice(&high);
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
    let (mut queries, mut keys) = (Aligned::default(), Aligned::default());
    gather(qkv, 0, head, shape, rope, scale, &mut queries);
    gather(qkv, 1, head, shape, rope, T::ONE, &mut keys);
    let query = &queries[position * d..(position + 1) * d];
    let mut weights: Vec<T> = keys.chunks_exact(d).map(|key| dot(query, key)).collect();
    softmax(&mut weights);
    weights
}

/// See [`Attention`]; `items` are heads of all examples, B·h in order.
pub fn attention<T: Real>(
    k: &Attention,
    items: Range<usize>,
    products: &Products<T>,
    qkv: &[T],
    rope: Tables<T>,
    out: &mut [T],
    lse: &mut [T],
) {
    let (tokens, heads, d) = (k.tokens, k.heads, k.head_dim);
    let width = heads * d;
    let scale = T::ONE / T::from_f64(d as f64).sqrt();
    let (lse, out) = (Out::new(lse, tokens, tokens), Out::new(out, width, d));
    parallel::pieces(items, parallel::threads(), |items| {
        products.pool.with(products.bf16, |Scratch { right, floats: [q, keys, scores, ..] }| {
            for item in items {
                let (b, head) = (item / heads, item % heads);
                let qkv = &qkv[b * tokens * 3 * width..][..tokens * 3 * width];
                let shape = (tokens, heads, d);
                gather(qkv, 0, head, shape, rope, scale, q);
                gather(qkv, 1, head, shape, rope, T::ONE, keys);
                scores.resize(tokens * tokens);
                let values = View::by_rows(&qkv[2 * width + head * d..], 3 * width);
                // Log Σ exp and output of a head are its item's alone.
                unsafe {
                    let (q, keys) = (View::by_rows(q, d), View::by_columns(keys, d));
                    product((tokens, tokens, d), q, keys, right, Out::new(scores, tokens, tokens));
                    for (row, lse) in scores.chunks_exact_mut(tokens).zip(lse.row(item)) {
                        *lse = softmax(row);
                    }
                    let weights = View::by_rows(scores, tokens);
                    let out = out.skip(b * tokens * width + head * d);
                    product((tokens, d, tokens), weights, values, right, out);
                }
            }
        });
    });
}

/// Replaces a row by its softmax; returns log Σ exp.
fn softmax<T: Real>(row: &mut [T]) -> T {
    let max = largest(row);
    row.iter_mut().for_each(|x| *x = (*x - max).exp());
    let sum = total(row);
    let inverse = T::ONE / sum;
    row.iter_mut().for_each(|x| *x *= inverse);
    max + sum.ln()
}
