//! What is expected of the cells of a grid: by the cells before it, and by those of the grid that it belongs to.

use super::range::{Decoder, Encoder};
use crate::puzzle::arc::COLOURS;

/// Writes symbols, or reads them.
pub trait Coder {
    /// Writes `symbol`, or reads one and pays no heed to it; `shares` are those of all symbols, at least 1 each, together at
    /// most [`MOST_SHARES`].
    fn code(&mut self, symbol: usize, shares: &[u32]) -> usize;
}

impl Coder for Encoder {
    fn code(&mut self, symbol: usize, shares: &[u32]) -> usize {
        self.put(shares[..symbol].iter().sum(), shares[symbol], shares.iter().sum());
        symbol
    }
}

impl Coder for Decoder<'_> {
    fn code(&mut self, _: usize, shares: &[u32]) -> usize {
        self.take(shares)
    }
}

/// The sum of shares at most: what a range that is about to be widened can still be divided into.
const MOST_SHARES: u64 = 1 << 20;

const N: usize = COLOURS as usize;
/// What counts for a cell that there is not.
const OUTSIDE: u8 = COLOURS;

/// How often each colour was met among certain neighbours, and what one time counts for.
struct Table {
    /// By the neighbours' colours, as digits of a number.
    counts: Vec<[u16; N]>,
    weight: u64,
}

impl Table {
    fn new(neighbours: u32, weight: u64) -> Self {
        Self { counts: vec![[0; N]; (N + 1).pow(neighbours)], weight }
    }
}

/// What was met so far.
pub struct Model {
    /// By none, left and up, those and both beside up, left and up and twin, those and upper left: the more is known, the more
    /// it counts. The weights are those that made the collections' tasks short.
    tables: [Table; 5],
}

/// The cells that are known before a cell is read; `None` outside.
#[derive(Clone, Copy)]
pub struct Near {
    /// The left neighbour.
    pub left: Option<u8>,
    /// The upper one.
    pub up: Option<u8>,
    /// The one left of that.
    pub up_left: Option<u8>,
    /// The one right of that.
    pub up_right: Option<u8>,
    /// The cell at the same place in the grid that this one belongs to, where that has the same size.
    pub twin: Option<u8>,
}

impl Default for Model {
    fn default() -> Self {
        let table = |(neighbours, weight)| Table::new(neighbours, weight);
        Self { tables: [(0, 15), (2, 100), (4, 1000), (3, 1500), (4, 5000)].map(table) }
    }
}

impl Model {
    /// Writes or reads a cell's colour.
    pub fn cell(&mut self, coder: &mut impl Coder, colour: u8, near: Near) -> u8 {
        let Near { left, up, up_left, up_right, twin } = near;
        let at = |cells: &[Option<u8>]| {
            cells.iter().fold(0, |at, cell| at * (N + 1) + usize::from(cell.unwrap_or(OUTSIDE).min(OUTSIDE)))
        };
        let places = [
            0,
            at(&[left, up]),
            at(&[left, up, up_left, up_right]),
            at(&[left, up, twin]),
            at(&[left, up, up_left, twin]),
        ];
        let mut sums = [1_u64; N];
        for (table, place) in self.tables.iter().zip(places) {
            for (sum, count) in sums.iter_mut().zip(table.counts[place]) {
                *sum += table.weight * u64::from(count);
            }
        }
        // Room for the ones that keep every colour possible.
        let divisor = sums.iter().sum::<u64>().div_ceil(MOST_SHARES - N as u64).max(1);
        let shares = sums.map(|sum| (sum / divisor).max(1) as u32);
        let colour = coder.code(usize::from(colour).min(N - 1), &shares);
        for (table, place) in self.tables.iter_mut().zip(places) {
            let count = &mut table.counts[place][colour];
            *count = count.saturating_add(1);
        }
        colour as u8
    }
}
