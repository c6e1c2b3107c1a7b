// Starts a worker's module: the one that the worker is named after, worker, trainer or learner. Where it cannot, the page hears why: `[sentences, whether that is the end]`, in place of a
// report, which only the module can write (Client in crates/link).

import { load } from "./load.js";

/** Tells what this worker fetches, and whoever asks what it has fetched: the page has it kept (offline.js). */
function announceFiles() {
    const channel = new BroadcastChannel(`hrm ${new URL("./", location)}`);
    const announce = entries => channel.postMessage(entries.map(({ name }) => name));
    new PerformanceObserver(list => announce(list.getEntries())).observe({ type: "resource" });
    channel.onmessage = ({ data }) => data === "which" && announce(performance.getEntriesByType("resource"));
}

try {
    announceFiles();
} catch {
    // A browser without these keeps files from the second visit on.
}

load(`${name}.js`, `${name}_bg.wasm`, sentences => postMessage([sentences, false])).catch(error =>
    postMessage([error.message, true]),
);
