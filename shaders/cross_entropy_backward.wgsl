// d_logits[b, t, v] = scale / max(labelled positions of b, 1) · s'(x_v) · (1 / Σ s - [v = label] / s(x_v)), zero where the
// label is ignored. Stablemax: s'(x) = 1 for x ≥ 0, else s². Softmax: s' = s = exp(x - max).
//
// One invocation a position; workgroups of 64 in rows of 65535.

struct Params {
    batch: u32,
    seq: u32,
    vocab: u32,
    softmax: u32,
    scale: f32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>; // [B, S, V]
@group(0) @binding(1) var<storage, read> labels: array<u32>; // [B, S], from V on: ignored
@group(0) @binding(2) var<storage, read> rows: array<vec4<f32>>; // [B, 4], the third is the number of labelled positions
@group(0) @binding(3) var<storage, read_write> d_logits: array<f32>; // [B, S, V]
@group(0) @binding(4) var<uniform> p: Params;

fn stable(x: f32) -> f32 {
    return select(1.0 / (1.0 - min(x, 0.0)), x + 1.0, x >= 0.0);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let position = (group.y * 65535u + group.x) * 64u + lane;
    if position >= p.batch * p.seq {
        return;
    }
    let base = position * p.vocab;
    let label = labels[position];
    if label >= p.vocab {
        for (var v = 0u; v < p.vocab; v++) {
            d_logits[base + v] = 0.0;
        }
        return;
    }
    let scale = p.scale / max(rows[position / p.seq].z, 1.0);
    var total = 0.0;
    if p.softmax != 0u {
        var largest = logits[base];
        for (var v = 1u; v < p.vocab; v++) {
            largest = max(largest, logits[base + v]);
        }
        for (var v = 0u; v < p.vocab; v++) {
            total += exp(logits[base + v] - largest);
        }
        for (var v = 0u; v < p.vocab; v++) {
            let target_ = select(0.0, 1.0, v == label);
            d_logits[base + v] = (exp(logits[base + v] - largest) / total - target_) * scale;
        }
    } else {
        for (var v = 0u; v < p.vocab; v++) {
            total += stable(logits[base + v]);
        }
        for (var v = 0u; v < p.vocab; v++) {
            let x = logits[base + v];
            let s = stable(x);
            let slope = select(s * s, 1.0, x >= 0.0);
            d_logits[base + v] = slope * (1.0 / total - select(0.0, 1.0 / s, v == label)) * scale;
        }
    }
}
