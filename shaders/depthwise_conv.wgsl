// out[b, P + (y, x), c] = Σ_(i, j) weight[(i, j), c] · x[b, P + (y + i - r, x + j - r), c], r = (size - 1) / 2, zeros outside
// the board, 0 for the prefix. Turned, the kernel stands upside down and mirrored: the gradient with respect to x.
//
// One invocation an element of out, or, in `vectors`, four of them (D is a multiple of four): neighbours are channels, so
// that reads coalesce. Workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    prefix: u32, // P
    rows: u32,
    columns: u32,
    width: u32, // D
    size: u32,
    turned: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [B, T, D], T = P + rows · columns
@group(0) @binding(0) var<storage, read> x4: array<vec4<f32>>; // [B, T, D]
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [size², D]
@group(0) @binding(1) var<storage, read> weight4: array<vec4<f32>>; // [size², D]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [B, T, D]
@group(0) @binding(2) var<storage, read_write> out4: array<vec4<f32>>; // [B, T, D]
@group(0) @binding(3) var<uniform> p: Params;

// The rows (or columns) of the kernel that lie on a board of `cells` when its middle lies at `at`: first, end.
fn taps(at: u32, cells: u32) -> vec2<u32> {
    let reach = p.size / 2u;
    return vec2<u32>(max(reach, at) - at, min(p.size, cells + reach - at));
}

fn tap_of(i: u32, j: u32) -> u32 {
    let tap = i * p.size + j;
    return select(tap, p.size * p.size - 1u - tap, p.turned != 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * 65535u + group.x) * 64u + lane;
    let tokens = p.prefix + p.rows * p.columns;
    if at >= p.batch * tokens * p.width {
        return;
    }
    let c = at % p.width;
    let token = at / p.width;
    if token % tokens < p.prefix {
        out[at] = 0.0;
        return;
    }
    let cell = token % tokens - p.prefix;
    let down = taps(cell / p.columns, p.rows);
    let across = taps(cell % p.columns, p.columns);
    // May wrap round below zero; what is added at the first tap brings it back.
    let corner = token - p.size / 2u * (p.columns + 1u);
    var sum = 0.0;
    for (var i = down.x; i < down.y; i++) {
        for (var j = across.x; j < across.y; j++) {
            sum += weight[tap_of(i, j) * p.width + c] * x[(corner + i * p.columns + j) * p.width + c];
        }
    }
    out[at] = sum;
}

@compute @workgroup_size(64)
fn vectors(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = (group.y * 65535u + group.x) * 64u + lane;
    let tokens = p.prefix + p.rows * p.columns;
    let width = p.width / 4u;
    if at >= p.batch * tokens * width {
        return;
    }
    let c = at % width;
    let token = at / width;
    if token % tokens < p.prefix {
        out4[at] = vec4<f32>();
        return;
    }
    let cell = token % tokens - p.prefix;
    let down = taps(cell / p.columns, p.rows);
    let across = taps(cell % p.columns, p.columns);
    let corner = token - p.size / 2u * (p.columns + 1u);
    var sum = vec4<f32>();
    for (var i = down.x; i < down.y; i++) {
        for (var j = across.x; j < across.y; j++) {
            sum += weight4[tap_of(i, j) * width + c] * x4[(corner + i * p.columns + j) * width + c];
        }
    }
    out4[at] = sum;
}
