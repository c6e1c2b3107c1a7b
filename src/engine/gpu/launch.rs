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
}

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
    Launch { shader: kernel.name(), entry: "main", constants: Vec::new(), params: params.0, grid }
}

/// The dispatches of a kernel, in order.
pub fn launches(kernel: &Kernel, program: &Program) -> Vec<Launch> {
    let one = match kernel {
        Kernel::Embed(k) => {
            let (position, all) = (k.position.is_some() as usize, k.batch * (k.prefix + k.seq) * k.width);
            let sizes = [k.batch, k.seq, k.prefix, k.width, k.vocab, k.identifiers, k.puzzle_width, position];
            launch(kernel, Params::of(sizes).float(k.scale), each(all))
        }
        Kernel::Matmul(k) => matmul(kernel, k),
        Kernel::Attention(k) => {
            let groups = k.head_dim.div_ceil(64);
            let sizes = [k.tokens, k.heads, k.head_dim, k.rope.is_some() as usize, groups];
            let grid = [k.tokens.div_ceil(32) as u32, (k.heads * groups) as u32, k.batch as u32];
            launch(kernel, Params::of(sizes).float((k.head_dim as f64).powf(-0.5)), grid)
        }
        Kernel::Swiglu(k) => launch(kernel, Params::of([k.rows, k.n]), each(k.rows * k.n)),
        Kernel::RmsNorm(k) => {
            let params = Params::of([k.outer, k.len, k.inner]).float(k.eps);
            let rows = k.inner == 1;
            let grid = if rows { rows_of(k.outer.div_ceil(4)) } else { each(k.outer * k.inner) };
            Launch { entry: if rows { "rows" } else { "columns" }, ..launch(kernel, params, grid) }
        }
        Kernel::Add(k) => launch(kernel, Params::of([k.len.div_ceil(4)]), each(k.len.div_ceil(4))),
        Kernel::Copy(k) => launch(kernel, Params::of([k.to_offset, k.len]), each(k.len)),
        Kernel::Fill(k) => {
            let bits = match program.buffer(k.out).dtype {
                Dtype::F32 => (k.value as f32).to_bits(),
                Dtype::U32 => k.value as u32,
            };
            launch(kernel, Params(vec![k.len.div_ceil(4) as u32, bits]), each(k.len.div_ceil(4)))
        }
        Kernel::QHead(k) => launch(kernel, Params::of([k.batch, k.tokens, k.width]), rows_of(k.batch)),
        Kernel::CrossEntropy(k) => {
            let softmax = (k.kind == LossKind::Softmax) as usize;
            launch(kernel, Params::of([k.batch, k.seq, k.vocab, softmax]), rows_of(k.batch))
        }
        Kernel::QLoss(k) => launch(kernel, Params::of([k.batch, k.target.is_some() as usize]), each(k.batch)),
        Kernel::QTarget(k) => launch(kernel, Params::of([k.batch, k.max_steps]), each(k.batch)),
        Kernel::CarryReset(k) => launch(kernel, Params::of([k.batch, k.row, k.period]), each(k.batch * k.row)),
        Kernel::Halt(k) => {
            let params = Params::of([k.batch, k.max_steps, k.q_halt_alone as usize]).float(k.exploration);
            launch(kernel, params, each(k.batch))
        }
        Kernel::Metrics(k) => launch(kernel, Params::of([k.batch]), [1, 1, 1]),
        _ => return Vec::new(),
    };
    if one.grid.contains(&0) { Vec::new() } else { vec![one] }
}

fn matmul(kernel: &Kernel, k: &Matmul) -> Launch {
    let tile = Tile::for_shape(k.m, k.n);
    let (items, results) = if k.reduce { (k.batch, 1) } else { (1, k.batch) };
    let place = |o: &Operand| [o.offset, o.stride, o.batch_stride];
    let mut params = Params::of([k.m, k.n, k.k, items, k.accumulate as usize]);
    for operand in [&k.a, &k.b, &k.out] {
        params.0.extend(Params::of(place(operand)).0);
    }
    let grid = [k.n.div_ceil(tile.wx * 8) as u32, k.m.div_ceil(tile.wy * tile.rows) as u32, results as u32];
    let constants = vec![
        ("WX", tile.wx as f64),
        ("WY", tile.wy as f64),
        ("ROWS", tile.rows as f64),
        ("A_TRANSPOSED", k.a.transposed as u8 as f64),
        ("B_TRANSPOSED", k.b.transposed as u8 as f64),
    ];
    Launch { constants, ..launch(kernel, params, grid) }
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
            let work = (m.div_ceil(tm) * tm * n.div_ceil(tn) * tn) as f64;
            // Loads from workgroup memory and into it, for each multiply-add.
            work * (1.0 + 1.0 / rows as f64 + 1.0 / 8.0 + 4.0 / tm as f64 + 4.0 / tn as f64)
        };
        let best = tiles.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
        let &(wx, wy, rows) = best.unwrap_or(&tiles[0]);
        Tile { wx, wy, rows }
    }
}
