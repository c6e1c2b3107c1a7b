// A training step in jax-js with its WebGPU back end: the whole step as one jitted function, so that the library may fuse
// what it can. Arrays are reference counted: what is used once more is taken with `.ref`.

import { defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad, vjp } from "@jax-js/jax";
import { BETA1, BETA2, EPS, LR, WEIGHT_DECAY, corrections, ropeTables, withoutGradient } from "./train_step.js";

const linear = (x, weight) => np.matmul(x, np.matrixTranspose(weight));

function rmsNorm(v) {
    const mean = np.mean(np.square(v.ref), -1, { keepdims: true });
    return v.div(np.sqrt(mean.add(EPS)));
}

function binary(logit, target) {
    return np.sum(nn.softplus(logit.ref).sub(logit.mul(target)));
}

/** Sum over the batch of the mean stablemax cross-entropy; labels one-hot. */
function stablemax(logits, oneHot) {
    const positions = logits.shape[1];
    const below = np.reciprocal(np.subtract(1, np.minimum(logits.ref, 0)));
    const s = np.where(np.greaterEqual(logits.ref, 0), logits.add(1), below);
    const p = np.sum(s.ref.mul(oneHot), -1).div(np.sum(s, -1));
    return np.sum(np.log(p)).mul(-1 / positions);
}

class Model {
    constructor(config) {
        this.config = config;
        const { tokens, heads, width } = config;
        const headDim = width / heads;
        const { cos, sin } = ropeTables(tokens, headDim);
        const table = values => np.array(values, { shape: [tokens, 1, headDim] });
        [this.cos, this.sin] = [table(cos), table(sin)];
    }

    rotate(x) {
        const [batch, tokens, heads, headDim] = x.shape;
        const halves = x.ref.reshape([batch, tokens, heads, 2, headDim / 2]);
        const exchanged = np.flip(halves, 3).reshape([batch, tokens, heads, headDim]);
        return x.mul(this.cos.ref).add(exchanged.mul(this.sin.ref));
    }

    attention(x, w, name) {
        const { batch, tokens, heads, width } = this.config;
        const qkv = linear(x, w[`${name}.self_attn.qkv_proj.weight`].ref).reshape([batch, tokens, 3, heads, width / heads]);
        const [q, k, v] = [0, 1, 2].map(i => qkv.ref.slice([], [], i));
        qkv.dispose();
        const mixed = nn.dotProductAttention(this.rotate(q), this.rotate(k), v);
        return linear(mixed.reshape([batch * tokens, width]), w[`${name}.self_attn.o_proj.weight`].ref);
    }

    level(level, w, state, injection) {
        let x = state.add(injection);
        for (let layer = 0; layer < this.config.layers; layer++) {
            const name = `${level}_level.layers.${layer}`;
            x = rmsNorm(x.ref.add(this.attention(x, w, name)));
            const [gate, up] = np.split(linear(x.ref, w[`${name}.mlp.gate_up_proj.weight`].ref), 2, -1);
            x = rmsNorm(x.add(linear(nn.silu(gate).mul(up), w[`${name}.mlp.down_proj.weight`].ref)));
        }
        return x;
    }

    input(w, oneHot) {
        return np.matmul(oneHot, w["embed_tokens.embedding_weight"].ref).mul(Math.sqrt(this.config.width));
    }

    /** (q_halt, q_continue) of every row [B, 2]. */
    qHead(w, zH) {
        const { batch, tokens, width } = this.config;
        const first = zH.reshape([batch, tokens, width]).slice([], 0);
        return linear(first, w["q_head.weight"].ref).add(w["q_head.bias"].ref);
    }

    /** The states before the last L call; takes x over. */
    early(w, x, zH, zL) {
        withoutGradient(
            this.config,
            () => (zL = this.level("L", w, zL, zH.ref.add(x.ref))),
            () => (zH = this.level("H", w, zH, zL.ref)),
        );
        x.dispose();
        return [zH, zL];
    }

    late(w, x, zH, zL) {
        zL = this.level("L", w, zL, zH.ref.add(x));
        return [this.level("H", w, zH, zL.ref), zL];
    }
}

/**
 * Prepares the training of `workload` (see `train_workload` of src/bin/bench.rs).
 *
 * @returns {Promise<{version: string, step: () => void, loss: () => Promise<number>}>} `step` only submits; `loss` waits for
 *     the last step and reads its loss.
 */
export async function prepare(workload) {
    const available = await init("webgpu");
    if (!available.includes("webgpu")) throw new Error("jax-js found no WebGPU device");
    defaultDevice("webgpu");
    const { config, weights } = workload;
    const { batch, tokens, width, vocab, maxSteps } = config;
    const model = new Model(config);
    const row = name => np.array(weights[name].data, { shape: [1, width] });
    const [hInit, lInit] = [row("H_init"), row("L_init")];
    const integers = values => np.array(Int32Array.from(values), { shape: [batch, tokens], dtype: np.int32 });
    const fresh = { tokens: integers(workload.tokens), labels: integers(workload.labels) };

    const loss = (logits, q, labels, right, target) => {
        const [halt, goOn] = [q.ref.slice([], 0), q.slice([], 1)];
        return stablemax(logits, labels).add(binary(halt, right).add(binary(goOn, target)).mul(0.5)).div(batch);
    };

    const next = jit((w, m, v, carry, fresh, hInit, lInit, [c1, c2]) => {
        const halted = carry.halted;
        const byRow = () => halted.ref.reshape([batch, 1]);
        const data = {
            tokens: np.where(byRow(), fresh.tokens, carry.tokens),
            labels: np.where(byRow(), fresh.labels, carry.labels),
        };
        const oneHot = nn.oneHot(data.tokens.ref, vocab).reshape([batch * tokens, vocab]);
        const start = (init, z) =>
            np.where(halted.ref.reshape([batch, 1, 1]), init.reshape([1, 1, width]), z.reshape([batch, tokens, width]))
                .reshape([batch * tokens, width]);
        const x = model.input(w, oneHot.ref);
        const [earlyH, earlyL] = model.early(w, x.ref, start(hInit, carry.zH), start(lInit, carry.zL));
        const steps = np.where(halted, 0, carry.steps).add(1);
        const forward = (w, oneHot, earlyH, earlyL) => {
            const [zH, zL] = model.late(w, model.input(w, oneHot), earlyH, earlyL);
            const logits = linear(zH.ref, w["lm_head.weight"].ref).reshape([batch, tokens, vocab]);
            const q = model.qHead(w, zH.ref);
            tree.dispose(w);
            // jax-js 0.1.25 fails where one output of a differentiated function leads to another: these lead nowhere.
            return [logits, q, zH.mul(1), zL.mul(1)];
        };
        const [[logits, q, zH, zL], back] = vjp(forward, [tree.ref(w), oneHot, earlyH, earlyL]);

        const [nextH, nextL] = model.late(w, x.ref, ...model.early(w, x, zH.ref, zL.ref));
        nextL.dispose();
        const qNext = model.qHead(w, nextH);
        const [haltNext, goOnNext] = [qNext.ref.slice([], 0), qNext.slice([], 1)];
        const spent = np.greaterEqual(steps.ref, maxSteps);
        const target = nn.sigmoid(np.where(spent.ref, haltNext.ref, np.maximum(haltNext, goOnNext)));
        const halts = np.logicalOr(spent, np.greater(q.ref.slice([], 0), q.ref.slice([], 1)));
        const right = np.all(np.equal(np.argmax(logits.ref, -1), data.labels.ref), 1).astype(np.float32);
        const labels = nn.oneHot(data.labels.ref, vocab);
        const [value, [dLogits, dQ]] = valueAndGrad(loss, { argnums: [0, 1] })(logits, q, labels, right, target);
        const [grads, ...unused] = back([dLogits, dQ, np.zeros(zH.shape), np.zeros(zL.shape)]);
        tree.dispose(unused);
        back.dispose();

        const out = { w: {}, m: {}, v: {} };
        for (const name of Object.keys(w)) {
            const g = grads[name];
            const first = m[name].ref.add(g.ref.sub(m[name]).mul(1 - BETA1));
            const second = v[name].ref.add(np.square(g).sub(v[name]).mul(1 - BETA2));
            const angle = np.atan2(first.ref, np.sqrt(second.ref.mul(c2.ref)));
            out.w[name] = w[name].mul(1 - LR * WEIGHT_DECAY).sub(angle.mul(c1.ref).mul(LR));
            [out.m[name], out.v[name]] = [first, second];
        }
        c1.dispose();
        c2.dispose();
        return { ...out, carry: { zH, zL, steps, halted: halts, ...data }, loss: value };
    });

    const names = Object.keys(weights).filter(name => !name.endsWith("_init"));
    const collect = value => Object.fromEntries(names.map(name => [name, value(weights[name])]));
    const zeros = () => collect(({ shape }) => np.zeros(shape));
    let state = {
        w: collect(({ shape, data }) => np.array(data, { shape })),
        m: zeros(),
        v: zeros(),
        carry: {
            zH: np.zeros([batch * tokens, width]),
            zL: np.zeros([batch * tokens, width]),
            steps: np.zeros([batch], { dtype: np.int32 }),
            halted: np.ones([batch], { dtype: np.bool }),
            ...tree.ref(fresh),
        },
        loss: np.array(0),
    };
    let t = 0;
    return {
        version: "jax-js",
        step() {
            t += 1;
            const { c1, c2 } = corrections(t);
            const { w, m, v, carry, loss } = state;
            loss.dispose();
            state = next(w, m, v, carry, tree.ref(fresh), hInit.ref, lInit.ref, [np.array(c1), np.array(c2)]);
        },
        loss: async () => (await state.loss.ref.data())[0],
    };
}
