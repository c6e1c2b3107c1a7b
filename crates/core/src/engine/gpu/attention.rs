//! How attention and its adjoint are dispatched.

use super::launch::{Form, LANES, Launch, Params, Target, flag, launch, rows_of};
use crate::plan::Kernel;
use crate::plan::kernel::Rope;

/// Every entry point of an attention kernel in turn, over as many items of the batch at a time as the budget allows.
pub fn launches<const N: usize>(
    kernel: &Kernel,
    entries: [&'static str; N],
    target: &Target,
    [batch, tokens, heads, head_dim]: [usize; 4],
    rope: Option<Rope>,
) -> Vec<Launch> {
    let item = kernel.flops() / batch as f64;
    let at_once = ((target.budget / item) as usize).clamp(1, batch.max(1));
    // Three blocks of 16 rows have room for these in the 8 KB that WebGPU grants an invocation.
    let held = target.form == Form::Held && matches!(head_dim, 16 | 32);
    let pieces = entries.iter().flat_map(|&entry| (0..batch).step_by(at_once).map(move |first| (entry, first)));
    let piece = |(entry, first): (&'static str, usize)| {
        let items = at_once.min(batch - first);
        let piece = Piece { tokens, heads, head_dim, rope: rope.is_some(), first, items };
        Launch { entry, ..if held { piece.held(kernel) } else { piece.tiled(kernel) } }
    };
    pieces.map(piece).collect()
}

/// Some items of the batch.
struct Piece {
    tokens: usize,
    heads: usize,
    head_dim: usize,
    rope: bool,
    first: usize,
    items: usize,
}

impl Piece {
    /// Tiles in workgroup memory.
    fn tiled(self, kernel: &Kernel) -> Launch {
        let Piece { tokens, heads, head_dim, rope, first, items } = self;
        // A tile of 4·SIDE positions: the small one where the big one would be mostly padding.
        let whole = |size: usize, side: usize| size.next_multiple_of(4 * side) as f64;
        let padded = |side: usize| whole(tokens, side).powi(2) * whole(head_dim, side);
        let side = if padded(4) * 3.0 < padded(8) * 2.0 { 4 } else { 8 };
        let groups = head_dim.div_ceil(8 * side);
        let params = Params::of([tokens, heads, head_dim, rope as usize, groups, first]);
        let grid = [tokens.div_ceil(4 * side) as u32, (heads * groups) as u32, items as u32];
        let constants = vec![("SIDE", side as f64)];
        Launch { constants, ..launch(kernel, params.float(scale(head_dim)), grid) }
    }

    /// Blocks in an invocation's own arrays.
    fn held(self, kernel: &Kernel) -> Launch {
        // As the shader says.
        const BLOCK: usize = 16;
        let Piece { tokens, heads, head_dim, rope, first, items } = self;
        let blocks = tokens.div_ceil(BLOCK);
        let of = |items: usize| items * heads * blocks;
        let params = Params::of([tokens, heads, blocks, of(first), of(first + items)]);
        let grid = rows_of(of(items).div_ceil(LANES));
        let constants = vec![("VECTORS", (head_dim / 4) as f64), flag("ROPE", rope)];
        Launch { shader: "attention_held", constants, ..launch(kernel, params.float(scale(head_dim)), grid) }
    }
}

fn scale(head_dim: usize) -> f64 {
    (head_dim as f64).powf(-0.5)
}
