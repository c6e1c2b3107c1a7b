// Runs before the page's own scripts. Counts what passes between the page and its workers, and what changes in the document:
// so a test can wait until nothing is under way any more, and hold the page to what an act costs without a clock.

(() => {
    if (window.spy) return;

    /** Tasks without an answer of their own: nobody waits for their end. */
    const ENDLESS = ["Train", "Estimate", "Shard"];
    /** Reports that are not a task's last one; those about training that are. */
    const ON_THE_WAY = ["Started", "Segment", "Dimension", "Cancelling", "Loading", "Exported"];
    const LAST_OF_TRAINING = ["Runs", "Curve", "Table", "File"];
    /** Turns in which a document may change all the time, as one that plays does, before that is taken for its rest. */
    const RESTLESS = 60;

    const variant = value => (typeof value === "string" ? value : Object.keys(value)[0]);
    /** The name of a task or an event; of one about training with the name of that. */
    const named = value => {
        const name = variant(value);
        return name === "Training" ? `Training.${variant(value.Training)}` : name;
    };
    const bytes = buffers => buffers.reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0);

    const spy = (window.spy = {
        /** What is known of every worker that lives. */
        workers: new Map(),
        /** Requests for files that are under way. */
        fetching: 0,
        /** Called with `"posted"` or `"heard"`, the name, the bytes that came along, and the task or event. */
        listeners: new Set(),
    });
    const tell = (...what) => spy.listeners.forEach(listener => listener(...what));

    const Worker = window.Worker;
    window.Worker = class extends Worker {
        constructor(...given) {
            super(...given);
            spy.workers.set(this, { ready: false, open: new Map() });
            this.addEventListener("message", ({ data: [{ task, event }, ...buffers] }) => {
                const { open } = spy.workers.get(this) ?? {};
                // A loader that says why it starts nothing writes no report.
                if (!open || event === undefined) return;
                const name = named(event);
                if (name === "Ready") spy.workers.get(this).ready = true;
                const [about, training] = name.split(".");
                if (about === "Training" ? LAST_OF_TRAINING.includes(training) : !ON_THE_WAY.includes(about)) open.delete(task);
                tell("heard", name, bytes(buffers), event);
            });
            this.addEventListener("error", () => spy.workers.delete(this));
        }

        postMessage(message, ...rest) {
            const [{ id, task }, ...buffers] = message;
            // Of the line that learns a task: src/ui/tasks/learn/client.rs.
            if (task === undefined) return super.postMessage(message, ...rest);
            const [name, size] = [named(task), bytes(buffers)];
            super.postMessage(message, ...rest);
            // Its answer is the end of the task that it is about.
            if (name !== "Cancel") spy.workers.get(this)?.open.set(id, name);
            tell("posted", name, size, task);
        }

        terminate() {
            spy.workers.delete(this);
            super.terminate();
        }
    };

    const fetch = window.fetch;
    window.fetch = (...given) => {
        spy.fetching++;
        return fetch.apply(window, given).finally(() => spy.fetching--);
    };

    /** Whether a worker still starts or has to answer, a file is being fetched, labels lag behind what is painted, or something moves to its end. */
    spy.isBusy = () => {
        const isAwaited = ({ ready, open }) => {
            const names = [...open.values()].map(name => name.replace("Training.", ""));
            return !ready || (names.length > 0 && !names.some(name => ENDLESS.includes(name)));
        };
        const ends = animation => Number.isFinite(animation.effect?.getComputedTiming().endTime);
        return (
            [...spy.workers.values()].some(isAwaited) ||
            spy.fetching > 0 ||
            document.querySelector("[aria-busy=true]") !== null ||
            document.getAnimations().some(animation => animation.playState === "running" && ends(animation))
        );
    };

    /** A frame, and a task after it. A tab that is hidden has no frames. */
    spy.turn = () =>
        new Promise(done => {
            const task = () => setTimeout(done);
            if (document.hidden) task();
            else requestAnimationFrame(task);
        });

    /** The elements of the board's cells. */
    spy.cells = () => [...document.querySelectorAll("[data-testid=board] [data-cell]")];

    /** Their labels, as soon as they say what is painted. */
    spy.labels = async () => {
        while (document.querySelector("[data-testid=board]").ariaBusy === "true") await spy.turn();
        return spy.cells().map(cell => cell.ariaLabel);
    };

    /** The symbol that a label names: what the model says, else what is given; `.` for none. */
    spy.symbol = label => {
        const said = label.match(/the model says (\w+)/) ?? label.match(/given (\w+)/);
        return said && said[1] !== "nothing" ? said[1] : ".";
    };

    /** The symbols on the board, row by row. */
    spy.board = async () => (await spy.labels()).map(spy.symbol).join("");

    const WHOLE = { subtree: true, childList: true, attributes: true, characterData: true };

    /** Ends when nothing is under way and the document has stood still for three turns. */
    spy.settled = async () => {
        let changes = 0;
        const observer = new MutationObserver(records => (changes += records.length));
        observer.observe(document, WHOLE);
        for (let quiet = 0, turns = 0; quiet < 3; turns++) {
            const before = changes;
            await spy.turn();
            const stands = changes === before || turns > RESTLESS;
            const loads = document.querySelector("[data-testid=tasks-module][aria-busy=true]");
            quiet = stands && !loads && !spy.isBusy() ? quiet + 1 : 0;
        }
        observer.disconnect();
    };

    /** Counts from now on; `end` of what is returned ends that. */
    spy.count = () => {
        const counts = {
            /** Nodes that were changed or made since the last call of `cut`, and the most between two calls. */
            touched: new Set(),
            most: 0,
            /** How often each task was posted, and each event heard; the bytes that came with these. */
            posted: {},
            heard: {},
            bytes: 0,
        };
        const take = records => {
            for (const { target, addedNodes } of records) {
                counts.touched.add(target);
                for (const node of addedNodes) {
                    // Leptos marks by comments where a view begins: they are neither laid out nor painted.
                    if (node.nodeType === Node.COMMENT_NODE) continue;
                    counts.touched.add(node);
                    node.querySelectorAll?.("*").forEach(inner => counts.touched.add(inner));
                }
            }
        };
        /** The nodes of an act, or a task, are counted by themselves. */
        counts.cut = () => {
            take(observer.takeRecords());
            const { size } = counts.touched;
            counts.most = Math.max(counts.most, size);
            counts.touched.clear();
            return size;
        };
        const observer = new MutationObserver(records => {
            take(records);
            if (counts.byTask) counts.cut();
        });
        observer.observe(document, WHOLE);
        const listener = (way, name, size) => {
            counts[way][name] = (counts[way][name] ?? 0) + 1;
            if (way === "heard") counts.bytes += size;
        };
        spy.listeners.add(listener);
        counts.end = () => {
            counts.cut();
            observer.disconnect();
            spy.listeners.delete(listener);
            return { most: counts.most, posted: counts.posted, heard: counts.heard, bytes: counts.bytes };
        };
        return counts;
    };
})();
