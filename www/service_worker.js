// Keeps the page for use without a network. Every file is kept under the hash of its contents, by which a version of the page
// is known as a whole: what is served is always one version, also while the next one is being fetched. The next one waits
// until it is asked for, or until no tab shows the page (offline.js).

/**
 * The files of this version and their hashes (SHA-256, hexadecimal): scripts/offline-files.sh writes them into the release
 * build. `null` in a development build: there this script only takes away what a release left at the same address.
 */
const FILES = null;

const CACHE = `hrm ${registration.scope}`;
/** Weights, collections of tasks and the page that tests a GPU are kept when they are used; all else at once. */
const isOnDemand = name => name.endsWith(".safetensors") || name.startsWith("tasks/") || name.startsWith("gpu");
const keyOf = name => new URL(`${name}?${FILES[name]}`, registration.scope).href;
const hexadecimal = buffer => [...new Uint8Array(buffer)].map(byte => byte.toString(16).padStart(2, "0")).join("");

/** Hosts add to a page what they like: it is of this version if it names this version's modules. */
const names = Object.keys(FILES ?? {});
const isOfThisVersion = text => names.filter(name => /-[0-9a-f]{8,}_bg\.wasm$/.test(name)).every(name => text.includes(name));

/** The file of this version from the network, as it is to be kept; an error where the host has another one, or none. */
async function fetched(name) {
    const url = new URL(name === "index.html" ? "./" : name, registration.scope);
    for (const cache of ["default", "reload"]) {
        const response = await fetch(url, { cache });
        if (!response.ok) throw new Error(`${name}: the host answers ${response.status}`);
        const bytes = await response.arrayBuffer();
        const is =
            hexadecimal(await crypto.subtle.digest("SHA-256", bytes)) === FILES[name] ||
            (name === "index.html" && isOfThisVersion(new TextDecoder().decode(bytes)));
        if (!is) continue;
        // What was unpacked is not announced as packed, and it is the answer to whoever asks for it.
        const headers = new Headers(response.headers);
        ["Content-Encoding", "Content-Length", "Vary"].forEach(header => headers.delete(header));
        // A new response, for one that was redirected is no answer to a navigation.
        return new Response(bytes, { headers });
    }
    throw new Error(`${name}: the host has another version of it`);
}

/** Whether more may be kept: not once a person has removed what was. */
let keeps = true;

/** The file of this version: kept, or fetched and kept. */
async function taken(name) {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(keyOf(name));
    if (kept) return kept;
    const response = await fetched(name);
    // Where there is no room, it works without.
    if (keeps) await cache.put(keyOf(name), response.clone()).catch(() => {});
    return response;
}

async function keepAll() {
    const cache = await caches.open(CACHE);
    const keep = async name => {
        if (!(await cache.match(keyOf(name)))) await cache.put(keyOf(name), await fetched(name));
    };
    await Promise.all(names.filter(name => !isOnDemand(name)).map(keep));
}

/** Drops what other versions kept. */
async function dropOthers() {
    const cache = await caches.open(CACHE);
    const own = new Set(names.map(keyOf));
    const others = (await cache.keys()).filter(({ url }) => !own.has(url));
    await Promise.all(others.map(request => cache.delete(request)));
}

async function withdraw() {
    keeps = false;
    await caches.delete(CACHE);
    await registration.unregister();
}

/** The answer to a request for a file; where there is none, the page shows the status text. */
async function answer(name, request) {
    try {
        return await taken(name);
    } catch (error) {
        // A person who opens the page meets what its host has now, or the browser's own words.
        if (request.mode === "navigate") return fetch(request);
        const unreachable = error instanceof TypeError;
        const statusText = unreachable ? "(no connection, and this file was not kept on an earlier visit)" : "(updated meanwhile)";
        return new Response(null, { status: unreachable ? 504 : 410, statusText });
    }
}

addEventListener("install", event => {
    if (FILES) event.waitUntil(keepAll());
    else skipWaiting();
});

addEventListener("activate", event => event.waitUntil(FILES ? dropOthers() : withdraw()));

addEventListener("fetch", event => {
    const { request } = event;
    const [url] = request.url.split(/[?#]/);
    if (!FILES || request.method !== "GET" || !url.startsWith(registration.scope)) return;
    const name = decodeURIComponent(url.slice(registration.scope.length)) || "index.html";
    // Whatever else lies in this folder is the host's affair.
    if (Object.hasOwn(FILES, name)) event.respondWith(answer(name, request));
});

/** What the page asks for: `"activate"` this version; `"withdraw"`, after which nothing is kept, until `"keep"`; `{ keep }`:
    addresses that were fetched before anything was kept. It is told when that is done, if it gave a port. */
async function obey(data) {
    if (data === "activate") return skipWaiting();
    if (data === "withdraw") return withdraw();
    if (data === "keep") {
        keeps = true;
        return keepAll();
    }
    const known = (data?.keep ?? []).map(url => url.slice(registration.scope.length)).filter(name => names.includes(name));
    await Promise.all(known.map(name => taken(name).catch(() => {})));
}

addEventListener("message", event => {
    const told = outcome => event.ports[0]?.postMessage(outcome);
    event.waitUntil(obey(event.data).then(() => told("done"), error => told(error.message)));
});
