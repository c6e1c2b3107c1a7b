//! What a unit multiplies at a time.

/// Pairs of terms that are taken up at a time: what a row of a tile holds.
pub const DEPTH: usize = 16;
/// Most rows of a tile.
pub const ROWS: usize = 16;

/// A block of the result, two tiles high and two panels wide, and the factors of it. Strides are in elements.
pub struct Block {
    /// Of the left factor: rows of pairs.
    pub a: *const u32,
    /// From one of its rows to the next.
    pub a_stride: usize,
    /// Of the right factor: its two panels.
    pub b: [*const u32; 2],
    /// Stretches of [`DEPTH`] pairs.
    pub stretches: usize,
    /// Of the result.
    pub c: *mut f32,
    /// From one of its rows to the next.
    pub c_stride: usize,
    /// Whether sums go on from what is at `c`; else they start at 0.
    pub load: bool,
}

/// What multiplies blocks.
pub trait Unit {
    /// From now on tiles of the left factor and of the result have so many rows, 1 to 16: a block has twice as many.
    fn set(&mut self, height: usize);

    /// Computes a block of the result.
    ///
    /// # Safety
    /// All that the block names is there, nothing else reads or writes the result meanwhile, and the height has been set.
    unsafe fn multiply(&self, block: &Block);
}
