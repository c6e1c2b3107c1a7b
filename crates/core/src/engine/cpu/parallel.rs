//! Rows shared among threads natively, one after the other in the browser. Every result is computed by one thread in one
//! order, so it does not depend on how many there are.

use std::ops::Range;

/// Below this many elements a thread costs more than it brings.
#[cfg(not(target_arch = "wasm32"))]
const WORTH: usize = 1 << 14;

/// Calls `f(i, row)` for every `size`-long row of `out`.
pub fn rows<T: Send>(out: &mut [T], size: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    if size == 0 {
        return;
    }
    #[cfg(not(target_arch = "wasm32"))]
    if out.len() >= WORTH && rayon::current_num_threads() > 1 {
        use rayon::prelude::*;
        let group = (WORTH / 2 / size).max(1);
        out.par_chunks_mut(size * group).enumerate().for_each(|(block, rows)| {
            for (i, row) in rows.chunks_mut(size).enumerate() {
                f(block * group + i, row);
            }
        });
        return;
    }
    for (i, row) in out.chunks_mut(size).enumerate() {
        f(i, row);
    }
}

/// [`rows`] over two outputs side by side.
pub fn rows2<T: Send>(
    a: &mut [T],
    a_size: usize,
    b: &mut [T],
    b_size: usize,
    f: impl Fn(usize, &mut [T], &mut [T]) + Sync,
) {
    if a_size == 0 || b_size == 0 {
        return;
    }
    #[cfg(not(target_arch = "wasm32"))]
    if a.len() >= WORTH && rayon::current_num_threads() > 1 {
        use rayon::prelude::*;
        let group = (WORTH / 2 / a_size).max(1);
        let blocks = a.par_chunks_mut(a_size * group).zip(b.par_chunks_mut(b_size * group));
        blocks.enumerate().for_each(|(block, (a, b))| {
            for (i, (a, b)) in a.chunks_mut(a_size).zip(b.chunks_mut(b_size)).enumerate() {
                f(block * group + i, a, b);
            }
        });
        return;
    }
    for (i, (a, b)) in a.chunks_mut(a_size).zip(b.chunks_mut(b_size)).enumerate() {
        f(i, a, b);
    }
}

/// Calls `f(first index, elements)` for stretches of `out`, for elementwise work.
pub fn stretches<T: Send>(out: &mut [T], f: impl Fn(usize, &mut [T]) + Sync) {
    const SIZE: usize = 4096;
    rows(out, SIZE, |i, part| f(i * SIZE, part));
}

/// Threads that share the work.
pub fn threads() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    1
}

/// Calls `f` for `count` pieces of a range, of nearly equal length, side by side.
pub fn pieces(range: Range<usize>, count: usize, f: impl Fn(Range<usize>) + Sync) {
    #[cfg(target_arch = "wasm32")]
    let _ = count;
    #[cfg(not(target_arch = "wasm32"))]
    if count.min(range.len()) > 1 {
        use rayon::prelude::*;
        let count = count.min(range.len());
        let at = |i: usize| range.start + range.len() * i / count;
        return (0..count).into_par_iter().for_each(|i| f(at(i)..at(i + 1)));
    }
    f(range);
}
