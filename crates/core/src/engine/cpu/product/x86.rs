//! The tiles of x86-64: AVX2 and AVX-512 in f32, AVX512-BF16 on pairs of bf16. As many sums as there are registers for.

use std::arch::x86_64::*;

use super::PANEL;
use super::tile::Tile;

/// A tile's function from its vector instructions: R rows of V vectors of W floats.
macro_rules! tile {
    ($name:ident, $features:literal, $element:ty, $wide:literal, $zero:expr, $load:expr, $store:expr, $line:expr, $splat:expr, $step:expr) => {
        #[target_feature(enable = $features)]
        unsafe fn $name<const R: usize, const V: usize>(
            k: usize,
            mut a: *const $element,
            row: usize,
            column: usize,
            mut b: *const $element,
            panel: usize,
            c: *mut f32,
            stride: usize,
            load: bool,
        ) {
            // In bounds by the caller's promise (see `Tile`).
            unsafe {
                let place = |i: usize, v: usize| c.add(i * stride + v * $wide);
                let mut sums = [[$zero; V]; R];
                if load {
                    for i in 0..R {
                        for v in 0..V {
                            sums[i][v] = $load(place(i, v));
                        }
                    }
                }
                for _ in 0..k {
                    let mut line = [$zero; V];
                    for v in 0..V {
                        line[v] = $line(b.add(v * $wide / PANEL * panel + v * $wide % PANEL));
                    }
                    for i in 0..R {
                        let x = $splat(*a.add(i * row));
                        for v in 0..V {
                            sums[i][v] = $step(x, line[v], sums[i][v]);
                        }
                    }
                    a = a.wrapping_add(column);
                    b = b.wrapping_add(PANEL);
                }
                for i in 0..R {
                    for v in 0..V {
                        $store(place(i, v), sums[i][v]);
                    }
                }
            }
        }
    };
}

tile!(
    avx2,
    "avx2,fma",
    f32,
    8,
    _mm256_setzero_ps(),
    |at| _mm256_loadu_ps(at),
    |at, x| _mm256_storeu_ps(at, x),
    |at| _mm256_loadu_ps(at),
    |x| _mm256_set1_ps(x),
    |x, y, sum| _mm256_fmadd_ps(x, y, sum)
);
tile!(
    avx512,
    "avx512f",
    f32,
    16,
    _mm512_setzero_ps(),
    |at| _mm512_loadu_ps(at),
    |at, x| _mm512_storeu_ps(at, x),
    |at| _mm512_loadu_ps(at),
    |x| _mm512_set1_ps(x),
    |x, y, sum| _mm512_fmadd_ps(x, y, sum)
);
tile!(
    avx512_bf16,
    "avx512f,avx512bf16",
    u32,
    16,
    _mm512_setzero_ps(),
    |at| _mm512_loadu_ps(at),
    |at, x| _mm512_storeu_ps(at, x),
    |at: *const u32| _mm512_loadu_ps(at.cast()),
    |x: u32| _mm512_castsi512_ps(_mm512_set1_epi32(x as i32)),
    |x, y, sum| _mm512_dpbf16_ps(
        sum,
        std::mem::transmute::<__m512, __m512bh>(x),
        std::mem::transmute::<__m512, __m512bh>(y)
    )
);

/// Most rows of a tile of so many panels: sums, a line of the panels and a splat fill 32 registers (16 with AVX2).
pub fn rows_512(panels: usize) -> usize {
    [14, 12, 8, 6][panels - 1]
}

/// Most rows of the AVX2 tile, which has one panel.
pub const ROWS_AVX2: usize = 6;

/// The functions of a form for 1 to 14 rows, as far as there are.
macro_rules! rows {
    ($name:ident, $vectors:literal, $($rows:literal)*) => { [$($name::<$rows, $vectors>),*] };
}

/// The AVX2 tile of so many rows and one panel.
pub fn tile_avx2(rows: usize, _panels: usize) -> Tile<f32, f32> {
    static TILES: [Tile<f32, f32>; ROWS_AVX2] = rows!(avx2, 2, 1 2 3 4 5 6);
    TILES[rows - 1]
}

macro_rules! by_panels {
    ($function:ident, $name:ident, $element:ty, $doc:literal) => {
        #[doc = $doc]
        pub fn $function(rows: usize, panels: usize) -> Tile<$element, f32> {
    static ONE: [Tile<$element, f32>; 14] = rows!($name, 1, 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    static TWO: [Tile<$element, f32>; 12] = rows!($name, 2, 1 2 3 4 5 6 7 8 9 10 11 12);
    static THREE: [Tile<$element, f32>; 8] = rows!($name, 3, 1 2 3 4 5 6 7 8);
    static FOUR: [Tile<$element, f32>; 6] = rows!($name, 4, 1 2 3 4 5 6);
            match panels {
                1 => ONE[rows - 1],
                2 => TWO[rows - 1],
                3 => THREE[rows - 1],
                _ => FOUR[rows - 1],
            }
        }
    };
}
by_panels!(tile_avx512, avx512, f32, "The AVX-512 tile of so many rows ([`rows_512`] at most) and 1 to 4 panels.");
by_panels!(tile_bf16, avx512_bf16, u32, "The AVX512-BF16 tile of so many rows and panels, as [`tile_avx512`].");
