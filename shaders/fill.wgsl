// Every element := value, given as bits.
//
// One invocation four elements (buffers are padded to whole vectors); workgroups of 64 in rows of 65535.

struct Params {
    vectors: u32, // ⌈len / 4⌉
    bits: u32,
}

@group(0) @binding(0) var<storage, read_write> out: array<vec4<u32>>; // [len]
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i < p.vectors {
        out[i] = vec4<u32>(p.bits);
    }
}
