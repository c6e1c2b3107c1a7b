// out[r, i] = silu(gate_up[r, i]) · gate_up[r, n + i], silu(x) = x / (1 + exp(-x)).
//
// One invocation an element of out, or, in `vectors`, four of them (n is a multiple of four); workgroups of 64 in rows
// of 65535.

struct Params {
    rows: u32,
    n: u32,
}

@group(0) @binding(0) var<storage, read> gate_up: array<f32>; // [rows, 2n], gate first
@group(0) @binding(0) var<storage, read> gate_up4: array<vec4<f32>>; // [rows, 2n]
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [rows, n]
@group(0) @binding(1) var<storage, read_write> out4: array<vec4<f32>>; // [rows, n]
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i >= p.rows * p.n {
        return;
    }
    let at = i + i / p.n * p.n;
    let gate = gate_up[at];
    // WGSL promises no infinities: exp stays finite below 88.
    out[i] = gate / (1.0 + exp(min(-gate, 87.0))) * gate_up[at + p.n];
}

@compute @workgroup_size(64)
fn vectors(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    let n = p.n / 4u;
    if i >= p.rows * n {
        return;
    }
    let at = i + i / n * n;
    let gate = gate_up4[at];
    out4[i] = gate / (1.0 + exp(min(-gate, vec4<f32>(87.0)))) * gate_up4[at + n];
}
