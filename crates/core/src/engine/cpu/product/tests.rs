use half::bf16;

use super::*;
use crate::engine::{EngineError, Precision};
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
    Tiles::here(false).iter().copied().chain([Tiles::Plain]).filter(|&tiles| fused || tiles == Tiles::Plain).collect()
}

#[test]
fn every_tile_gives_the_bits_of_the_definition_and_touches_nothing_else() {
    everywhere(|random, (m, n, k), a, b| {
        let stride = n + 2;
        let before: Vec<f32> = (0..m * stride).map(|_| random.normal() as f32).collect();
        for accumulate in [false, true] {
            let mut expected = before.clone();
            defined((m, n, k), &a, &b, &mut expected, stride, accumulate);
            let mut right = Packed::<f32>::new(false);
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

#[test]
fn products_of_bf16_are_those_of_rounded_operands() {
    everywhere(|_, (m, n, k), mut a, mut b| {
        let mut right = Packed::<f32>::new(true);
        right.resize(k, n);
        right.pack(b.view(), k, n, 0..n.div_ceil(PANEL));
        let mut pairs = Pairs::default();
        pairs.pack(a.view(), m, k);
        // By the tiles of this processor, from a kept left factor too, and by the plain ones.
        let forms = [(Tiles::here(true)[0], None), (Tiles::here(true)[0], Some(pairs.view())), (Tiles::Plain, None)];
        let [new, kept, plain] = forms.map(|(tiles, pairs)| {
            let mut out = vec![0.0; m * n];
            let place = (0..m, 0..n.div_ceil(PANEL));
            unsafe { rectangle(tiles, a.view(), pairs, &right, k, place, Out::new(&mut out, n, n), false) };
            out
        });
        assert!(new == kept, "{m}x{n}x{k}: a kept left factor gives other bits");
        for x in a.data.iter_mut().chain(&mut b.data) {
            *x = bf16::from_f32(*x).to_f32();
        }
        let mut expected = vec![0.0; m * n];
        defined((m, n, k), &a, &b, &mut expected, n, false);
        for out in [new, plain] {
            let apart = out.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // Sums are rounded at other places: a few units in the last place of sums of some tens.
            assert!(apart <= 3e-5 * (k as f32).max(1.0).sqrt(), "{m}x{n}x{k}: {apart}");
        }
    });
}

#[test]
fn bf16_is_refused_where_the_processor_has_none() {
    let engine = crate::engine::cpu::Engine::with_precision(Precision::Bf16);
    assert_eq!(engine.err(), (!has_bf16()).then_some(EngineError::NoBf16));
}
