//! out[b] (+)= a[b] · b[b], or summed over the batch: the recorded product as rectangles of [`product`](super::product),
//! shared among threads.

use std::ops::Range;

use crate::engine::Bf16;
use crate::plan::kernel::{Matmul, Operand};

use super::parallel;
use super::product::{Cut, Form, Out, PANEL, Packed, Pairs, View, rectangle};
use super::real::Real;
use super::scratch::Pool;

/// What a product finds ready: its weights packed, where its factors are weights.
pub struct Ready<'a, T> {
    /// The left factor rounded to bf16.
    pub left: Option<&'a Pairs>,
    /// The right factor in panels.
    pub right: Option<&'a Packed<T>>,
    /// How products are summed, where operands are rounded to bf16.
    pub bf16: Option<Bf16>,
    /// Room for what is packed for this product alone.
    pub pool: &'a Pool<T>,
}

impl<'a, T> View<'a, T> {
    /// Item `i` of an operand.
    pub fn of(operand: &Operand, i: usize, data: &'a [T]) -> Self {
        let (row, column) = if operand.transposed { (1, operand.stride) } else { (operand.stride, 1) };
        View { data, row, column }.skip(operand.offset + i * operand.batch_stride)
    }
}

/// See [`Matmul`]; `part` is of the items, or of the rows where there is one item.
pub fn matmul<T: Real>(k: &Matmul, part: Range<usize>, form: Form, ready: &Ready<T>, a: &[T], b: &[T], out: &mut [T]) {
    let result = Out::new(&mut out[k.out.offset..], k.out.stride, k.n);
    let (rows, items) = if k.batch == 1 { (part, 0..1) } else { (0..k.m, part) };
    if k.reduce || k.batch == 1 {
        return summed(k, rows, items, form, ready, a, b, result);
    }
    // Every item has a result of its own: a thread takes whole items.
    let last = items.end.saturating_sub(1) * k.out.batch_stride + k.m.saturating_sub(1) * k.out.stride + k.n;
    assert!(items.is_empty() || k.out.batch_stride >= k.m.saturating_sub(1) * k.out.stride + k.n, "items overlap");
    assert!(items.is_empty() || last <= out.len() - k.out.offset, "the result ends before its last item");
    let panels = 0..k.n.div_ceil(PANEL);
    let threads = if form.cut == Cut::Whole { 1 } else { parallel::threads() };
    parallel::pieces(items, threads, |items| {
        ready.pool.with(ready.bf16, |scratch| {
            for i in items {
                let right = match ready.right {
                    Some(right) => right,
                    None => {
                        scratch.right.resize(k.k, k.n);
                        scratch.right.pack(View::of(&k.b, i, b), k.k, k.n, panels.clone());
                        &scratch.right
                    }
                };
                let (left, pairs) = (View::of(&k.a, i, a), ready.left.map(Pairs::view));
                let place = (0..k.m, panels.clone());
                let out = result.skip(i * k.out.batch_stride);
                // Items do not overlap, and each is one thread's.
                unsafe { rectangle(form.tiles, left, pairs, right, k.k, place, out, k.accumulate) };
            }
        });
    });
}

/// One result, of one item or summed over several in their order.
fn summed<T: Real>(
    k: &Matmul,
    rows: Range<usize>,
    items: Range<usize>,
    form: Form,
    ready: &Ready<T>,
    a: &[T],
    b: &[T],
    out: Out<T>,
) {
    let panels = 0..k.n.div_ceil(PANEL);
    let threads = if form.cut == Cut::Whole { 1 } else { parallel::threads() };
    // Of some rows and panels all items, one after the other; `right` is what is packed already, `own` room to pack.
    let piece = |rows: Range<usize>, panels: Range<usize>, right: Option<&Packed<T>>, own: &mut Packed<T>| {
        for i in items.clone() {
            // A sum over the items goes on where the one before left it.
            let accumulate = k.accumulate || i > 0;
            let right = match right {
                Some(right) => right,
                None => {
                    own.resize(k.k, k.n);
                    own.pack(View::of(&k.b, i, b), k.k, k.n, panels.clone());
                    &*own
                }
            };
            let place = (rows.clone(), panels.clone());
            let pairs = ready.left.map(Pairs::view);
            // Rectangles do not overlap, and each is one thread's.
            unsafe { rectangle(form.tiles, View::of(&k.a, i, a), pairs, right, k.k, place, out, accumulate) };
        }
    };
    match form.cut {
        // The right factor is packed once for all rows.
        Cut::Rows if ready.right.is_none() && items.len() == 1 => ready.pool.with(ready.bf16, |shared| {
            shared.right.resize(k.k, k.n);
            shared.right.pack(View::of(&k.b, items.start, b), k.k, k.n, panels.clone());
            let shared = &shared.right;
            parallel::pieces(rows, threads, |rows| {
                piece(rows, panels.clone(), Some(shared), &mut Packed::new(ready.bf16));
            });
        }),
        Cut::Rows => parallel::pieces(rows, threads, |rows| {
            ready.pool.with(ready.bf16, |own| piece(rows, panels.clone(), ready.right, &mut own.right));
        }),
        Cut::Columns | Cut::Whole => parallel::pieces(panels, threads, |panels| {
            ready.pool.with(ready.bf16, |own| piece(rows.clone(), panels, ready.right, &mut own.right));
        }),
    }
}
