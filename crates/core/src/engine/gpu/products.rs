//! How matrix products are dispatched: which of their shaders, with which tiles.

use super::launch::{Form, LANES, Launch, Params, Target, flag, launch};
use crate::plan::Kernel;
use crate::plan::kernel::{Matmul, Operand};

/// The dispatches of a product, in pieces that fit the budget.
pub fn launches(kernel: &Kernel, k: &Matmul, target: &Target) -> Vec<Launch> {
    let pieces = split_matmul(k, target.budget);
    match target.form {
        Form::Tiled => pieces.iter().map(|k| tiled(kernel, k)).collect(),
        Form::Direct => pieces.iter().map(|k| direct(kernel, k)).collect(),
        Form::Held => {
            // Chosen once: for pieces of another shape SwiftShader would compile another variant.
            let walk = Walk::for_product(k);
            pieces.iter().map(|k| held(kernel, k, &walk)).collect()
        }
    }
}

/// The same product in pieces: single items, rows of them and, where a sum alone would exceed the budget, stretches of it, each of
/// which adds to what the one before it left.
fn split_matmul(k: &Matmul, budget: f64) -> Vec<Matmul> {
    let cost = |items: usize, rows: usize, terms: usize| 2.0 * (items * rows) as f64 * k.n as f64 * terms as f64;
    if cost(k.batch, k.m, k.k) <= budget {
        return vec![k.clone()];
    }
    // Whole tiles of them.
    let part = |of: f64, all: usize| (of as usize / 64 * 64).clamp(64, all.next_multiple_of(64));
    let (groups, summed) = if k.reduce { (1, k.batch) } else { (k.batch, 1) };
    let rows = part(budget / cost(summed, 1, k.k), k.m);
    let items = ((budget / cost(1, rows, k.k)) as usize).clamp(1, summed);
    let terms = part(budget / cost(items, rows, 1), k.k);
    let skip = |o: Operand, item: usize, down: usize, across: usize| {
        let (row, column) = if o.transposed { (1, o.stride) } else { (o.stride, 1) };
        Operand { offset: o.offset + item * o.batch_stride + down * row + across * column, ..o }
    };
    let mut pieces = Vec::new();
    for (group, row) in (0..groups).flat_map(|group| (0..k.m).step_by(rows).map(move |row| (group, row))) {
        for (first, term) in (0..summed).step_by(items).flat_map(|i| (0..k.k).step_by(terms).map(move |t| (i, t))) {
            let item = group + first;
            pieces.push(Matmul {
                a: skip(k.a, item, row, term),
                b: skip(k.b, item, term, 0),
                out: skip(k.out, group, row, 0),
                batch: items.min(summed - first),
                m: rows.min(k.m - row),
                k: terms.min(k.k - term),
                accumulate: k.accumulate || first + term > 0,
                ..k.clone()
            });
        }
    }
    pieces
}

/// The parameters of `matmul` and `matmul_direct`.
fn product(k: &Matmul) -> Params {
    let mut params = Params::of([k.m, k.n, k.k, sums(k).0]);
    for operand in [&k.a, &k.b, &k.out] {
        params.0.extend(Params::of([operand.offset, operand.stride, operand.batch_stride]).0);
    }
    params
}

/// A launch of `matmul` or `matmul_direct` with tiles of so many rows and columns.
fn over_tiles(kernel: &Kernel, k: &Matmul, [rows, columns]: [usize; 2], own: Vec<(&'static str, f64)>) -> Launch {
    let (_, results) = sums(k);
    let mut constants = vec![
        flag("A_TRANSPOSED", k.a.transposed),
        flag("B_TRANSPOSED", k.b.transposed),
        flag("ACCUMULATE", k.accumulate),
    ];
    constants.extend(own);
    let grid = [k.n.div_ceil(columns) as u32, k.m.div_ceil(rows) as u32, results as u32];
    Launch { constants, ..launch(kernel, product(k), grid) }
}

fn tiled(kernel: &Kernel, k: &Matmul) -> Launch {
    let Tile { wx, wy, rows } = Tile::for_shape(k.m, k.n);
    let own = vec![("WX", wx as f64), ("WY", wy as f64), ("ROWS", rows as f64)];
    over_tiles(kernel, k, [wy * rows, wx * 8], own)
}

fn direct(kernel: &Kernel, k: &Matmul) -> Launch {
    let rows = direct_rows(k.m);
    let vectors = in_vectors(k, &k.a, !k.a.transposed) && in_vectors(k, &k.b, k.b.transposed);
    let entry = if vectors { "vectors" } else { "scalars" };
    let own = vec![("ROWS", rows as f64)];
    Launch { shader: "matmul_direct", entry, ..over_tiles(kernel, k, [rows, 64], own) }
}

/// How many items are summed into one result, and how many results there are.
fn sums(k: &Matmul) -> (usize, usize) {
    if k.reduce { (k.batch, 1) } else { (1, k.batch) }
}

/// Whether all lines of a factor can be read in vectors of four terms; `innermost`: whether its terms are neighbours.
fn in_vectors(k: &Matmul, factor: &Operand, innermost: bool) -> bool {
    innermost && [factor.offset, factor.stride, factor.batch_stride, k.k].iter().all(|x| x.is_multiple_of(4))
}

/// A factor as `matmul_held` sees it: lines of `k` terms.
#[derive(Clone, Copy)]
struct Lines {
    count: usize,
    offset: usize,
    /// From line to line.
    step: usize,
    /// From term to term.
    k_step: usize,
    batch_stride: usize,
    /// Whether its terms are read in vectors.
    vectors: bool,
    /// From one line's result to the next one's.
    out_step: usize,
}

/// What an invocation of `matmul_held` does.
#[derive(Clone, Copy)]
struct Walk {
    /// Whether the lines of the second factor are held, and those of the first walked along.
    exchanged: bool,
    /// Lines held.
    held: usize,
    /// Terms of each held at a time.
    terms: usize,
    /// Lines walked along.
    stretch: usize,
}

impl Walk {
    fn groups(&self, held: usize) -> usize {
        held.div_ceil(LANES * self.held)
    }

    /// Until all is done, where `WORKERS` threads share the workgroups, in multiply-adds by 512x512x64 on SwiftShader.
    fn cost(&self, k: &Matmul) -> f64 {
        // A term that is read and kept, and a result that is stored, or added to what is there.
        const GATHER: f64 = 27.0;
        const STORE: f64 = 25.0;
        const ADD: f64 = 30.0;
        const WORKERS: usize = 4;
        let (items, results) = sums(k);
        let slices = (items * k.k.div_ceil(self.terms)) as f64;
        let (held, walked) = if self.exchanged { (k.n, k.m) } else { (k.m, k.n) };
        let again = if k.accumulate { 1.0 } else { (slices - 1.0) / slices };
        let (lines, terms) = (self.held as f64, self.terms as f64);
        let line = lines * (terms + STORE + ADD * again) + terms * GATHER;
        let workgroup = slices * (self.stretch as f64 * line + lines * terms * GATHER);
        let workgroups = self.groups(held) * walked.div_ceil(self.stretch) * results;
        workgroup * workgroups.div_ceil(WORKERS) as f64
    }

    fn for_product(k: &Matmul) -> Walk {
        let mut all = Vec::new();
        for exchanged in [false, true] {
            let walked = if exchanged { k.m } else { k.n };
            for (held, terms) in [8, 16, 32].into_iter().flat_map(|held| [16, 32, 64].map(|terms| (held, terms))) {
                let stretches = [1, 2, 4, 8, 16].map(|parts| walked.div_ceil(parts).max(1));
                all.extend(stretches.map(|stretch| Walk { exchanged, held, terms, stretch }));
            }
        }
        let best = all.iter().min_by(|a, b| a.cost(k).total_cmp(&b.cost(k)));
        best.copied().unwrap_or(Walk { exchanged: false, held: 8, terms: 16, stretch: 1 })
    }
}

fn held(kernel: &Kernel, k: &Matmul, walk: &Walk) -> Launch {
    let lines = |count, o: &Operand, innermost, out_step| {
        let (step, k_step) = if innermost { (o.stride, 1) } else { (1, o.stride) };
        let vectors = in_vectors(k, o, innermost);
        Lines { count, offset: o.offset, step, k_step, batch_stride: o.batch_stride, vectors, out_step }
    };
    let (a, b) = (lines(k.m, &k.a, !k.a.transposed, k.out.stride), lines(k.n, &k.b, k.b.transposed, 1));
    let (held, walked) = if walk.exchanged { (b, a) } else { (a, b) };
    let (items, results) = sums(k);
    let mut params = Params::of([held.count, walked.count, k.k, items, walk.stretch, k.accumulate as usize]);
    for lines in [held, walked] {
        params.0.extend(Params::of([lines.offset, lines.step, lines.k_step, lines.batch_stride]).0);
    }
    params.0.extend(Params::of([k.out.offset, held.out_step, walked.out_step, k.out.batch_stride]).0);
    let constants = vec![
        ("HELD", walk.held as f64),
        ("TERMS", walk.terms as f64),
        flag("HELD_VECTORS", held.vectors),
        flag("WALKED_VECTORS", walked.vectors),
    ];
    let grid = [walk.groups(held.count), walked.count.div_ceil(walk.stretch), results].map(|groups| groups as u32);
    Launch { shader: "matmul_held", constants, exchanged: walk.exchanged, ..launch(kernel, params, grid) }
}

/// Rows that an invocation of `matmul_direct` makes of `m`: the more, the fewer loads (of sixty instructions, against three
/// of a multiply-add), but the last tile may be mostly padding.
fn direct_rows(m: usize) -> usize {
    const COLUMNS: usize = 16;
    let loads = |rows: usize| (rows + COLUMNS) as f64 / (rows * COLUMNS) as f64;
    let cost = |rows: usize| m.next_multiple_of(rows) as f64 * (3.0 + 60.0 * loads(rows));
    [8, 16, 32].into_iter().min_by(|&a, &b| cost(a).total_cmp(&cost(b))).unwrap_or(8)
}

/// The shape of a matmul workgroup: `wx` by `wy` invocations of 8 columns by `rows` rows each.
struct Tile {
    wx: usize,
    wy: usize,
    rows: usize,
}

impl Tile {
    /// A big tile reuses most of what it loads; a small one wastes less at the edges.
    fn for_shape(m: usize, n: usize) -> Tile {
        let tiles = [(8, 8, 8), (8, 8, 4), (8, 4, 4), (16, 2, 4), (16, 1, 4)];
        let cost = |&(wx, wy, rows): &(usize, usize, usize)| {
            let (tm, tn) = (wy * rows, wx * 8);
            let work = m.next_multiple_of(tm) as f64 * n.next_multiple_of(tn) as f64;
            // Loads from workgroup memory and into it, for each multiply-add.
            work * (1.0 + 1.0 / rows as f64 + 1.0 / 8.0 + 4.0 / tm as f64 + 4.0 / tn as f64)
        };
        let best = tiles.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
        let &(wx, wy, rows) = best.unwrap_or(&tiles[0]);
        Tile { wx, wy, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Recorder;

    /// A product [m, k] · [k, n] of so many items, by factors that are stored by rows.
    fn product(batch: usize, [m, n, k]: [usize; 3], reduce: bool) -> Matmul {
        let mut recorder = Recorder::new();
        let mut operand = |name, rows: usize, columns: usize| Operand {
            buffer: recorder.persistent(name, &[batch, rows, columns]),
            offset: 0,
            stride: columns,
            batch_stride: rows * columns,
            transposed: false,
        };
        let (a, b) = (operand("a", m, k), operand("b", k, n));
        let out = Operand { batch_stride: if reduce { 0 } else { m * n }, ..operand("out", m, n) };
        Matmul { a, b, out, batch, m, n, k, reduce, accumulate: false }
    }

    fn flops(k: &Matmul) -> f64 {
        2.0 * (k.batch * k.m * k.n * k.k) as f64
    }

    #[test]
    fn a_product_is_divided_until_its_pieces_fit() {
        for (batch, sizes, reduce) in [
            (3, [200, 70, 130], false),
            (5, [200, 70, 130], true),
            (5, [64, 64, 1000], true),
            (1, [64, 64, 1000], false),
            (1, [1, 1, 1], false),
        ] {
            let whole = product(batch, sizes, reduce);
            for budget in [1.0, 6e5, 2e6, 1e7, 1e12] {
                let pieces = split_matmul(&whole, budget);
                assert_eq!(pieces.iter().map(flops).sum::<f64>(), flops(&whole));
                // A tile of one item is never divided.
                let tile = 2.0 * 64.0 * 64.0 * sizes[1] as f64;
                assert!(pieces.iter().all(|piece| flops(piece) <= budget.max(tile)), "{sizes:?} within {budget}");
                // Each result is written once, and added to from then on.
                let fresh = pieces.iter().filter(|piece| !piece.accumulate);
                let written: usize = fresh.map(|piece| piece.m * if reduce { 1 } else { piece.batch }).sum();
                assert_eq!(written, sizes[0] * if reduce { 1 } else { batch }, "{sizes:?} within {budget}");
            }
        }
    }
}
