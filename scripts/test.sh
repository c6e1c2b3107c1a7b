#!/usr/bin/env bash
# Installs what the tests need, then runs every check of the project: see --help.

# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stage.sh
source "$ROOT/scripts/stage.sh"

usage() {
    cat <<'HELP'
Usage: scripts/test.sh [--only WORD]

Installs what the tests need and runs every check, each stage timed; exits 1 when one fails.
On a machine with apt it installs chromium, chromium-driver, firefox-esr, mesa-vulkan-drivers and npm
where they are missing (as root or through sudo); elsewhere it says what to install.

  --only WORD   only the stages with WORD in their name (the installing aside)

From nothing it takes about 35 minutes on 2 cores: installing wasm-bindgen-cli, trunk and
wasm-pack (7 min), compiling natively and for wasm (12 min), end-to-end tests in a browser (10 min),
the release build of the page (4 min), the kernels in a headless browser (2 min), native tests with
the GPU in software (1 min). Where nothing has changed it takes about 12.
HELP
}

only=
while [ $# -gt 0 ]; do
    case $1 in
        --only) only=${2:?--only needs a word} && shift ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && die "unknown option $1" ;;
    esac
    shift
done

# The Vulkan loader looks for this folder, and finds no software adapter without it.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
    export XDG_RUNTIME_DIR="$TARGET/xdg-runtime"
    install -d -m 700 "$XDG_RUNTIME_DIR"
fi
# Seconds for all tests of one file in the browser; 20 by default, SwiftShader needs more.
export WASM_BINDGEN_TEST_TIMEOUT="${WASM_BINDGEN_TEST_TIMEOUT:-3600}"

has_vulkan() {
    [ "$(uname)" = Darwin ] || compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null ||
        compgen -G '/etc/vulkan/icd.d/*.json' >/dev/null
}

# The browsers, Chromium's driver, a Vulkan adapter and npm: from the system's packages.
install_system_packages() {
    local missing=()
    have chromium || missing+=(chromium)
    have chromedriver || missing+=(chromium-driver)
    has_vulkan || missing+=(mesa-vulkan-drivers)
    have firefox || missing+=(firefox-esr)
    have npm || missing+=(npm)
    [ ${#missing[@]} -gt 0 ] || return 0
    have apt-get || die "please install what Debian calls: ${missing[*]}"
    say "Installing ${missing[*]} (about 2 minutes)"
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    ${root[@]+"${root[@]}"} apt-get update -qq
    ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

install_all() {
    install_system_packages
    install_build_tools
    rustup target add aarch64-unknown-linux-gnu
    have wasm-pack || cargo_tool wasm-pack 2 --locked
    have geckodriver || cargo_tool geckodriver 3 --locked
    npm install --prefix tests/e2e --no-package-lock --no-audit --no-fund --loglevel=error
}

# The engine for processors with NEON: compiled, and run nowhere in these checks. The flag takes the place of target-cpu=native,
# which means this machine's.
clippy_arm() {
    RUSTFLAGS="-C target-cpu=generic" cargo clippy --target aarch64-unknown-linux-gnu --package hrm-core --lib -- -D warnings
}

native_tests() {
    if have cargo-nextest; then
        cargo nextest run --no-fail-fast && cargo test --doc
    else
        cargo test --no-fail-fast
    fi
}

# Each shader file by itself, through the two compilers that browsers use, where they are at hand
# (the native tests validate every file with naga's library in any case).
shaders() {
    if have naga; then
        naga --bulk-validate shaders/*.wgsl || return
    else
        echo "naga is not on the PATH: left to the native tests"
    fi
    if have tint; then
        local file bad=0
        for file in shaders/*.wgsl; do
            tint --format wgsl -o /dev/null "$file" || { echo "tint refuses $file" && bad=1; }
        done
        return "$bad"
    else
        echo "tint is not on the PATH: left to the browser tests"
    fi
}

# browser_tests chrome|firefox DRIVER CAPABILITIES
# wasm-pack exits 0 for a file whose tests were all skipped: so the tests that ran are counted.
browser_tests() {
    local log=$LOGS/browser-count.log written ran
    WASM_BINDGEN_TEST_WEBDRIVER_JSON=$ROOT/$3 wasm-pack test --headless "--$1" "--$2" "$(command -v "$2")" crates/core 2>&1 |
        tee "$log" || return
    written=$(grep -rhE '^\s*#\[wasm_bindgen_test' crates src tests --include='*.rs' | wc -l)
    ran=$(counted passed "$log")
    echo "$ran browser tests ran, $written are written"
    [ "$written" -gt 0 ] && [ "$ran" -eq "$written" ]
}

built() { [ -f dist/index.html ] || { echo "there is no dist/: the page was not built" && return 1; }; }

# The limit for everything compiled that a visitor loads: the page's module and the worker's.
# What a first visit loads has one limit; the modules that training and the place of tasks load have their own.
page_size() {
    built || return
    local visit=0 trainer=0 learner=0 tasks=0 gpu=0 file bytes
    for file in dist/*.wasm; do
        bytes=$(gzip -9 -c "$file" | wc -c)
        echo "$file: $bytes bytes gzipped"
        case $file in
            */trainer_bg.wasm) trainer=$bytes ;;
            */learner_bg.wasm) learner=$bytes ;;
            */tasks_bg.wasm) tasks=$bytes ;;
            */gpu_bg.wasm) gpu=$bytes ;;
            *) visit=$((visit + bytes)) ;;
        esac
    done
    echo "a first visit: $visit bytes of at most 1500000; besides, training: $trainer of at most 900000, learning a task: $learner of at most 900000, tasks: $tasks of at most 330000, testing a GPU: $gpu of at most 400000"
    [ "$visit" -gt 0 ] && [ "$visit" -le 1500000 ] && [ "$trainer" -gt 0 ] && [ "$trainer" -le 900000 ] &&
        [ "$learner" -gt 0 ] && [ "$learner" -le 900000 ] && [ "$tasks" -gt 0 ] && [ "$tasks" -le 330000 ] &&
        [ "$gpu" -gt 0 ] && [ "$gpu" -le 400000 ]
}

end_to_end() {
    built || return
    cargo test --test e2e -- --nocapture --test-threads=2
}

stage "Install" install_all
stage "Format" cargo fmt --check
stage "Shaders" shaders
stage "Clippy, native" cargo clippy --all-targets -- -D warnings
stage "Clippy, wasm" cargo clippy --target wasm32-unknown-unknown --all-targets -- -D warnings
stage "Clippy, ARM" clippy_arm
stage "Native tests" native_tests
stage "Browser tests, Chromium" browser_tests chrome chromedriver webdriver.json
# Over llvmpipe, with naga as the compiler of shaders.
stage "Browser tests, Firefox" browser_tests firefox geckodriver webdriver-firefox.json
stage "Page, release build" trunk build --release
stage "Page, size" page_size
stage "End to end" end_to_end
summary
