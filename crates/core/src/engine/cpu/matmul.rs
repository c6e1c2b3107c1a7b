//! out[b] (+)= a[b] · b[b], or summed over the batch. The products themselves are the `gemm` crate's.

use std::ops::Range;

use crate::plan::kernel::{Matmul, Operand};

use super::parallel;
use super::real::Real;

/// Row and column stride of the matrix that is meant.
fn strides(operand: &Operand) -> (isize, isize) {
    let stride = operand.stride as isize;
    if operand.transposed { (1, stride) } else { (stride, 1) }
}

/// See [`Matmul`]; `part` is of the items, or of the rows where there is one item.
pub fn matmul<T: Real>(k: &Matmul, part: Range<usize>, a: &[T], b: &[T], out: &mut [T]) {
    if k.batch == 1 {
        return single(&rows_of(k, part), a, b, out);
    }
    // Many small products: a thread takes whole items. One large one: its threads share it.
    let dense = dense_rows(k) && k.out.batch_stride >= k.m * k.n;
    if !k.reduce && dense && k.a.batch_stride * k.b.batch_stride == 0 {
        let size = k.out.batch_stride;
        let end = out.len().min(part.end * size);
        return parallel::rows(&mut out[part.start * size..end], size, |i, out| {
            item(k, part.start + i, a, b, out, 0, k.accumulate, gemm::Parallelism::None);
        });
    }
    for i in part {
        // A sum over the items goes on where the part before this one left it.
        let add = k.accumulate || (k.reduce && i > 0);
        let start = k.out.offset + if k.reduce { 0 } else { i * k.out.batch_stride };
        item(k, i, a, b, out, start, add, parallel::for_gemm());
    }
}

/// A product without a batch.
fn single<T: Real>(k: &Matmul, a: &[T], b: &[T], out: &mut [T]) {
    // Tall products are cut into one stretch of rows for each thread: the crate's own threading gains nothing there.
    let rows = k.m.div_ceil(parallel::threads());
    if dense_rows(k) && rows >= 256 {
        return parallel::rows(&mut out[..k.m * k.n], rows * k.n, |i, out| {
            let part = rows_of(k, i * rows..i * rows + out.len() / k.n);
            item(&part, 0, a, b, out, 0, k.accumulate, gemm::Parallelism::None);
        });
    }
    item(k, 0, a, b, out, k.out.offset, k.accumulate, parallel::for_gemm());
}

/// The product that computes these rows of the result.
fn rows_of(k: &Matmul, rows: Range<usize>) -> Matmul {
    let mut part = Matmul { m: rows.len(), ..k.clone() };
    let (a_rs, _) = strides(&k.a);
    part.a.offset += rows.start * a_rs as usize;
    part.out.offset += rows.start * k.out.stride;
    part
}

/// Whether the rows of a single result lie one after the other from the start.
fn dense_rows(k: &Matmul) -> bool {
    k.out.offset == 0 && k.out.stride == k.n
}

fn item<T: Real>(
    k: &Matmul,
    i: usize,
    a: &[T],
    b: &[T],
    out: &mut [T],
    start: usize,
    add: bool,
    threads: gemm::Parallelism,
) {
    let a = &a[k.a.offset + i * k.a.batch_stride..];
    let b = &b[k.b.offset + i * k.b.batch_stride..];
    let (a_rs, a_cs) = strides(&k.a);
    let (b_rs, b_cs) = strides(&k.b);
    product(
        (k.m, k.n, k.k),
        (a, a_rs, a_cs),
        (b, b_rs, b_cs),
        (&mut out[start..], k.out.stride as isize),
        add,
        threads,
    );
}

/// out [m, n] (+)= a [m, k] · b [k, n], each with its row and column stride.
pub fn product<T: Real>(
    (m, n, k): (usize, usize, usize),
    (a, a_rs, a_cs): (&[T], isize, isize),
    (b, b_rs, b_cs): (&[T], isize, isize),
    (out, out_rs): (&mut [T], isize),
    add: bool,
    threads: gemm::Parallelism,
) {
    if m == 0 || n == 0 {
        return;
    }
    let last = |rows: usize, cols: usize, rs: isize, cs: isize| (rows as isize - 1) * rs + (cols as isize - 1) * cs;
    if k > 0 {
        assert!(last(m, k, a_rs, a_cs) < a.len() as isize && last(k, n, b_rs, b_cs) < b.len() as isize);
    }
    assert!(last(m, n, out_rs, 1) < out.len() as isize);
    // In bounds by the two assertions; `out` is borrowed mutably, so it overlaps neither factor.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            out_rs,
            add,
            a.as_ptr(),
            a_cs,
            a_rs,
            b.as_ptr(),
            b_cs,
            b_rs,
            T::ONE,
            T::ONE,
            false,
            false,
            false,
            threads,
        );
    }
}
