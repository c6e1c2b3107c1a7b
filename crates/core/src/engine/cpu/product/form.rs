//! The forms of a product: which tiles, and how its result is cut among threads.

use std::any::Any;
use std::fmt;
use std::ops::Range;

use super::sweep::{Left, TileSet};
use super::tile;
#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{Out, PANEL, Panels, View, amx, bf16, sweep};
use crate::engine::Bf16;
use crate::engine::cpu::real::Real;

/// Which tiles compute a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tiles {
    /// Plain Rust: NEON and WASM SIMD by the compiler.
    Plain,
    /// AVX2 with fused multiply-adds.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX-512 on pairs of bf16.
    #[cfg(target_arch = "x86_64")]
    Bf16,
    /// AMX on pairs of bf16.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Amx,
}

/// What is divided among threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cut {
    /// Nothing: one thread.
    Whole,
    /// The rows of the result.
    Rows,
    /// Its columns.
    Columns,
}

/// How a product is computed. All forms of a processor give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// Tiles.
    pub tiles: Tiles,
    /// Cut.
    pub cut: Cut,
}

impl fmt::Display for Tiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tiles::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Tiles::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Tiles::Avx512 => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Tiles::Bf16 => "AVX512-BF16",
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Tiles::Amx => "AMX",
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = match self.cut {
            Cut::Whole => "one thread",
            Cut::Rows => "rows cut",
            Cut::Columns => "columns cut",
        };
        write!(f, "{}, {cut}", self.tiles)
    }
}

impl Tiles {
    /// Those that this processor has for products in f32, or in bf16 summed in this order, the likely fastest first.
    pub fn here(bf16: Option<Bf16>) -> &'static [Tiles] {
        #[cfg(target_arch = "x86_64")]
        match bf16 {
            #[cfg(target_os = "linux")]
            Some(Bf16::Amx) if amx::is_here() => return &[Tiles::Amx],
            Some(Bf16::Avx512) if bf16::has_avx512() => return &[Tiles::Bf16],
            None if is_x86_feature_detected!("avx512f") => return &[Tiles::Avx512, Tiles::Avx2],
            None if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") => return &[Tiles::Avx2],
            _ => {}
        }
        let _ = bf16;
        &[Tiles::Plain]
    }

    /// The tiles on f32, where there are others than the plain ones.
    fn of_f32(self) -> Option<TileSet<f32, f32>> {
        match self {
            #[cfg(target_arch = "x86_64")]
            Tiles::Avx512 => Some(TileSet { panels: 4, rows: x86::rows_512, of: x86::tile_avx512 }),
            #[cfg(target_arch = "x86_64")]
            Tiles::Avx2 => Some(TileSet { panels: 1, rows: |_| x86::ROWS_AVX2, of: x86::tile_avx2 }),
            _ => None,
        }
    }

    /// The tiles on pairs of bf16.
    fn of_pairs(self) -> TileSet<u32, f32> {
        match self {
            #[cfg(target_arch = "x86_64")]
            Tiles::Bf16 => TileSet { panels: 4, rows: x86::rows_512, of: x86::tile_bf16 },
            _ => TileSet { panels: 1, rows: |_| 1, of: tile::plain_pairs },
        }
    }
}

/// A right factor, packed.
#[derive(Clone, Debug)]
pub enum Packed<T> {
    /// In the kernels' own type.
    Full(Panels<T>),
    /// Rounded to bf16, for sums in this order.
    Bf16(Bf16, Panels<u32>),
}

impl<T: Real> Packed<T> {
    /// An empty one, for products in f32 (or the kernels' own type) or in bf16.
    pub fn new(bf16: Option<Bf16>) -> Self {
        match bf16 {
            None => Packed::Full(Panels::default()),
            Some(bf16) => Packed::Bf16(bf16, Panels::default()),
        }
    }

    /// How products are summed, where it is in bf16.
    fn bf16(&self) -> Option<Bf16> {
        match self {
            Packed::Full(_) => None,
            Packed::Bf16(bf16, _) => Some(*bf16),
        }
    }

    /// Bytes that a matrix [terms, columns] takes.
    pub fn bytes_of(bf16: Option<Bf16>, terms: usize, columns: usize) -> u64 {
        let (len, size) = match bf16 {
            Some(bf16) => (Panels::<u32>::len_of(bf16.pairs(terms), columns), 4),
            None => (Panels::<T>::len_of(terms, columns), size_of::<T>()),
        };
        len as u64 * size as u64
    }

    /// Makes room for a matrix [terms, columns].
    pub fn resize(&mut self, terms: usize, columns: usize) {
        match self {
            Packed::Full(panels) => panels.resize(terms, columns),
            Packed::Bf16(bf16, panels) => panels.resize(bf16.pairs(terms), columns),
        }
    }

    /// Packs these panels of the matrix [terms, columns].
    ///
    /// # Panics
    /// If the matrix is not inside its slice, or no room was made for it.
    pub fn pack(&mut self, b: View<T>, terms: usize, columns: usize, which: Range<usize>) {
        match self {
            Packed::Full(panels) => panels.pack(b, columns, which),
            Packed::Bf16(_, panels) => bf16::pack(panels, b.as_f32(), terms, columns, which),
        }
    }

    /// Panels.
    pub fn count(&self) -> usize {
        match self {
            Packed::Full(panels) => panels.count(),
            Packed::Bf16(_, panels) => panels.count(),
        }
    }
}

/// Computes a rectangle (rows and panels) of out (+)= a · b, of `terms` terms. `pairs` is `a` rounded, where that is kept.
///
/// # Safety
/// Nobody else touches the rectangle meanwhile, and `tiles` are among [`Tiles::here`].
pub unsafe fn rectangle<T: Real>(
    tiles: Tiles,
    a: View<T>,
    pairs: Option<View<u32>>,
    b: &Packed<T>,
    terms: usize,
    place: (Range<usize>, Range<usize>),
    out: Out<T>,
    accumulate: bool,
) {
    // The tiles are of this processor by the caller's promise.
    unsafe {
        match b {
            // So the page's modules are without all of it.
            Packed::Bf16(..) if cfg!(target_arch = "wasm32") => unreachable!("the engine gives no bf16 in WebAssembly"),
            Packed::Bf16(Bf16::Amx, b) => {
                let a = a.as_f32();
                let fill = |rows: Range<usize>, pairs: Range<usize>, block: &mut [u32]| {
                    bf16::by_rows(a, rows, pairs, terms, block)
                };
                let left = match pairs {
                    Some(pairs) => Left::Direct(pairs),
                    None => Left::Blocks(&fill),
                };
                let out = out.into_f32();
                match tiles {
                    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
                    Tiles::Amx => amx::sweep(&mut amx::Amx::default(), &left, b, place, out, accumulate),
                    _ => amx::sweep(&mut amx::Plain::default(), &left, b, place, out, accumulate),
                }
            }
            Packed::Bf16(Bf16::Avx512, b) => {
                let a = a.as_f32();
                let fill = |rows: Range<usize>, pairs: Range<usize>, block: &mut [u32]| {
                    bf16::fill(a, rows, pairs, terms, block, super::sweep::BLOCK_ROWS)
                };
                let left = match pairs {
                    Some(pairs) => Left::Direct(pairs),
                    None => Left::Blocks(&fill),
                };
                sweep(&tiles.of_pairs(), &left, b, place, out.into_f32(), accumulate);
            }
            Packed::Full(b) => match (tiles.of_f32(), (b as &dyn Any).downcast_ref::<Panels<f32>>()) {
                (Some(set), Some(b)) => by_rows(&set, a.as_f32(), b, place, out.into_f32(), accumulate),
                _ => {
                    let set = TileSet { panels: 1, rows: |_| tile::ROWS, of: tile::plain::<T> };
                    by_rows(&set, a, b, place, out, accumulate);
                }
            },
        }
    }
}

/// [`sweep`] with the left factor where it lies or, where every term of it is on another page of memory, in blocks.
unsafe fn by_rows<E: Copy + Default + 'static, T: Copy + Default>(
    set: &TileSet<E, T>,
    a: View<E>,
    b: &Panels<E>,
    place: (Range<usize>, Range<usize>),
    out: Out<T>,
    accumulate: bool,
) {
    const FAR: usize = 256;
    let height = super::sweep::BLOCK_ROWS;
    let fill = |rows: Range<usize>, terms: Range<usize>, block: &mut [E]| {
        for (t, to) in terms.zip(block.chunks_exact_mut(height)) {
            to[..rows.len()].copy_from_slice(&a.data[t * a.column + rows.start..][..rows.len()]);
        }
        (1, height)
    };
    let left = if a.row == 1 && a.column >= FAR { Left::Blocks(&fill) } else { Left::Direct(a) };
    unsafe { sweep(set, &left, b, place, out, accumulate) }
}

/// out = a · b of sizes (m, n, k), by this thread alone, with the likely fastest tiles; `right` is room for b, packed, and
/// decides whether operands are rounded.
///
/// # Safety
/// Nobody else touches the result meanwhile.
pub unsafe fn product<T: Real>(
    (m, n, k): (usize, usize, usize),
    a: View<T>,
    b: View<T>,
    right: &mut Packed<T>,
    out: Out<T>,
) {
    let panels = 0..n.div_ceil(PANEL);
    right.resize(k, n);
    right.pack(b, k, n, panels.clone());
    let tiles = Tiles::here(right.bf16())[0];
    unsafe { rectangle(tiles, a, None, right, k, (0..m, panels), out, false) }
}
