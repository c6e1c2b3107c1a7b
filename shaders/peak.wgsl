// The adapter's multiply-add peak: every invocation runs eight independent chains of vec4 multiply-adds,
// c = a · c + b, `rounds` times four; 2 · 4 · 8 · 4 · rounds operations.
//
// Grid: as many workgroups of 64 as are to be kept busy.

struct Params {
    a: f32, // just below 1
    b: f32,
    rounds: u32,
}

@group(0) @binding(0) var<storage, read_write> out: array<f32>; // one an invocation
@group(0) @binding(1) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let a = vec4<f32>(p.a);
    let b = vec4<f32>(p.b);
    var c0 = vec4<f32>(f32(id.x));
    var c1 = c0 + 1.0;
    var c2 = c0 + 2.0;
    var c3 = c0 + 3.0;
    var c4 = c0 + 4.0;
    var c5 = c0 + 5.0;
    var c6 = c0 + 6.0;
    var c7 = c0 + 7.0;
    for (var i = 0u; i < p.rounds; i++) {
        c0 = a * c0 + b; c1 = a * c1 + b; c2 = a * c2 + b; c3 = a * c3 + b;
        c4 = a * c4 + b; c5 = a * c5 + b; c6 = a * c6 + b; c7 = a * c7 + b;
        c0 = a * c0 + b; c1 = a * c1 + b; c2 = a * c2 + b; c3 = a * c3 + b;
        c4 = a * c4 + b; c5 = a * c5 + b; c6 = a * c6 + b; c7 = a * c7 + b;
        c0 = a * c0 + b; c1 = a * c1 + b; c2 = a * c2 + b; c3 = a * c3 + b;
        c4 = a * c4 + b; c5 = a * c5 + b; c6 = a * c6 + b; c7 = a * c7 + b;
        c0 = a * c0 + b; c1 = a * c1 + b; c2 = a * c2 + b; c3 = a * c3 + b;
        c4 = a * c4 + b; c5 = a * c5 + b; c6 = a * c6 + b; c7 = a * c7 + b;
    }
    let sum = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7;
    out[id.x] = sum.x + sum.y + sum.z + sum.w;
}
