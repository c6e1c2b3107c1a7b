// Fetches and starts a module that wasm-bindgen wrote, for the page (start.js), for its worker (worker_loader.js) and for
// a place that is fetched when it is shown (src/ui/tasks_module.rs); where that fails, says why in words that a person can act on. It must run where the module cannot.

/** Milliseconds after which it is said what the start still waits for. */
const PATIENCE = 4000;

/** An empty module, and one that uses a SIMD instruction: `(func (drop (i8x16.splat (i32.const 0))))`. */
const EMPTY = [0, 97, 115, 109, 1, 0, 0, 0];
const SIMD = [...EMPTY, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];

const BROWSERS = "Chrome or Edge 97, Firefox 102, Safari 16.4, or a newer one";
const RELOAD =
    "Reload the page: a newer version may just have been put there. If that does not help, the host's copy is incomplete, and whoever runs it has to upload all files of the page again";
const OF_HOST = "Whoever runs this host has to change that (docs/hosting.md)";

/** Why a start failed. */
export class StartError extends Error {
    /** `what` failed, and what to `attempt` against it: sentences without their last full stop. */
    constructor(what, attempt) {
        super(`${what}. ${attempt}`);
        Object.assign(this, { what, attempt });
    }
}

/** The StartError of any error. */
export const explained = error =>
    error instanceof StartError
        ? error
        : new StartError(`It stopped while it started (${error?.message ?? error})`, `Reload the page, or use ${BROWSERS}`);

/** A file's address without the folder that it shares with the page. */
const nameOf = url => new URL(url, import.meta.url).pathname.split("/").pop();

/** Throws where this browser, or a policy, lets no WebAssembly run. */
function checkBrowser() {
    if (typeof WebAssembly !== "object") {
        throw new StartError(
            "This browser runs no WebAssembly, with which the page computes",
            `Switch it on (a hardened or lockdown mode turns it off), or use ${BROWSERS}`,
        );
    }
    try {
        new WebAssembly.Module(Uint8Array.from(EMPTY));
    } catch {
        throw new StartError(
            "A Content-Security-Policy forbids WebAssembly, with which the page computes",
            `Whoever runs this host has to allow script-src 'self' 'wasm-unsafe-eval' (docs/hosting.md); where an extension sets the policy, use a private window, or ${BROWSERS}`,
        );
    }
    if (!WebAssembly.validate(Uint8Array.from(SIMD))) {
        throw new StartError("This browser's WebAssembly has no SIMD instructions", `Use ${BROWSERS}`);
    }
}

/** A file of the page, or a StartError about what the host answers in its place. */
async function fetched(url) {
    let response;
    try {
        response = await fetch(new URL(url, import.meta.url));
    } catch (error) {
        throw new StartError(
            `${nameOf(url)} cannot be fetched (${error.message})`,
            "Check the connection, then reload the page",
        );
    }
    if (!response.ok) {
        throw new StartError(`${nameOf(url)}: the host answers ${response.status} ${response.statusText}`.trim(), RELOAD);
    }
    return response;
}

/** What stands for hosts that answer with a page of theirs where they have no such file. */
const isElsewhere = url => new StartError(`The host answers with something else in place of ${nameOf(url)}`, RELOAD);

/** Why a script was not taken. */
async function faultOfScript(url, error) {
    const response = await fetched(url);
    const type = response.headers.get("Content-Type") ?? "nothing";
    if (type.includes("html")) return isElsewhere(url);
    if (!/(java|ecma)script/.test(type)) {
        return new StartError(`${nameOf(url)} comes as ${type}; as a module, browsers take only text/javascript`, OF_HOST);
    }
    return new StartError(`${nameOf(url)} is damaged or cut short (${error.message})`, RELOAD);
}

/** Why a module was not taken. */
async function faultOfModule(url, error) {
    const bytes = await (await fetched(url)).arrayBuffer().catch(() => new ArrayBuffer(0));
    const begins = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength)).join();
    if (bytes.byteLength && begins !== EMPTY.slice(0, 4).join()) return isElsewhere(url);
    if (!WebAssembly.validate(bytes)) {
        return new StartError(`${nameOf(url)} is damaged or cut short: ${bytes.byteLength} bytes came of it`, RELOAD);
    }
    return explained(error);
}

/**
 * Starts the module in the files `script` and `wasm`, and returns its bindings. `waiting` is told in words what has not come
 * after some seconds; a failure is a StartError.
 */
export async function load(script, wasm, waiting) {
    checkBrowser();
    const open = new Set([script, wasm]);
    const arrived = url => value => {
        open.delete(url);
        return value;
    };
    const timer = setTimeout(() => {
        const names = [...open].map(nameOf).join(" and ");
        const what = names ? `${names} has not come yet` : "The module is still being compiled";
        waiting(`${what}. The connection or this machine is slow, or the host does not answer: wait, or reload the page`);
    }, PATIENCE);
    try {
        const [bindings, response] = await Promise.all([
            import(new URL(script, import.meta.url)).then(arrived(script), async error => {
                throw await faultOfScript(script, error);
            }),
            fetched(wasm),
        ]);
        // The headers are there; the rest comes while it is compiled.
        await bindings.default({ module_or_path: response }).catch(async error => {
            throw await (error instanceof WebAssembly.RuntimeError ? explained(error) : faultOfModule(wasm, error));
        });
        return bindings;
    } catch (error) {
        throw explained(error);
    } finally {
        clearTimeout(timer);
    }
}
