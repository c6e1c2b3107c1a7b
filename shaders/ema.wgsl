// average = decay · average + (1 - decay) · param.
//
// One invocation four elements (buffers are padded to whole vectors); workgroups of 64 in rows of 65535.

struct Params {
    vectors: u32, // ⌈len / 4⌉
    keep: f32, // decay
    take: f32, // 1 - decay, rounded by itself
}

@group(0) @binding(0) var<storage, read> param: array<vec4<f32>>; // [len]
@group(0) @binding(1) var<storage, read_write> average: array<vec4<f32>>; // [len]
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i < p.vectors {
        average[i] = average[i] * p.keep + param[i] * p.take;
    }
}
