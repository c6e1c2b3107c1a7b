//! A stretch of one buffer into another, bit by bit.

use crate::plan::kernel::Copy;

/// See [`Copy`].
pub fn copy<E: std::marker::Copy>(k: &Copy, from: &[E], to: &mut [E]) {
    to[k.to_offset..k.to_offset + k.len].copy_from_slice(&from[..k.len]);
}
