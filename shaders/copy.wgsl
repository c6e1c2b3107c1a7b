// to[to_offset..][..len] = from[..len], bit by bit.
//
// One invocation an element; workgroups of 64 in rows of 65535.

struct Params {
    to_offset: u32,
    len: u32,
}

@group(0) @binding(0) var<storage, read> source: array<u32>; // at least [len]
@group(0) @binding(1) var<storage, read_write> target_: array<u32>; // at least [to_offset + len]
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i < p.len {
        target_[p.to_offset + i] = source[i];
    }
}
