// gpu.html: tests and measures the GPU by the functions of src/bin/gpu.rs, and writes what they found as a report.
//
// In the address, for tests: cases=N shapes of each kernel; small measures the tiny model alone.

const query = new URLSearchParams(location.search);
const CASES = Number(query.get("cases") ?? 16);
const IS_SMALL = query.has("small");

const byId = id => document.getElementById(id);
const say = text => (byId("state").textContent = text);
const element = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
/** Three digits, never as a power of ten. */
const short = value => (Math.abs(value) >= 100 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString());
const milliseconds = seconds => `${short(seconds * 1e3)} ms`;
const giga = value => (Number.isFinite(value) ? short(value / 1e9) : "");
const share = (part, whole) => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : "");

/** What the report holds; a part that could not be made says why. */
const report = { report: 1, errors: [] };

function table(parent, title, heads, rows) {
    const made = document.createElement("table");
    made.createTHead().insertRow().append(...heads.map(head => Object.assign(element("th", head), { scope: "col" })));
    const body = made.createTBody();
    for (const row of rows) {
        const line = body.insertRow();
        for (const cell of row) {
            const { text, className } = typeof cell === "object" ? cell : { text: cell, className: "" };
            line.append(element("td", text, className));
        }
    }
    const scroll = element("div", "", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", title);
    scroll.append(made);
    parent.append(element("h2", title), scroll);
}

/** Plain numbers of an object whose fields are getters. */
function fields(object) {
    const found = {};
    for (const name in object) {
        if (["number", "string", "boolean"].includes(typeof object[name])) found[name] = object[name];
    }
    return found;
}

async function describe() {
    report.browser = navigator.userAgent;
    report.brands = navigator.userAgentData?.brands?.map(({ brand, version }) => `${brand} ${version}`);
    report.pixel_ratio = devicePixelRatio;
    if (!navigator.gpu) {
        throw new Error(
            "This browser offers no WebGPU here: it needs one that has it, a page from https or from this machine, and on some systems a setting.",
        );
    }
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw new Error("The browser has WebGPU, but gives no adapter: its list of known faults may hold this GPU or its driver.");
    report.adapter = fields(adapter.info);
    report.features = [...adapter.features].sort();
    report.limits = fields(adapter.limits);
    report.language_features = [...(navigator.gpu.wgslLanguageFeatures ?? [])].sort();
    const list = document.createElement("dl");
    const line = (name, value) => value && list.append(element("dt", name), element("dd", value));
    const { vendor, architecture, device, description } = report.adapter;
    line("Adapter", [description, vendor, architecture, device].filter(Boolean).join(", ") || "not told by the browser");
    line("Kind", report.adapter.isFallbackAdapter ? "software: a processor plays the GPU" : "");
    line("Largest binding", `${Math.round(report.limits.maxStorageBufferBindingSize / 2 ** 20)} MiB`);
    line("Workgroup memory", `${report.limits.maxComputeWorkgroupStorageSize / 1024} KiB`);
    line("Features", report.features.join(", "));
    line("Browser", report.brands?.join(", ") ?? report.browser);
    byId("adapter").append(element("h2", "Adapter"), list);
}

function showTests() {
    const row = ({ kernel, cases, worst, fault }) => [
        kernel,
        cases,
        worst === null ? "no number" : worst.toExponential(1),
        fault ? { text: `wrong: ${fault}`, className: "wrong" } : "agrees",
    ];
    const wrong = report.self_test.filter(({ fault }) => fault).length;
    const title = wrong ? `Self-test: ${wrong} of ${report.self_test.length} are wrong` : "Self-test: every kernel agrees with the processor";
    table(byId("tests"), title, ["Kernel", "Shapes", "Largest error", "Verdict"], report.self_test.map(row));
}

function limitRows({ peak_flops, bandwidth, dispatches, round_trip, clearing }) {
    return [
        ["Multiply-adds in f32", `${giga(peak_flops)} GFLOP/s`],
        ...bandwidth.map(([bytes, speed]) => [`Memory, vectors of ${bytes / 2 ** 20} MiB`, `${giga(speed)} GB/s`]),
        ...dispatches.map(([count, seconds]) => [`${count} dispatches, each needing the one before`, milliseconds(seconds)]),
        ["An empty queue answers after", milliseconds(round_trip)],
        ["Clearing 16 KiB of workgroup memory, a workgroup", `${short(clearing * 1e6)} µs`],
        ["A training step", milliseconds(report.training.step)],
        ["Longest gap between two frames while training", milliseconds(report.training.longest_frame_gap)],
    ];
}

const HEADS = ["Kernel", "Calls", "Each", "GFLOP/s", "GB/s", "Share of the bound", "Bound by", "Lost", "Compiling"];
const kernelRow = ({ kernel, sizes, calls, seconds, flops, bytes, bound, by, lost, compiling }) => [
    `${kernel} ${sizes}`,
    calls,
    milliseconds(seconds),
    giga(flops / seconds),
    giga(bytes / seconds),
    share(bound, seconds),
    by,
    milliseconds(lost),
    milliseconds(compiling),
];

function showProfile() {
    const { limits, tables } = report.profile;
    table(byId("profile"), "What the GPU can do", ["What", "Measured"], limitRows(limits));
    for (const { what, kernels } of tables) table(byId("profile"), what[0].toUpperCase() + what.slice(1), HEADS, kernels.map(kernelRow));
}

function markdown() {
    const line = cells => `| ${cells.map(cell => String(cell).replaceAll("|", "/")).join(" | ")} |`;
    const rows = (heads, all) => [line(heads), line(heads.map(() => "---")), ...all.map(line)].join("\n");
    const { adapter = {}, self_test = [], profile } = report;
    const parts = [
        `# GPU report\n\n${Object.entries(adapter).map(([name, value]) => `${name}: ${value}`).join(", ")}`,
        `Browser: ${report.browser}\n\nShaders: ${report.shaders}\n\nFeatures: ${report.features?.join(", ")}`,
        report.errors.length ? `## Errors\n\n${report.errors.join("\n\n")}` : "",
        self_test.length
            ? `## Self-test\n\n${rows(
                  ["Kernel", "Shapes", "Largest error", "Verdict"],
                  self_test.map(({ kernel, cases, worst, fault }) => [kernel, cases, worst === null ? "no number" : worst.toExponential(1), fault ?? "agrees"]),
              )}`
            : "",
        profile && report.training ? `## What the GPU can do\n\n${rows(["What", "Measured"], limitRows(profile.limits))}` : "",
        ...(profile?.tables.map(({ what, kernels }) => `## ${what}\n\n${rows(HEADS, kernels.map(kernelRow))}`) ?? []),
        `## Limits\n\n${rows(["Limit", "Value"], Object.entries(report.limits ?? {}))}`,
    ];
    return parts.filter(Boolean).join("\n\n") + "\n";
}

/** Trains for so many steps: seconds of a step, and the longest that the page went without a frame meanwhile. */
async function train(gpu, steps) {
    let [last, gap, watching] = [performance.now(), 0, true];
    const frame = () => {
        const now = performance.now();
        gap = Math.max(gap, (now - last) / 1e3);
        last = now;
        if (watching) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const step = await gpu.train(IS_SMALL, steps);
    watching = false;
    // A frame that is still to come has been waited for as well.
    return { step, longest_frame_gap: Math.max(gap, (performance.now() - last) / 1e3) };
}

async function run() {
    byId("start").disabled = true;
    try {
        say("Asking for the adapter…");
        await describe();
        say("Fetching the shaders…");
        const { default: init, ...gpu } = await import("./gpu.js");
        await init({ module_or_path: "./gpu_bg.wasm" });
        report.shaders = gpu.shader_hash();
        report.self_test = JSON.parse(
            await gpu.self_test(CASES, (kernel, done, all) => say(`Testing ${kernel}: ${done + 1} of ${all}…`)),
        );
        showTests();
        report.profile = JSON.parse(await gpu.profile(IS_SMALL, (what, done, all) => say(`Timing the ${what}: kernel ${done} of ${all}…`)));
        say("Training…");
        report.training = await train(gpu, IS_SMALL ? 4 : 32);
        showProfile();
        say("Done.");
    } catch (error) {
        const words = String(error?.message ?? error);
        report.errors.push(words);
        say("");
        byId("state").append(element("span", words, "wrong"));
    }
    byId("text").textContent = markdown();
    byId("report").hidden = false;
}

async function copy(text, name) {
    const done = await navigator.clipboard.writeText(text).then(
        () => true,
        () => false,
    );
    byId("copied").textContent = done ? `Copied as ${name}.` : "The browser does not let a page copy here: open the text below and copy it by hand.";
}

byId("start").onclick = run;
byId("copy-markdown").onclick = () => copy(markdown(), "Markdown");
byId("copy-json").onclick = () => copy(JSON.stringify(report, null, 2), "JSON");
