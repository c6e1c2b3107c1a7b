use half::bf16;

use super::*;
use crate::engine::{Bf16, EngineError, Precision};
use crate::random::Random;

/// Sizes around every border: of tiles, panels, blocks of rows and of terms.
const SIZES: [(usize, usize, usize); 14] = [
    (1, 1, 1),
    (3, 16, 2),
    (5, 17, 7),
    (6, 64, 32),
    (7, 65, 33),
    (12, 31, 5),
    (13, 48, 9),
    (15, 100, 81),
    (29, 3, 64),
    (97, 79, 40),
    (81, 81, 257),
    (195, 20, 129),
    (100, 130, 300),
    (4, 33, 0),
];

/// How a factor is stored.
#[derive(Clone, Copy)]
enum Stored {
    ByRows,
    ByColumns,
    /// Every element three apart.
    Spread,
}

struct Factor {
    data: Vec<f32>,
    row: usize,
    column: usize,
}

impl Factor {
    fn random(random: &mut Random, rows: usize, columns: usize, stored: Stored) -> Self {
        let (row, column) = match stored {
            Stored::ByRows => (columns + 3, 1),
            // Far enough apart that the left one is copied into blocks.
            Stored::ByColumns => (1, rows.max(256)),
            Stored::Spread => (3 * columns, 3),
        };
        let len = (rows * row + columns * column).max(1);
        Factor { data: (0..len).map(|_| random.normal() as f32).collect(), row, column }
    }

    fn view(&self) -> View<'_, f32> {
        View { data: &self.data, row: self.row, column: self.column }
    }

    fn at(&self, i: usize, j: usize) -> f32 {
        self.data[i * self.row + j * self.column]
    }
}

/// The definition: one fused multiply-add after the other.
fn defined((m, n, k): (usize, usize, usize), a: &Factor, b: &Factor, out: &mut [f32], stride: usize, accumulate: bool) {
    for i in 0..m {
        for j in 0..n {
            let start = if accumulate { out[i * stride + j] } else { 0.0 };
            out[i * stride + j] = (0..k).fold(start, |sum, t| Real::mul_add(a.at(i, t), b.at(t, j), sum));
        }
    }
}

/// Calls `check` with every size and every way to store the factors.
fn everywhere(check: impl Fn(&mut Random, (usize, usize, usize), Factor, Factor)) {
    let mut random = Random::new(1);
    for (m, n, k) in SIZES {
        for left in [Stored::ByRows, Stored::ByColumns, Stored::Spread] {
            for right in [Stored::ByRows, Stored::ByColumns, Stored::Spread] {
                let a = Factor::random(&mut random, m, k, left);
                let b = Factor::random(&mut random, k, n, right);
                check(&mut random, (m, n, k), a, b);
            }
        }
    }
}

/// The forms whose terms this build can define: the plain one is fused only where the whole program may use the instruction.
fn tiles() -> Vec<Tiles> {
    let fused = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    Tiles::here(None).iter().copied().chain([Tiles::Plain]).filter(|&tiles| fused || tiles == Tiles::Plain).collect()
}

#[test]
fn every_tile_gives_the_bits_of_the_definition_and_touches_nothing_else() {
    everywhere(|random, (m, n, k), a, b| {
        let stride = n + 2;
        let before: Vec<f32> = (0..m * stride).map(|_| random.normal() as f32).collect();
        for accumulate in [false, true] {
            let mut expected = before.clone();
            defined((m, n, k), &a, &b, &mut expected, stride, accumulate);
            let mut right = Packed::<f32>::new(None);
            right.resize(k, n);
            right.pack(b.view(), k, n, 0..n.div_ceil(PANEL));
            for tiles in tiles() {
                let mut out = before.clone();
                let result = Out::new(&mut out, stride, n);
                // In two pieces of rows and of panels, as threads would take them.
                let (row, panel) = (m / 3, n.div_ceil(PANEL) / 2);
                for rows in [0..row, row..m] {
                    for panels in [0..panel, panel..n.div_ceil(PANEL)] {
                        let place = (rows.clone(), panels);
                        unsafe { rectangle(tiles, a.view(), None, &right, k, place, result, accumulate) };
                    }
                }
                let differs = out.iter().zip(&expected).position(|(a, b)| a.to_bits() != b.to_bits());
                assert_eq!(differs, None, "{tiles:?} {m}x{n}x{k}, accumulate {accumulate}");
            }
        }
    });
}

/// The result of a product in bf16, computed by these tiles in two pieces of rows and of panels, as by threads.
fn in_bf16(
    tiles: Tiles,
    (m, n, k): (usize, usize, usize),
    a: &Factor,
    pairs: Option<&Pairs>,
    right: &Packed<f32>,
    before: Option<&[f32]>,
) -> Vec<f32> {
    let stride = n + 2;
    let mut out = before.map_or_else(|| vec![7.0; m * stride], <[f32]>::to_vec);
    let result = Out::new(&mut out, stride, n);
    let (row, panel) = (m / 3, n.div_ceil(PANEL) / 2);
    for rows in [0..row, row..m] {
        for panels in [0..panel, panel..n.div_ceil(PANEL)] {
            let (place, pairs) = ((rows.clone(), panels), pairs.map(Pairs::view));
            unsafe { rectangle(tiles, a.view(), pairs, right, k, place, result, before.is_some()) };
        }
    }
    out
}

/// Calls `check` with every product of [`everywhere`], its factors packed for sums in this order, and what may be in the
/// result before.
fn everywhere_in(
    bf16: Bf16,
    check: impl Fn((usize, usize, usize), [&Factor; 2], Option<&Pairs>, &Packed<f32>, Option<&[f32]>),
) {
    everywhere(|random, (m, n, k), a, b| {
        let mut right = Packed::<f32>::new(Some(bf16));
        right.resize(k, n);
        right.pack(b.view(), k, n, 0..n.div_ceil(PANEL));
        let mut pairs = Pairs::default();
        pairs.pack(bf16, a.view(), m, k);
        let before: Vec<f32> = (0..m * (n + 2)).map(|_| random.normal() as f32).collect();
        for pairs in [None, Some(&pairs)] {
            for before in [None, Some(&before[..])] {
                check((m, n, k), [&a, &b], pairs, &right, before);
            }
        }
    });
}

#[test]
fn plain_products_of_bf16_are_those_of_rounded_operands_in_either_order() {
    for bf16 in [Bf16::Avx512, Bf16::Amx] {
        everywhere_in(bf16, |(m, n, k), factors, pairs, right, before| {
            let out = in_bf16(Tiles::Plain, (m, n, k), factors[0], pairs, right, before);
            let [a, b] = factors.map(|factor| {
                let data = factor.data.iter().map(|&x| bf16::from_f32(x).to_f32()).collect();
                Factor { data, ..*factor }
            });
            let mut expected = before.map_or_else(|| vec![7.0; m * (n + 2)], <[f32]>::to_vec);
            defined((m, n, k), &a, &b, &mut expected, n + 2, before.is_some());
            let apart = out.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // Sums are rounded at other places: a few units in the last place of sums of some tens.
            assert!(apart <= 3e-5 * (k as f32).max(1.0).sqrt(), "{bf16} {m}x{n}x{k}: {apart}");
        });
    }
}

#[test]
fn tiles_of_bf16_give_the_bits_of_the_plain_ones() {
    for bf16 in [Bf16::Avx512, Bf16::Amx] {
        let tiles = Tiles::here(Some(bf16))[0];
        if tiles == Tiles::Plain || (bf16 == Bf16::Avx512 && !cfg!(target_feature = "fma")) {
            eprintln!("{bf16}: this processor, or this build, has nothing to compare with the plain tiles");
            continue;
        }
        everywhere_in(bf16, |(m, n, k), [a, _], pairs, right, before| {
            let [plain, out] = [Tiles::Plain, tiles].map(|tiles| in_bf16(tiles, (m, n, k), a, pairs, right, before));
            let differs = out.iter().zip(&plain).position(|(a, b)| a.to_bits() != b.to_bits());
            assert_eq!(differs, None, "{bf16} {m}x{n}x{k}, kept {}, onto {}", pairs.is_some(), before.is_some());
        });
    }
}

#[test]
fn subnormal_numbers_count_as_0_in_tiles() {
    // A product that is subnormal, operands that are, a sum that would be, and one that begins as one.
    let (tiny, one) = (2.0_f32.powi(-70), 1.0);
    let below = 2.0_f32.powi(-130);
    for (a, b, before, expected) in [
        (tiny, tiny, 0.0, 0.0),
        (below, one, 0.0, 0.0),
        (one, below, one, one),
        (2.0_f32.powi(-126), -1.75, 2.0_f32.powi(-125), 0.0),
        (0.0, one, below, 0.0),
        (tiny, 2.0_f32.powi(-56), 0.0, 2.0_f32.powi(-126)),
    ] {
        let [a, b] = [a, b].map(|x| Factor { data: vec![x], row: 1, column: 1 });
        let mut right = Packed::<f32>::new(Some(Bf16::Amx));
        right.resize(1, 1);
        right.pack(b.view(), 1, 1, 0..1);
        for tiles in [Tiles::Plain, Tiles::here(Some(Bf16::Amx))[0]] {
            let out = in_bf16(tiles, (1, 1, 1), &a, None, &right, Some(&[before, 0.0, 0.0]));
            assert_eq!(out[0], expected, "{tiles:?}: {before} + {:?} * {:?}", a.data, b.data);
        }
    }
}

#[test]
fn bf16_is_refused_where_the_processor_has_none() {
    let engine = crate::engine::cpu::Engine::with_precision(Precision::Bf16);
    assert_eq!(engine.err(), Bf16::here().is_none().then_some(EngineError::NoBf16));
}
