#!/usr/bin/env bash
# Builds bench.html and runs it in headless Chromium: this project's engines beside onnxruntime-web's, as JSON.
# Needs what scripts/serve.sh installs, chromium, npm, and python3 with torch and onnx (for the model's graph).

# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

[ "${1:-}" != --help ] || { echo "Usage: scripts/bench-page.sh [--stay]   --stay: serve it to a browser of your own" && exit; }

install_build_tools
npm install --prefix benches/peers --no-package-lock --no-audit --no-fund --loglevel=error >&2
python3 benches/peers/ort_model.py benches/peers/middle.onnx >&2
trunk build --release --dist "$TARGET/bench-page" bench.html >&2
python3 benches/peers/serve.py "$TARGET/bench-page" "$@"
