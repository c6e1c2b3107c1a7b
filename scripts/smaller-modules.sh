#!/usr/bin/env bash
# Part of Trunk's post_build hook: the modules of a release build go through wasm-opt (Binaryen) where it is on the PATH,
# and are about 80 kB smaller, gzipped, for it. Not by Trunk's own switch: where there is none, Trunk downloads one.
# scripts/test.sh and serve.sh install it with npm.

set -euo pipefail

[ "$TRUNK_PROFILE" = release ] || exit 0
cd "$TRUNK_STAGING_DIR"

# What .cargo/config.toml and Rust's own defaults turn on, nothing newer: the result runs where the module did.
features=(--enable-simd --enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int
    --enable-reference-types --enable-multivalue)
if command -v wasm-opt >/dev/null; then
    running=()
    for module in *.wasm; do
        # What draws never computes.
        case $module in
            app* | tasks*) level=-Oz ;;
            *) level=-O3 ;;
        esac
        wasm-opt "$level" "${features[@]}" "$module" -o "$module.smaller" && mv "$module.smaller" "$module" &
        running+=($!)
    done
    for process in "${running[@]}"; do wait "$process"; done
else
    echo "wasm-opt is not on the PATH: the modules stay as they are"
fi
