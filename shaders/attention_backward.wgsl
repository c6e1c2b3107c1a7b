// The gradient of attention with respect to qkv, from recomputed tiles: with P = exp(q kᵀ / √d - lse),
// dP = d_out vᵀ and dS = P · (dP - Σ d_out · out):
// d_v = Pᵀ d_out, d_q = dS k / √d, d_k = dSᵀ q / √d, the last two rotated back when q and k were rotated.
//
// `queries` makes d_q for TILE queries, `keys` d_k and d_v for TILE keys, each by up to 2·TILE columns of one head; grid of
// both: (tiles of positions, heads · column groups, B). No two workgroups write the same place and every sum has a fixed
// order. Chunks of columns and the register tiles are those of attention.wgsl.

// 8, or 4 for short sequences.
const SIDE: u32 = 8u;
const TILE: u32 = 4u * SIDE;
const HALF: u32 = 2u * SIDE;

struct Params {
    tokens: u32, // T
    heads: u32, // h
    head_dim: u32, // d
    rope: u32,
    groups: u32, // of 2·TILE columns: ⌈d / (2·TILE)⌉
    first: u32, // item of the batch that the grid begins with
    scale: f32, // 1 / √d
}

@group(0) @binding(0) var<storage, read> qkv: array<f32>; // [B, T, 3D]
@group(0) @binding(1) var<storage, read> cosines: array<f32>; // [T, d], only if rope
@group(0) @binding(2) var<storage, read> sines: array<f32>; // [T, d], only if rope
@group(0) @binding(3) var<storage, read> out: array<f32>; // [B, T, D]
@group(0) @binding(4) var<storage, read> lse: array<f32>; // [B, h, T]
@group(0) @binding(5) var<storage, read> d_out: array<f32>; // [B, T, D]
@group(0) @binding(6) var<storage, read_write> d_qkv: array<f32>; // [B, T, 3D]
@group(0) @binding(7) var<uniform> p: Params;

// Padded rows: a transposing store meets different banks.
const STRIDE: u32 = TILE + 4u;

const QUERIES: u32 = 0u;
const KEYS: u32 = 1u;
const VALUES: u32 = 2u;

var<workgroup> row_tile: array<f32, TILE * STRIDE>; // [TILE columns, TILE positions of the register tile's rows]
var<workgroup> col_tile: array<f32, TILE * STRIDE>; // [TILE columns, TILE positions of its columns], or [TILE positions, TILE columns]
var<workgroup> s_tile: array<f32, TILE * STRIDE>; // P or dS, [TILE positions summed over, TILE rows]
var<workgroup> row_lse: array<f32, TILE>; // of TILE queries
var<workgroup> row_delta: array<f32, TILE>; // Σ d_out · out of TILE queries

fn first_half() -> u32 {
    return (p.head_dim + 1u) / 2u;
}

// Where row t of item b begins in [B, T, D], at this head's columns.
fn out_row(b: u32, t: u32, head: u32) -> u32 {
    return ((b * p.tokens + t) * p.heads + head) * p.head_dim;
}

// Where row t of item b begins in one part of [B, T, 3D], at this head's columns.
fn qkv_row(b: u32, t: u32, head: u32, part: u32) -> u32 {
    return (((b * p.tokens + t) * 3u + part) * p.heads + head) * p.head_dim;
}

// Columns e and e + ⌈d/2⌉ of queries (times 1 / √d), keys or values, rotated as in the forward; zero outside.
fn read_qkv(b: u32, t: u32, head: u32, part: u32, e: u32) -> vec2<f32> {
    let first = first_half();
    var v = vec2<f32>();
    if t < p.tokens && e < first {
        let row = qkv_row(b, t, head, part);
        v.x = qkv[row + e];
        if first + e < p.head_dim {
            v.y = qkv[row + first + e];
        }
        if p.rope != 0u && part != VALUES {
            let at = t * p.head_dim + e;
            v = vec2(v.x * cosines[at] - v.y * sines[at], v.y * cosines[at + first] + v.x * sines[at + first]);
        }
        if part == QUERIES {
            v *= p.scale;
        }
    }
    return v;
}

// Columns e and e + ⌈d/2⌉ of d_out; zero outside.
fn read_d_out(b: u32, t: u32, head: u32, e: u32) -> vec2<f32> {
    let first = first_half();
    var v = vec2<f32>();
    if t < p.tokens && e < first {
        let row = out_row(b, t, head);
        v.x = d_out[row + e];
        if first + e < p.head_dim {
            v.y = d_out[row + first + e];
        }
    }
    return v;
}

// Writes columns e and e + ⌈d/2⌉ of a gradient, rotated back: the transpose of the rotation.
fn write_pair(b: u32, t: u32, head: u32, part: u32, e: u32, g: vec2<f32>) {
    let first = first_half();
    if t >= p.tokens || e >= first {
        return;
    }
    var v = g;
    if p.rope != 0u && part != VALUES {
        let at = t * p.head_dim + e;
        v = vec2(g.x * cosines[at] + g.y * sines[at + first], g.y * cosines[at + first] - g.x * sines[at]);
    }
    let row = qkv_row(b, t, head, part);
    d_qkv[row + e] = v.x;
    if first + e < p.head_dim {
        d_qkv[row + first + e] = v.y;
    }
}

// Columns x, x + SIDE and their partners x + 2·SIDE, x + 3·SIDE of a chunk.
fn write_row(b: u32, t: u32, head: u32, part: u32, e: u32, g: vec4<f32>) {
    write_pair(b, t, head, part, e, g.xz);
    write_pair(b, t, head, part, e + SIDE, g.yw);
}

// lse and Σ d_out · out of the TILE queries from query0 on; the caller puts a barrier before and after.
fn load_statistics(b: u32, query0: u32, head: u32, lane: u32) {
    if lane < TILE {
        let t = query0 + lane;
        // Of a row beyond the last query no weight is left, whatever lay there before.
        var statistic = 1e30;
        var delta = 0.0;
        if t < p.tokens {
            let row = out_row(b, t, head);
            for (var e = 0u; e < p.head_dim; e++) {
                delta += out[row + e] * d_out[row + e];
            }
            statistic = lse[(b * p.heads + head) * p.tokens + t];
        }
        row_lse[lane] = statistic;
        row_delta[lane] = delta;
    }
}

struct Tile {
    r0: vec4<f32>,
    r1: vec4<f32>,
    r2: vec4<f32>,
    r3: vec4<f32>,
}

// The tile's product over one chunk of columns: Σ_e row_tile[e, 4y + i] · col_tile[e, x + SIDE·j].
fn multiply(t: Tile, x: u32, y4: u32) -> Tile {
    var c = t;
    for (var e = 0u; e < TILE; e++) {
        let ri = e * STRIDE + y4;
        let ci = e * STRIDE + x;
        let v = vec4<f32>(col_tile[ci], col_tile[ci + SIDE], col_tile[ci + 2u * SIDE], col_tile[ci + 3u * SIDE]);
        c.r0 += row_tile[ri] * v;
        c.r1 += row_tile[ri + 1u] * v;
        c.r2 += row_tile[ri + 2u] * v;
        c.r3 += row_tile[ri + 3u] * v;
    }
    return c;
}

// Σ_t s_tile[t, 4y + i] · col_tile[t, x + SIDE·j], added to a gradient's tile.
fn multiply_s(g: Tile, x: u32, y4: u32) -> Tile {
    var c = g;
    for (var t = 0u; t < TILE; t++) {
        let si = t * STRIDE + y4;
        let ci = t * STRIDE + x;
        let v = vec4<f32>(col_tile[ci], col_tile[ci + SIDE], col_tile[ci + 2u * SIDE], col_tile[ci + 3u * SIDE]);
        c.r0 += s_tile[si] * v;
        c.r1 += s_tile[si + 1u] * v;
        c.r2 += s_tile[si + 2u] * v;
        c.r3 += s_tile[si + 3u] * v;
    }
    return c;
}

// Puts a register tile into s_tile, so that the positions of its columns can be summed over.
fn store_s(s: Tile, x: u32, y4: u32) {
    for (var j = 0u; j < 4u; j++) {
        let at = (x + SIDE * j) * STRIDE + y4;
        s_tile[at] = s.r0[j];
        s_tile[at + 1u] = s.r1[j];
        s_tile[at + 2u] = s.r2[j];
        s_tile[at + 3u] = s.r3[j];
    }
}

@compute @workgroup_size(SIDE, SIDE)
fn queries(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let b = p.first + group.z;
    let head = group.y / p.groups;
    let first_chunk = 2u * (group.y % p.groups);
    let chunks = (first_half() + HALF - 1u) / HALF;
    let query0 = group.x * TILE;
    let x = local.x;
    let y4 = local.y * 4u;
    var near = Tile(); // d_q, chunk first_chunk
    var far = Tile(); // and the one after

    load_statistics(b, query0, head, lane);
    workgroupBarrier();
    let row = vec4<f32>(row_lse[y4], row_lse[y4 + 1u], row_lse[y4 + 2u], row_lse[y4 + 3u]);
    let delta = vec4<f32>(row_delta[y4], row_delta[y4 + 1u], row_delta[y4 + 2u], row_delta[y4 + 3u]);

    for (var key0 = 0u; key0 < p.tokens; key0 += TILE) {
        var s = Tile(); // rows: queries, columns: keys
        var d = Tile();
        for (var chunk = 0u; chunk < chunks; chunk++) {
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let q = read_qkv(b, query0 + r, head, QUERIES, chunk * HALF + e);
                let k = read_qkv(b, key0 + r, head, KEYS, chunk * HALF + e);
                row_tile[e * STRIDE + r] = q.x;
                row_tile[(e + HALF) * STRIDE + r] = q.y;
                col_tile[e * STRIDE + r] = k.x;
                col_tile[(e + HALF) * STRIDE + r] = k.y;
            }
            workgroupBarrier();
            s = multiply(s, x, y4);
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let g = read_d_out(b, query0 + r, head, chunk * HALF + e);
                let v = read_qkv(b, key0 + r, head, VALUES, chunk * HALF + e);
                row_tile[e * STRIDE + r] = g.x;
                row_tile[(e + HALF) * STRIDE + r] = g.y;
                col_tile[e * STRIDE + r] = v.x;
                col_tile[(e + HALF) * STRIDE + r] = v.y;
            }
            workgroupBarrier();
            d = multiply(d, x, y4);
        }
        let inside = vec4<u32>(key0 + x) + SIDE * vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(p.tokens);
        let none = vec4<f32>();
        s.r0 = select(none, exp(s.r0 - row.x) * (d.r0 - delta.x), inside);
        s.r1 = select(none, exp(s.r1 - row.y) * (d.r1 - delta.y), inside);
        s.r2 = select(none, exp(s.r2 - row.z) * (d.r2 - delta.z), inside);
        s.r3 = select(none, exp(s.r3 - row.w) * (d.r3 - delta.w), inside);
        store_s(s, x, y4);
        for (var c = 0u; c < 2u && first_chunk + c < chunks; c++) {
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let k = read_qkv(b, key0 + r, head, KEYS, (first_chunk + c) * HALF + e);
                col_tile[r * STRIDE + e] = k.x;
                col_tile[r * STRIDE + e + HALF] = k.y;
            }
            workgroupBarrier();
            if c == 0u {
                near = multiply_s(near, x, y4);
            } else {
                far = multiply_s(far, x, y4);
            }
        }
    }

    let t = query0 + y4;
    for (var c = 0u; c < 2u && first_chunk + c < chunks; c++) {
        let e = (first_chunk + c) * HALF + x;
        write_row(b, t, head, QUERIES, e, p.scale * select(near.r0, far.r0, c == 1u));
        write_row(b, t + 1u, head, QUERIES, e, p.scale * select(near.r1, far.r1, c == 1u));
        write_row(b, t + 2u, head, QUERIES, e, p.scale * select(near.r2, far.r2, c == 1u));
        write_row(b, t + 3u, head, QUERIES, e, p.scale * select(near.r3, far.r3, c == 1u));
    }
}

@compute @workgroup_size(SIDE, SIDE)
fn keys(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let b = p.first + group.z;
    let head = group.y / p.groups;
    let first_chunk = 2u * (group.y % p.groups);
    let chunks = (first_half() + HALF - 1u) / HALF;
    let key0 = group.x * TILE;
    let x = local.x;
    let y4 = local.y * 4u;
    var k_near = Tile(); // d_k, chunk first_chunk
    var k_far = Tile(); // and the one after
    var v_near = Tile(); // d_v likewise
    var v_far = Tile();

    for (var query0 = 0u; query0 < p.tokens; query0 += TILE) {
        workgroupBarrier();
        load_statistics(b, query0, head, lane);
        var s = Tile(); // rows: keys, columns: queries
        var d = Tile();
        for (var chunk = 0u; chunk < chunks; chunk++) {
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let k = read_qkv(b, key0 + r, head, KEYS, chunk * HALF + e);
                let q = read_qkv(b, query0 + r, head, QUERIES, chunk * HALF + e);
                row_tile[e * STRIDE + r] = k.x;
                row_tile[(e + HALF) * STRIDE + r] = k.y;
                col_tile[e * STRIDE + r] = q.x;
                col_tile[(e + HALF) * STRIDE + r] = q.y;
            }
            workgroupBarrier();
            s = multiply(s, x, y4);
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let v = read_qkv(b, key0 + r, head, VALUES, chunk * HALF + e);
                let g = read_d_out(b, query0 + r, head, chunk * HALF + e);
                row_tile[e * STRIDE + r] = v.x;
                row_tile[(e + HALF) * STRIDE + r] = v.y;
                col_tile[e * STRIDE + r] = g.x;
                col_tile[(e + HALF) * STRIDE + r] = g.y;
            }
            workgroupBarrier();
            d = multiply(d, x, y4);
        }
        let inside = vec4<u32>(query0 + x) + SIDE * vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(p.tokens);
        let none = vec4<f32>();
        let row = vec4<f32>(row_lse[x], row_lse[x + SIDE], row_lse[x + 2u * SIDE], row_lse[x + 3u * SIDE]);
        let delta = vec4<f32>(row_delta[x], row_delta[x + SIDE], row_delta[x + 2u * SIDE], row_delta[x + 3u * SIDE]);
        s.r0 = select(none, exp(s.r0 - row), inside);
        s.r1 = select(none, exp(s.r1 - row), inside);
        s.r2 = select(none, exp(s.r2 - row), inside);
        s.r3 = select(none, exp(s.r3 - row), inside);
        store_s(s, x, y4);
        d.r0 = s.r0 * (d.r0 - delta);
        d.r1 = s.r1 * (d.r1 - delta);
        d.r2 = s.r2 * (d.r2 - delta);
        d.r3 = s.r3 * (d.r3 - delta);
        for (var c = 0u; c < 2u && first_chunk + c < chunks; c++) {
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let g = read_d_out(b, query0 + r, head, (first_chunk + c) * HALF + e);
                col_tile[r * STRIDE + e] = g.x;
                col_tile[r * STRIDE + e + HALF] = g.y;
            }
            workgroupBarrier();
            if c == 0u {
                v_near = multiply_s(v_near, x, y4);
            } else {
                v_far = multiply_s(v_far, x, y4);
            }
        }
        workgroupBarrier();
        store_s(d, x, y4);
        for (var c = 0u; c < 2u && first_chunk + c < chunks; c++) {
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let q = read_qkv(b, query0 + r, head, QUERIES, (first_chunk + c) * HALF + e);
                col_tile[r * STRIDE + e] = q.x;
                col_tile[r * STRIDE + e + HALF] = q.y;
            }
            workgroupBarrier();
            if c == 0u {
                k_near = multiply_s(k_near, x, y4);
            } else {
                k_far = multiply_s(k_far, x, y4);
            }
        }
    }

    let t = key0 + y4;
    for (var c = 0u; c < 2u && first_chunk + c < chunks; c++) {
        let e = (first_chunk + c) * HALF + x;
        write_row(b, t, head, KEYS, e, select(k_near.r0, k_far.r0, c == 1u));
        write_row(b, t + 1u, head, KEYS, e, select(k_near.r1, k_far.r1, c == 1u));
        write_row(b, t + 2u, head, KEYS, e, select(k_near.r2, k_far.r2, c == 1u));
        write_row(b, t + 3u, head, KEYS, e, select(k_near.r3, k_far.r3, c == 1u));
        write_row(b, t, head, VALUES, e, select(v_near.r0, v_far.r0, c == 1u));
        write_row(b, t + 1u, head, VALUES, e, select(v_near.r1, v_far.r1, c == 1u));
        write_row(b, t + 2u, head, VALUES, e, select(v_near.r2, v_far.r2, c == 1u));
        write_row(b, t + 3u, head, VALUES, e, select(v_near.r3, v_far.r3, c == 1u));
    }
}
