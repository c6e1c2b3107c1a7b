// d_q[b] = ½ · scale · (σ(q_halt) - whole sequence right, σ(q_continue) - target or 0 without a target).
//
// One invocation an example; workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    has_target: u32,
    scale: f32,
}

@group(0) @binding(0) var<storage, read> q: array<vec2<f32>>; // [B, 2]
@group(0) @binding(1) var<storage, read> rows: array<vec4<f32>>; // [B, 4]
@group(0) @binding(2) var<storage, read> target_: array<f32>; // [B], optional
@group(0) @binding(3) var<storage, read_write> d_q: array<vec2<f32>>; // [B, 2]
@group(0) @binding(4) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let b = (group.y * 65535u + group.x) * 64u + lane;
    if b >= p.batch {
        return;
    }
    let sigma = 1.0 / (1.0 + exp(min(-q[b], vec2<f32>(87.0))));
    var d = vec2<f32>(sigma.x - rows[b].w, 0.0);
    if p.has_target != 0u {
        d.y = sigma.y - target_[b];
    }
    d_q[b] = 0.5 * p.scale * d;
}
