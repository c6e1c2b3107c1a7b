// out = a + b.
//
// One invocation four elements (buffers are padded to whole vectors); workgroups of 64 in rows of 65535.

struct Params {
    vectors: u32, // ⌈len / 4⌉
}

@group(0) @binding(0) var<storage, read> a: array<vec4<f32>>; // [len]
@group(0) @binding(1) var<storage, read> b: array<vec4<f32>>; // [len]
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>; // [len]
@group(0) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i < p.vectors {
        out[i] = a[i] + b[i];
    }
}
