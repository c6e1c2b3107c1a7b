// attention.wgsl and attention_backward.wgsl for SwiftShader, as matmul_held.wgsl is matmul.wgsl for it, with heads of
// d = 16 or 32, so that three blocks of rows fit into an invocation's own arrays.
//
// `main`: an invocation holds BLOCK keys and values and walks along BLOCK queries of the same head, with an online
// softmax over the blocks of keys. The adjoint, with P = exp(q kᵀ / √d - lse), dP = d_out vᵀ and
// dS = P · (dP - Σ d_out · out), is d_v = Pᵀ d_out, d_q = dS k / √d, d_k = dSᵀ q / √d, the last two rotated back when q
// and k were rotated: `queries` makes d_q for BLOCK queries and holds keys and values, `keys` makes d_k and d_v for
// BLOCK keys and holds queries and d_out. LANES invocations a workgroup, a block each; workgroups in rows of 65535.

// 4 or 8: d / 4.
const VECTORS: u32 = 4u;
const HALF: u32 = VECTORS / 2u;
const ROPE: bool = false;

struct Params {
    tokens: u32, // T
    heads: u32, // h
    blocks: u32, // ⌈T / BLOCK⌉
    first: u32, // block of the B·h·blocks that the grid begins with
    end: u32, // and the one that it ends before
    scale: f32, // 1 / √d
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>; // [B, T, 3D]
@group(0) @binding(1) var<storage, read> cosines: array<vec4<f32>>; // [T, d], only if rope
@group(0) @binding(2) var<storage, read> sines: array<vec4<f32>>; // [T, d], only if rope
// Of `main`.
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>; // [B, T, D]
@group(0) @binding(4) var<storage, read_write> lse: array<f32>; // [B, h, T]
@group(0) @binding(5) var<uniform> p: Params;
// Of the adjoint.
@group(0) @binding(3) var<storage, read> made: array<vec4<f32>>; // out, [B, T, D]
@group(0) @binding(4) var<storage, read> made_lse: array<f32>; // lse, [B, h, T]
@group(0) @binding(5) var<storage, read> d_out: array<vec4<f32>>; // [B, T, D]
@group(0) @binding(6) var<storage, read_write> d_qkv: array<vec4<f32>>; // [B, T, 3D]
@group(0) @binding(7) var<uniform> adjoint: Params;

// SwiftShader's own width.
const LANES: u32 = 4u;
// Positions of a block.
const BLOCK: u32 = 16u;
// Elements that a row has room for.
const ROOM: u32 = 32u;

alias Block = array<f32, 512>; // [BLOCK, ROOM]
alias Row = array<vec4<f32>, 8>; // [d], or the d / 4 vectors that there are
alias Weights = array<f32, BLOCK>;

// What is held: keys and values, or queries and d_out in `keys`.
var<private> first: Block;
var<private> second: Block;
// Sums over the blocks so far: of weight · value, d_q or d_k.
var<private> sums: array<vec4<f32>, 128>; // [BLOCK, ROOM]

const LOWEST: f32 = -1e30;

// Row j of a block times a row.
fn along(held: ptr<private, Block>, row: ptr<function, Row>, j: u32) -> f32 {
    let at = j * ROOM;
    var sum = (*held)[at] * (*row)[0].x + (*held)[at + 1u] * (*row)[0].y
        + (*held)[at + 2u] * (*row)[0].z + (*held)[at + 3u] * (*row)[0].w
        + (*held)[at + 4u] * (*row)[1].x + (*held)[at + 5u] * (*row)[1].y
        + (*held)[at + 6u] * (*row)[1].z + (*held)[at + 7u] * (*row)[1].w
        + (*held)[at + 8u] * (*row)[2].x + (*held)[at + 9u] * (*row)[2].y
        + (*held)[at + 10u] * (*row)[2].z + (*held)[at + 11u] * (*row)[2].w
        + (*held)[at + 12u] * (*row)[3].x + (*held)[at + 13u] * (*row)[3].y
        + (*held)[at + 14u] * (*row)[3].z + (*held)[at + 15u] * (*row)[3].w;
    if VECTORS == 8u {
        sum += (*held)[at + 16u] * (*row)[4].x + (*held)[at + 17u] * (*row)[4].y
            + (*held)[at + 18u] * (*row)[4].z + (*held)[at + 19u] * (*row)[4].w
            + (*held)[at + 20u] * (*row)[5].x + (*held)[at + 21u] * (*row)[5].y
            + (*held)[at + 22u] * (*row)[5].z + (*held)[at + 23u] * (*row)[5].w
            + (*held)[at + 24u] * (*row)[6].x + (*held)[at + 25u] * (*row)[6].y
            + (*held)[at + 26u] * (*row)[6].z + (*held)[at + 27u] * (*row)[6].w
            + (*held)[at + 28u] * (*row)[7].x + (*held)[at + 29u] * (*row)[7].y
            + (*held)[at + 30u] * (*row)[7].z + (*held)[at + 31u] * (*row)[7].w;
    }
    return sum;
}

// Column e of a block times one weight for each of its rows.
fn across(held: ptr<private, Block>, weights: ptr<function, Weights>, e: u32) -> f32 {
    return (*weights)[0] * (*held)[e] + (*weights)[1] * (*held)[e + 32u]
        + (*weights)[2] * (*held)[e + 64u] + (*weights)[3] * (*held)[e + 96u]
        + (*weights)[4] * (*held)[e + 128u] + (*weights)[5] * (*held)[e + 160u]
        + (*weights)[6] * (*held)[e + 192u] + (*weights)[7] * (*held)[e + 224u]
        + (*weights)[8] * (*held)[e + 256u] + (*weights)[9] * (*held)[e + 288u]
        + (*weights)[10] * (*held)[e + 320u] + (*weights)[11] * (*held)[e + 352u]
        + (*weights)[12] * (*held)[e + 384u] + (*weights)[13] * (*held)[e + 416u]
        + (*weights)[14] * (*held)[e + 448u] + (*weights)[15] * (*held)[e + 480u];
}

// Four columns at once, from 4v on.
fn across4(held: ptr<private, Block>, weights: ptr<function, Weights>, v: u32) -> vec4<f32> {
    let e = 4u * v;
    return vec4<f32>(
        across(held, weights, e),
        across(held, weights, e + 1u),
        across(held, weights, e + 2u),
        across(held, weights, e + 3u),
    );
}

// Vectors e and e + HALF of a row of qkv that begins at vector `at`, rotated to position t. The tables repeat their
// angles.
fn load_pair(row: ptr<function, Row>, at: u32, t: u32, e: u32, rotate: bool) {
    let a = qkv[at + e];
    let b = qkv[at + HALF + e];
    if rotate {
        let c = cosines[t * VECTORS + e];
        let s = sines[t * VECTORS + e];
        (*row)[e] = a * c - b * s;
        (*row)[e + HALF] = b * c + a * s;
    } else {
        (*row)[e] = a;
        (*row)[e + HALF] = b;
    }
}

fn load(row: ptr<function, Row>, at: u32, t: u32, rotate: bool) {
    load_pair(row, at, t, 0u, rotate);
    load_pair(row, at, t, 1u, rotate);
    if VECTORS == 8u {
        load_pair(row, at, t, 2u, rotate);
        load_pair(row, at, t, 3u, rotate);
    }
}

fn keep_vector(held: ptr<private, Block>, at: u32, v: vec4<f32>) {
    (*held)[at] = v.x;
    (*held)[at + 1u] = v.y;
    (*held)[at + 2u] = v.z;
    (*held)[at + 3u] = v.w;
}

// Makes a row the block's row r.
fn keep(held: ptr<private, Block>, row: ptr<function, Row>, r: u32) {
    let at = r * ROOM;
    keep_vector(held, at, (*row)[0]);
    keep_vector(held, at + 4u, (*row)[1]);
    keep_vector(held, at + 8u, (*row)[2]);
    keep_vector(held, at + 12u, (*row)[3]);
    if VECTORS == 8u {
        keep_vector(held, at + 16u, (*row)[4]);
        keep_vector(held, at + 20u, (*row)[5]);
        keep_vector(held, at + 24u, (*row)[6]);
        keep_vector(held, at + 28u, (*row)[7]);
    }
}

// Where an invocation's block lies, in vectors: rows of item b begin at (b·T + t)·3D in qkv, queries, keys and values
// D apart.
struct Place {
    t0: u32,
    width: u32, // D
    item: u32, // row 0 of the item's queries, at this head's columns
    out_item: u32, // the same in [B, T, D]
    lse_item: u32,
}

fn place(sizes: Params, block: u32) -> Place {
    let head = block / sizes.blocks % sizes.heads;
    let b = block / (sizes.blocks * sizes.heads);
    let width = sizes.heads * VECTORS;
    let column = head * VECTORS;
    return Place(
        block % sizes.blocks * BLOCK,
        width,
        b * sizes.tokens * 3u * width + column,
        b * sizes.tokens * width + column,
        (b * sizes.heads + head) * sizes.tokens,
    );
}

// Holds the keys and values from key0 on. Those past the end repeat the last; their weight is zero.
fn hold_keys_and_values(own: Place, key0: u32, tokens: u32) {
    for (var r = 0u; r < BLOCK; r++) {
        let t = min(key0 + r, tokens - 1u);
        var row: Row;
        load(&row, own.item + (t * 3u + 1u) * own.width, t, ROPE);
        keep(&first, &row, r);
        load(&row, own.item + (t * 3u + 2u) * own.width, t, false);
        keep(&second, &row, r);
    }
}

// The score of key j of the block that begins at key0.
fn score(query: ptr<function, Row>, j: u32, key0: u32) -> f32 {
    return select(LOWEST, along(&first, query, j) * p.scale, key0 + j < p.tokens);
}

// Vector v of query i's output: what came before shrunk, this block's added, and, after the last, over the total.
fn finish_output(weights: ptr<function, Weights>, v: u32, i: u32, shrink: f32, total: f32, last: bool, at: u32) {
    let own = across4(&second, weights, v);
    let sum = own + sums[i * 8u + v] * shrink;
    if last {
        out[at + v] = sum / total;
    } else {
        sums[i * 8u + v] = sum;
    }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let block = p.first + (group.y * 65535u + group.x) * LANES + lane;
    if block >= p.end {
        return;
    }
    let own = place(p, block);
    var maxima: Weights; // of each query's scores so far
    var totals: Weights; // Σ exp(score - maximum)
    for (var i = 0u; i < BLOCK; i++) {
        maxima[i] = LOWEST;
    }
    for (var key0 = 0u; key0 < p.tokens; key0 += BLOCK) {
        let last = key0 + BLOCK >= p.tokens;
        hold_keys_and_values(own, key0, p.tokens);
        for (var i = 0u; i < min(BLOCK, p.tokens - own.t0); i++) {
            let t = own.t0 + i;
            var query: Row;
            load(&query, own.item + t * 3u * own.width, t, ROPE);
            var w: Weights;
            w[0] = score(&query, 0u, key0); w[1] = score(&query, 1u, key0);
            w[2] = score(&query, 2u, key0); w[3] = score(&query, 3u, key0);
            w[4] = score(&query, 4u, key0); w[5] = score(&query, 5u, key0);
            w[6] = score(&query, 6u, key0); w[7] = score(&query, 7u, key0);
            w[8] = score(&query, 8u, key0); w[9] = score(&query, 9u, key0);
            w[10] = score(&query, 10u, key0); w[11] = score(&query, 11u, key0);
            w[12] = score(&query, 12u, key0); w[13] = score(&query, 13u, key0);
            w[14] = score(&query, 14u, key0); w[15] = score(&query, 15u, key0);
            let before = maxima[i];
            let m = max(before, max(
                max(max(max(w[0], w[1]), max(w[2], w[3])), max(max(w[4], w[5]), max(w[6], w[7]))),
                max(max(max(w[8], w[9]), max(w[10], w[11])), max(max(w[12], w[13]), max(w[14], w[15]))),
            ));
            w[0] = exp(w[0] - m); w[1] = exp(w[1] - m); w[2] = exp(w[2] - m); w[3] = exp(w[3] - m);
            w[4] = exp(w[4] - m); w[5] = exp(w[5] - m); w[6] = exp(w[6] - m); w[7] = exp(w[7] - m);
            w[8] = exp(w[8] - m); w[9] = exp(w[9] - m); w[10] = exp(w[10] - m); w[11] = exp(w[11] - m);
            w[12] = exp(w[12] - m); w[13] = exp(w[13] - m); w[14] = exp(w[14] - m); w[15] = exp(w[15] - m);
            let shrink = exp(before - m);
            let total = totals[i] * shrink + ((w[0] + w[1] + w[2] + w[3]) + (w[4] + w[5] + w[6] + w[7]))
                + ((w[8] + w[9] + w[10] + w[11]) + (w[12] + w[13] + w[14] + w[15]));
            maxima[i] = m;
            totals[i] = total;
            let at = own.out_item + t * own.width;
            finish_output(&w, 0u, i, shrink, total, last, at);
            finish_output(&w, 1u, i, shrink, total, last, at);
            finish_output(&w, 2u, i, shrink, total, last, at);
            finish_output(&w, 3u, i, shrink, total, last, at);
            if VECTORS == 8u {
                finish_output(&w, 4u, i, shrink, total, last, at);
                finish_output(&w, 5u, i, shrink, total, last, at);
                finish_output(&w, 6u, i, shrink, total, last, at);
                finish_output(&w, 7u, i, shrink, total, last, at);
            }
            if last {
                lse[own.lse_item + t] = m + log(total);
            }
        }
    }
}

fn load_d_out(row: ptr<function, Row>, at: u32) {
    (*row)[0] = d_out[at];
    (*row)[1] = d_out[at + 1u];
    (*row)[2] = d_out[at + 2u];
    (*row)[3] = d_out[at + 3u];
    if VECTORS == 8u {
        (*row)[4] = d_out[at + 4u];
        (*row)[5] = d_out[at + 5u];
        (*row)[6] = d_out[at + 6u];
        (*row)[7] = d_out[at + 7u];
    }
}

// Σ d_out · out of the row of both that begins at `at`.
fn delta_of(row: ptr<function, Row>, at: u32) -> f32 {
    var products = (*row)[0] * made[at] + (*row)[1] * made[at + 1u]
        + (*row)[2] * made[at + 2u] + (*row)[3] * made[at + 3u];
    if VECTORS == 8u {
        products += (*row)[4] * made[at + 4u] + (*row)[5] * made[at + 5u]
            + (*row)[6] * made[at + 6u] + (*row)[7] * made[at + 7u];
    }
    return (products.x + products.y) + (products.z + products.w);
}

// Adds a block's part to vectors e and e + HALF of row i's gradient; after the last block it is scaled, rotated back
// and written to the row of d_qkv that begins at `at`.
fn finish_gradient(weights: ptr<function, Weights>, e: u32, i: u32, later: bool, last: bool, at: u32, t: u32) {
    var a = across4(&first, weights, e);
    var b = across4(&first, weights, e + HALF);
    if later {
        a += sums[i * 8u + e];
        b += sums[i * 8u + e + HALF];
    }
    if last {
        a *= adjoint.scale;
        b *= adjoint.scale;
        if ROPE {
            let c = cosines[t * VECTORS + e];
            let s = sines[t * VECTORS + e];
            d_qkv[at + e] = a * c + b * s;
            d_qkv[at + e + HALF] = b * c - a * s;
        } else {
            d_qkv[at + e] = a;
            d_qkv[at + e + HALF] = b;
        }
    } else {
        sums[i * 8u + e] = a;
        sums[i * 8u + e + HALF] = b;
    }
}

fn finish_gradients(weights: ptr<function, Weights>, i: u32, later: bool, last: bool, at: u32, t: u32) {
    finish_gradient(weights, 0u, i, later, last, at, t);
    finish_gradient(weights, 1u, i, later, last, at, t);
    if VECTORS == 8u {
        finish_gradient(weights, 2u, i, later, last, at, t);
        finish_gradient(weights, 3u, i, later, last, at, t);
    }
}

// dS of the query q with d_out d, and of key j of the block that begins at key0.
fn query_gradient(q: ptr<function, Row>, d: ptr<function, Row>, j: u32, key0: u32, statistic: f32, delta: f32) -> f32 {
    let weight = exp(along(&first, q, j) * adjoint.scale - statistic);
    return select(0.0, weight * (along(&second, d, j) - delta), key0 + j < adjoint.tokens);
}

@compute @workgroup_size(LANES)
fn queries(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let block = adjoint.first + (group.y * 65535u + group.x) * LANES + lane;
    if block >= adjoint.end {
        return;
    }
    let own = place(adjoint, block);
    for (var key0 = 0u; key0 < adjoint.tokens; key0 += BLOCK) {
        hold_keys_and_values(own, key0, adjoint.tokens);
        for (var i = 0u; i < min(BLOCK, adjoint.tokens - own.t0); i++) {
            let t = own.t0 + i;
            let at = own.item + t * 3u * own.width;
            let out_at = own.out_item + t * own.width;
            var q: Row;
            load(&q, at, t, ROPE);
            var d: Row;
            load_d_out(&d, out_at);
            let statistic = made_lse[own.lse_item + t];
            let delta = delta_of(&d, out_at);
            var s: Weights;
            s[0] = query_gradient(&q, &d, 0u, key0, statistic, delta);
            s[1] = query_gradient(&q, &d, 1u, key0, statistic, delta);
            s[2] = query_gradient(&q, &d, 2u, key0, statistic, delta);
            s[3] = query_gradient(&q, &d, 3u, key0, statistic, delta);
            s[4] = query_gradient(&q, &d, 4u, key0, statistic, delta);
            s[5] = query_gradient(&q, &d, 5u, key0, statistic, delta);
            s[6] = query_gradient(&q, &d, 6u, key0, statistic, delta);
            s[7] = query_gradient(&q, &d, 7u, key0, statistic, delta);
            s[8] = query_gradient(&q, &d, 8u, key0, statistic, delta);
            s[9] = query_gradient(&q, &d, 9u, key0, statistic, delta);
            s[10] = query_gradient(&q, &d, 10u, key0, statistic, delta);
            s[11] = query_gradient(&q, &d, 11u, key0, statistic, delta);
            s[12] = query_gradient(&q, &d, 12u, key0, statistic, delta);
            s[13] = query_gradient(&q, &d, 13u, key0, statistic, delta);
            s[14] = query_gradient(&q, &d, 14u, key0, statistic, delta);
            s[15] = query_gradient(&q, &d, 15u, key0, statistic, delta);
            finish_gradients(&s, i, key0 > 0u, key0 + BLOCK >= adjoint.tokens, at, t);
        }
    }
}

// Adds a block's part to vector v of d_v's row that begins at `at`, through the buffer itself.
fn finish_value(weights: ptr<function, Weights>, v: u32, later: bool, at: u32) {
    let sum = across4(&second, weights, v);
    if later {
        d_qkv[at + v] += sum;
    } else {
        d_qkv[at + v] = sum;
    }
}

@compute @workgroup_size(LANES)
fn keys(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let block = adjoint.first + (group.y * 65535u + group.x) * LANES + lane;
    if block >= adjoint.end {
        return;
    }
    let own = place(adjoint, block);
    var statistics: Weights;
    var deltas: Weights;
    for (var query0 = 0u; query0 < adjoint.tokens; query0 += BLOCK) {
        for (var r = 0u; r < BLOCK; r++) {
            let t = min(query0 + r, adjoint.tokens - 1u);
            let out_at = own.out_item + t * own.width;
            var row: Row;
            load(&row, own.item + t * 3u * own.width, t, ROPE);
            keep(&first, &row, r);
            load_d_out(&row, out_at);
            keep(&second, &row, r);
            deltas[r] = delta_of(&row, out_at);
            // Queries past the end have no weight.
            statistics[r] = select(1e30, made_lse[own.lse_item + t], query0 + r < adjoint.tokens);
        }
        for (var i = 0u; i < min(BLOCK, adjoint.tokens - own.t0); i++) {
            let t = own.t0 + i;
            let at = own.item + (t * 3u + 1u) * own.width;
            var k: Row;
            load(&k, at, t, ROPE);
            var v: Row;
            load(&v, at + own.width, t, false);
            var w: Weights;
            w[0] = exp(along(&first, &k, 0u) * adjoint.scale - statistics[0]);
            w[1] = exp(along(&first, &k, 1u) * adjoint.scale - statistics[1]);
            w[2] = exp(along(&first, &k, 2u) * adjoint.scale - statistics[2]);
            w[3] = exp(along(&first, &k, 3u) * adjoint.scale - statistics[3]);
            w[4] = exp(along(&first, &k, 4u) * adjoint.scale - statistics[4]);
            w[5] = exp(along(&first, &k, 5u) * adjoint.scale - statistics[5]);
            w[6] = exp(along(&first, &k, 6u) * adjoint.scale - statistics[6]);
            w[7] = exp(along(&first, &k, 7u) * adjoint.scale - statistics[7]);
            w[8] = exp(along(&first, &k, 8u) * adjoint.scale - statistics[8]);
            w[9] = exp(along(&first, &k, 9u) * adjoint.scale - statistics[9]);
            w[10] = exp(along(&first, &k, 10u) * adjoint.scale - statistics[10]);
            w[11] = exp(along(&first, &k, 11u) * adjoint.scale - statistics[11]);
            w[12] = exp(along(&first, &k, 12u) * adjoint.scale - statistics[12]);
            w[13] = exp(along(&first, &k, 13u) * adjoint.scale - statistics[13]);
            w[14] = exp(along(&first, &k, 14u) * adjoint.scale - statistics[14]);
            w[15] = exp(along(&first, &k, 15u) * adjoint.scale - statistics[15]);
            finish_value(&w, 0u, query0 > 0u, at + own.width);
            finish_value(&w, 1u, query0 > 0u, at + own.width);
            finish_value(&w, 2u, query0 > 0u, at + own.width);
            finish_value(&w, 3u, query0 > 0u, at + own.width);
            if VECTORS == 8u {
                finish_value(&w, 4u, query0 > 0u, at + own.width);
                finish_value(&w, 5u, query0 > 0u, at + own.width);
                finish_value(&w, 6u, query0 > 0u, at + own.width);
                finish_value(&w, 7u, query0 > 0u, at + own.width);
            }
            w[0] *= along(&second, &v, 0u) - deltas[0];
            w[1] *= along(&second, &v, 1u) - deltas[1];
            w[2] *= along(&second, &v, 2u) - deltas[2];
            w[3] *= along(&second, &v, 3u) - deltas[3];
            w[4] *= along(&second, &v, 4u) - deltas[4];
            w[5] *= along(&second, &v, 5u) - deltas[5];
            w[6] *= along(&second, &v, 6u) - deltas[6];
            w[7] *= along(&second, &v, 7u) - deltas[7];
            w[8] *= along(&second, &v, 8u) - deltas[8];
            w[9] *= along(&second, &v, 9u) - deltas[9];
            w[10] *= along(&second, &v, 10u) - deltas[10];
            w[11] *= along(&second, &v, 11u) - deltas[11];
            w[12] *= along(&second, &v, 12u) - deltas[12];
            w[13] *= along(&second, &v, 13u) - deltas[13];
            w[14] *= along(&second, &v, 14u) - deltas[14];
            w[15] *= along(&second, &v, 15u) - deltas[15];
            finish_gradients(&w, i, query0 > 0u, query0 + BLOCK >= adjoint.tokens, at, t);
        }
    }
}
