// Fixed pieces of work, of the same kinds as what is measured on the page and timed in the same way: what a speed is compared
// with, so that it says something of the page and not of the machine or of what else that is at.

window.calibration = (() => {
    const SIDE = 9, LINES = 6, POINTS = 96, PIXELS = 96, ORDER = 160;

    const task = () =>
        new Promise(done => {
            const channel = new MessageChannel();
            channel.port1.onmessage = done;
            channel.port2.postMessage(0);
        });

    /** Milliseconds of an act: its own task, and the frame that follows it from its first callback until style, layout and painting are done. */
    const timed = async act => {
        await new Promise(requestAnimationFrame);
        await task();
        const frame = new Promise(requestAnimationFrame).then(() => performance.now());
        const begun = performance.now();
        act();
        await task();
        const clicked = performance.now() - begun;
        const painted = await frame;
        await task();
        return clicked + performance.now() - painted;
    };

    /** A board, some curves and a picture of its own over the page's corner; laid out and painted apart from the page. */
    const make = () => {
        const room = document.createElement("div");
        room.id = "calibration";
        room.style.cssText =
            "position: fixed; right: 0; bottom: 0; width: 420px; height: 560px; contain: strict; z-index: 9999; background: white; pointer-events: none";
        const cell = "<i style='display: grid; place-items: center; border: 1px solid silver'></i>";
        const line = "<polyline fill='none' stroke='black'/>";
        room.innerHTML = `<div style="display: grid; grid-template-columns: repeat(${SIDE}, 1fr); height: 260px">${cell.repeat(SIDE * SIDE)}</div>
            <svg width="420" height="180">${line.repeat(LINES)}</svg><canvas width="${PIXELS}" height="${PIXELS}"></canvas>`;
        document.body.append(room);
        return room;
    };

    /** Changes about as much as a step of the timeline does: every cell's text and shade, every curve, every pixel. */
    const change = (room, step) => {
        room.querySelectorAll("i").forEach((cell, at) => {
            cell.textContent = (at * 7 + step) % 10;
            cell.title = `row ${at}, step ${step}`;
            cell.style.background = `rgb(${(at * 3 + step * 5) % 256} 200 220)`;
        });
        room.querySelectorAll("polyline").forEach((line, at) => {
            const point = i => `${(i * 420) / POINTS},${(90 + 80 * Math.sin(i / 9 + at + step)).toFixed(2)}`;
            line.setAttribute("points", Array.from({ length: POINTS }, (_, i) => point(i)).join(" "));
        });
        const canvas = room.querySelector("canvas").getContext("2d");
        const image = canvas.createImageData(PIXELS, PIXELS);
        for (let i = 0; i < image.data.length; i++) image.data[i] = (i * 13 + step * 29) % 256;
        canvas.putImageData(image, 0, 0);
    };

    const [a, b, c] = [0, 1, 2].map(seed => Float32Array.from({ length: ORDER * ORDER }, (_, i) => ((i * 31 + seed) % 17) / 17));
    /** A product of two matrices. */
    const multiply = () => {
        for (let row = 0; row < ORDER; row++) {
            for (let column = 0; column < ORDER; column++) {
                let sum = 0;
                for (let k = 0; k < ORDER; k++) sum += a[row * ORDER + k] * b[k * ORDER + column];
                c[row * ORDER + column] = sum;
            }
        }
    };

    let steps = 0;
    return {
        timed,
        /** Milliseconds of a change of [`make`]'s. */
        step() {
            const room = document.getElementById("calibration") ?? make();
            return timed(() => change(room, steps++));
        },
        /** Milliseconds of each of so many products, the least first. */
        products(count) {
            const time = () => {
                const begun = performance.now();
                multiply();
                return performance.now() - begun;
            };
            return Array.from({ length: count }, time).sort((a, b) => a - b);
        },
    };
})();
