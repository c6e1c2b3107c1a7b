// matmul.wgsl's product for adapters that are processors: there, workgroup memory and barriers cost more than they save,
// and every load is a gather of about sixty instructions whatever it reads. So nothing is shared: an invocation keeps a
// tile of ROWS rows by 8 columns in registers and reads four terms of the sum for each of them at a time. Row times
// matrix: (a · b₀, a · b₁, a · b₂, a · b₃) = a · mat4x4(b₀, b₁, b₂, b₃).
//
// `vectors`: k is innermost in both factors, and k, offsets and strides are multiples of four; `scalars`: any layout.
// A workgroup of WX invocations makes ROWS rows and 8·WX columns; grid: (column tiles, row tiles, items).

override WX: u32 = 8u;
// 8 or 16.
override ROWS: u32 = 8u;
override A_TRANSPOSED: bool = false;
override B_TRANSPOSED: bool = false;
override ACCUMULATE: bool = false;

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

// A row of the register tile: columns col + {0, 1, 2, 3}·WX and col + {4, 5, 6, 7}·WX.
fn store_row(item: u32, row: u32, col: u32, lo: vec4<f32>, hi: vec4<f32>) {
    if row >= p.m {
        return;
    }
    let at = p.out_offset + item * p.out_batch_stride + row * p.out_stride + col;
    if col < p.n { store(at, lo.x); }
    if col + WX < p.n { store(at + WX, lo.y); }
    if col + 2u * WX < p.n { store(at + 2u * WX, lo.z); }
    if col + 3u * WX < p.n { store(at + 3u * WX, lo.w); }
    if col + 4u * WX < p.n { store(at + 4u * WX, hi.x); }
    if col + 5u * WX < p.n { store(at + 5u * WX, hi.y); }
    if col + 6u * WX < p.n { store(at + 6u * WX, hi.z); }
    if col + 7u * WX < p.n { store(at + 7u * WX, hi.w); }
}

@compute @workgroup_size(WX)
fn vectors(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = group.y * ROWS;
    let col = group.x * 8u * WX + lane;
    var lo0 = vec4<f32>(); var hi0 = vec4<f32>();
    var lo1 = vec4<f32>(); var hi1 = vec4<f32>();
    var lo2 = vec4<f32>(); var hi2 = vec4<f32>();
    var lo3 = vec4<f32>(); var hi3 = vec4<f32>();
    var lo4 = vec4<f32>(); var hi4 = vec4<f32>();
    var lo5 = vec4<f32>(); var hi5 = vec4<f32>();
    var lo6 = vec4<f32>(); var hi6 = vec4<f32>();
    var lo7 = vec4<f32>(); var hi7 = vec4<f32>();
    var lo8 = vec4<f32>(); var hi8 = vec4<f32>();
    var lo9 = vec4<f32>(); var hi9 = vec4<f32>();
    var lo10 = vec4<f32>(); var hi10 = vec4<f32>();
    var lo11 = vec4<f32>(); var hi11 = vec4<f32>();
    var lo12 = vec4<f32>(); var hi12 = vec4<f32>();
    var lo13 = vec4<f32>(); var hi13 = vec4<f32>();
    var lo14 = vec4<f32>(); var hi14 = vec4<f32>();
    var lo15 = vec4<f32>(); var hi15 = vec4<f32>();
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
        let col0 = (b_item + b_col(col)) / 4u;
        let col1 = (b_item + b_col(col + WX)) / 4u;
        let col2 = (b_item + b_col(col + 2u * WX)) / 4u;
        let col3 = (b_item + b_col(col + 3u * WX)) / 4u;
        let col4 = (b_item + b_col(col + 4u * WX)) / 4u;
        let col5 = (b_item + b_col(col + 5u * WX)) / 4u;
        let col6 = (b_item + b_col(col + 6u * WX)) / 4u;
        let col7 = (b_item + b_col(col + 7u * WX)) / 4u;
        for (var k = 0u; k < p.k / 4u; k++) {
            let b_lo = mat4x4<f32>(b4[col0 + k], b4[col1 + k], b4[col2 + k], b4[col3 + k]);
            let b_hi = mat4x4<f32>(b4[col4 + k], b4[col5 + k], b4[col6 + k], b4[col7 + k]);
            let v0 = a4[row0 + k]; lo0 += v0 * b_lo; hi0 += v0 * b_hi;
            let v1 = a4[row1 + k]; lo1 += v1 * b_lo; hi1 += v1 * b_hi;
            let v2 = a4[row2 + k]; lo2 += v2 * b_lo; hi2 += v2 * b_hi;
            let v3 = a4[row3 + k]; lo3 += v3 * b_lo; hi3 += v3 * b_hi;
            let v4 = a4[row4 + k]; lo4 += v4 * b_lo; hi4 += v4 * b_hi;
            let v5 = a4[row5 + k]; lo5 += v5 * b_lo; hi5 += v5 * b_hi;
            let v6 = a4[row6 + k]; lo6 += v6 * b_lo; hi6 += v6 * b_hi;
            let v7 = a4[row7 + k]; lo7 += v7 * b_lo; hi7 += v7 * b_hi;
            if ROWS == 16u {
                let v8 = a4[row8 + k]; lo8 += v8 * b_lo; hi8 += v8 * b_hi;
                let v9 = a4[row9 + k]; lo9 += v9 * b_lo; hi9 += v9 * b_hi;
                let v10 = a4[row10 + k]; lo10 += v10 * b_lo; hi10 += v10 * b_hi;
                let v11 = a4[row11 + k]; lo11 += v11 * b_lo; hi11 += v11 * b_hi;
                let v12 = a4[row12 + k]; lo12 += v12 * b_lo; hi12 += v12 * b_hi;
                let v13 = a4[row13 + k]; lo13 += v13 * b_lo; hi13 += v13 * b_hi;
                let v14 = a4[row14 + k]; lo14 += v14 * b_lo; hi14 += v14 * b_hi;
                let v15 = a4[row15 + k]; lo15 += v15 * b_lo; hi15 += v15 * b_hi;
            }
        }
    }
    store_row(group.z, row, col, lo0, hi0);
    store_row(group.z, row + 1u, col, lo1, hi1);
    store_row(group.z, row + 2u, col, lo2, hi2);
    store_row(group.z, row + 3u, col, lo3, hi3);
    store_row(group.z, row + 4u, col, lo4, hi4);
    store_row(group.z, row + 5u, col, lo5, hi5);
    store_row(group.z, row + 6u, col, lo6, hi6);
    store_row(group.z, row + 7u, col, lo7, hi7);
    if ROWS == 16u {
        store_row(group.z, row + 8u, col, lo8, hi8);
        store_row(group.z, row + 9u, col, lo9, hi9);
        store_row(group.z, row + 10u, col, lo10, hi10);
        store_row(group.z, row + 11u, col, lo11, hi11);
        store_row(group.z, row + 12u, col, lo12, hi12);
        store_row(group.z, row + 13u, col, lo13, hi13);
        store_row(group.z, row + 14u, col, lo14, hi14);
        store_row(group.z, row + 15u, col, lo15, hi15);
    }
}

@compute @workgroup_size(WX)
fn scalars(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = group.y * ROWS;
    let col = group.x * 8u * WX + lane;
    var lo0 = vec4<f32>(); var hi0 = vec4<f32>();
    var lo1 = vec4<f32>(); var hi1 = vec4<f32>();
    var lo2 = vec4<f32>(); var hi2 = vec4<f32>();
    var lo3 = vec4<f32>(); var hi3 = vec4<f32>();
    var lo4 = vec4<f32>(); var hi4 = vec4<f32>();
    var lo5 = vec4<f32>(); var hi5 = vec4<f32>();
    var lo6 = vec4<f32>(); var hi6 = vec4<f32>();
    var lo7 = vec4<f32>(); var hi7 = vec4<f32>();
    var lo8 = vec4<f32>(); var hi8 = vec4<f32>();
    var lo9 = vec4<f32>(); var hi9 = vec4<f32>();
    var lo10 = vec4<f32>(); var hi10 = vec4<f32>();
    var lo11 = vec4<f32>(); var hi11 = vec4<f32>();
    var lo12 = vec4<f32>(); var hi12 = vec4<f32>();
    var lo13 = vec4<f32>(); var hi13 = vec4<f32>();
    var lo14 = vec4<f32>(); var hi14 = vec4<f32>();
    var lo15 = vec4<f32>(); var hi15 = vec4<f32>();
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
        let col0 = b_item + b_col(col);
        let col1 = b_item + b_col(col + WX);
        let col2 = b_item + b_col(col + 2u * WX);
        let col3 = b_item + b_col(col + 3u * WX);
        let col4 = b_item + b_col(col + 4u * WX);
        let col5 = b_item + b_col(col + 5u * WX);
        let col6 = b_item + b_col(col + 6u * WX);
        let col7 = b_item + b_col(col + 7u * WX);
        for (var k = 0u; k < p.k; k += 4u) {
            let b_lo = mat4x4<f32>(b_terms(col0, k), b_terms(col1, k), b_terms(col2, k), b_terms(col3, k));
            let b_hi = mat4x4<f32>(b_terms(col4, k), b_terms(col5, k), b_terms(col6, k), b_terms(col7, k));
            let v0 = a_terms(row0, k); lo0 += v0 * b_lo; hi0 += v0 * b_hi;
            let v1 = a_terms(row1, k); lo1 += v1 * b_lo; hi1 += v1 * b_hi;
            let v2 = a_terms(row2, k); lo2 += v2 * b_lo; hi2 += v2 * b_hi;
            let v3 = a_terms(row3, k); lo3 += v3 * b_lo; hi3 += v3 * b_hi;
            let v4 = a_terms(row4, k); lo4 += v4 * b_lo; hi4 += v4 * b_hi;
            let v5 = a_terms(row5, k); lo5 += v5 * b_lo; hi5 += v5 * b_hi;
            let v6 = a_terms(row6, k); lo6 += v6 * b_lo; hi6 += v6 * b_hi;
            let v7 = a_terms(row7, k); lo7 += v7 * b_lo; hi7 += v7 * b_hi;
            if ROWS == 16u {
                let v8 = a_terms(row8, k); lo8 += v8 * b_lo; hi8 += v8 * b_hi;
                let v9 = a_terms(row9, k); lo9 += v9 * b_lo; hi9 += v9 * b_hi;
                let v10 = a_terms(row10, k); lo10 += v10 * b_lo; hi10 += v10 * b_hi;
                let v11 = a_terms(row11, k); lo11 += v11 * b_lo; hi11 += v11 * b_hi;
                let v12 = a_terms(row12, k); lo12 += v12 * b_lo; hi12 += v12 * b_hi;
                let v13 = a_terms(row13, k); lo13 += v13 * b_lo; hi13 += v13 * b_hi;
                let v14 = a_terms(row14, k); lo14 += v14 * b_lo; hi14 += v14 * b_hi;
                let v15 = a_terms(row15, k); lo15 += v15 * b_lo; hi15 += v15 * b_hi;
            }
        }
    }
    store_row(group.z, row, col, lo0, hi0);
    store_row(group.z, row + 1u, col, lo1, hi1);
    store_row(group.z, row + 2u, col, lo2, hi2);
    store_row(group.z, row + 3u, col, lo3, hi3);
    store_row(group.z, row + 4u, col, lo4, hi4);
    store_row(group.z, row + 5u, col, lo5, hi5);
    store_row(group.z, row + 6u, col, lo6, hi6);
    store_row(group.z, row + 7u, col, lo7, hi7);
    if ROWS == 16u {
        store_row(group.z, row + 8u, col, lo8, hi8);
        store_row(group.z, row + 9u, col, lo9, hi9);
        store_row(group.z, row + 10u, col, lo10, hi10);
        store_row(group.z, row + 11u, col, lo11, hi11);
        store_row(group.z, row + 12u, col, lo12, hi12);
        store_row(group.z, row + 13u, col, lo13, hi13);
        store_row(group.z, row + 14u, col, lo14, hi14);
        store_row(group.z, row + 15u, col, lo15, hi15);
    }
}
