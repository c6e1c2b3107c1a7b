//! The gradients of the token embedding, the puzzle vectors and the learned positions.

use crate::plan::kernel::{EmbedBackward, EmbedPart};

use super::parallel;
use super::real::Real;

/// See [`EmbedBackward`].
pub fn embed_backward<T: Real>(k: &EmbedBackward, tokens: &[u32], d_x: &[T], out: &mut [T]) {
    let (positions, width) = (k.prefix + k.seq, k.width);
    let scale = T::from_f64(k.scale);
    let add = |out: &mut [T], row: usize| {
        out.iter_mut().zip(&d_x[row * width..]).for_each(|(o, &g)| *o += g);
    };
    match k.part {
        EmbedPart::Table => parallel::rows(out, width, |symbol, out| {
            out.fill(T::ZERO);
            for (i, _) in tokens.iter().enumerate().filter(|(_, t)| **t as usize == symbol) {
                add(out, i / k.seq * positions + k.prefix + i % k.seq);
            }
            out.iter_mut().for_each(|o| *o *= scale);
        }),
        EmbedPart::Puzzle => parallel::rows(out, k.puzzle_width, |b, out| {
            let prefix = &d_x[b * positions * width..];
            out.iter_mut().zip(prefix).for_each(|(o, &g)| *o = g * scale);
        }),
        EmbedPart::Position => parallel::rows(out, width, |t, out| {
            out.fill(T::ZERO);
            (0..k.batch).for_each(|b| add(out, b * positions + t));
            out.iter_mut().for_each(|o| *o *= scale);
        }),
    }
}
