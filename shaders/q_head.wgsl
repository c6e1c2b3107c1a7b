// out[b, i] = Σ_c z[b, 0, c] · weight[i, c] + bias[i].
//
// One workgroup of 64 an example; grid: B in rows of 65535.

struct Params {
    batch: u32,
    tokens: u32,
    width: u32,
}

@group(0) @binding(0) var<storage, read> z: array<f32>; // [B, T, D]
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [2, D]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [2]
@group(0) @binding(3) var<storage, read_write> out: array<f32>; // [B, 2]
@group(0) @binding(4) var<uniform> p: Params;

var<workgroup> partial: array<vec2<f32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let b = group.y * 65535u + group.x;
    var sum = vec2<f32>();
    if b < p.batch {
        for (var c = lane; c < p.width; c += 64u) {
            sum += z[b * p.tokens * p.width + c] * vec2<f32>(weight[c], weight[p.width + c]);
        }
    }
    partial[lane] = sum;
    workgroupBarrier();
    if lane == 0u && b < p.batch {
        for (var i = 1u; i < 64u; i++) {
            sum += partial[i];
        }
        out[2u * b] = sum.x + bias[0];
        out[2u * b + 1u] = sum.y + bias[1];
    }
}
