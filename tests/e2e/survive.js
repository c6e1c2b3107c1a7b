// Trains in a worker of its own, through the protocol that the page speaks, and reads what the worker stored. Run in a tab of
// the page; the test kills the tab, or the worker, after as many steps or saves as it likes.

window.training = {
    /** Starts or continues a run; resolves with the worker's last report, `training.worker` is the worker. */
    train(run, start, steps, saveSeconds) {
        const worker = new Worker("./worker_loader.js", { type: "module", name: "trainer" });
        training.worker = worker;
        training.events = [];
        return new Promise(resolve => {
            worker.onmessage = ({ data: [{ event }] }) => {
                if (event === "Ready") {
                    const task = { Train: { run, start, engine: "cpu", steps, boards: 0, save_seconds: saveSeconds } };
                    worker.postMessage([{ id: 1, task: { Training: task } }]);
                    return;
                }
                const kind = typeof event === "string" ? event : Object.keys(event)[0];
                const detail = typeof event === "string" ? event : event[kind];
                training.events.push(kind === "Training" ? detail : event);
                if (["Finished", "Cancelled", "Failed", "Died"].includes(kind)) resolve(kind === "Failed" ? detail.message : kind);
            };
        });
    },

    /** Waits until the worker has reported that it went on by so many steps and has saved so often; resolves with whether it still trains. */
    lives(steps, saves) {
        const all = kind => training.events.map(event => event[kind]).filter(detail => detail !== undefined);
        return new Promise(resolve => {
            const look = () => {
                const [ready] = all("Ready"), reports = all("Stepped");
                const went = ready && reports.length ? Number(reports.at(-1).report.step) - Number(ready.step) : 0;
                if (window.end !== undefined) resolve(false);
                else if (ready && went >= steps && all("Saved").length >= saves) resolve(true);
                else setTimeout(look, 10);
            };
            look();
        });
    },

    async folder(run) {
        const root = await navigator.storage.getDirectory();
        return (await root.getDirectoryHandle("runs")).getDirectoryHandle(run);
    },

    /** Names and sizes of a run's states, the newest last. */
    async states(run) {
        const states = [];
        for await (const [name, handle] of (await training.folder(run)).entries()) {
            if (name.endsWith(".safetensors")) states.push({ name, size: (await handle.getFile()).size });
        }
        return states.sort((a, b) => parseInt(a.name) - parseInt(b.name));
    },

    /** Kills the worker as soon as it has begun to write a state; resolves with whether the file was left unfinished. */
    async killWhileWriting(run) {
        const known = await training.states(run);
        const whole = known.at(-1);
        for (;;) {
            const states = await training.states(run);
            const newest = states.at(-1);
            if (newest && newest.name !== whole?.name) {
                training.worker.terminate();
                await training.closed(run, newest.name);
                const left = (await training.states(run)).find(state => state.name === newest.name);
                return left !== undefined && left.size < whole.size;
            }
        }
    },

    /** Waits until no worker holds a file open: one that was killed may live on for a moment. */
    async closed(run, name) {
        for (;;) {
            try {
                const handle = await (await training.folder(run)).getFileHandle(name);
                return await (await handle.createWritable({ keepExistingData: true })).abort();
            } catch (error) {
                if (error.name === "NotFoundError") return;
                if (error.name !== "NoModificationAllowedError") throw error;
                await new Promise(resolve => setTimeout(resolve, 10));
            }
        }
    },

    /** Leaves only the first half of the newest state, as a tab that died while writing does. */
    async tear(run) {
        const folder = await training.folder(run);
        const newest = (await training.states(run)).at(-1);
        const handle = await folder.getFileHandle(newest.name);
        const half = await (await handle.getFile()).slice(0, newest.size / 2).arrayBuffer();
        const writable = await handle.createWritable();
        await writable.write(half);
        await writable.close();
    },

    /** The newest state, base64. */
    async newest(run) {
        const folder = await training.folder(run);
        const { name } = (await training.states(run)).at(-1);
        const bytes = new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
        let text = "";
        for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
        return btoa(text);
    },
};
