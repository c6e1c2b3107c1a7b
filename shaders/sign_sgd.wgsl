// For every identifier in the batch, once: row = row · (1 - lr·wd) - lr · sign(Σ gradients of its examples).
//
// One invocation a channel of an example; that of an identifier's first example does the work, in the batch's order.
// Workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    width: u32,
    identifiers: u32,
    weight_decay: f32,
}

@group(0) @binding(0) var<storage, read> grad: array<f32>; // [B, E]
@group(0) @binding(1) var<storage, read> ids: array<u32>; // [B]
@group(0) @binding(2) var<storage, read> hyper: array<f32>; // the second is the learning rate
@group(0) @binding(3) var<storage, read_write> table: array<f32>; // [N, E]
@group(0) @binding(4) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i >= p.batch * p.width {
        return;
    }
    let b = i / p.width;
    let c = i % p.width;
    let id = ids[b];
    if id >= p.identifiers {
        return;
    }
    for (var other = 0u; other < b; other++) {
        if ids[other] == id {
            return;
        }
    }
    var sum = 0.0;
    for (var other = b; other < p.batch; other++) {
        if ids[other] == id {
            sum += grad[other * p.width + c];
        }
    }
    let at = id * p.width + c;
    table[at] = table[at] * (1.0 - hyper[1] * p.weight_decay) - hyper[1] * sign(sum);
}
