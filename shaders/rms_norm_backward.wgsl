// d_v = inv_rms · (d_out - out · mean(d_out · out)), the mean over `len` elements `inner` apart, as in rms_norm.wgsl.
//
// `rows` (inner = 1): 16 invocations a group, 4 groups a workgroup. `columns`: one invocation a group, neighbours in j,
// so that reads coalesce; also any rows where barriers are slow, and there, in `vectors`, four elements at a time (len
// is a multiple of four). Workgroups of 64 in rows of 65535.

struct Params {
    outer: u32,
    len: u32,
    inner: u32,
}

@group(0) @binding(0) var<storage, read> out: array<f32>; // [outer, len, inner]
@group(0) @binding(0) var<storage, read> out4: array<vec4<f32>>; // [outer, len]
@group(0) @binding(1) var<storage, read> inv_rms: array<f32>; // [outer, inner]
@group(0) @binding(2) var<storage, read> d_out: array<f32>; // [outer, len, inner]
@group(0) @binding(2) var<storage, read> d_out4: array<vec4<f32>>; // [outer, len]
@group(0) @binding(3) var<storage, read_write> d_v: array<f32>; // [outer, len, inner]
@group(0) @binding(3) var<storage, read_write> d_v4: array<vec4<f32>>; // [outer, len]
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
            sum += d_out[base + i] * out[base + i];
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
    let mean = sum / f32(p.len);
    let inv = inv_rms[row];
    for (var i = lane % LANES; i < p.len; i += LANES) {
        d_v[base + i] = inv * (d_out[base + i] - out[base + i] * mean);
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
        sum += d_out[at] * out[at];
    }
    let mean = sum / f32(p.len);
    let inv = inv_rms[column];
    for (var i = 0u; i < p.len; i++) {
        let at = base + i * p.inner;
        d_v[at] = inv * (d_out[at] - out[at] * mean);
    }
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
        sums += d_out4[i] * out4[i];
    }
    let mean = ((sums.x + sums.y) + (sums.z + sums.w)) / f32(p.len);
    let inv = inv_rms[row];
    for (var i = base; i < base + p.len / 4u; i++) {
        d_v4[i] = inv * (d_out4[i] - out4[i] * mean);
    }
}
