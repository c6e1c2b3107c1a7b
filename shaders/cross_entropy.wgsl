// rows[b] = (mean of -log p(label) over the positions with a label below V, correct positions, such positions,
// 1 if all of them are right else 0); p = s / Σ s.
// Stablemax (Prieto et al. 2025): s(x) = x + 1 for x ≥ 0, else 1 / (1 - x); softmax: s(x) = exp(x - max).
// The first largest logit is the arg max. All terms of Σ s are positive: f32 stays within 1e-6 of f64.
//
// One workgroup of 64 an example, an invocation every 64th position; grid: B in rows of 65535.

struct Params {
    batch: u32,
    seq: u32,
    vocab: u32,
    softmax: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>; // [B, S, V]
@group(0) @binding(1) var<storage, read> labels: array<u32>; // [B, S], from V on: ignored
@group(0) @binding(2) var<storage, read_write> rows: array<f32>; // [B, 4]
@group(0) @binding(3) var<uniform> p: Params;

var<workgroup> partial: array<vec3<f32>, 64>; // Σ -log p, correct, labelled

fn stable(x: f32) -> f32 {
    return select(1.0 / (1.0 - min(x, 0.0)), x + 1.0, x >= 0.0);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let b = group.y * 65535u + group.x;
    var sum = vec3<f32>();
    if b < p.batch {
        for (var t = lane; t < p.seq; t += 64u) {
            let label = labels[b * p.seq + t];
            if label >= p.vocab {
                continue;
            }
            let base = (b * p.seq + t) * p.vocab;
            var best = 0u;
            var largest = logits[base];
            for (var v = 1u; v < p.vocab; v++) {
                let x = logits[base + v];
                if x > largest {
                    largest = x;
                    best = v;
                }
            }
            var total = 0.0;
            var loss: f32;
            if p.softmax != 0u {
                for (var v = 0u; v < p.vocab; v++) {
                    total += exp(logits[base + v] - largest);
                }
                loss = log(total) - (logits[base + label] - largest);
            } else {
                for (var v = 0u; v < p.vocab; v++) {
                    total += stable(logits[base + v]);
                }
                loss = log(total) - log(stable(logits[base + label]));
            }
            sum += vec3<f32>(loss, select(0.0, 1.0, best == label), 1.0);
        }
    }
    partial[lane] = sum;
    workgroupBarrier();
    if lane == 0u && b < p.batch {
        for (var i = 1u; i < 64u; i++) {
            sum += partial[i];
        }
        rows[4u * b] = sum.x / max(sum.z, 1.0);
        rows[4u * b + 1u] = sum.y;
        rows[4u * b + 2u] = sum.z;
        rows[4u * b + 3u] = select(0.0, 1.0, sum.y == sum.z);
    }
}
