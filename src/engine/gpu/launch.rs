//! How each kernel is dispatched: its shader's variant, parameters and grid.

use crate::config::LossKind;
use crate::plan::kernel::*;
use crate::plan::{Dtype, Kernel, Program};

/// One dispatch.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// Name of the shader.
    pub shader: &'static str,
    /// Its entry point.
    pub entry: &'static str,
    /// Its override constants.
    pub constants: Vec<(&'static str, f64)>,
    /// The fields of its `Params`, in order, as bits.
    pub params: Vec<u32>,
    /// Workgroups.
    pub grid: [u32; 3],
    /// Whether a scratch buffer of [`SCRATCH`] elements is bound after the kernel's operands.
    pub scratch: bool,
}

/// What the adapter is good at.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Operations that one dispatch should do at most.
    pub budget: f64,
    /// Whether matrix products and norms share in workgroup memory.
    pub tiles: bool,
}

/// Elements of the scratch buffer.
pub const SCRATCH: usize = 256;

/// The fields of a shader's `Params`.
#[derive(Default)]
struct Params(Vec<u32>);

impl Params {
    fn of<const N: usize>(values: [usize; N]) -> Self {
        Params(values.iter().map(|&v| v as u32).collect())
    }

    fn float(mut self, value: f64) -> Self {
        self.0.push((value as f32).to_bits());
        self
    }
}

/// Workgroups in rows of 65535, the most that WebGPU grants in one dimension; shaders number them y·65535 + x.
fn rows_of(groups: usize) -> [u32; 3] {
    const ROW: usize = 65535;
    [groups.min(ROW) as u32, groups.div_ceil(ROW) as u32, 1]
}

/// One invocation for each of `threads`, 64 a workgroup.
fn each(threads: usize) -> [u32; 3] {
    rows_of(threads.div_ceil(64))
}

fn launch(kernel: &Kernel, params: Params, grid: [u32; 3]) -> Launch {
    let (constants, params) = (Vec::new(), params.0);
    Launch { shader: kernel.name(), entry: "main", constants, params, grid, scratch: false }
}

/// The dispatches of a kernel, in order; heavy ones in pieces that fit the budget where they can be divided.
pub fn launches(kernel: &Kernel, program: &Program, target: &Target) -> Vec<Launch> {
    let mut all = dispatches(kernel, program, target);
    all.retain(|launch| !launch.grid.contains(&0));
    all
}

fn dispatches(kernel: &Kernel, program: &Program, target: &Target) -> Vec<Launch> {
    let vectors = |len: usize| len.div_ceil(4);
    vec![match kernel {
        Kernel::Matmul(k) => return split_matmul(k, target.budget).iter().map(|k| matmul(kernel, k, target)).collect(),
        Kernel::Attention(k) => {
            let sizes = [k.batch, k.tokens, k.heads, k.head_dim];
            return attention(kernel, ["main"], target.budget, sizes, k.rope);
        }
        Kernel::AttentionBackward(k) => {
            let sizes = [k.batch, k.tokens, k.heads, k.head_dim];
            return attention(kernel, ["queries", "keys"], target.budget, sizes, k.rope);
        }
        Kernel::SumSquares(k) => return sum_squares(kernel, k),
        Kernel::Embed(k) => {
            let (position, all) = (k.position.is_some() as usize, k.batch * (k.prefix + k.seq) * k.width);
            let sizes = [k.batch, k.seq, k.prefix, k.width, k.vocab, k.identifiers, k.puzzle_width, position];
            launch(kernel, Params::of(sizes).float(k.scale), each(all))
        }
        Kernel::EmbedBackward(k) => {
            let params = Params::of([k.batch, k.seq, k.prefix, k.width, k.puzzle_width]).float(k.scale);
            let (entry, grid) = match k.part {
                EmbedPart::Table => ("table", [k.width.div_ceil(16) as u32, k.vocab as u32, 1]),
                EmbedPart::Puzzle => ("puzzle", each(k.batch * k.puzzle_width)),
                EmbedPart::Position => ("position", each((k.prefix + k.seq) * k.width)),
            };
            Launch { entry, ..launch(kernel, params, grid) }
        }
        Kernel::Swiglu(Swiglu { rows, n, .. }) | Kernel::SwigluBackward(SwigluBackward { rows, n, .. }) => {
            launch(kernel, Params::of([*rows, *n]), each(rows * n))
        }
        Kernel::RmsNorm(k) => {
            norm(kernel, Params::of([k.outer, k.len, k.inner]).float(k.eps), k.outer, k.inner, target)
        }
        Kernel::RmsNormBackward(k) => norm(kernel, Params::of([k.outer, k.len, k.inner]), k.outer, k.inner, target),
        Kernel::Add(k) => launch(kernel, Params::of([vectors(k.len)]), each(vectors(k.len))),
        Kernel::Copy(k) => launch(kernel, Params::of([k.to_offset, k.len]), each(k.len)),
        Kernel::Fill(k) => {
            let bits = match program.buffer(k.out).dtype {
                Dtype::F32 => (k.value as f32).to_bits(),
                Dtype::U32 => k.value as u32,
            };
            launch(kernel, Params::of([vectors(k.len), bits as usize]), each(vectors(k.len)))
        }
        Kernel::QHead(k) => launch(kernel, Params::of([k.batch, k.tokens, k.width]), rows_of(k.batch)),
        Kernel::QHeadBackward(k) => {
            launch(kernel, Params::of([k.batch, k.tokens, k.width]), each(k.batch.max(2) * k.width))
        }
        Kernel::CrossEntropy(k) => launch(kernel, entropy(k.batch, k.seq, k.vocab, k.kind), rows_of(k.batch)),
        Kernel::CrossEntropyBackward(k) => {
            launch(kernel, entropy(k.batch, k.seq, k.vocab, k.kind).float(k.scale), each(k.batch * k.seq))
        }
        Kernel::QLoss(k) => launch(kernel, Params::of([k.batch, k.target.is_some() as usize]), each(k.batch)),
        Kernel::QLossBackward(k) => {
            let params = Params::of([k.batch, k.target.is_some() as usize]).float(k.scale);
            launch(kernel, params, each(k.batch))
        }
        Kernel::QTarget(k) => launch(kernel, Params::of([k.batch, k.max_steps]), each(k.batch)),
        Kernel::CarryReset(k) => launch(kernel, Params::of([k.batch, k.row, k.period]), each(k.batch * k.row)),
        Kernel::Halt(k) => {
            let params = Params::of([k.batch, k.max_steps, k.q_halt_alone as usize]).float(k.exploration);
            launch(kernel, params, each(k.batch))
        }
        Kernel::Metrics(k) => launch(kernel, Params::of([k.batch]), [1, 1, 1]),
        Kernel::AdamAtan2(k) => {
            let params = Params::of([vectors(k.len)]).float(1.0 - k.beta1).float(1.0 - k.beta2).float(k.weight_decay);
            launch(kernel, params, each(vectors(k.len)))
        }
        Kernel::SignSgd(k) => {
            let params = Params::of([k.batch, k.width, k.identifiers]).float(k.weight_decay);
            launch(kernel, params, each(k.batch * k.width))
        }
        Kernel::Ema(k) => {
            let params = Params::of([vectors(k.len)]).float(k.decay).float(1.0 - k.decay);
            launch(kernel, params, each(vectors(k.len)))
        }
    }]
}

/// Rows of neighbouring elements and strided columns have an entry point each. Rows share their sums in workgroup memory;
/// where that is slow, they too are one invocation's each.
fn norm(kernel: &Kernel, params: Params, outer: usize, inner: usize, target: &Target) -> Launch {
    let (entry, grid) = if inner == 1 && target.tiles {
        ("rows", rows_of(outer.div_ceil(4)))
    } else {
        ("columns", each(outer * inner))
    };
    Launch { entry, ..launch(kernel, params, grid) }
}

fn entropy(batch: usize, seq: usize, vocab: usize, kind: LossKind) -> Params {
    Params::of([batch, seq, vocab, (kind == LossKind::Softmax) as usize])
}

/// Every entry point of an attention kernel in turn, over as many items of the batch at a time as the budget allows.
fn attention<const N: usize>(
    kernel: &Kernel,
    entries: [&'static str; N],
    budget: f64,
    [batch, tokens, heads, head_dim]: [usize; 4],
    rope: Option<Rope>,
) -> Vec<Launch> {
    // A tile of 4·SIDE positions: the small one where the big one would be mostly padding.
    let whole = |size: usize, side: usize| size.next_multiple_of(4 * side) as f64;
    let padded = |side: usize| whole(tokens, side).powi(2) * whole(head_dim, side);
    let side = if padded(4) * 3.0 < padded(8) * 2.0 { 4 } else { 8 };
    let groups = head_dim.div_ceil(8 * side);
    let item = kernel.flops() / batch as f64;
    let at_once = ((budget / item) as usize).clamp(1, batch.max(1));
    let pieces = entries.iter().flat_map(|&entry| (0..batch).step_by(at_once).map(move |first| (entry, first)));
    let piece = |(entry, first): (&'static str, usize)| {
        let sizes = [tokens, heads, head_dim, rope.is_some() as usize, groups, first];
        let items = at_once.min(batch - first);
        let grid = [tokens.div_ceil(4 * side) as u32, (heads * groups) as u32, items as u32];
        let constants = vec![("SIDE", side as f64)];
        let params = Params::of(sizes).float((head_dim as f64).powf(-0.5));
        Launch { entry, constants, ..launch(kernel, params, grid) }
    };
    pieces.map(piece).collect()
}

fn sum_squares(kernel: &Kernel, k: &SumSquares) -> Vec<Launch> {
    let groups = k.len.div_ceil(64 * 16).clamp(1, SCRATCH);
    let stage = |entry, grid| {
        let launch = launch(kernel, Params::of([k.len, k.index, groups]), [grid as u32, 1, 1]);
        Launch { entry, scratch: true, ..launch }
    };
    vec![stage("stretches", groups), stage("total", 1)]
}

/// The same product in pieces: single items, and rows of them.
fn split_matmul(k: &Matmul, budget: f64) -> Vec<Matmul> {
    let whole = 2.0 * k.batch as f64 * (k.m * k.n) as f64 * k.k as f64;
    if whole <= budget {
        return vec![k.clone()];
    }
    let skip = |o: Operand, items: usize, rows: usize| {
        let row = if o.transposed { 1 } else { o.stride };
        Operand { offset: o.offset + items * o.batch_stride + rows * row, ..o }
    };
    // A reduction stays whole in the batch, everything else is divided there first.
    let (items, batch) = if k.reduce { (1, k.batch) } else { (k.batch, 1) };
    let row = 2.0 * batch as f64 * k.n as f64 * k.k as f64;
    let rows = ((budget / row) as usize / 64 * 64).clamp(64, k.m.next_multiple_of(64));
    let piece = |item: usize, first: usize| {
        let (a, b, out) = (skip(k.a, item, first), skip(k.b, item, 0), skip(k.out, item, first));
        Matmul { a, b, out, batch, m: rows.min(k.m - first), ..k.clone() }
    };
    (0..items)
        .flat_map(|item| (0..k.m).step_by(rows).map(move |first| (item, first)))
        .map(|(i, f)| piece(i, f))
        .collect()
}

/// The parameters of a product, the same for both of its shaders but for `accumulate`.
fn product(k: &Matmul) -> Params {
    let items = if k.reduce { k.batch } else { 1 };
    let mut params = Params::of([k.m, k.n, k.k, items]);
    for operand in [&k.a, &k.b, &k.out] {
        params.0.extend(Params::of([operand.offset, operand.stride, operand.batch_stride]).0);
    }
    params
}

fn matmul(kernel: &Kernel, k: &Matmul, target: &Target) -> Launch {
    let results = if k.reduce { 1 } else { k.batch };
    let flag = |name, value| (name, f64::from(u8::from(value)));
    let mut constants = vec![
        flag("A_TRANSPOSED", k.a.transposed),
        flag("B_TRANSPOSED", k.b.transposed),
        flag("ACCUMULATE", k.accumulate),
    ];
    let (shader, entry, [tile_m, tile_n]) = if target.tiles {
        let Tile { wx, wy, rows } = Tile::for_shape(k.m, k.n);
        constants.extend([("WX", wx as f64), ("WY", wy as f64), ("ROWS", rows as f64)]);
        ("matmul", "main", [wy * rows, wx * 8])
    } else {
        let rows = direct_rows(k.m);
        let aligned = |o: &Operand| [o.offset, o.stride, o.batch_stride, k.k].iter().all(|x| x.is_multiple_of(4));
        let innermost = !k.a.transposed && k.b.transposed;
        let entry = if innermost && aligned(&k.a) && aligned(&k.b) { "vectors" } else { "scalars" };
        constants.push(("ROWS", rows as f64));
        ("matmul_direct", entry, [rows, 64])
    };
    let grid = [k.n.div_ceil(tile_n) as u32, k.m.div_ceil(tile_m) as u32, results as u32];
    Launch { shader, entry, constants, ..launch(kernel, product(k), grid) }
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
