# Sourced by serve.sh and test.sh: where the project lies, and how its tools are installed.
# shellcheck shell=bash

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
cd "$ROOT"

# A shell opened before rustup was installed does not have this on its PATH yet.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

# Where npm installs wasm-opt; one that was there before comes first.
BINARYEN=$TARGET/tools/binaryen
export PATH="$PATH:$BINARYEN/node_modules/.bin"

# These replace the flags of .cargo/config.toml, which turn WASM SIMD on.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS

say() { printf '\n==> %s\n' "$*"; }

die() {
    printf '\nerror: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The version of a package in Cargo.lock.
locked_version() {
    awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

# cargo_tool CRATE MINUTES [OPTION...]: builds a tool as a person would install it, but quicker:
# its own profile optimises for its authors' downloads (fat LTO), which doubles the time here.
cargo_tool() {
    local crate=$1 minutes=$2
    shift 2
    say "Installing $crate (about $minutes minutes on 2 cores, once)"
    CARGO_TARGET_DIR="$TARGET/tools" \
        CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
        cargo install --quiet "$crate" "$@" ||
        die "could not install $crate: the messages above say why (it needs a C compiler and the crate registry)"
}

# The compiler and its wasm target, as rust-toolchain.toml asks.
install_rust() {
    have rustup || die "rustup is not installed: see https://rustup.rs, then run this again"
    have cc || have clang || die "no C compiler (the linker of every Rust program): on Debian 'apt-get install build-essential'"
    # Also installs the toolchain itself where it is missing.
    rustup show active-toolchain >/dev/null 2>&1 || rustup toolchain install
    if ! rustup target list --installed | grep -qx wasm32-unknown-unknown; then
        say "Adding Rust's wasm32 target (seconds)"
        rustup target add wasm32-unknown-unknown
    fi
}

# wasm-bindgen's command line must be of exactly the version of the library that the page is built with.
install_wasm_bindgen() {
    local version
    version=$(locked_version wasm-bindgen)
    [ -n "$version" ] || die "Cargo.lock names no wasm-bindgen"
    if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $version" ]; then
        # Not --locked: the lock file that the crate ships does not build with current compilers.
        cargo_tool wasm-bindgen-cli 4 --version "$version"
    fi
}

install_trunk() {
    case "$(trunk --version 2>/dev/null)" in
        "trunk 0.21."*) ;;
        *) cargo_tool trunk 5 --locked --version ^0.21 ;;
    esac
}

# Optional: without it the page's modules are about 80 kB larger, gzipped.
install_wasm_opt() {
    if have wasm-opt; then return; fi
    have npm || { echo "npm is not installed: no wasm-opt, the page's modules stay a twentieth larger" && return; }
    npm install --prefix "$BINARYEN" --no-package-lock --no-audit --no-fund --loglevel=error binaryen@132.0.0
}

# All that builds the page.
install_build_tools() {
    install_rust
    install_wasm_bindgen
    install_trunk
    install_wasm_opt
}
