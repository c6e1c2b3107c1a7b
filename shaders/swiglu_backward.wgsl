// d_gate = d_out · up · σ(gate) · (1 + gate · (1 - σ(gate))), d_up = d_out · silu(gate).
//
// One invocation an element of d_out, or, in `vectors`, four of them (n is a multiple of four); workgroups of 64 in
// rows of 65535.

struct Params {
    rows: u32,
    n: u32,
}

@group(0) @binding(0) var<storage, read> gate_up: array<f32>; // [rows, 2n], gate first
@group(0) @binding(0) var<storage, read> gate_up4: array<vec4<f32>>; // [rows, 2n]
@group(0) @binding(1) var<storage, read> d_out: array<f32>; // [rows, n]
@group(0) @binding(1) var<storage, read> d_out4: array<vec4<f32>>; // [rows, n]
@group(0) @binding(2) var<storage, read_write> d_gate_up: array<f32>; // [rows, 2n]
@group(0) @binding(2) var<storage, read_write> d_gate_up4: array<vec4<f32>>; // [rows, 2n]
@group(0) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i >= p.rows * p.n {
        return;
    }
    let at = i + i / p.n * p.n;
    let gate = gate_up[at];
    // WGSL promises no infinities: exp stays finite below 88.
    let sigma = 1.0 / (1.0 + exp(min(-gate, 87.0)));
    d_gate_up[at] = d_out[i] * gate_up[at + p.n] * sigma * (1.0 + gate * (1.0 - sigma));
    d_gate_up[at + p.n] = d_out[i] * gate * sigma;
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
    let d = d_out4[i];
    let sigma = 1.0 / (1.0 + exp(min(-gate, vec4<f32>(87.0))));
    d_gate_up4[at] = d * gate_up4[at + n] * sigma * (1.0 + gate * (1.0 - sigma));
    d_gate_up4[at + n] = d * gate * sigma;
}
