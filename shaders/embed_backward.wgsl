// The gradients of embed.wgsl, each a sum in a fixed order, times scale:
// `table`: out[v, c] = Σ over the positions with token v of d_x; `puzzle`: out[b, e] = d_x[b, e / D, e mod D], one row an
// example; `position`: out[t, c] = Σ_b d_x[b, t, c].
//
// `table`: a workgroup of 16 channels by 16 stretches of the token list for 16 channels of a token; grid: (channel
// groups, V). The others: one invocation an element, workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    seq: u32,
    prefix: u32,
    width: u32,
    puzzle_width: u32,
    scale: f32,
}

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [B, S]
@group(0) @binding(1) var<storage, read> d_x: array<f32>; // [B, T, D]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [V, D], [B, E] or [T, D]
@group(0) @binding(3) var<uniform> p: Params;

var<workgroup> partial: array<f32, 256>; // [16 stretches, 16 channels]

@compute @workgroup_size(16, 16)
fn table(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let c = group.x * 16u + local.x;
    var sum = 0.0;
    if c < p.width {
        for (var i = local.y; i < p.batch * p.seq; i += 16u) {
            if tokens[i] == group.y {
                let row = i / p.seq * (p.prefix + p.seq) + p.prefix + i % p.seq;
                sum += d_x[row * p.width + c];
            }
        }
    }
    partial[local.y * 16u + local.x] = sum;
    workgroupBarrier();
    if local.y == 0u && c < p.width {
        for (var i = 1u; i < 16u; i++) {
            sum += partial[i * 16u + local.x];
        }
        out[group.y * p.width + c] = sum * p.scale;
    }
}

@compute @workgroup_size(64)
fn puzzle(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i < p.batch * p.puzzle_width {
        let b = i / p.puzzle_width;
        out[i] = d_x[b * (p.prefix + p.seq) * p.width + i % p.puzzle_width] * p.scale;
    }
}

@compute @workgroup_size(64)
fn position(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    let all = (p.prefix + p.seq) * p.width;
    if i < all {
        var sum = 0.0;
        for (var b = 0u; b < p.batch; b++) {
            sum += d_x[b * all + i];
        }
        out[i] = sum * p.scale;
    }
}
