// d_z[b, 0, c] += Σ_i d_q[b, i] · weight[i, c]; d_weight[i, c] += Σ_b d_q[b, i] · z[b, 0, c]; d_bias[i] += Σ_b d_q[b, i].
//
// Invocation j makes d_z of example j / D and channel j mod D, element j of d_weight and element j of d_bias, where they
// exist; max(B, 2) · D invocations, workgroups of 64 in rows of 65535. Sums over the batch run in its order.

struct Params {
    batch: u32,
    tokens: u32,
    width: u32,
}

@group(0) @binding(0) var<storage, read> z: array<f32>; // [B, T, D]
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [2, D]
@group(0) @binding(2) var<storage, read> d_q: array<f32>; // [B, 2]
@group(0) @binding(3) var<storage, read_write> d_z: array<f32>; // [B, T, D]
@group(0) @binding(4) var<storage, read_write> d_weight: array<f32>; // [2, D]
@group(0) @binding(5) var<storage, read_write> d_bias: array<f32>; // [2]
@group(0) @binding(6) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let j = (group.y * 65535u + group.x) * 64u + lane;
    let c = j % p.width;
    if j < p.batch * p.width {
        let b = j / p.width;
        d_z[b * p.tokens * p.width + c] += d_q[2u * b] * weight[c] + d_q[2u * b + 1u] * weight[p.width + c];
    }
    if j < 2u * p.width {
        let i = j / p.width;
        var sum = 0.0;
        for (var b = 0u; b < p.batch; b++) {
            sum += d_q[2u * b + i] * z[b * p.tokens * p.width + c];
        }
        d_weight[j] += sum;
    }
    if j < 2u {
        var sum = 0.0;
        for (var b = 0u; b < p.batch; b++) {
            sum += d_q[2u * b + j];
        }
        d_bias[j] += sum;
    }
}
