// target[b] = σ(q_halt') where steps ≥ max_steps, else σ(max(q_halt', q_continue')), q' of the next segment.
//
// One invocation an example; workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    max_steps: u32,
}

@group(0) @binding(0) var<storage, read> q_next: array<vec2<f32>>; // [B, 2]
@group(0) @binding(1) var<storage, read> steps: array<u32>; // [B], after this segment
@group(0) @binding(2) var<storage, read_write> target_: array<f32>; // [B]
@group(0) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let b = (group.y * 65535u + group.x) * 64u + lane;
    if b >= p.batch {
        return;
    }
    let q = q_next[b];
    let x = select(max(q.x, q.y), q.x, steps[b] >= p.max_steps);
    target_[b] = 1.0 / (1.0 + exp(min(-x, 87.0)));
}
