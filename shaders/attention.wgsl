// out = softmax(q kᵀ / √d) v for every head, lse = log Σ exp of every row's scores; online softmax (Milakov and
// Gimelshein 2018), tiled as in FlashAttention-2 (Dao 2023): no T x T matrix leaves the workgroup.
// With rope, q and k are rotated at the read: rot(v) = v·cos + [-v₂, v₁]·sin, v split in halves.
//
// A workgroup of SIDE x SIDE makes TILE = 4·SIDE queries by up to 2·TILE columns of one head; grid: (query tiles,
// heads · column groups, B). Columns come in chunks of TILE: HALF of the head's first half and their partners of the
// second, so that a rotation stays within a chunk. An invocation keeps rows 4y..4y+4 and columns x, x + SIDE, x + 2·SIDE,
// x + 3·SIDE of every tile in registers.

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
@group(0) @binding(3) var<storage, read_write> out: array<f32>; // [B, T, D]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>; // [B, h, T]
@group(0) @binding(5) var<uniform> p: Params;

// Padded rows: a transposing store meets different banks.
const STRIDE: u32 = TILE + 4u;
const LOWEST: f32 = -1e30;

var<workgroup> q_tile: array<f32, TILE * STRIDE>; // [TILE columns, TILE queries]
var<workgroup> k_tile: array<f32, TILE * STRIDE>; // [TILE columns, TILE keys]; then values [TILE keys, TILE columns]
var<workgroup> p_tile: array<f32, TILE * STRIDE>; // [TILE keys, TILE queries]
var<workgroup> maxima: array<f32, TILE * SIDE>; // [TILE queries, SIDE]

// Columns e and e' = e + ⌈d/2⌉ of a row that begins at `row`, rotated to position t; zero outside the head.
fn read_pair(row: u32, t: u32, e: u32, rotate: bool) -> vec2<f32> {
    let first = (p.head_dim + 1u) / 2u;
    var v = vec2<f32>();
    if t < p.tokens && e < first {
        v.x = qkv[row + e];
        if first + e < p.head_dim {
            v.y = qkv[row + first + e];
        }
        if rotate {
            let at = t * p.head_dim + e;
            v = vec2(
                v.x * cosines[at] - v.y * sines[at],
                v.y * cosines[at + first] + v.x * sines[at + first],
            );
        }
    }
    return v;
}

// Writes columns e and e + ⌈d/2⌉ of the output's row that begins at `row`.
fn write_pair(row: u32, e: u32, v: vec2<f32>) {
    let first = (p.head_dim + 1u) / 2u;
    if e < first {
        out[row + e] = v.x;
        if first + e < p.head_dim {
            out[row + first + e] = v.y;
        }
    }
}

// Columns x, x + SIDE and their partners x + 2·SIDE, x + 3·SIDE of a chunk (o) and of the next (w).
fn write_row(b: u32, t: u32, head: u32, chunk: u32, x: u32, o: vec4<f32>, w: vec4<f32>) {
    if t >= p.tokens {
        return;
    }
    let row = ((b * p.tokens + t) * p.heads + head) * p.head_dim;
    let e = chunk * HALF + x;
    write_pair(row, e, o.xz);
    write_pair(row, e + SIDE, o.yw);
    write_pair(row, e + HALF, w.xz);
    write_pair(row, e + HALF + SIDE, w.yw);
}

@compute @workgroup_size(SIDE, SIDE)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let width = p.heads * p.head_dim;
    let b = p.first + group.z;
    let head = group.y / p.groups;
    let first_chunk = 2u * (group.y % p.groups);
    let first_half = (p.head_dim + 1u) / 2u;
    let chunks = (first_half + HALF - 1u) / HALF;
    let rotate = p.rope != 0u;
    let query0 = group.x * TILE;
    let x = local.x;
    let y4 = local.y * 4u;
    // Rows of item b begin at (b·T + t)·3D; queries, keys, values D apart.
    let item = b * p.tokens * 3u * width + head * p.head_dim;

    var m = vec4<f32>(LOWEST); // running maximum of rows 4y..4y+4
    var l = vec4<f32>(); // running Σ exp
    // Output rows: chunk first_chunk (o) and the one after (w).
    var o0 = vec4<f32>(); var o1 = vec4<f32>(); var o2 = vec4<f32>(); var o3 = vec4<f32>();
    var w0 = vec4<f32>(); var w1 = vec4<f32>(); var w2 = vec4<f32>(); var w3 = vec4<f32>();

    for (var key0 = 0u; key0 < p.tokens; key0 += TILE) {
        // Scores of TILE queries and TILE keys.
        var s0 = vec4<f32>(); var s1 = vec4<f32>(); var s2 = vec4<f32>(); var s3 = vec4<f32>();
        for (var chunk = 0u; chunk < chunks; chunk++) {
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                // A single chunk of queries stays for all keys.
                if key0 == 0u || chunks > 1u {
                    let t = query0 + r;
                    let q = read_pair(item + t * 3u * width, t, chunk * HALF + e, rotate) * p.scale;
                    q_tile[e * STRIDE + r] = q.x;
                    q_tile[(e + HALF) * STRIDE + r] = q.y;
                }
                let t = key0 + r;
                let k = read_pair(item + t * 3u * width + width, t, chunk * HALF + e, rotate);
                k_tile[e * STRIDE + r] = k.x;
                k_tile[(e + HALF) * STRIDE + r] = k.y;
            }
            workgroupBarrier();
            for (var e = 0u; e < TILE; e++) {
                let qi = e * STRIDE + y4;
                let ki = e * STRIDE + x;
                let k = vec4<f32>(k_tile[ki], k_tile[ki + SIDE], k_tile[ki + 2u * SIDE], k_tile[ki + 3u * SIDE]);
                s0 += q_tile[qi] * k;
                s1 += q_tile[qi + 1u] * k;
                s2 += q_tile[qi + 2u] * k;
                s3 += q_tile[qi + 3u] * k;
            }
        }

        let key = vec4<u32>(key0 + x) + SIDE * vec4<u32>(0u, 1u, 2u, 3u);
        let inside = key < vec4<u32>(p.tokens);
        s0 = select(vec4<f32>(LOWEST), s0, inside);
        s1 = select(vec4<f32>(LOWEST), s1, inside);
        s2 = select(vec4<f32>(LOWEST), s2, inside);
        s3 = select(vec4<f32>(LOWEST), s3, inside);
        maxima[y4 * SIDE + x] = max(max(s0.x, s0.y), max(s0.z, s0.w));
        maxima[(y4 + 1u) * SIDE + x] = max(max(s1.x, s1.y), max(s1.z, s1.w));
        maxima[(y4 + 2u) * SIDE + x] = max(max(s2.x, s2.y), max(s2.z, s2.w));
        maxima[(y4 + 3u) * SIDE + x] = max(max(s3.x, s3.y), max(s3.z, s3.w));
        workgroupBarrier();
        var m_new = m;
        for (var j = 0u; j < SIDE; j++) {
            let at = y4 * SIDE + j;
            m_new = max(m_new, vec4<f32>(maxima[at], maxima[at + SIDE], maxima[at + 2u * SIDE], maxima[at + 3u * SIDE]));
        }
        let shrink = exp(m - m_new);
        m = m_new;
        l *= shrink;
        o0 *= shrink.x; o1 *= shrink.y; o2 *= shrink.z; o3 *= shrink.w;
        w0 *= shrink.x; w1 *= shrink.y; w2 *= shrink.z; w3 *= shrink.w;
        s0 = exp(s0 - m.x);
        s1 = exp(s1 - m.y);
        s2 = exp(s2 - m.z);
        s3 = exp(s3 - m.w);
        for (var j = 0u; j < 4u; j++) {
            let at = (x + SIDE * j) * STRIDE + y4;
            p_tile[at] = s0[j];
            p_tile[at + 1u] = s1[j];
            p_tile[at + 2u] = s2[j];
            p_tile[at + 3u] = s3[j];
        }

        for (var c = 0u; c < 2u && first_chunk + c < chunks; c++) {
            workgroupBarrier();
            for (var i = lane; i < TILE * HALF; i += SIDE * SIDE) {
                let r = i / HALF;
                let e = i % HALF;
                let t = key0 + r;
                let v = read_pair(item + t * 3u * width + 2u * width, t, (first_chunk + c) * HALF + e, false);
                k_tile[r * STRIDE + e] = v.x;
                k_tile[r * STRIDE + e + HALF] = v.y;
            }
            workgroupBarrier();
            if c == 0u {
                for (var t = 0u; t < TILE; t++) {
                    let pi = t * STRIDE + y4;
                    let vi = t * STRIDE + x;
                    let v = vec4<f32>(k_tile[vi], k_tile[vi + SIDE], k_tile[vi + 2u * SIDE], k_tile[vi + 3u * SIDE]);
                    let weight = vec4<f32>(p_tile[pi], p_tile[pi + 1u], p_tile[pi + 2u], p_tile[pi + 3u]);
                    l += weight;
                    o0 += weight.x * v;
                    o1 += weight.y * v;
                    o2 += weight.z * v;
                    o3 += weight.w * v;
                }
            } else {
                for (var t = 0u; t < TILE; t++) {
                    let pi = t * STRIDE + y4;
                    let vi = t * STRIDE + x;
                    let v = vec4<f32>(k_tile[vi], k_tile[vi + SIDE], k_tile[vi + 2u * SIDE], k_tile[vi + 3u * SIDE]);
                    w0 += p_tile[pi] * v;
                    w1 += p_tile[pi + 1u] * v;
                    w2 += p_tile[pi + 2u] * v;
                    w3 += p_tile[pi + 3u] * v;
                }
            }
        }
    }

    write_row(b, query0 + y4, head, first_chunk, x, o0 / l.x, w0 / l.x);
    write_row(b, query0 + y4 + 1u, head, first_chunk, x, o1 / l.y, w1 / l.y);
    write_row(b, query0 + y4 + 2u, head, first_chunk, x, o2 / l.z, w2 / l.z);
    write_row(b, query0 + y4 + 3u, head, first_chunk, x, o3 / l.w, w3 / l.w);
    if x == 0u && first_chunk == 0u {
        let row_lse = m + log(l);
        for (var i = 0u; i < 4u && query0 + y4 + i < p.tokens; i++) {
            lse[(b * p.heads + head) * p.tokens + query0 + y4 + i] = row_lse[i];
        }
    }
}
