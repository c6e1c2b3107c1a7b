// Runs before anything is painted: the chosen theme, then the page's module. A start that fails is told in the page, by what
// needs nothing but this file: its attributes name the module's files.

(() => {
    const { module, wasm } = document.currentScript.dataset;
    const offline = document.querySelector("link[rel=manifest]");
    const folder = new URL("./", document.currentScript.src).href;

    // The first look into the storage takes a browser a while: here it passes while the page is still being fetched.
    try {
        document.documentElement.dataset.theme = localStorage.getItem("hrm.theme") ?? "system";
    } catch {
        // The browser keeps nothing: the system's theme.
    }

    const parsed = new Promise(done => {
        if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", done, { once: true });
        else done();
    });

    /** Puts sentences where the page would be, unless it is there already. */
    async function say(title, ...sentences) {
        await parsed;
        const place = document.getElementById("loading");
        if (!place) return;
        const element = (name, text, properties) => Object.assign(document.createElement(name), { textContent: text }, properties);
        const reload = element("button", "Reload", { type: "button", onclick: () => location.reload() });
        const alert = element("div", "");
        alert.setAttribute("role", "alert");
        alert.append(element("h1", title), ...sentences.map(sentence => element("p", `${sentence}.`)), reload);
        place.replaceChildren(alert);
    }

    const fail = ({ what, attempt }) => say("The page cannot start", what, attempt);
    const broke = ({ message, reason }) =>
        fail({
            what: `It stopped while it started (${reason?.message ?? message})`,
            attempt: "Reload the page, or use a newer browser",
        });

    async function start() {
        const { load } = await import(`${folder}load.js`).catch(error => {
            throw {
                what: `load.js, a file of this page, does not load (${error.message})`,
                attempt: "Reload the page; if that does not help, the host's copy of it is incomplete",
            };
        });
        // For a module that the page fetches later: src/ui/tasks_module.rs.
        window.loadModule = load;
        const waiting = sentence => say("The page is still loading", sentence);
        const bindings = await load(`${folder}${module}`, `${folder}${wasm}`, waiting);
        // bench.html waits for these, as for those of the script that Trunk would write.
        window.wasmBindings = bindings;
        dispatchEvent(new CustomEvent("TrunkApplicationStarted"));
        // Not before the page has what it needs now. Without that file it works as long as there is a network.
        if (offline) setTimeout(() => import(`${folder}offline.js`).catch(() => {}), 2000);
    }

    // What breaks between the module's start and the page's first view.
    addEventListener("error", broke);
    addEventListener("unhandledrejection", broke);
    start().catch(fail);
    // Without this script that would appear after some seconds.
    parsed.then(() => document.getElementById("late")?.remove());
})();
