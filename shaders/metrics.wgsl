// Sums of a step: out = (rows that halted and have labels; over those rows accuracy, exact_accuracy, q_halt_accuracy,
// steps; over all rows cross-entropy, q_halt loss, q_continue loss).
//
// One workgroup of 64.

struct Params {
    batch: u32,
}

@group(0) @binding(0) var<storage, read> halted: array<u32>; // [B]
@group(0) @binding(1) var<storage, read> steps: array<u32>; // [B]
@group(0) @binding(2) var<storage, read> q: array<vec2<f32>>; // [B, 2]
@group(0) @binding(3) var<storage, read> rows: array<vec4<f32>>; // [B, 4]
@group(0) @binding(4) var<storage, read> loss: array<vec2<f32>>; // [B, 2]
@group(0) @binding(5) var<storage, read_write> out: array<vec4<f32>>; // [8]
@group(0) @binding(6) var<uniform> p: Params;

var<workgroup> head: array<vec4<f32>, 64>; // count, accuracy, exact, q_halt accuracy
var<workgroup> tail: array<vec4<f32>, 64>; // steps, the three losses

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32) {
    var a = vec4<f32>();
    var b = vec4<f32>();
    for (var i = lane; i < p.batch; i += 64u) {
        let row = rows[i];
        if halted[i] != 0u && row.z > 0.0 {
            let agrees = (q[i].x >= 0.0) == (row.w != 0.0);
            a += vec4<f32>(1.0, row.y / row.z, row.w, select(0.0, 1.0, agrees));
            b.x += f32(steps[i]);
        }
        b += vec4<f32>(0.0, row.x, loss[i]);
    }
    head[lane] = a;
    tail[lane] = b;
    workgroupBarrier();
    if lane == 0u {
        for (var i = 1u; i < 64u; i++) {
            a += head[i];
            b += tail[i];
        }
        out[0] = a;
        out[1] = b;
    }
}
