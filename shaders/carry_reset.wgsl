// Rows with halted ≠ 0: target[b, i] = source[i mod period], or source[b, i] with period 0; bit by bit.
//
// One invocation an element of target; workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    row: u32,
    period: u32,
}

@group(0) @binding(0) var<storage, read> halted: array<u32>; // [B]
@group(0) @binding(1) var<storage, read> source: array<u32>; // [period] or [B, row]
@group(0) @binding(2) var<storage, read_write> target_: array<u32>; // [B, row]
@group(0) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i >= p.batch * p.row || halted[i / p.row] == 0u {
        return;
    }
    if p.period == 0u {
        target_[i] = source[i];
    } else {
        target_[i] = source[i % p.row % p.period];
    }
}
