// What clearing workgroup memory costs: WGSL has all of it zero at the start, and who sees to that is the driver or, in some browsers,
// one invocation of each workgroup. Every workgroup has WORDS words of it and uses one. No kernel of the model:
// crates/core/src/engine/gpu/clearing.rs times it with much and with little.
//
// Grid: as many workgroups as take a while.

const WORDS: u32 = 4096u; // 16 KiB
const LANES: u32 = 64u;

@group(0) @binding(0) var<storage, read_write> out: array<u32>; // one a workgroup

var<workgroup> words: array<u32, WORDS>; // [WORDS]

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    // No compiler can tell which: all are needed.
    let mine = group.x * 7u + lane;
    words[mine % WORDS] = lane;
    workgroupBarrier();
    if lane == 0u {
        out[group.x] = words[(group.x * 13u) % WORDS];
    }
}
