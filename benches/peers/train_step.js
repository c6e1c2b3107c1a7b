// What the two peers of the training step share: the sizes, the optimizer's settings and its corrections.
// A step is what hrm-web does in one: rows that halted take new data and start states, a segment with HRM's
// one-step gradient, halting, the extra segment for q_continue's target, the losses, Adam-atan2. The weight average and
// the gradient norms, which hrm-web computes as well, are spared the peers.

export const EPS = 1e-5;
export const LR = 1e-3;
export const BETA1 = 0.9;
export const BETA2 = 0.95;
export const WEIGHT_DECAY = 0.1;

/** The corrections of both moments at step t = 1, 2, … */
export function corrections(t) {
    return { c1: 1 / (1 - BETA1 ** t), c2: 1 / (1 - BETA2 ** t) };
}

/**
 * cos and sin of the rotary embedding, [T, d], the d/2 angles repeated in both halves; the sines of the first half are
 * negative, so that a rotation is x·cos + exchange(x)·sin with the halves merely exchanged.
 */
export function ropeTables(tokens, headDim) {
    const angle = (t, i) => t * 10000 ** ((-2 * (i % (headDim / 2))) / headDim);
    const table = value => Float32Array.from({ length: tokens * headDim }, (_, at) =>
        value(angle(Math.floor(at / headDim), at % headDim), at % headDim));
    return { cos: table(Math.cos), sin: table((a, i) => (i < headDim / 2 ? -Math.sin(a) : Math.sin(a))) };
}

/** The calls of a segment up to the last L and the last H call, which alone are differentiated. */
export function withoutGradient({ hCycles, lCycles }, callL, callH) {
    for (let h = 0; h < hCycles; h++) {
        const last = h === hCycles - 1;
        for (let l = 0; l < lCycles - (last ? 1 : 0); l++) callL();
        if (!last) callH();
    }
}
