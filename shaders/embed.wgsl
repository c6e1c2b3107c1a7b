// x[b, t, :] = scale · (e + position[t, :])
// e = table[tokens[b, t - P], :] for t ≥ P; for t < P elements [t·D, (t + 1)·D) of puzzle[ids[b], :], zero beyond E.
//
// One invocation an element of x [B, T, D]; workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    seq: u32,
    prefix: u32,
    width: u32,
    vocab: u32,
    identifiers: u32,
    puzzle_width: u32,
    has_position: u32,
    scale: f32,
}

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [B, S]
@group(0) @binding(1) var<storage, read> table: array<f32>; // [V, D]
@group(0) @binding(2) var<storage, read> ids: array<u32>; // [B], only if P > 0
@group(0) @binding(3) var<storage, read> puzzle: array<f32>; // [N, E], only if P > 0
@group(0) @binding(4) var<storage, read> position: array<f32>; // [T, D], optional
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // [B, T, D]
@group(0) @binding(6) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    let tokens_all = p.prefix + p.seq;
    if i >= p.batch * tokens_all * p.width {
        return;
    }
    let in_row = i % (tokens_all * p.width); // t·D + c
    let b = i / (tokens_all * p.width);
    var e = 0.0;
    if in_row >= p.prefix * p.width {
        let t = in_row / p.width - p.prefix;
        let token = min(tokens[b * p.seq + t], p.vocab - 1u);
        e = table[token * p.width + in_row % p.width];
    } else if in_row < p.puzzle_width {
        let id = min(ids[b], p.identifiers - 1u);
        e = puzzle[id * p.puzzle_width + in_row];
    }
    if p.has_position != 0u {
        e += position[in_row];
    }
    out[i] = p.scale * e;
}
