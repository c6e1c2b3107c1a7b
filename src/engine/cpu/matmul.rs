//! out[b] (+)= a[b] · b[b], or summed over the batch. The products themselves are the `gemm` crate's.

use crate::plan::kernel::{Matmul, Operand};

use super::parallel;
use super::real::Real;

/// Row and column stride of the matrix that is meant.
fn strides(operand: &Operand) -> (isize, isize) {
    let stride = operand.stride as isize;
    if operand.transposed { (1, stride) } else { (stride, 1) }
}

/// See [`Matmul`].
pub fn matmul<T: Real>(k: &Matmul, a: &[T], b: &[T], out: &mut [T]) {
    let items = k.batch;
    // Many small products: a thread takes whole items. One large one: its threads share it.
    let dense = dense_rows(k) && k.out.batch_stride >= k.m * k.n;
    if !k.reduce && items > 1 && dense && k.a.batch_stride * k.b.batch_stride == 0 {
        let size = k.out.batch_stride;
        return parallel::rows(out, size, |i, out| item(k, i, a, b, out, 0, k.accumulate, gemm::Parallelism::None));
    }
    // Tall products are cut into one stretch of rows for each thread: the crate's own threading gains nothing there.
    let rows = k.m.div_ceil(parallel::threads());
    if items == 1 && dense_rows(k) && rows >= 256 {
        let (a_rs, _) = strides(&k.a);
        return parallel::rows(&mut out[..k.m * k.n], rows * k.n, |i, out| {
            let first = i * rows;
            let a = &a[first * a_rs as usize..];
            let part = Matmul { m: out.len() / k.n, ..k.clone() };
            item(&part, 0, a, b, out, 0, k.accumulate, gemm::Parallelism::None);
        });
    }
    for i in 0..items {
        let add = k.accumulate || (k.reduce && i > 0);
        let start = k.out.offset + if k.reduce { 0 } else { i * k.out.batch_stride };
        item(k, i, a, b, out, start, add, parallel::for_gemm());
    }
}

/// A product in stretches of rows, each of about `most` floating-point operations; whole where it is that small, or a batch.
/// A browser's worker hears nothing while one of them is computed.
#[cfg(any(target_arch = "wasm32", test))]
pub fn stretches(k: &Matmul, most: f64) -> impl Iterator<Item = Matmul> {
    let of_row = 2.0 * k.n as f64 * k.k as f64;
    let rows = if k.batch == 1 { ((most / of_row) as usize).max(1) } else { k.m.max(1) };
    let (a_rs, _) = strides(&k.a);
    (0..k.m).step_by(rows).map(move |first| {
        let mut part = Matmul { m: rows.min(k.m - first), ..k.clone() };
        part.a.offset += first * a_rs as usize;
        part.out.offset += first * k.out.stride;
        part
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan::BufferId, random::Random};

    #[test]
    fn stretches_are_the_whole_product() {
        let mut random = Random::new(5);
        let (m, n, inner) = (37, 12, 20);
        for transposed in [false, true] {
            let operand = |stride| Operand::whole(BufferId(0), stride);
            let a = Operand { transposed, ..operand(if transposed { m } else { inner }) };
            let k =
                Matmul { a, b: operand(n), out: operand(n), batch: 1, m, n, k: inner, accumulate: true, reduce: false };
            let mut values = |len: usize| (0..len).map(|_| random.normal() as f32).collect::<Vec<f32>>();
            let (a, b, before) = (values(m * inner), values(inner * n), values(m * n));
            let (mut whole, mut cut) = (before.clone(), before);
            matmul(&k, &a, &b, &mut whole);
            let parts: Vec<Matmul> = stretches(&k, (2 * n * inner * 5) as f64).collect();
            assert_eq!(parts.iter().map(|part| part.m).collect::<Vec<_>>(), [5, 5, 5, 5, 5, 5, 5, 2]);
            parts.iter().for_each(|part| matmul(part, &a, &b, &mut cut));
            let apart = whole.iter().zip(&cut).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart < 1e-5, "{apart}");
            assert_eq!(stretches(&k, 1e9).count(), 1);
        }
    }
}
