// Serves the project's folder for bench.html: `node benches/peers/serve.mjs [PORT]`.
// Unlike a plain host it isolates the page, which onnxruntime-web's threads need (the product's do not).

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const port = Number(process.argv[2] ?? 8090);
const types = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
};

const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = normalize(join(root, decodeURIComponent(pathname)));
    const found = (file + sep).startsWith(root) && (await stat(file).catch(() => null))?.isFile();
    response.writeHead(found ? 200 : 404, {
        "Content-Type": types[extname(file)] ?? "application/octet-stream",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
    });
    if (found) createReadStream(file).pipe(response);
    else response.end(`${pathname} is not there`);
});
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/bench.html`));
