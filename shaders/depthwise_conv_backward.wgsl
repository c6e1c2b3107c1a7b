// d_weight[(i, j), c] (+)= Σ_b Σ_(y, x) d_out[b, P + (y, x), c] · x[b, P + (y + i - r, x + j - r), c], r = (size - 1) / 2,
// zeros outside the board.
//
// One workgroup a tap (i, j), group.y of them, and 16 channels, group.x: 16 invocations side by side for the channels,
// so that reads coalesce, and 16 that share the cells of the batch, whose sums are added in order.

struct Params {
    batch: u32,
    prefix: u32, // P
    rows: u32,
    columns: u32,
    width: u32, // D
    size: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [B, T, D], T = P + rows · columns
@group(0) @binding(1) var<storage, read> d_out: array<f32>; // [B, T, D]
@group(0) @binding(2) var<storage, read_write> d_weight: array<f32>; // [size², D]
@group(0) @binding(3) var<uniform> p: Params;

var<workgroup> partial: array<f32, 256>; // [16 shares of the cells, 16 channels]

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let c = group.x * 16u + lane % 16u;
    let tap = vec2<u32>(group.y / p.size, group.y % p.size);
    let reach = p.size / 2u;
    let cells = p.rows * p.columns;
    var sum = 0.0;
    if c < p.width {
        for (var at = lane / 16u; at < p.batch * cells; at += 16u) {
            let cell = at % cells;
            // The neighbour's row and column plus `reach`: so nothing is below zero.
            let there = vec2<u32>(cell / p.columns, cell % p.columns) + tap;
            if all(there >= vec2<u32>(reach)) && all(there < vec2<u32>(p.rows, p.columns) + reach) {
                let board = (at / cells) * (p.prefix + cells) + p.prefix;
                let neighbour = (there.x - reach) * p.columns + there.y - reach;
                sum += d_out[(board + cell) * p.width + c] * x[(board + neighbour) * p.width + c];
            }
        }
    }
    partial[lane] = sum;
    workgroupBarrier();
    if lane >= 16u || c >= p.width {
        return;
    }
    sum = 0.0;
    for (var i = lane; i < 256u; i += 16u) {
        sum += partial[i];
    }
    let at = group.y * p.width + c;
    if p.accumulate != 0u {
        sum += d_weight[at];
    }
    d_weight[at] = sum;
}
