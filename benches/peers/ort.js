// onnxruntime-web's time for one segment, for bench.html. It needs `npm install` in this folder, a
// model of ort_model.py, and, for more than one WASM thread, a cross-origin isolated page.

/** Calls that are not timed: the first compiles the shaders. */
const WARM_UP = 2;

/**
 * Times one segment, batch 1, as a page would run it: states stay where the backend has them, the
 * logits and q are read back.
 *
 * @param {string} modelUrl   the ONNX file
 * @param {"webgpu"|"wasm"} provider
 * @param {{threads?: number, runs?: number}} [options]  WASM threads; timed calls
 * @returns {Promise<{provider: string, threads: number, medianMs: number, runs: number, version: string}>}
 */
export async function timeSegment(modelUrl, provider, { threads = 2, runs = 5 } = {}) {
    const ort = await import(`./node_modules/onnxruntime-web/dist/ort.${provider}.min.mjs`);
    if (provider === "wasm" && threads > 1 && !globalThis.crossOriginIsolated) {
        throw new Error(`onnxruntime-web needs a cross-origin isolated page for ${threads} threads`);
    }
    ort.env.wasm.numThreads = provider === "wasm" ? threads : 1;
    const onGpu = provider === "webgpu";
    const session = await ort.InferenceSession.create(modelUrl, {
        executionProviders: [provider],
        graphOptimizationLevel: "all",
        preferredOutputLocation: onGpu ? { next_h: "gpu-buffer", next_l: "gpu-buffer" } : undefined,
    });
    const shape = Object.fromEntries(session.inputMetadata.map(({ name, shape }) => [name, shape]));
    const size = name => shape[name].reduce((product, extent) => product * extent, 1);
    const tokens = BigInt64Array.from({ length: size("tokens") }, (_, i) => BigInt(1 + (i * 7) % 10));
    const state = phase => Float32Array.from({ length: size("z_h") }, (_, i) => Math.sin(i + phase));
    const feeds = {
        tokens: new ort.Tensor("int64", tokens, shape.tokens),
        z_h: new ort.Tensor("float32", state(0), shape.z_h),
        z_l: new ort.Tensor("float32", state(1), shape.z_l),
    };
    const times = [];
    for (let run = 0; run < WARM_UP + runs; run++) {
        const begun = performance.now();
        const outputs = await session.run(feeds);
        const logits = await outputs.logits.getData();
        if (run >= WARM_UP) times.push(performance.now() - begun);
        if (!logits.every(Number.isFinite)) throw new Error("onnxruntime-web's logits are not finite");
        feeds.z_h.dispose();
        feeds.z_l.dispose();
        feeds.z_h = outputs.next_h;
        feeds.z_l = outputs.next_l;
    }
    await session.release();
    times.sort((a, b) => a - b);
    const medianMs = times[times.length >> 1];
    return { provider, threads: ort.env.wasm.numThreads, medianMs, runs, version: ort.env.versions.web };
}
