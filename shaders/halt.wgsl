// After a training segment: steps = (halted ? 0 : steps) + 1;
// halted = (steps ≥ max_steps or the model wants to stop) and steps ≥ minimum.
// The model wants to stop at q_halt > q_continue, or with q_halt_alone at q_halt > 0.
// Exploration: with probability `exploration` the minimum is uniform in {2..max_steps}, else 0. The draws come from a
// counter-based generator, PCG-RXS-M-XS (O'Neill 2014) over (seed, step, row, draw): the same bits on every engine.
//
// One invocation an example; workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    max_steps: u32,
    q_halt_alone: u32,
    exploration: f32,
}

@group(0) @binding(0) var<storage, read> q: array<vec2<f32>>; // [B, 2]
@group(0) @binding(1) var<storage, read> random: array<u32>; // [2]: seed, number of the step
@group(0) @binding(2) var<storage, read_write> steps: array<u32>; // [B]
@group(0) @binding(3) var<storage, read_write> halted: array<u32>; // [B]
@group(0) @binding(4) var<uniform> p: Params;

fn pcg(x: u32) -> u32 {
    let s = x * 747796405u + 2891336453u;
    let w = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
    return (w >> 22u) ^ w;
}

fn word(row: u32, draw: u32) -> u32 {
    return pcg(pcg(pcg(pcg(random[0]) ^ random[1]) ^ row) ^ draw);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let b = (group.y * 65535u + group.x) * 64u + lane;
    if b >= p.batch {
        return;
    }
    let now = select(steps[b], 0u, halted[b] != 0u) + 1u;
    var minimum = 0u;
    let uniform_draw = f32(word(b, 0u) >> 8u) * 5.9604644775390625e-8; // [0, 1): 2⁻²⁴
    if uniform_draw < p.exploration && p.max_steps >= 2u {
        minimum = 2u + word(b, 1u) % (p.max_steps - 1u);
    }
    let wants = q[b].x > select(q[b].y, 0.0, p.q_halt_alone != 0u);
    steps[b] = now;
    halted[b] = select(0u, 1u, (now >= p.max_steps || wants) && now >= minimum);
}
