// Compares the pixels of the board with its labels: what each cell's ground, symbol, bar and edges have to be by what is said of
// it. Arguments: rows and columns of a box. Returns the canvas' size, that of the board in pixels of the screen, how many cells of
// each sort there were, and what is painted otherwise, in words.

const [boxRows, boxColumns] = arguments;
return spy.labels().then(labels => {
    const board = document.querySelector("[data-testid=board]");
    const canvas = board.querySelector("canvas");
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    const scale = devicePixelRatio;
    const rows = board.querySelectorAll("[role=row]").length;
    const columns = labels.length / rows;

    const style = getComputedStyle(document.documentElement);
    const colour = name => {
        const hex = style.getPropertyValue(name).trim();
        return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
    };
    const mixed = (a, b, share) => a.map((channel, i) => channel + (b[i] - channel) * share);
    const pixel = (x, y) => [0, 1, 2].map(channel => pixels[4 * (y * width + x) + channel]);
    const isLike = (a, b) => a.every((channel, i) => Math.abs(channel - b[i]) <= 3);
    const edge = (index, count, length) => Math.round((length * index) / count);

    const sorts = {}, wrong = [];
    labels.forEach((label, cell) => {
        const [row, column] = [Math.floor(cell / columns), cell % columns];
        const [left, right] = [edge(column, columns, width), edge(column + 1, columns, width)];
        const [top, bottom] = [edge(row, rows, height), edge(row + 1, rows, height)];
        const complain = (what, found) => wrong.push(`${label}: ${what}, found ${found}`);

        const sure = Number(label.match(/([\d.]+) % sure/)?.[1] ?? 0) / 100;
        const [sort, ground] = label.includes("breaks a rule")
            ? ["faulty", colour("--wrong-cell")]
            : label.includes("the model says")
              ? ["answered", mixed(colour("--doubt-cell"), colour("--inferred-cell"), sure)]
              : label.includes("given")
                ? ["given", colour("--surface")]
                : ["blank", colour("--raised")];
        sorts[sort] = (sorts[sort] ?? 0) + 1;
        const corner = pixel(left + Math.round(2 * scale), top + Math.round(2 * scale));
        if (!isLike(corner, ground)) complain(`ground ${ground}`, corner);

        // A symbol is ink in the middle of its cell; a sure answer's bar lies at the foot.
        const inked = (from, to, above, below) => {
            let count = 0;
            for (let y = above; y < below; y++) for (let x = from; x < to; x++) count += !isLike(pixel(x, y), corner);
            return count;
        };
        const [across, down] = [right - left, bottom - top];
        const ink = inked(left + across * 0.3 | 0, left + across * 0.7 | 0, top + down * 0.2 | 0, top + down * 0.8 | 0);
        if (ink > 0 === (sort === "blank")) complain(sort === "blank" ? "nothing" : "a symbol", `${ink} pixels of ink`);
        if (sort === "answered") {
            const y = bottom - Math.round(4 * scale) - Math.round(1.5 * scale);
            const bar = inked(left + 1, right - Math.ceil(3 * scale), y, y + 1) / across;
            if (Math.abs(bar - 0.7 * sure) > 0.04) complain(`a bar of ${0.7 * sure} of the cell`, bar);
        }

        // Edges are sharp: so many pixels of the line's colour, and beside them the ground.
        const middle = top + Math.round(down / 2);
        if (column + 1 < columns) {
            const isBox = (column + 1) % boxColumns === 0;
            const thick = Math.max(1, Math.round((isBox ? 2 : 1) * scale));
            const line = colour(isBox ? "--text" : "--line");
            for (let x = right - thick; x < right; x++) {
                if (!isLike(pixel(x, middle), line)) complain(`a line of ${line} at its right`, pixel(x, middle));
            }
            const beside = pixel(right - thick - 1, middle);
            if (!isLike(beside, ground)) complain("ground beside the line", beside);
        }
        if (row + 1 < rows) {
            const isBox = (row + 1) % boxRows === 0;
            const line = colour(isBox ? "--text" : "--line");
            const found = pixel(left + Math.round(2 * scale), bottom - 1);
            if (!isLike(found, line)) complain(`a line of ${line} below`, found);
        }
    });
    return { canvas: [width, height], screen: [canvas.clientWidth * scale, canvas.clientHeight * scale], sorts, wrong };
});
