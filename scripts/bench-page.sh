#!/usr/bin/env bash
# Builds bench.html and runs it in headless Chromium: this project's engines beside onnxruntime-web's, its training step
# beside tfjs's and jax-js's, and how long the default preset takes to learn 4x4 Sudoku, as JSON.
# Needs what scripts/serve.sh installs, chromium, npm, and python3 with torch and onnx (for the model's graph).

# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

[ "${1:-}" != --help ] || {
    echo "Usage: scripts/bench-page.sh [--stay | --query QUERY]"
    echo "  --stay: serve it to a browser of your own"
    echo "  --query: e.g. 'only=train&rounds=9', 'only=segment&threads=1', 'only=learn&seeds=4,5,6' (see the script in bench.html)"
    exit
}

install_build_tools
peers=$ROOT/benches/peers
npm install --prefix "$peers" --no-package-lock --no-audit --no-fund --loglevel=error >&2
npm run --prefix "$peers" --silent bundle >&2
[ "$peers/middle.onnx" -nt "$peers/ort_model.py" ] || python3 "$peers/ort_model.py" "$peers/middle.onnx" >&2
trunk build --release --dist "$TARGET/bench-page" bench.html >&2
ln -s "$peers" "$TARGET/bench-page/peers"
python3 "$peers/serve.py" "$TARGET/bench-page" "$@"
