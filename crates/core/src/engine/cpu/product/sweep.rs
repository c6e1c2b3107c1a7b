//! A rectangle of a product's result, tile by tile.

use std::any::TypeId;
use std::ops::Range;

use super::tile::Tile;
use super::{PANEL, Panels, View};

/// Terms after which a tile's sums are put down, so that the panels that it reads stay in the nearest caches.
const TERMS: usize = 256;
/// Bytes of panels that the second cache holds beside what else there is.
const NEAR: usize = 512 << 10;
/// Rows and terms of a block of the left factor that is brought into another order: 48 KiB.
pub const BLOCK_ROWS: usize = 96;
const BLOCK_TERMS: usize = 128;
/// Most rows of any tile, and most panels.
const MOST_ROWS: usize = 14;
const MOST_PANELS: usize = 4;

/// The result, rows `stride` elements apart, shared by those who write different rectangles of it.
#[derive(Clone, Copy)]
pub struct Out<T> {
    pub(super) start: *mut T,
    pub(super) len: usize,
    pub(super) stride: usize,
    /// Columns (n).
    pub columns: usize,
}

// Those who share it write different elements: `sweep`'s condition.
unsafe impl<T: Send> Send for Out<T> {}
unsafe impl<T: Send> Sync for Out<T> {}

impl<T> Out<T> {
    /// A matrix of `columns` columns at the start of a slice.
    pub fn new(out: &mut [T], stride: usize, columns: usize) -> Self {
        Out { start: out.as_mut_ptr(), len: out.len(), stride, columns }
    }

    /// The matrix that starts so many elements later.
    pub fn skip(self, elements: usize) -> Self {
        let skipped = elements.min(self.len);
        Out { start: self.start.wrapping_add(skipped), len: self.len - skipped, ..self }
    }

    /// A row of the result.
    ///
    /// # Safety
    /// Nobody else touches it while it is borrowed.
    ///
    /// # Panics
    /// If the result ends before it.
    pub unsafe fn row<'a>(self, row: usize) -> &'a mut [T] {
        assert!(row * self.stride + self.columns <= self.len, "the result ends before row {row}");
        // In bounds by the assertion.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(row * self.stride), self.columns) }
    }
}

impl<T: 'static> Out<T> {
    /// The same result in f32.
    ///
    /// # Panics
    /// If it is of another type.
    pub fn into_f32(self) -> Out<f32> {
        assert!(TypeId::of::<T>() == TypeId::of::<f32>(), "the kernels compute in f32");
        Out { start: self.start.cast(), len: self.len, stride: self.stride, columns: self.columns }
    }
}

/// Tiles of one kind.
#[derive(Clone, Copy)]
pub struct TileSet<E, T> {
    /// Most panels of a tile, at most [`MOST_PANELS`].
    pub panels: usize,
    /// Most rows of a tile of so many panels.
    pub rows: fn(usize) -> usize,
    /// The tile of so many rows and panels.
    pub of: fn(usize, usize) -> Tile<E, T>,
}

/// Where a tile finds the left factor.
pub enum Left<'a, E> {
    /// Where it lies.
    Direct(View<'a, E>),
    /// In a block that the function fills with some rows and terms; returns the block's stride of rows and of terms.
    Blocks(&'a Fill<'a, E>),
}

/// See [`Left::Blocks`].
pub type Fill<'a, E> = dyn Fn(Range<usize>, Range<usize>, &mut [E]) -> (usize, usize) + 'a;

/// Cuts `range` into the fewest parts of at most `most`, the first ones longer by one where they cannot be equal.
fn even_parts(range: Range<usize>, most: usize) -> impl Iterator<Item = Range<usize>> {
    let count = range.len().div_ceil(most).max(1);
    let (size, longer) = (range.len() / count, range.len() % count);
    (0..count).map(move |i| {
        let start = range.start + i * size + i.min(longer);
        start..start + size + usize::from(i < longer)
    })
}

/// Computes these rows and panels of out (+)= left · right.
///
/// # Safety
/// The processor has the features of the tiles; nobody else touches this rectangle of the result meanwhile.
///
/// # Panics
/// If the left factor or the result is smaller than the product.
pub unsafe fn sweep<E: Copy + Default + 'static, T: Copy + Default>(
    tiles: &TileSet<E, T>,
    left: &Left<E>,
    right: &Panels<E>,
    (rows, panels): (Range<usize>, Range<usize>),
    out: Out<T>,
    accumulate: bool,
) {
    if rows.is_empty() || panels.is_empty() {
        return;
    }
    let k = right.terms();
    assert!(panels.end <= right.count() && out.columns.div_ceil(PANEL) <= right.count());
    assert!((rows.end - 1) * out.stride + out.columns <= out.len, "the result ends before its last row");
    let (block_rows, block_terms) = match left {
        Left::Direct(a) => {
            assert!(a.holds(rows.end, k), "the left factor ends before its last element");
            (rows.len(), TERMS)
        }
        Left::Blocks(_) => (BLOCK_ROWS, BLOCK_TERMS),
    };
    let mut block = match left {
        Left::Direct(_) => Vec::new(),
        Left::Blocks(_) => vec![E::default(); BLOCK_ROWS * BLOCK_TERMS],
    };
    for terms in even_parts(0..k, block_terms) {
        let load = accumulate || terms.start > 0;
        for rows in rows.clone().step_by(block_rows).map(|r| r..rows.end.min(r + block_rows)) {
            let (a, row, column) = match left {
                Left::Direct(a) => {
                    (a.data.as_ptr().wrapping_add(rows.start * a.row + terms.start * a.column), a.row, a.column)
                }
                Left::Blocks(fill) => {
                    let (row, column) = fill(rows.clone(), terms.clone(), &mut block);
                    assert!((rows.len() - 1) * row + terms.len().saturating_sub(1) * column < block.len());
                    (block.as_ptr(), row, column)
                }
            };
            let tile = |group: &Range<usize>, strip: &Range<usize>| {
                let b = right.words()[(group.start * k + terms.start) * PANEL..].as_ptr();
                let wide = (out.columns - group.start * PANEL).min(group.len() * PANEL);
                let tile = (tiles.of)(strip.len(), group.len());
                let a = a.wrapping_add(strip.start * row);
                let c = out.start.wrapping_add((rows.start + strip.start) * out.stride + group.start * PANEL);
                // In bounds: the left factor by `holds`, the panels by their count, the result by its assertion, and
                // what is beyond its last column goes through `edge`.
                unsafe {
                    if wide == group.len() * PANEL {
                        tile(terms.len(), a, row, column, b, k * PANEL, c, out.stride, load);
                    } else {
                        let place = (c, out.stride, strip.len(), wide);
                        edge(place, group.len(), load, |c, stride| {
                            tile(terms.len(), a, row, column, b, k * PANEL, c, stride, load);
                        });
                    }
                }
            };
            let groups = || even_parts(panels.clone(), tiles.panels.min(MOST_PANELS));
            let strips = |panels: usize| even_parts(0..rows.len(), (tiles.rows)(panels).min(MOST_ROWS));
            if panels.len() * terms.len() * PANEL * size_of::<E>() <= NEAR {
                // The result is written as it lies in memory.
                let widest = groups().map(|group| group.len()).max().unwrap_or(1);
                strips(widest).for_each(|strip| groups().for_each(|group| tile(&group, &strip)));
            } else {
                groups().for_each(|group| strips(group.len()).for_each(|strip| tile(&group, &strip)));
            }
        }
    }
}

/// A tile whose last columns the result does not have: computed beside it, then the others are copied.
///
/// # Safety
/// `rows` rows of `wide` elements, `stride` apart, are at `c`, and `wide` is at most `panels` panels.
unsafe fn edge<T: Copy + Default>(
    (c, stride, rows, wide): (*mut T, usize, usize, usize),
    panels: usize,
    load: bool,
    tile: impl FnOnce(*mut T, usize),
) {
    let mut beside = [T::default(); MOST_ROWS * MOST_PANELS * PANEL];
    let line = panels * PANEL;
    unsafe {
        if load {
            for i in 0..rows {
                c.add(i * stride).copy_to_nonoverlapping(beside[i * line..].as_mut_ptr(), wide);
            }
        }
        tile(beside.as_mut_ptr(), line);
        for i in 0..rows {
            c.add(i * stride).copy_from_nonoverlapping(beside[i * line..].as_ptr(), wide);
        }
    }
}
