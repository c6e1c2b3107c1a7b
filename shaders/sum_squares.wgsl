// out[index] = Σ x², in a fixed order and two stages: `stretches` leaves one sum a workgroup in `partial`, `total` adds
// those up.
//
// `stretches`: up to 256 workgroups of 64, every invocation each (64 · workgroups)-th element; `total`: one workgroup.

struct Params {
    len: u32,
    index: u32,
    groups: u32, // workgroups of `stretches`
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [len]
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // at least [index + 1]
@group(0) @binding(2) var<storage, read_write> partial: array<f32>; // [256], scratch
@group(0) @binding(3) var<uniform> p: Params;

var<workgroup> sums: array<f32, 64>;

// The sum over the workgroup, in the invocations' order; right in invocation 0.
fn reduce(value: f32, lane: u32) -> f32 {
    sums[lane] = value;
    workgroupBarrier();
    var sum = value;
    if lane == 0u {
        for (var i = 1u; i < 64u; i++) {
            sum += sums[i];
        }
    }
    return sum;
}

@compute @workgroup_size(64)
fn stretches(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var i = group.x * 64u + lane; i < p.len; i += p.groups * 64u) {
        sum += x[i] * x[i];
    }
    sum = reduce(sum, lane);
    if lane == 0u {
        partial[group.x] = sum;
    }
}

@compute @workgroup_size(64)
fn total(@builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var i = lane; i < p.groups; i += 64u) {
        sum += partial[i];
    }
    sum = reduce(sum, lane);
    if lane == 0u {
        out[p.index] = sum;
    }
}
