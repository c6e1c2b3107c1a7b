// out = v · inv_rms, v = x + residual, inv_rms = 1 / √(mean(v²) + ε), the mean over `len` elements `inner` apart:
// element i of group (o, j) lies at (o·len + i)·inner + j.
//
// `rows` (inner = 1): 16 invocations a group, 4 groups a workgroup. `columns`: one invocation a group, neighbours in j,
// so that reads coalesce; also any rows where barriers are slow, and there, in `vectors`, four elements at a time (len
// is a multiple of four). Workgroups of 64 in rows of 65535.

struct Params {
    outer: u32,
    len: u32,
    inner: u32,
    eps: f32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [outer, len, inner]
@group(0) @binding(0) var<storage, read> x4: array<vec4<f32>>; // [outer, len]
@group(0) @binding(1) var<storage, read> residual: array<f32>; // [outer, len, inner]
@group(0) @binding(1) var<storage, read> residual4: array<vec4<f32>>; // [outer, len]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [outer, len, inner]
@group(0) @binding(2) var<storage, read_write> out4: array<vec4<f32>>; // [outer, len]
@group(0) @binding(3) var<storage, read_write> inv_rms: array<f32>; // [outer, inner]
@group(0) @binding(4) var<uniform> p: Params;

const LANES: u32 = 16u;
var<workgroup> partial: array<f32, 64>; // [4 groups, 16]

@compute @workgroup_size(64)
fn rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.y * 65535u + group.x) * 4u + lane / LANES;
    let base = row * p.len;
    var sum = 0.0;
    if row < p.outer {
        for (var i = lane % LANES; i < p.len; i += LANES) {
            let v = x[base + i] + residual[base + i];
            sum += v * v;
        }
    }
    partial[lane] = sum;
    workgroupBarrier();
    if row >= p.outer {
        return;
    }
    sum = 0.0;
    for (var i = 0u; i < LANES; i++) {
        sum += partial[lane / LANES * LANES + i];
    }
    let inv = 1.0 / sqrt(sum / f32(p.len) + p.eps);
    for (var i = lane % LANES; i < p.len; i += LANES) {
        out[base + i] = (x[base + i] + residual[base + i]) * inv;
    }
    if lane % LANES == 0u {
        inv_rms[row] = inv;
    }
}

@compute @workgroup_size(64)
fn columns(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let column = (group.y * 65535u + group.x) * 64u + lane;
    if column >= p.outer * p.inner {
        return;
    }
    let base = column / p.inner * p.len * p.inner + column % p.inner;
    var sum = 0.0;
    for (var i = 0u; i < p.len; i++) {
        let at = base + i * p.inner;
        let v = x[at] + residual[at];
        sum += v * v;
    }
    let inv = 1.0 / sqrt(sum / f32(p.len) + p.eps);
    for (var i = 0u; i < p.len; i++) {
        let at = base + i * p.inner;
        out[at] = (x[at] + residual[at]) * inv;
    }
    inv_rms[column] = inv;
}

@compute @workgroup_size(64)
fn vectors(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = (group.y * 65535u + group.x) * 64u + lane;
    if row >= p.outer {
        return;
    }
    let base = row * (p.len / 4u);
    var sums = vec4<f32>();
    for (var i = base; i < base + p.len / 4u; i++) {
        let v = x4[i] + residual4[i];
        sums += v * v;
    }
    let sum = (sums.x + sums.y) + (sums.z + sums.w);
    let inv = 1.0 / sqrt(sum / f32(p.len) + p.eps);
    for (var i = base; i < base + p.len / 4u; i++) {
        out4[i] = (x4[i] + residual4[i]) * inv;
    }
    inv_rms[row] = inv;
}
