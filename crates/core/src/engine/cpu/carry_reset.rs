//! Rows that halted take new contents.

use crate::plan::kernel::CarryReset;

/// See [`CarryReset`].
pub fn carry_reset<E: Copy>(k: &CarryReset, halted: &[u32], source: &[E], target: &mut [E]) {
    if k.row == 0 {
        return;
    }
    for (b, row) in target.chunks_exact_mut(k.row).enumerate().filter(|(b, _)| halted[*b] != 0) {
        if k.period == 0 {
            row.copy_from_slice(&source[b * k.row..][..k.row]);
        } else {
            row.iter_mut().zip(source.iter().cycle()).for_each(|(to, &from)| *to = from);
        }
    }
}
