// matmul.wgsl's product for SwiftShader, which has no cheap way to share: a load from storage or workgroup memory is
// a gather of about a hundred instructions whatever it reads, a variable that a loop changes is copied at its end, and only
// an invocation's own array, at an index known when the shader is compiled, is as cheap as it looks. So an invocation
// holds HELD lines of one factor, TERMS terms of each, in such an array, walks along the lines of the other and reads
// every one of their terms once for all that it holds. The sum over a slice of terms is one expression; later slices add
// to it.
//
// A workgroup of LANES invocations holds HELD·LANES lines; grid: (groups of held lines, stretches of walked lines,
// items).

// 8, 16 or 32.
const HELD: u32 = 32u;
// 16, 32 or 64.
const TERMS: u32 = 64u;
// Whether k is innermost in the held factor, and k, its offset and steps are multiples of four: vectors are read whole.
const HELD_VECTORS: bool = false;
// The same of the walked one.
const WALKED_VECTORS: bool = false;

struct Params {
    held: u32, // lines of the held factor
    walked: u32, // lines of the other
    k: u32,
    items: u32, // summed into one result: B when reducing, else 1
    stretch: u32, // lines that a workgroup walks
    accumulate: u32, // no constant: with one, SwiftShader compiles for minutes
    held_offset: u32,
    held_step: u32, // from line to line
    held_k_step: u32, // from term to term
    held_batch_stride: u32,
    walked_offset: u32,
    walked_step: u32,
    walked_k_step: u32,
    walked_batch_stride: u32,
    out_offset: u32,
    out_held_step: u32,
    out_walked_step: u32,
    out_batch_stride: u32,
}

@group(0) @binding(0) var<storage, read> held: array<vec4<f32>>; // [B, held, k] or [B, k, held]
@group(0) @binding(1) var<storage, read> walked: array<vec4<f32>>; // [B, walked, k] or [B, k, walked]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [B, held, walked], [B, walked, held] or without B
@group(0) @binding(3) var<uniform> p: Params;

// SwiftShader's own width.
const LANES: u32 = 4u;
// Vectors that a line has room for.
const ROOM: u32 = 16u;

// The held lines: all that WebGPU grants in this address space, so that the walked one is a function's.
var<private> x: array<vec4<f32>, 512>; // [32, ROOM]

alias Line = array<vec4<f32>, ROOM>; // a walked line

// Σ of 16 terms of the held line that begins at `at` and of the walked one, from vector i on.
fn sixteen(w: ptr<function, Line>, at: u32, i: u32) -> f32 {
    return x[at].x * (*w)[i].x + x[at].y * (*w)[i].y
        + x[at].z * (*w)[i].z + x[at].w * (*w)[i].w
        + x[at + 1u].x * (*w)[i + 1u].x + x[at + 1u].y * (*w)[i + 1u].y
        + x[at + 1u].z * (*w)[i + 1u].z + x[at + 1u].w * (*w)[i + 1u].w
        + x[at + 2u].x * (*w)[i + 2u].x + x[at + 2u].y * (*w)[i + 2u].y
        + x[at + 2u].z * (*w)[i + 2u].z + x[at + 2u].w * (*w)[i + 2u].w
        + x[at + 3u].x * (*w)[i + 3u].x + x[at + 3u].y * (*w)[i + 3u].y
        + x[at + 3u].z * (*w)[i + 3u].z + x[at + 3u].w * (*w)[i + 3u].w;
}

// Held line t times the walked one.
fn line(w: ptr<function, Line>, t: u32) -> f32 {
    let at = t * ROOM;
    var sum = sixteen(w, at, 0u);
    if TERMS >= 32u {
        sum += sixteen(w, at + 4u, 4u);
    }
    if TERMS >= 64u {
        sum += sixteen(w, at + 8u, 8u);
        sum += sixteen(w, at + 12u, 12u);
    }
    return sum;
}

// All held lines times the walked one, written from `first` on, `count` of them, `step` apart. They are stored after
// the last is done: a branch between two would cost more than both.
fn lines(w: ptr<function, Line>, first: u32, step: u32, count: u32, add: bool) {
    var s: array<f32, 32>;
    s[0] = line(w, 0u); s[1] = line(w, 1u); s[2] = line(w, 2u); s[3] = line(w, 3u);
    s[4] = line(w, 4u); s[5] = line(w, 5u); s[6] = line(w, 6u); s[7] = line(w, 7u);
    if HELD >= 16u {
        s[8] = line(w, 8u); s[9] = line(w, 9u); s[10] = line(w, 10u); s[11] = line(w, 11u);
        s[12] = line(w, 12u); s[13] = line(w, 13u); s[14] = line(w, 14u); s[15] = line(w, 15u);
    }
    if HELD >= 32u {
        s[16] = line(w, 16u); s[17] = line(w, 17u); s[18] = line(w, 18u); s[19] = line(w, 19u);
        s[20] = line(w, 20u); s[21] = line(w, 21u); s[22] = line(w, 22u); s[23] = line(w, 23u);
        s[24] = line(w, 24u); s[25] = line(w, 25u); s[26] = line(w, 26u); s[27] = line(w, 27u);
        s[28] = line(w, 28u); s[29] = line(w, 29u); s[30] = line(w, 30u); s[31] = line(w, 31u);
    }
    if add {
        for (var t = 0u; t < count; t++) {
            out[first + t * step] += s[t];
        }
    } else {
        for (var t = 0u; t < count; t++) {
            out[first + t * step] = s[t];
        }
    }
}

// Terms k..k+4 of a held line that begins at `begin`; zero past the end.
fn held_terms(begin: u32, k: u32) -> vec4<f32> {
    let last = p.k - 1u;
    if HELD_VECTORS {
        return select(vec4<f32>(), held[(begin + min(k, last)) / 4u], k <= last);
    }
    let term = vec4<u32>(k, k + 1u, k + 2u, k + 3u);
    let at = vec4<u32>(begin) + min(term, vec4<u32>(last)) * p.held_k_step;
    let v = vec4<f32>(
        held[at.x / 4u][at.x % 4u],
        held[at.y / 4u][at.y % 4u],
        held[at.z / 4u][at.z % 4u],
        held[at.w / 4u][at.w % 4u],
    );
    return select(vec4<f32>(), v, term <= vec4<u32>(last));
}

// Terms k..k+4 of a walked line that begins at `begin`; those past the end do not matter, but exist.
fn walked_terms(begin: u32, k: u32) -> vec4<f32> {
    let last = p.k - 1u;
    if WALKED_VECTORS {
        return walked[(begin + min(k, last)) / 4u];
    }
    let at = vec4<u32>(begin) + min(vec4<u32>(k, k + 1u, k + 2u, k + 3u), vec4<u32>(last)) * p.walked_k_step;
    return vec4<f32>(
        walked[at.x / 4u][at.x % 4u],
        walked[at.y / 4u][at.y % 4u],
        walked[at.z / 4u][at.z % 4u],
        walked[at.w / 4u][at.w % 4u],
    );
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    // Line t held is first + t·LANES; past the end the last is repeated and not written.
    let first = group.x * HELD * LANES + lane;
    let count = min((max(p.held, first) - first + LANES - 1u) / LANES, HELD);
    let rows = min((group.y + 1u) * p.stretch, p.walked);
    var w: Line;
    for (var item = group.z; item < group.z + p.items; item++) {
        let held_item = p.held_offset + item * p.held_batch_stride;
        let walked_item = p.walked_offset + item * p.walked_batch_stride;
        for (var k = 0u; k < p.k; k += TERMS) {
            for (var t = 0u; t < HELD; t++) {
                let begin = held_item + min(first + t * LANES, p.held - 1u) * p.held_step;
                for (var i = 0u; i < TERMS / 4u; i++) {
                    x[t * ROOM + i] = held_terms(begin, k + 4u * i);
                }
            }
            for (var row = group.y * p.stretch; row < rows; row++) {
                let begin = walked_item + row * p.walked_step;
                for (var i = 0u; i < TERMS / 4u; i++) {
                    w[i] = walked_terms(begin, k + 4u * i);
                }
                let at = p.out_offset + group.z * p.out_batch_stride
                    + row * p.out_walked_step + first * p.out_held_step;
                lines(&w, at, LANES * p.out_held_step, count, k > 0u || item > group.z || p.accumulate != 0u);
            }
        }
    }
}
