"""Serves a folder to one headless browser, cross-origin isolated (onnxruntime-web's threads need that), prints the JSON
that bench.html reports, and stops.

    python3 serve.py FOLDER [--stay | --query QUERY]

--query: what the page's address says, e.g. "only=train&rounds=9".
--stay: prints the address and serves until it is interrupted, for a browser of your own."""

import argparse
import functools
import http.server
import signal
import subprocess
import sys
import tempfile

BROWSER = (
    "chromium --headless --no-sandbox --disable-dev-shm-usage --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader "
    "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def end_headers(self):
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def do_POST(self):
        self.server.report = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--stay", action="store_true")
    parser.add_argument("--query", default="")
    arguments = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=arguments.folder))
    server.report = None
    # So that the browser is stopped too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped before the browser had measured"))
    url = f"http://127.0.0.1:{server.server_port}/"
    if arguments.stay:
        print(url)
        server.serve_forever()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [*BROWSER, f"--user-data-dir={profile}", "--remote-debugging-port=0", f"{url}?{arguments.query}&report"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            server.timeout = 5
            while server.report is None:
                if browser.poll() is not None:
                    sys.exit("the browser stopped before it had measured")
                server.handle_request()
        finally:
            browser.terminate()
            browser.wait()
    print(server.report)


if __name__ == "__main__":
    main()
