// m += (1 - β1)·(g - m); v += (1 - β2)·(g² - v); p = p·(1 - lr·wd) - lr·c1·atan2(m, √(v·c2)) (Everett et al. 2024).
//
// WGSL allows its own atan2 an error of 4096 ULP: here the arc tangent of the smaller over the larger side is a minimax
// polynomial in its square, good to 2e-7, then unfolded.
//
// Gradients below LEAST in magnitude count as 0: a GPU may flush their squares to 0, and with v = 0 the angle of whatever m is left
// would be a whole quarter turn.
//
// One invocation four elements (buffers are padded to whole vectors); workgroups of 64 in rows of 65535.

struct Params {
    vectors: u32, // ⌈len / 4⌉
    take1: f32, // 1 - β1
    take2: f32, // 1 - β2
    weight_decay: f32,
}

@group(0) @binding(0) var<storage, read> grad: array<vec4<f32>>; // [len]
@group(0) @binding(1) var<storage, read> hyper: array<f32>; // lr, puzzle lr, c1 = 1 / (1 - β1ᵗ), c2 = 1 / (1 - β2ᵗ)
@group(0) @binding(2) var<storage, read_write> param: array<vec4<f32>>; // [len]
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>; // [len]
@group(0) @binding(4) var<storage, read_write> v: array<vec4<f32>>; // [len]
@group(0) @binding(5) var<uniform> p: Params;

const LEAST: f32 = 1e-19;

// The angle of (x, y) for x ≥ 0, between -π/2 and π/2; 0 at the origin.
fn angle(y: vec4<f32>, x: vec4<f32>) -> vec4<f32> {
    let up = abs(y);
    let larger = max(up, x);
    let t = min(up, x) / select(vec4<f32>(1.0), larger, larger > vec4<f32>());
    let s = t * t;
    var a = s * 0.002823639 - 0.015956903;
    a = a * s + 0.04250499;
    a = a * s - 0.07489009;
    a = a * s + 0.106347934;
    a = a * s - 0.14202736;
    a = a * s + 0.19992696;
    a = a * s - 0.33333102;
    a = a * s * t + t;
    a = select(a, 1.5707963267948966 - a, up > x);
    return select(a, -a, y < vec4<f32>());
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let i = (group.y * 65535u + group.x) * 64u + lane;
    if i >= p.vectors {
        return;
    }
    let g = select(grad[i], vec4<f32>(), abs(grad[i]) < vec4<f32>(LEAST));
    let first = m[i] + (g - m[i]) * p.take1;
    let second = v[i] + (g * g - v[i]) * p.take2;
    m[i] = first;
    v[i] = second;
    let lr = hyper[0];
    param[i] = param[i] * (1.0 - lr * p.weight_decay) - lr * hyper[2] * angle(first, sqrt(second * hyper[3]));
}
