// loss[b] = (bce(q_halt, whole sequence right), bce(q_continue, target) or 0 without a target), not yet halved;
// bce(x, t) = max(x, 0) - x·t + log(1 + exp(-|x|)).
//
// One invocation an example; workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    has_target: u32,
}

@group(0) @binding(0) var<storage, read> q: array<vec2<f32>>; // [B, 2]
@group(0) @binding(1) var<storage, read> rows: array<vec4<f32>>; // [B, 4]
@group(0) @binding(2) var<storage, read> target_: array<f32>; // [B], optional
@group(0) @binding(3) var<storage, read_write> loss: array<vec2<f32>>; // [B, 2]
@group(0) @binding(4) var<uniform> p: Params;

fn bce(x: f32, t: f32) -> f32 {
    // WGSL's log is only good to 2⁻²¹ near 1: a series keeps small losses exact.
    let e = exp(-abs(x));
    let log1p = select(log(1.0 + e), e * (1.0 - e * (0.5 - e * (1.0 / 3.0 - e * 0.25))), e < 0.01);
    return max(x, 0.0) - x * t + log1p;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let b = (group.y * 65535u + group.x) * 64u + lane;
    if b >= p.batch {
        return;
    }
    let halt = bce(q[b].x, rows[b].w);
    var more = 0.0;
    if p.has_target != 0u {
        more = bce(q[b].y, target_[b]);
    }
    loss[b] = vec2<f32>(halt, more);
}
