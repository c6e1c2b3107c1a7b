//! Token and puzzle embedding, positions, scale.

use crate::plan::kernel::Embed;

use super::parallel;
use super::real::Real;

/// See [`Embed`]. `puzzle` is the identifiers and the puzzle embedding. A token or identifier past its table reads zeros,
/// as a GPU's bounds check would have it; callers refuse such input earlier.
pub fn embed<T: Real>(
    k: &Embed,
    tokens: &[u32],
    table: &[T],
    puzzle: Option<(&[u32], &[T])>,
    position: Option<&[T]>,
    out: &mut [T],
) {
    let (positions, width) = (k.prefix + k.seq, k.width);
    let scale = T::from_f64(k.scale);
    parallel::rows(out, width, |row, out| {
        let (b, t) = (row / positions, row % positions);
        let source: &[T] = if t >= k.prefix {
            let token = tokens[b * k.seq + t - k.prefix] as usize;
            table.get(token * width..(token + 1) * width).unwrap_or(&[])
        } else if let Some((ids, puzzle)) = puzzle {
            let id = ids[b] as usize;
            let vector = puzzle.get(id * k.puzzle_width..(id + 1) * k.puzzle_width).unwrap_or(&[]);
            &vector[(t * width).min(vector.len())..((t + 1) * width).min(vector.len())]
        } else {
            &[]
        };
        out.fill(T::ZERO);
        out[..source.len()].copy_from_slice(source);
        if let Some(position) = position {
            out.iter_mut().zip(&position[t * width..]).for_each(|(o, &p)| *o += p);
        }
        out.iter_mut().for_each(|o| *o *= scale);
    });
}
