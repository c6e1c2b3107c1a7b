// out[b] (+)= a[b] · b[b] for every item b, or out (+)= Σ_b a[b] · b[b] when reducing; a [m, k], b [k, n], out [m, n].
// Element (r, c) of item i lies at offset + i·batch_stride + r·stride + c, with r and c exchanged where transposed.
//
// A workgroup of WX · WY invocations makes a tile of WY·ROWS rows and 8·WX columns; grid: (column tiles, row tiles, items).
// TILE_K terms at a time lie in workgroup memory. Every invocation keeps ROWS neighbouring rows and the eight columns
// x, x + WX, … in registers: neighbours read neighbouring columns and the same rows, which is free of bank conflicts.

const WX: u32 = 8u;
const WY: u32 = 8u;
// 4 or 8.
const ROWS: u32 = 8u;
const A_TRANSPOSED: bool = false;
const B_TRANSPOSED: bool = false;
const ACCUMULATE: bool = false;

const TILE_K: u32 = 16u;
const TILE_M: u32 = WY * ROWS;
const TILE_N: u32 = WX * 8u;
const THREADS: u32 = WX * WY;
// Four elements of padding, so that a transposing store meets different banks.
const STRIDE_M: u32 = TILE_M + 4u;
const STRIDE_N: u32 = TILE_N + 4u;

struct Params {
    m: u32,
    n: u32,
    k: u32,
    items: u32, // summed into one result: B when reducing, else 1
    a_offset: u32,
    a_stride: u32,
    a_batch_stride: u32,
    b_offset: u32,
    b_stride: u32,
    b_batch_stride: u32,
    out_offset: u32,
    out_stride: u32,
    out_batch_stride: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>; // [B, m, k] or [B, k, m]
@group(0) @binding(1) var<storage, read> b: array<f32>; // [B, k, n] or [B, n, k]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [B, m, n] or [m, n]
@group(0) @binding(3) var<uniform> p: Params;

var<workgroup> a_tile: array<f32, TILE_K * STRIDE_M>; // [TILE_K, TILE_M]
var<workgroup> b_tile: array<f32, TILE_K * STRIDE_N>; // [TILE_K, TILE_N]

fn load_a(item: u32, row0: u32, k0: u32, lane: u32) {
    let base = p.a_offset + item * p.a_batch_stride;
    for (var i = lane; i < TILE_M * TILE_K; i += THREADS) {
        var r: u32;
        var k: u32;
        var at: u32;
        if A_TRANSPOSED {
            r = i % TILE_M;
            k = i / TILE_M;
            at = base + (k0 + k) * p.a_stride + row0 + r;
        } else {
            r = i / TILE_K;
            k = i % TILE_K;
            at = base + (row0 + r) * p.a_stride + k0 + k;
        }
        var value = 0.0;
        if row0 + r < p.m && k0 + k < p.k {
            value = a[at];
        }
        a_tile[k * STRIDE_M + r] = value;
    }
}

fn load_b(item: u32, col0: u32, k0: u32, lane: u32) {
    let base = p.b_offset + item * p.b_batch_stride;
    for (var i = lane; i < TILE_N * TILE_K; i += THREADS) {
        var c: u32;
        var k: u32;
        var at: u32;
        if B_TRANSPOSED {
            c = i / TILE_K;
            k = i % TILE_K;
            at = base + (col0 + c) * p.b_stride + k0 + k;
        } else {
            c = i % TILE_N;
            k = i / TILE_N;
            at = base + (k0 + k) * p.b_stride + col0 + c;
        }
        var value = 0.0;
        if col0 + c < p.n && k0 + k < p.k {
            value = b[at];
        }
        b_tile[k * STRIDE_N + c] = value;
    }
}

fn store(item: u32, row: u32, col: u32, value: f32) {
    if row < p.m && col < p.n {
        let at = p.out_offset + item * p.out_batch_stride + row * p.out_stride + col;
        if ACCUMULATE {
            out[at] += value;
        } else {
            out[at] = value;
        }
    }
}

fn store_row(item: u32, row: u32, col: u32, lo: vec4<f32>, hi: vec4<f32>) {
    store(item, row, col, lo.x);
    store(item, row, col + WX, lo.y);
    store(item, row, col + 2u * WX, lo.z);
    store(item, row, col + 3u * WX, lo.w);
    store(item, row, col + 4u * WX, hi.x);
    store(item, row, col + 5u * WX, hi.y);
    store(item, row, col + 6u * WX, hi.z);
    store(item, row, col + 7u * WX, hi.w);
}

@compute @workgroup_size(WX, WY)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let row0 = group.y * TILE_M;
    let col0 = group.x * TILE_N;
    // Row i of the register tile is (ci_lo, ci_hi).
    var c0_lo = vec4<f32>(); var c0_hi = vec4<f32>();
    var c1_lo = vec4<f32>(); var c1_hi = vec4<f32>();
    var c2_lo = vec4<f32>(); var c2_hi = vec4<f32>();
    var c3_lo = vec4<f32>(); var c3_hi = vec4<f32>();
    var c4_lo = vec4<f32>(); var c4_hi = vec4<f32>();
    var c5_lo = vec4<f32>(); var c5_hi = vec4<f32>();
    var c6_lo = vec4<f32>(); var c6_hi = vec4<f32>();
    var c7_lo = vec4<f32>(); var c7_hi = vec4<f32>();

    for (var item = 0u; item < p.items; item++) {
        for (var k0 = 0u; k0 < p.k; k0 += TILE_K) {
            workgroupBarrier();
            load_a(group.z + item, row0, k0, lane);
            load_b(group.z + item, col0, k0, lane);
            workgroupBarrier();
            for (var k = 0u; k < TILE_K; k++) {
                let ai = k * STRIDE_M + local.y * ROWS;
                let bi = k * STRIDE_N + local.x;
                let b_lo = vec4<f32>(b_tile[bi], b_tile[bi + WX], b_tile[bi + 2u * WX], b_tile[bi + 3u * WX]);
                let b_hi = vec4<f32>(
                    b_tile[bi + 4u * WX], b_tile[bi + 5u * WX], b_tile[bi + 6u * WX], b_tile[bi + 7u * WX]);
                let a0 = a_tile[ai];
                let a1 = a_tile[ai + 1u];
                let a2 = a_tile[ai + 2u];
                let a3 = a_tile[ai + 3u];
                c0_lo += a0 * b_lo; c0_hi += a0 * b_hi;
                c1_lo += a1 * b_lo; c1_hi += a1 * b_hi;
                c2_lo += a2 * b_lo; c2_hi += a2 * b_hi;
                c3_lo += a3 * b_lo; c3_hi += a3 * b_hi;
                if ROWS == 8u {
                    let a4 = a_tile[ai + 4u];
                    let a5 = a_tile[ai + 5u];
                    let a6 = a_tile[ai + 6u];
                    let a7 = a_tile[ai + 7u];
                    c4_lo += a4 * b_lo; c4_hi += a4 * b_hi;
                    c5_lo += a5 * b_lo; c5_hi += a5 * b_hi;
                    c6_lo += a6 * b_lo; c6_hi += a6 * b_hi;
                    c7_lo += a7 * b_lo; c7_hi += a7 * b_hi;
                }
            }
        }
    }

    let row = row0 + local.y * ROWS;
    let col = col0 + local.x;
    store_row(group.z, row, col, c0_lo, c0_hi);
    store_row(group.z, row + 1u, col, c1_lo, c1_hi);
    store_row(group.z, row + 2u, col, c2_lo, c2_hi);
    store_row(group.z, row + 3u, col, c3_lo, c3_hi);
    if ROWS == 8u {
        store_row(group.z, row + 4u, col, c4_lo, c4_hi);
        store_row(group.z, row + 5u, col, c5_lo, c5_hi);
        store_row(group.z, row + 6u, col, c6_lo, c6_hi);
        store_row(group.z, row + 7u, col, c7_lo, c7_hi);
    }
}
