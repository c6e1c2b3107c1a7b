// The page without a network: has it kept by service_worker.js, offers a new version of it, and shows what is kept.

const SCOPE = new URL("./", import.meta.url).href;
/** As service_worker.js names it. */
const CACHE = `hrm ${SCOPE}`;
/** Set to "no" by a person who removed what was kept. */
const CHOICE = "hrm.offline";
/** Between two looks for a new version, in a tab that stays open. */
const HOUR = 3_600_000;

const remembered = () => {
    try {
        return localStorage.getItem(CHOICE);
    } catch {
        return null;
    }
};
const remember = value => {
    try {
        localStorage.setItem(CHOICE, value);
    } catch {
        // It counts for this visit.
    }
};

const element = (name, properties, ...children) => {
    const { testid, ...rest } = properties;
    const made = Object.assign(document.createElement(name), rest);
    if (testid) made.dataset.testid = testid;
    made.append(...children);
    return made;
};
const button = (textContent, testid, onclick, className = "") =>
    element("button", { type: "button", textContent, testid, onclick, className });
const megabytes = bytes => `${(bytes / 1e6).toFixed(1)} MB`;

/** Says that a version waits; it is used when a person asks for it, or when no tab shows this one any more. */
function offer(registration) {
    if (document.querySelector("[data-testid=update]")) return;
    const use = () => {
        const { waiting } = registration;
        if (!waiting) return location.reload();
        waiting.addEventListener("statechange", () => waiting.state === "activated" && location.reload());
        waiting.postMessage("activate");
    };
    const text = "A new version of this page is ready. It is used from the next visit on, or now: the page reloads, and a run that learns goes on from its last save.";
    const bar = element(
        "aside",
        { className: "update", testid: "update", ariaLabel: "New version" },
        element("p", { textContent: text, role: "status" }),
        button("Use it now", "update-now", use, "primary"),
        button("Later", "update-later", () => bar.remove(), "quiet"),
    );
    document.body.append(bar);
}

/** Has the page kept, and hears of new versions. */
async function keep() {
    const registration = await navigator.serviceWorker.register(`${SCOPE}service_worker.js`, { updateViaCache: "none" });
    const follow = worker =>
        worker?.addEventListener("statechange", () => {
            // The first one has no other to replace.
            if (worker.state === "installed" && registration.active) offer(registration);
        });
    registration.addEventListener("updatefound", () => follow(registration.installing));
    if (registration.waiting && registration.active) offer(registration);
    follow(registration.installing);
    setInterval(() => registration.update().catch(() => {}), HOUR);
    const { active } = await navigator.serviceWorker.ready;
    const keepFiles = urls => urls.length && (registration.active ?? active).postMessage({ keep: urls });
    // What the workers fetched before there was a service worker, or in spite of it.
    const channel = new BroadcastChannel(CACHE);
    channel.onmessage = ({ data }) => Array.isArray(data) && keepFiles(data);
    channel.postMessage("which");
    // And what the page itself did: collections of tasks.
    const ofTasks = list => list.getEntries().map(({ name }) => name).filter(url => url.startsWith(`${SCOPE}tasks/`));
    new PerformanceObserver(list => keepFiles(ofTasks(list))).observe({ type: "resource", buffered: true });
}

/** Asks the service worker for something, and waits until it is done. */
async function ask(what) {
    const registration = await navigator.serviceWorker.getRegistration(SCOPE);
    if (!registration?.active) return;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise(done => (port1.onmessage = ({ data }) => done(data)));
    registration.active.postMessage(what, [port2]);
    const outcome = await answer;
    if (outcome !== "done") throw new Error(outcome);
}

async function remove() {
    remember("no");
    await ask("withdraw");
    await caches.delete(CACHE);
}

async function keepAgain() {
    remember("yes");
    await keep();
    await ask("keep");
}

/** What is kept: the bytes, and the models. */
async function kept() {
    if (!(await caches.has(CACHE))) return { bytes: 0, models: [] };
    const cache = await caches.open(CACHE);
    let bytes = 0;
    const models = [];
    for (const request of await cache.keys()) {
        bytes += (await (await cache.match(request)).blob()).size;
        const model = /([^/]+)\.safetensors\?/.exec(request.url);
        if (model) models.push(decodeURIComponent(model[1]));
    }
    return { bytes, models };
}

/** Shows what is kept, beside the settings; it is looked up when a person opens it. */
function showControl() {
    const place = document.querySelector(".settings .choices");
    if (!place) return void setTimeout(showControl, 500);
    const words = element("p", { testid: "offline-kept", role: "status" });
    const actions = element("div", { className: "actions" });
    const fold = element(
        "details",
        { className: "offline", testid: "offline" },
        element("summary", { textContent: "Offline use" }),
        words,
        actions,
    );
    const act = (title, testid, what) =>
        button(title, testid, async () => {
            words.textContent = "One moment…";
            try {
                await what();
                await show();
            } catch (error) {
                words.textContent = `The browser does not do that: ${error.message}`;
            }
        });
    async function show() {
        if (!navigator.serviceWorker || !globalThis.caches) {
            words.textContent = "Here the browser keeps no page for use without a network: that takes https.";
            return;
        }
        const { bytes, models } = await kept();
        const { usage } = (await navigator.storage?.estimate?.()) ?? {};
        const all = usage ? ` All that this browser stores for this address, with the runs under Train: ${megabytes(usage)}.` : "";
        const which = models.length ? `, with the models ${models.join(", ")}` : ", as yet without a model";
        words.textContent = bytes
            ? `This page works without a network: ${megabytes(bytes)} are kept${which}. A model is kept when it is used.${all}`
            : `This page is not kept: it needs its host.${all}`;
        actions.replaceChildren(
            bytes
                ? act("Remove what is kept", "offline-remove", remove)
                : act("Keep it", "offline-keep", keepAgain),
        );
    }
    fold.addEventListener("toggle", () => fold.open && show().catch(error => (words.textContent = error.message)));
    place.append(fold);
}

showControl();
// A browser that keeps nothing shows the page as ever.
if (navigator.serviceWorker && remembered() !== "no") keep().catch(() => {});
