// Whether all workgroup memory that every device grants is there: each word of it is written by one invocation and copied out by
// another. No kernel of the model: crates/core/src/engine/gpu/workgroup_memory.rs holds out against i · FACTOR.

const WORDS: u32 = 4096u; // 16 KiB
const LANES: u32 = 256u;
const FACTOR: u32 = 2654435761u;

@group(0) @binding(0) var<storage, read_write> out: array<u32>; // [WORDS]

var<workgroup> words: array<u32, WORDS>; // [WORDS]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
    for (var i = lane; i < WORDS; i += LANES) {
        words[i] = i * FACTOR;
    }
    workgroupBarrier();
    for (var i = lane; i < WORDS; i += LANES) {
        let mirrored = WORDS - 1u - i;
        out[mirrored] = words[mirrored];
    }
}
