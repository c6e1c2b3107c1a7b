// matmul.wgsl's product for adapters that are processors: there, workgroup memory and barriers cost more than they save,
// and every load is a gather of about sixty instructions whatever it reads. So nothing is shared: an invocation keeps a
// tile of ROWS rows by 16 columns to itself and reads four terms of the sum for each of them at a time: the larger the
// tile, the fewer loads for each product. Row times matrix: (a · b₀, a · b₁, a · b₂, a · b₃) = a · mat4x4(b₀, b₁, b₂, b₃).
//
// `vectors`: k is innermost in both factors, and k, offsets and strides are multiples of four; `scalars`: any layout.
// A workgroup of WX invocations makes ROWS rows and 16·WX columns; grid: (column tiles, row tiles, items).

const WX: u32 = 4u;
// 8, 16 or 32.
const ROWS: u32 = 8u;
const A_TRANSPOSED: bool = false;
const B_TRANSPOSED: bool = false;
const ACCUMULATE: bool = false;

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

// The factors as `scalars` sees them, and as `vectors` does.
@group(0) @binding(0) var<storage, read> a: array<f32>; // [B, m, k] or [B, k, m]
@group(0) @binding(0) var<storage, read> a4: array<vec4<f32>>; // [B, m, k]
@group(0) @binding(1) var<storage, read> b: array<f32>; // [B, k, n] or [B, n, k]
@group(0) @binding(1) var<storage, read> b4: array<vec4<f32>>; // [B, n, k]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [B, m, n] or [m, n]
@group(0) @binding(3) var<uniform> p: Params;

// Where row r of a begins, counted from the item's; rows past the end repeat the last.
fn a_row(r: u32) -> u32 {
    return min(r, p.m - 1u) * select(p.a_stride, 1u, A_TRANSPOSED);
}

// Where column c of b begins.
fn b_col(c: u32) -> u32 {
    return min(c, p.n - 1u) * select(1u, p.b_stride, B_TRANSPOSED);
}

// Terms k..k+4 of a's row that begins at `row`; zero past the end.
fn a_terms(row: u32, k: u32) -> vec4<f32> {
    let step = select(1u, p.a_stride, A_TRANSPOSED);
    let at = row + k * step;
    let v = vec4<f32>(a[at], a[at + step], a[at + 2u * step], a[at + 3u * step]);
    return select(vec4<f32>(), v, vec4<u32>(k, k + 1u, k + 2u, k + 3u) < vec4<u32>(p.k));
}

// Terms k..k+4 of b's column that begins at `col`; those past the end do not matter, but exist.
fn b_terms(col: u32, k: u32) -> vec4<f32> {
    let step = select(p.b_stride, 1u, B_TRANSPOSED);
    let at = vec4<u32>(col) + min(vec4<u32>(k, k + 1u, k + 2u, k + 3u), vec4<u32>(p.k - 1u)) * step;
    return vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]);
}

fn store(at: u32, value: f32) {
    if ACCUMULATE {
        out[at] += value;
    } else {
        out[at] = value;
    }
}

// A row of the register tile: columns col + i·WX.
fn store_row(item: u32, row: u32, col: u32, v0: vec4<f32>, v1: vec4<f32>, v2: vec4<f32>, v3: vec4<f32>) {
    if row >= p.m {
        return;
    }
    let at = p.out_offset + item * p.out_batch_stride + row * p.out_stride + col;
    if col < p.n { store(at, v0.x); }
    if col + WX < p.n { store(at + WX, v0.y); }
    if col + 2u * WX < p.n { store(at + 2u * WX, v0.z); }
    if col + 3u * WX < p.n { store(at + 3u * WX, v0.w); }
    if col + 4u * WX < p.n { store(at + 4u * WX, v1.x); }
    if col + 5u * WX < p.n { store(at + 5u * WX, v1.y); }
    if col + 6u * WX < p.n { store(at + 6u * WX, v1.z); }
    if col + 7u * WX < p.n { store(at + 7u * WX, v1.w); }
    if col + 8u * WX < p.n { store(at + 8u * WX, v2.x); }
    if col + 9u * WX < p.n { store(at + 9u * WX, v2.y); }
    if col + 10u * WX < p.n { store(at + 10u * WX, v2.z); }
    if col + 11u * WX < p.n { store(at + 11u * WX, v2.w); }
    if col + 12u * WX < p.n { store(at + 12u * WX, v3.x); }
    if col + 13u * WX < p.n { store(at + 13u * WX, v3.y); }
    if col + 14u * WX < p.n { store(at + 14u * WX, v3.z); }
    if col + 15u * WX < p.n { store(at + 15u * WX, v3.w); }
}

@compute @workgroup_size(WX)
fn vectors(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = group.y * ROWS;
    let col = group.x * 16u * WX + lane;
    var x0 = vec4<f32>(); var y0 = vec4<f32>(); var z0 = vec4<f32>(); var w0 = vec4<f32>();
    var x1 = vec4<f32>(); var y1 = vec4<f32>(); var z1 = vec4<f32>(); var w1 = vec4<f32>();
    var x2 = vec4<f32>(); var y2 = vec4<f32>(); var z2 = vec4<f32>(); var w2 = vec4<f32>();
    var x3 = vec4<f32>(); var y3 = vec4<f32>(); var z3 = vec4<f32>(); var w3 = vec4<f32>();
    var x4 = vec4<f32>(); var y4 = vec4<f32>(); var z4 = vec4<f32>(); var w4 = vec4<f32>();
    var x5 = vec4<f32>(); var y5 = vec4<f32>(); var z5 = vec4<f32>(); var w5 = vec4<f32>();
    var x6 = vec4<f32>(); var y6 = vec4<f32>(); var z6 = vec4<f32>(); var w6 = vec4<f32>();
    var x7 = vec4<f32>(); var y7 = vec4<f32>(); var z7 = vec4<f32>(); var w7 = vec4<f32>();
    var x8 = vec4<f32>(); var y8 = vec4<f32>(); var z8 = vec4<f32>(); var w8 = vec4<f32>();
    var x9 = vec4<f32>(); var y9 = vec4<f32>(); var z9 = vec4<f32>(); var w9 = vec4<f32>();
    var x10 = vec4<f32>(); var y10 = vec4<f32>(); var z10 = vec4<f32>(); var w10 = vec4<f32>();
    var x11 = vec4<f32>(); var y11 = vec4<f32>(); var z11 = vec4<f32>(); var w11 = vec4<f32>();
    var x12 = vec4<f32>(); var y12 = vec4<f32>(); var z12 = vec4<f32>(); var w12 = vec4<f32>();
    var x13 = vec4<f32>(); var y13 = vec4<f32>(); var z13 = vec4<f32>(); var w13 = vec4<f32>();
    var x14 = vec4<f32>(); var y14 = vec4<f32>(); var z14 = vec4<f32>(); var w14 = vec4<f32>();
    var x15 = vec4<f32>(); var y15 = vec4<f32>(); var z15 = vec4<f32>(); var w15 = vec4<f32>();
    var x16 = vec4<f32>(); var y16 = vec4<f32>(); var z16 = vec4<f32>(); var w16 = vec4<f32>();
    var x17 = vec4<f32>(); var y17 = vec4<f32>(); var z17 = vec4<f32>(); var w17 = vec4<f32>();
    var x18 = vec4<f32>(); var y18 = vec4<f32>(); var z18 = vec4<f32>(); var w18 = vec4<f32>();
    var x19 = vec4<f32>(); var y19 = vec4<f32>(); var z19 = vec4<f32>(); var w19 = vec4<f32>();
    var x20 = vec4<f32>(); var y20 = vec4<f32>(); var z20 = vec4<f32>(); var w20 = vec4<f32>();
    var x21 = vec4<f32>(); var y21 = vec4<f32>(); var z21 = vec4<f32>(); var w21 = vec4<f32>();
    var x22 = vec4<f32>(); var y22 = vec4<f32>(); var z22 = vec4<f32>(); var w22 = vec4<f32>();
    var x23 = vec4<f32>(); var y23 = vec4<f32>(); var z23 = vec4<f32>(); var w23 = vec4<f32>();
    var x24 = vec4<f32>(); var y24 = vec4<f32>(); var z24 = vec4<f32>(); var w24 = vec4<f32>();
    var x25 = vec4<f32>(); var y25 = vec4<f32>(); var z25 = vec4<f32>(); var w25 = vec4<f32>();
    var x26 = vec4<f32>(); var y26 = vec4<f32>(); var z26 = vec4<f32>(); var w26 = vec4<f32>();
    var x27 = vec4<f32>(); var y27 = vec4<f32>(); var z27 = vec4<f32>(); var w27 = vec4<f32>();
    var x28 = vec4<f32>(); var y28 = vec4<f32>(); var z28 = vec4<f32>(); var w28 = vec4<f32>();
    var x29 = vec4<f32>(); var y29 = vec4<f32>(); var z29 = vec4<f32>(); var w29 = vec4<f32>();
    var x30 = vec4<f32>(); var y30 = vec4<f32>(); var z30 = vec4<f32>(); var w30 = vec4<f32>();
    var x31 = vec4<f32>(); var y31 = vec4<f32>(); var z31 = vec4<f32>(); var w31 = vec4<f32>();
    for (var item = group.z; item < group.z + p.items; item++) {
        let a_item = p.a_offset + item * p.a_batch_stride;
        let b_item = p.b_offset + item * p.b_batch_stride;
        let row0 = (a_item + a_row(row)) / 4u;
        let row1 = (a_item + a_row(row + 1u)) / 4u;
        let row2 = (a_item + a_row(row + 2u)) / 4u;
        let row3 = (a_item + a_row(row + 3u)) / 4u;
        let row4 = (a_item + a_row(row + 4u)) / 4u;
        let row5 = (a_item + a_row(row + 5u)) / 4u;
        let row6 = (a_item + a_row(row + 6u)) / 4u;
        let row7 = (a_item + a_row(row + 7u)) / 4u;
        let row8 = (a_item + a_row(row + 8u)) / 4u;
        let row9 = (a_item + a_row(row + 9u)) / 4u;
        let row10 = (a_item + a_row(row + 10u)) / 4u;
        let row11 = (a_item + a_row(row + 11u)) / 4u;
        let row12 = (a_item + a_row(row + 12u)) / 4u;
        let row13 = (a_item + a_row(row + 13u)) / 4u;
        let row14 = (a_item + a_row(row + 14u)) / 4u;
        let row15 = (a_item + a_row(row + 15u)) / 4u;
        let row16 = (a_item + a_row(row + 16u)) / 4u;
        let row17 = (a_item + a_row(row + 17u)) / 4u;
        let row18 = (a_item + a_row(row + 18u)) / 4u;
        let row19 = (a_item + a_row(row + 19u)) / 4u;
        let row20 = (a_item + a_row(row + 20u)) / 4u;
        let row21 = (a_item + a_row(row + 21u)) / 4u;
        let row22 = (a_item + a_row(row + 22u)) / 4u;
        let row23 = (a_item + a_row(row + 23u)) / 4u;
        let row24 = (a_item + a_row(row + 24u)) / 4u;
        let row25 = (a_item + a_row(row + 25u)) / 4u;
        let row26 = (a_item + a_row(row + 26u)) / 4u;
        let row27 = (a_item + a_row(row + 27u)) / 4u;
        let row28 = (a_item + a_row(row + 28u)) / 4u;
        let row29 = (a_item + a_row(row + 29u)) / 4u;
        let row30 = (a_item + a_row(row + 30u)) / 4u;
        let row31 = (a_item + a_row(row + 31u)) / 4u;
        let col0 = (b_item + b_col(col)) / 4u;
        let col1 = (b_item + b_col(col + WX)) / 4u;
        let col2 = (b_item + b_col(col + 2u * WX)) / 4u;
        let col3 = (b_item + b_col(col + 3u * WX)) / 4u;
        let col4 = (b_item + b_col(col + 4u * WX)) / 4u;
        let col5 = (b_item + b_col(col + 5u * WX)) / 4u;
        let col6 = (b_item + b_col(col + 6u * WX)) / 4u;
        let col7 = (b_item + b_col(col + 7u * WX)) / 4u;
        let col8 = (b_item + b_col(col + 8u * WX)) / 4u;
        let col9 = (b_item + b_col(col + 9u * WX)) / 4u;
        let col10 = (b_item + b_col(col + 10u * WX)) / 4u;
        let col11 = (b_item + b_col(col + 11u * WX)) / 4u;
        let col12 = (b_item + b_col(col + 12u * WX)) / 4u;
        let col13 = (b_item + b_col(col + 13u * WX)) / 4u;
        let col14 = (b_item + b_col(col + 14u * WX)) / 4u;
        let col15 = (b_item + b_col(col + 15u * WX)) / 4u;
        for (var k = 0u; k < p.k / 4u; k++) {
            let b0 = mat4x4<f32>(b4[col0 + k], b4[col1 + k], b4[col2 + k], b4[col3 + k]);
            let b1 = mat4x4<f32>(b4[col4 + k], b4[col5 + k], b4[col6 + k], b4[col7 + k]);
            let b2 = mat4x4<f32>(b4[col8 + k], b4[col9 + k], b4[col10 + k], b4[col11 + k]);
            let b3 = mat4x4<f32>(b4[col12 + k], b4[col13 + k], b4[col14 + k], b4[col15 + k]);
            let v0 = a4[row0 + k]; x0 += v0 * b0; y0 += v0 * b1; z0 += v0 * b2; w0 += v0 * b3;
            let v1 = a4[row1 + k]; x1 += v1 * b0; y1 += v1 * b1; z1 += v1 * b2; w1 += v1 * b3;
            let v2 = a4[row2 + k]; x2 += v2 * b0; y2 += v2 * b1; z2 += v2 * b2; w2 += v2 * b3;
            let v3 = a4[row3 + k]; x3 += v3 * b0; y3 += v3 * b1; z3 += v3 * b2; w3 += v3 * b3;
            let v4 = a4[row4 + k]; x4 += v4 * b0; y4 += v4 * b1; z4 += v4 * b2; w4 += v4 * b3;
            let v5 = a4[row5 + k]; x5 += v5 * b0; y5 += v5 * b1; z5 += v5 * b2; w5 += v5 * b3;
            let v6 = a4[row6 + k]; x6 += v6 * b0; y6 += v6 * b1; z6 += v6 * b2; w6 += v6 * b3;
            let v7 = a4[row7 + k]; x7 += v7 * b0; y7 += v7 * b1; z7 += v7 * b2; w7 += v7 * b3;
            if ROWS >= 16u {
                let v8 = a4[row8 + k]; x8 += v8 * b0; y8 += v8 * b1; z8 += v8 * b2; w8 += v8 * b3;
                let v9 = a4[row9 + k]; x9 += v9 * b0; y9 += v9 * b1; z9 += v9 * b2; w9 += v9 * b3;
                let v10 = a4[row10 + k]; x10 += v10 * b0; y10 += v10 * b1; z10 += v10 * b2; w10 += v10 * b3;
                let v11 = a4[row11 + k]; x11 += v11 * b0; y11 += v11 * b1; z11 += v11 * b2; w11 += v11 * b3;
                let v12 = a4[row12 + k]; x12 += v12 * b0; y12 += v12 * b1; z12 += v12 * b2; w12 += v12 * b3;
                let v13 = a4[row13 + k]; x13 += v13 * b0; y13 += v13 * b1; z13 += v13 * b2; w13 += v13 * b3;
                let v14 = a4[row14 + k]; x14 += v14 * b0; y14 += v14 * b1; z14 += v14 * b2; w14 += v14 * b3;
                let v15 = a4[row15 + k]; x15 += v15 * b0; y15 += v15 * b1; z15 += v15 * b2; w15 += v15 * b3;
            }
            if ROWS >= 32u {
                let v16 = a4[row16 + k]; x16 += v16 * b0; y16 += v16 * b1; z16 += v16 * b2; w16 += v16 * b3;
                let v17 = a4[row17 + k]; x17 += v17 * b0; y17 += v17 * b1; z17 += v17 * b2; w17 += v17 * b3;
                let v18 = a4[row18 + k]; x18 += v18 * b0; y18 += v18 * b1; z18 += v18 * b2; w18 += v18 * b3;
                let v19 = a4[row19 + k]; x19 += v19 * b0; y19 += v19 * b1; z19 += v19 * b2; w19 += v19 * b3;
                let v20 = a4[row20 + k]; x20 += v20 * b0; y20 += v20 * b1; z20 += v20 * b2; w20 += v20 * b3;
                let v21 = a4[row21 + k]; x21 += v21 * b0; y21 += v21 * b1; z21 += v21 * b2; w21 += v21 * b3;
                let v22 = a4[row22 + k]; x22 += v22 * b0; y22 += v22 * b1; z22 += v22 * b2; w22 += v22 * b3;
                let v23 = a4[row23 + k]; x23 += v23 * b0; y23 += v23 * b1; z23 += v23 * b2; w23 += v23 * b3;
                let v24 = a4[row24 + k]; x24 += v24 * b0; y24 += v24 * b1; z24 += v24 * b2; w24 += v24 * b3;
                let v25 = a4[row25 + k]; x25 += v25 * b0; y25 += v25 * b1; z25 += v25 * b2; w25 += v25 * b3;
                let v26 = a4[row26 + k]; x26 += v26 * b0; y26 += v26 * b1; z26 += v26 * b2; w26 += v26 * b3;
                let v27 = a4[row27 + k]; x27 += v27 * b0; y27 += v27 * b1; z27 += v27 * b2; w27 += v27 * b3;
                let v28 = a4[row28 + k]; x28 += v28 * b0; y28 += v28 * b1; z28 += v28 * b2; w28 += v28 * b3;
                let v29 = a4[row29 + k]; x29 += v29 * b0; y29 += v29 * b1; z29 += v29 * b2; w29 += v29 * b3;
                let v30 = a4[row30 + k]; x30 += v30 * b0; y30 += v30 * b1; z30 += v30 * b2; w30 += v30 * b3;
                let v31 = a4[row31 + k]; x31 += v31 * b0; y31 += v31 * b1; z31 += v31 * b2; w31 += v31 * b3;
            }
        }
    }
    store_row(group.z, row, col, x0, y0, z0, w0);
    store_row(group.z, row + 1u, col, x1, y1, z1, w1);
    store_row(group.z, row + 2u, col, x2, y2, z2, w2);
    store_row(group.z, row + 3u, col, x3, y3, z3, w3);
    store_row(group.z, row + 4u, col, x4, y4, z4, w4);
    store_row(group.z, row + 5u, col, x5, y5, z5, w5);
    store_row(group.z, row + 6u, col, x6, y6, z6, w6);
    store_row(group.z, row + 7u, col, x7, y7, z7, w7);
    if ROWS >= 16u {
        store_row(group.z, row + 8u, col, x8, y8, z8, w8);
        store_row(group.z, row + 9u, col, x9, y9, z9, w9);
        store_row(group.z, row + 10u, col, x10, y10, z10, w10);
        store_row(group.z, row + 11u, col, x11, y11, z11, w11);
        store_row(group.z, row + 12u, col, x12, y12, z12, w12);
        store_row(group.z, row + 13u, col, x13, y13, z13, w13);
        store_row(group.z, row + 14u, col, x14, y14, z14, w14);
        store_row(group.z, row + 15u, col, x15, y15, z15, w15);
    }
    if ROWS >= 32u {
        store_row(group.z, row + 16u, col, x16, y16, z16, w16);
        store_row(group.z, row + 17u, col, x17, y17, z17, w17);
        store_row(group.z, row + 18u, col, x18, y18, z18, w18);
        store_row(group.z, row + 19u, col, x19, y19, z19, w19);
        store_row(group.z, row + 20u, col, x20, y20, z20, w20);
        store_row(group.z, row + 21u, col, x21, y21, z21, w21);
        store_row(group.z, row + 22u, col, x22, y22, z22, w22);
        store_row(group.z, row + 23u, col, x23, y23, z23, w23);
        store_row(group.z, row + 24u, col, x24, y24, z24, w24);
        store_row(group.z, row + 25u, col, x25, y25, z25, w25);
        store_row(group.z, row + 26u, col, x26, y26, z26, w26);
        store_row(group.z, row + 27u, col, x27, y27, z27, w27);
        store_row(group.z, row + 28u, col, x28, y28, z28, w28);
        store_row(group.z, row + 29u, col, x29, y29, z29, w29);
        store_row(group.z, row + 30u, col, x30, y30, z30, w30);
        store_row(group.z, row + 31u, col, x31, y31, z31, w31);
    }
}

@compute @workgroup_size(WX)
fn scalars(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = group.y * ROWS;
    let col = group.x * 16u * WX + lane;
    var x0 = vec4<f32>(); var y0 = vec4<f32>(); var z0 = vec4<f32>(); var w0 = vec4<f32>();
    var x1 = vec4<f32>(); var y1 = vec4<f32>(); var z1 = vec4<f32>(); var w1 = vec4<f32>();
    var x2 = vec4<f32>(); var y2 = vec4<f32>(); var z2 = vec4<f32>(); var w2 = vec4<f32>();
    var x3 = vec4<f32>(); var y3 = vec4<f32>(); var z3 = vec4<f32>(); var w3 = vec4<f32>();
    var x4 = vec4<f32>(); var y4 = vec4<f32>(); var z4 = vec4<f32>(); var w4 = vec4<f32>();
    var x5 = vec4<f32>(); var y5 = vec4<f32>(); var z5 = vec4<f32>(); var w5 = vec4<f32>();
    var x6 = vec4<f32>(); var y6 = vec4<f32>(); var z6 = vec4<f32>(); var w6 = vec4<f32>();
    var x7 = vec4<f32>(); var y7 = vec4<f32>(); var z7 = vec4<f32>(); var w7 = vec4<f32>();
    var x8 = vec4<f32>(); var y8 = vec4<f32>(); var z8 = vec4<f32>(); var w8 = vec4<f32>();
    var x9 = vec4<f32>(); var y9 = vec4<f32>(); var z9 = vec4<f32>(); var w9 = vec4<f32>();
    var x10 = vec4<f32>(); var y10 = vec4<f32>(); var z10 = vec4<f32>(); var w10 = vec4<f32>();
    var x11 = vec4<f32>(); var y11 = vec4<f32>(); var z11 = vec4<f32>(); var w11 = vec4<f32>();
    var x12 = vec4<f32>(); var y12 = vec4<f32>(); var z12 = vec4<f32>(); var w12 = vec4<f32>();
    var x13 = vec4<f32>(); var y13 = vec4<f32>(); var z13 = vec4<f32>(); var w13 = vec4<f32>();
    var x14 = vec4<f32>(); var y14 = vec4<f32>(); var z14 = vec4<f32>(); var w14 = vec4<f32>();
    var x15 = vec4<f32>(); var y15 = vec4<f32>(); var z15 = vec4<f32>(); var w15 = vec4<f32>();
    var x16 = vec4<f32>(); var y16 = vec4<f32>(); var z16 = vec4<f32>(); var w16 = vec4<f32>();
    var x17 = vec4<f32>(); var y17 = vec4<f32>(); var z17 = vec4<f32>(); var w17 = vec4<f32>();
    var x18 = vec4<f32>(); var y18 = vec4<f32>(); var z18 = vec4<f32>(); var w18 = vec4<f32>();
    var x19 = vec4<f32>(); var y19 = vec4<f32>(); var z19 = vec4<f32>(); var w19 = vec4<f32>();
    var x20 = vec4<f32>(); var y20 = vec4<f32>(); var z20 = vec4<f32>(); var w20 = vec4<f32>();
    var x21 = vec4<f32>(); var y21 = vec4<f32>(); var z21 = vec4<f32>(); var w21 = vec4<f32>();
    var x22 = vec4<f32>(); var y22 = vec4<f32>(); var z22 = vec4<f32>(); var w22 = vec4<f32>();
    var x23 = vec4<f32>(); var y23 = vec4<f32>(); var z23 = vec4<f32>(); var w23 = vec4<f32>();
    var x24 = vec4<f32>(); var y24 = vec4<f32>(); var z24 = vec4<f32>(); var w24 = vec4<f32>();
    var x25 = vec4<f32>(); var y25 = vec4<f32>(); var z25 = vec4<f32>(); var w25 = vec4<f32>();
    var x26 = vec4<f32>(); var y26 = vec4<f32>(); var z26 = vec4<f32>(); var w26 = vec4<f32>();
    var x27 = vec4<f32>(); var y27 = vec4<f32>(); var z27 = vec4<f32>(); var w27 = vec4<f32>();
    var x28 = vec4<f32>(); var y28 = vec4<f32>(); var z28 = vec4<f32>(); var w28 = vec4<f32>();
    var x29 = vec4<f32>(); var y29 = vec4<f32>(); var z29 = vec4<f32>(); var w29 = vec4<f32>();
    var x30 = vec4<f32>(); var y30 = vec4<f32>(); var z30 = vec4<f32>(); var w30 = vec4<f32>();
    var x31 = vec4<f32>(); var y31 = vec4<f32>(); var z31 = vec4<f32>(); var w31 = vec4<f32>();
    for (var item = group.z; item < group.z + p.items; item++) {
        let a_item = p.a_offset + item * p.a_batch_stride;
        let b_item = p.b_offset + item * p.b_batch_stride;
        let row0 = a_item + a_row(row);
        let row1 = a_item + a_row(row + 1u);
        let row2 = a_item + a_row(row + 2u);
        let row3 = a_item + a_row(row + 3u);
        let row4 = a_item + a_row(row + 4u);
        let row5 = a_item + a_row(row + 5u);
        let row6 = a_item + a_row(row + 6u);
        let row7 = a_item + a_row(row + 7u);
        let row8 = a_item + a_row(row + 8u);
        let row9 = a_item + a_row(row + 9u);
        let row10 = a_item + a_row(row + 10u);
        let row11 = a_item + a_row(row + 11u);
        let row12 = a_item + a_row(row + 12u);
        let row13 = a_item + a_row(row + 13u);
        let row14 = a_item + a_row(row + 14u);
        let row15 = a_item + a_row(row + 15u);
        let row16 = a_item + a_row(row + 16u);
        let row17 = a_item + a_row(row + 17u);
        let row18 = a_item + a_row(row + 18u);
        let row19 = a_item + a_row(row + 19u);
        let row20 = a_item + a_row(row + 20u);
        let row21 = a_item + a_row(row + 21u);
        let row22 = a_item + a_row(row + 22u);
        let row23 = a_item + a_row(row + 23u);
        let row24 = a_item + a_row(row + 24u);
        let row25 = a_item + a_row(row + 25u);
        let row26 = a_item + a_row(row + 26u);
        let row27 = a_item + a_row(row + 27u);
        let row28 = a_item + a_row(row + 28u);
        let row29 = a_item + a_row(row + 29u);
        let row30 = a_item + a_row(row + 30u);
        let row31 = a_item + a_row(row + 31u);
        let col0 = b_item + b_col(col);
        let col1 = b_item + b_col(col + WX);
        let col2 = b_item + b_col(col + 2u * WX);
        let col3 = b_item + b_col(col + 3u * WX);
        let col4 = b_item + b_col(col + 4u * WX);
        let col5 = b_item + b_col(col + 5u * WX);
        let col6 = b_item + b_col(col + 6u * WX);
        let col7 = b_item + b_col(col + 7u * WX);
        let col8 = b_item + b_col(col + 8u * WX);
        let col9 = b_item + b_col(col + 9u * WX);
        let col10 = b_item + b_col(col + 10u * WX);
        let col11 = b_item + b_col(col + 11u * WX);
        let col12 = b_item + b_col(col + 12u * WX);
        let col13 = b_item + b_col(col + 13u * WX);
        let col14 = b_item + b_col(col + 14u * WX);
        let col15 = b_item + b_col(col + 15u * WX);
        for (var k = 0u; k < p.k; k += 4u) {
            let b0 = mat4x4<f32>(b_terms(col0, k), b_terms(col1, k), b_terms(col2, k), b_terms(col3, k));
            let b1 = mat4x4<f32>(b_terms(col4, k), b_terms(col5, k), b_terms(col6, k), b_terms(col7, k));
            let b2 = mat4x4<f32>(b_terms(col8, k), b_terms(col9, k), b_terms(col10, k), b_terms(col11, k));
            let b3 = mat4x4<f32>(b_terms(col12, k), b_terms(col13, k), b_terms(col14, k), b_terms(col15, k));
            let v0 = a_terms(row0, k); x0 += v0 * b0; y0 += v0 * b1; z0 += v0 * b2; w0 += v0 * b3;
            let v1 = a_terms(row1, k); x1 += v1 * b0; y1 += v1 * b1; z1 += v1 * b2; w1 += v1 * b3;
            let v2 = a_terms(row2, k); x2 += v2 * b0; y2 += v2 * b1; z2 += v2 * b2; w2 += v2 * b3;
            let v3 = a_terms(row3, k); x3 += v3 * b0; y3 += v3 * b1; z3 += v3 * b2; w3 += v3 * b3;
            let v4 = a_terms(row4, k); x4 += v4 * b0; y4 += v4 * b1; z4 += v4 * b2; w4 += v4 * b3;
            let v5 = a_terms(row5, k); x5 += v5 * b0; y5 += v5 * b1; z5 += v5 * b2; w5 += v5 * b3;
            let v6 = a_terms(row6, k); x6 += v6 * b0; y6 += v6 * b1; z6 += v6 * b2; w6 += v6 * b3;
            let v7 = a_terms(row7, k); x7 += v7 * b0; y7 += v7 * b1; z7 += v7 * b2; w7 += v7 * b3;
            if ROWS >= 16u {
                let v8 = a_terms(row8, k); x8 += v8 * b0; y8 += v8 * b1; z8 += v8 * b2; w8 += v8 * b3;
                let v9 = a_terms(row9, k); x9 += v9 * b0; y9 += v9 * b1; z9 += v9 * b2; w9 += v9 * b3;
                let v10 = a_terms(row10, k); x10 += v10 * b0; y10 += v10 * b1; z10 += v10 * b2; w10 += v10 * b3;
                let v11 = a_terms(row11, k); x11 += v11 * b0; y11 += v11 * b1; z11 += v11 * b2; w11 += v11 * b3;
                let v12 = a_terms(row12, k); x12 += v12 * b0; y12 += v12 * b1; z12 += v12 * b2; w12 += v12 * b3;
                let v13 = a_terms(row13, k); x13 += v13 * b0; y13 += v13 * b1; z13 += v13 * b2; w13 += v13 * b3;
                let v14 = a_terms(row14, k); x14 += v14 * b0; y14 += v14 * b1; z14 += v14 * b2; w14 += v14 * b3;
                let v15 = a_terms(row15, k); x15 += v15 * b0; y15 += v15 * b1; z15 += v15 * b2; w15 += v15 * b3;
            }
            if ROWS >= 32u {
                let v16 = a_terms(row16, k); x16 += v16 * b0; y16 += v16 * b1; z16 += v16 * b2; w16 += v16 * b3;
                let v17 = a_terms(row17, k); x17 += v17 * b0; y17 += v17 * b1; z17 += v17 * b2; w17 += v17 * b3;
                let v18 = a_terms(row18, k); x18 += v18 * b0; y18 += v18 * b1; z18 += v18 * b2; w18 += v18 * b3;
                let v19 = a_terms(row19, k); x19 += v19 * b0; y19 += v19 * b1; z19 += v19 * b2; w19 += v19 * b3;
                let v20 = a_terms(row20, k); x20 += v20 * b0; y20 += v20 * b1; z20 += v20 * b2; w20 += v20 * b3;
                let v21 = a_terms(row21, k); x21 += v21 * b0; y21 += v21 * b1; z21 += v21 * b2; w21 += v21 * b3;
                let v22 = a_terms(row22, k); x22 += v22 * b0; y22 += v22 * b1; z22 += v22 * b2; w22 += v22 * b3;
                let v23 = a_terms(row23, k); x23 += v23 * b0; y23 += v23 * b1; z23 += v23 * b2; w23 += v23 * b3;
                let v24 = a_terms(row24, k); x24 += v24 * b0; y24 += v24 * b1; z24 += v24 * b2; w24 += v24 * b3;
                let v25 = a_terms(row25, k); x25 += v25 * b0; y25 += v25 * b1; z25 += v25 * b2; w25 += v25 * b3;
                let v26 = a_terms(row26, k); x26 += v26 * b0; y26 += v26 * b1; z26 += v26 * b2; w26 += v26 * b3;
                let v27 = a_terms(row27, k); x27 += v27 * b0; y27 += v27 * b1; z27 += v27 * b2; w27 += v27 * b3;
                let v28 = a_terms(row28, k); x28 += v28 * b0; y28 += v28 * b1; z28 += v28 * b2; w28 += v28 * b3;
                let v29 = a_terms(row29, k); x29 += v29 * b0; y29 += v29 * b1; z29 += v29 * b2; w29 += v29 * b3;
                let v30 = a_terms(row30, k); x30 += v30 * b0; y30 += v30 * b1; z30 += v30 * b2; w30 += v30 * b3;
                let v31 = a_terms(row31, k); x31 += v31 * b0; y31 += v31 * b1; z31 += v31 * b2; w31 += v31 * b3;
            }
        }
    }
    store_row(group.z, row, col, x0, y0, z0, w0);
    store_row(group.z, row + 1u, col, x1, y1, z1, w1);
    store_row(group.z, row + 2u, col, x2, y2, z2, w2);
    store_row(group.z, row + 3u, col, x3, y3, z3, w3);
    store_row(group.z, row + 4u, col, x4, y4, z4, w4);
    store_row(group.z, row + 5u, col, x5, y5, z5, w5);
    store_row(group.z, row + 6u, col, x6, y6, z6, w6);
    store_row(group.z, row + 7u, col, x7, y7, z7, w7);
    if ROWS >= 16u {
        store_row(group.z, row + 8u, col, x8, y8, z8, w8);
        store_row(group.z, row + 9u, col, x9, y9, z9, w9);
        store_row(group.z, row + 10u, col, x10, y10, z10, w10);
        store_row(group.z, row + 11u, col, x11, y11, z11, w11);
        store_row(group.z, row + 12u, col, x12, y12, z12, w12);
        store_row(group.z, row + 13u, col, x13, y13, z13, w13);
        store_row(group.z, row + 14u, col, x14, y14, z14, w14);
        store_row(group.z, row + 15u, col, x15, y15, z15, w15);
    }
    if ROWS >= 32u {
        store_row(group.z, row + 16u, col, x16, y16, z16, w16);
        store_row(group.z, row + 17u, col, x17, y17, z17, w17);
        store_row(group.z, row + 18u, col, x18, y18, z18, w18);
        store_row(group.z, row + 19u, col, x19, y19, z19, w19);
        store_row(group.z, row + 20u, col, x20, y20, z20, w20);
        store_row(group.z, row + 21u, col, x21, y21, z21, w21);
        store_row(group.z, row + 22u, col, x22, y22, z22, w22);
        store_row(group.z, row + 23u, col, x23, y23, z23, w23);
        store_row(group.z, row + 24u, col, x24, y24, z24, w24);
        store_row(group.z, row + 25u, col, x25, y25, z25, w25);
        store_row(group.z, row + 26u, col, x26, y26, z26, w26);
        store_row(group.z, row + 27u, col, x27, y27, z27, w27);
        store_row(group.z, row + 28u, col, x28, y28, z28, w28);
        store_row(group.z, row + 29u, col, x29, y29, z29, w29);
        store_row(group.z, row + 30u, col, x30, y30, z30, w30);
        store_row(group.z, row + 31u, col, x31, y31, z31, w31);
    }
}
