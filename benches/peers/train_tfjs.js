// A training step in tfjs with its WebGPU back end, as well as tfjs allows: the gradients of its composed functions in
// closed form (tf.customGrad), weights and moments of the optimizer as one vector, nothing read back but what is asked for.

import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { BETA1, BETA2, EPS, LR, WEIGHT_DECAY, corrections, ropeTables, withoutGradient } from "./train_step.js";

const linear = (x, weight) => tf.matMul(x, weight, false, true);

const rmsNorm = tf.customGrad((v, save) => {
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(v), -1, true), EPS));
    const out = tf.mul(v, inverse);
    save([out, inverse]);
    const gradFunc = (dOut, [out, inverse]) =>
        tf.mul(inverse, tf.sub(dOut, tf.mul(out, tf.mean(tf.mul(dOut, out), -1, true))));
    return { value: out, gradFunc };
});

const swiglu = tf.customGrad((gateUp, save) => {
    const [gate, up] = tf.split(gateUp, 2, -1);
    const sigmoid = tf.sigmoid(gate);
    const silu = tf.mul(gate, sigmoid);
    save([up, sigmoid, silu]);
    const gradFunc = (dOut, [up, sigmoid, silu]) => {
        // silu' = σ + silu·(1 - σ)
        const slope = tf.add(sigmoid, tf.mul(silu, tf.sub(1, sigmoid)));
        return tf.concat([tf.mul(tf.mul(dOut, up), slope), tf.mul(dOut, silu)], -1);
    };
    return { value: tf.mul(silu, up), gradFunc };
});

/** Sum over the batch of the mean stablemax cross-entropy; labels one-hot. */
const stablemax = tf.customGrad((logits, oneHot, save) => {
    const positive = tf.greaterEqual(logits, 0);
    const s = tf.where(positive, tf.add(logits, 1), tf.reciprocal(tf.sub(1, tf.minimum(logits, 0))));
    const sum = tf.sum(s, -1, true);
    const p = tf.sum(tf.mul(tf.div(s, sum), oneHot), -1);
    const positions = logits.shape[1];
    save([positive, s, sum, oneHot]);
    const gradFunc = (dOut, [positive, s, sum, oneHot]) => {
        const slope = tf.where(positive, tf.onesLike(s), tf.square(s));
        const d = tf.mul(slope, tf.sub(tf.reciprocal(sum), tf.div(oneHot, s)));
        return [tf.mul(d, tf.div(dOut, positions)), tf.zerosLike(oneHot)];
    };
    return { value: tf.neg(tf.div(tf.sum(tf.log(p)), positions)), gradFunc };
});

/** What `f` returns, of which tfjs's tape knows nothing: it does not look inside a custom gradient. */
const untaped = f => tf.customGrad(input => ({ value: f(), gradFunc: () => input }))(tf.scalar(0));

const binary = (logit, target) => tf.sum(tf.sub(tf.softplus(logit), tf.mul(logit, target)));

class Model {
    constructor({ config, weights }) {
        this.config = config;
        this.names = Object.keys(weights).filter(name => !name.endsWith("_init"));
        this.shapes = this.names.map(name => weights[name].shape);
        this.sizes = this.shapes.map(shape => shape.reduce((product, extent) => product * extent, 1));
        const { tokens, heads, width } = config;
        const headDim = width / heads;
        const { cos, sin } = ropeTables(tokens, headDim);
        const table = values => tf.tensor(values, [1, 1, tokens, headDim]);
        // The queries take the scale of the scores along.
        const scale = tf.tensor(Array.from({ length: 2 * heads }, (_, i) => (i < heads ? headDim ** -0.5 : 1)), [1, 2 * heads, 1, 1]);
        [this.cos, this.sin] = [table(cos), table(sin)].map(t => tf.mul(t, scale));
        this.exchange = tf.tensor1d(Array.from({ length: headDim }, (_, i) => (i + headDim / 2) % headDim), "int32");
        this.rotate = tf.customGrad((x, save) => {
            save([]);
            const value = tf.add(tf.mul(x, this.cos), tf.mul(tf.gather(x, this.exchange, 3), this.sin));
            const gradFunc = dOut => tf.add(tf.mul(dOut, this.cos), tf.gather(tf.mul(dOut, this.sin), this.exchange, 3));
            return { value, gradFunc };
        });
    }

    /** Tensors by name. */
    named(tensors) {
        return Object.fromEntries(this.names.map((name, i) => [name, tensors[i]]));
    }

    attention(x, w, name) {
        const { batch, tokens, heads, width } = this.config;
        const qkv = tf.reshape(linear(x, w[`${name}.self_attn.qkv_proj.weight`]), [batch, tokens, 3 * heads, width / heads]);
        const [qk, v] = tf.split(tf.transpose(qkv, [0, 2, 1, 3]), [2 * heads, heads], 1);
        const [q, k] = tf.split(this.rotate(qk), 2, 1);
        const mixed = tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v);
        const rows = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * tokens, width]);
        return linear(rows, w[`${name}.self_attn.o_proj.weight`]);
    }

    level(level, w, state, injection) {
        let x = tf.add(state, injection);
        for (let layer = 0; layer < this.config.layers; layer++) {
            const name = `${level}_level.layers.${layer}`;
            x = rmsNorm(tf.add(x, this.attention(x, w, name)));
            const hidden = swiglu(linear(x, w[`${name}.mlp.gate_up_proj.weight`]));
            x = rmsNorm(tf.add(x, linear(hidden, w[`${name}.mlp.down_proj.weight`])));
        }
        return x;
    }

    input(w, oneHot) {
        return tf.mul(tf.matMul(oneHot, w["embed_tokens.embedding_weight"]), Math.sqrt(this.config.width));
    }

    /** (q_halt, q_continue) of every row [B, 2]. */
    qHead(w, zH) {
        const { batch, tokens, width } = this.config;
        const first = tf.reshape(tf.slice(tf.reshape(zH, [batch, tokens, width]), [0, 0, 0], [batch, 1, width]), [batch, width]);
        return tf.add(linear(first, w["q_head.weight"]), w["q_head.bias"]);
    }

    /** The states before the last L call. */
    early(w, x, zH, zL) {
        withoutGradient(
            this.config,
            () => (zL = this.level("L", w, zL, tf.add(zH, x))),
            () => (zH = this.level("H", w, zH, zL)),
        );
        return [zH, zL];
    }

    late(w, x, zH, zL) {
        zL = this.level("L", w, zL, tf.add(zH, x));
        return [this.level("H", w, zH, zL), zL];
    }
}

/**
 * Prepares the training of `workload` (see `train_workload` of src/bin/bench.rs).
 *
 * @returns {Promise<{version: string, step: () => void, loss: () => Promise<number>}>} `step` only submits; `loss` waits for
 *     the last step and reads its loss.
 */
export async function prepare(workload) {
    await tf.setBackend("webgpu");
    await tf.ready();
    const { config, weights } = workload;
    const { batch, tokens, width, vocab, maxSteps } = config;
    const model = new Model(workload);
    const rows = [batch * tokens, width];
    const init = name => tf.tile(tf.tensor(weights[name].data, [1, width]), [batch * tokens, 1]);
    const [hInit, lInit] = [init("H_init"), init("L_init")];
    const fresh = {
        tokens: tf.tensor2d(Int32Array.from(workload.tokens), [batch, tokens], "int32"),
        labels: tf.tensor2d(workload.labels, [batch, tokens], "int32"),
    };
    const flat = tf.concat(model.names.map(name => tf.tensor1d(weights[name].data)));
    // What a step takes over from the one before.
    let state = {
        flat,
        params: tf.split(flat, model.sizes).map((part, i) => tf.reshape(part, model.shapes[i])),
        m: tf.zerosLike(flat),
        v: tf.zerosLike(flat),
        zH: tf.zeros(rows),
        zL: tf.zeros(rows),
        steps: tf.zeros([batch]),
        halted: tf.ones([batch], "bool"),
        tokens: tf.clone(fresh.tokens),
        labels: tf.clone(fresh.labels),
        loss: tf.scalar(0),
    };
    let t = 0;

    function next() {
        const byRow = tf.reshape(state.halted, [batch, 1]);
        const halted = tf.reshape(tf.tile(byRow, [1, tokens]), [batch * tokens, 1]);
        const data = {
            tokens: tf.where(byRow, fresh.tokens, state.tokens),
            labels: tf.where(byRow, fresh.labels, state.labels),
        };
        const w = model.named(state.params);
        const oneHot = tf.cast(tf.reshape(tf.oneHot(data.tokens, vocab), [batch * tokens, vocab]), "float32");
        const labels = tf.cast(tf.oneHot(data.labels, vocab), "float32");
        const x = model.input(w, oneHot);
        const [earlyH, earlyL] = model.early(w, x, tf.where(halted, hInit, state.zH), tf.where(halted, lInit, state.zL));
        const steps = tf.add(tf.where(state.halted, tf.zerosLike(state.steps), state.steps), 1);
        const kept = {};
        const loss = (...params) => {
            const w = model.named(params);
            const [zH, zL] = model.late(w, model.input(w, oneHot), earlyH, earlyL);
            const logits = tf.reshape(linear(zH, w["lm_head.weight"]), [batch, tokens, vocab]);
            const q = model.qHead(w, zH);
            const [halt, goOn] = tf.unstack(q, 1);
            const target = untaped(() => {
                const [nextH] = model.late(w, x, ...model.early(w, x, zH, zL));
                const [haltNext, goOnNext] = tf.unstack(model.qHead(w, nextH), 1);
                return tf.sigmoid(tf.where(tf.greaterEqual(steps, maxSteps), haltNext, tf.maximum(haltNext, goOnNext)));
            });
            const right = untaped(() => tf.cast(tf.all(tf.equal(tf.argMax(logits, -1), data.labels), 1), "float32"));
            const halted = tf.logicalOr(tf.greaterEqual(steps, maxSteps), tf.greater(halt, goOn));
            Object.assign(kept, { zH: tf.keep(zH), zL: tf.keep(zL), halted: tf.keep(halted) });
            const sum = tf.add(stablemax(logits, labels), tf.mul(0.5, tf.add(binary(halt, right), binary(goOn, target))));
            return tf.div(sum, batch);
        };
        const { value, grads } = tf.valueAndGrads(loss)(state.params);
        const g = tf.concat(grads.map(grad => tf.reshape(grad, [-1])));
        const { c1, c2 } = corrections(t);
        const m = tf.add(state.m, tf.mul(tf.sub(g, state.m), 1 - BETA1));
        const v = tf.add(state.v, tf.mul(tf.sub(tf.square(g), state.v), 1 - BETA2));
        const update = tf.mul(tf.atan2(m, tf.sqrt(tf.mul(v, c2))), LR * c1);
        const flat = tf.sub(tf.mul(state.flat, 1 - LR * WEIGHT_DECAY), update);
        const params = tf.split(flat, model.sizes).map((part, i) => tf.reshape(part, model.shapes[i]));
        return { flat, params, m, v, steps, loss: value, ...data, ...kept };
    }

    return {
        version: `tfjs ${tf.version_core}`,
        step() {
            t += 1;
            const before = state;
            state = tf.tidy(next);
            tf.dispose(before);
        },
        loss: async () => (await state.loss.data())[0],
    };
}
