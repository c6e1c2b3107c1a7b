#!/usr/bin/env bash
# Builds the page in release mode and serves it: see --help.

# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

usage() {
    cat <<'HELP'
Usage: scripts/serve.sh [--quick] [--port N] [--address IP] [--open]

Installs what is missing (Rust's wasm32 target, trunk, wasm-bindgen-cli), builds the page in
release mode and serves it. It is built anew whenever a source file changes (reload the page to see
it); Ctrl-C ends it.

  --quick       a development build, for those who work on the page: seconds after a change, a larger
                page (the engines are optimised all the same)
  --port N      the port, or the next free one after it (default 8080)
  --address IP  the address to listen on (default 127.0.0.1: this machine only)
  --open        open the page in the browser

The first run takes about 10 minutes on 2 cores, half of it for the tools; a later one seconds.
HELP
}

port=8080
address=127.0.0.1
open=()
release=(--release)
while [ $# -gt 0 ]; do
    case $1 in
        --quick) release=() ;;
        --port) port=${2:?--port needs a number} && shift ;;
        --address) address=${2:?--address needs an IP address} && shift ;;
        --open) open=(--open) ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && die "unknown option $1" ;;
    esac
    shift
done
[[ $port =~ ^[1-9][0-9]{0,4}$ ]] && ((port <= 65535)) || die "--port: '$port' is not a port (1 to 65535)"

listening() { (exec 3<>"/dev/tcp/$address/$1") 2>/dev/null; }
for ((wanted = port; port < wanted + 20 && port <= 65535; port++)); do
    listening "$port" || break
    echo "Port $port is taken."
done

install_build_tools

say "Building, then serving at http://$address:$port/ (first build: about 4 minutes; unchanged: seconds)"
exec trunk serve ${release[@]+"${release[@]}"} --address "$address" --port "$port" ${open[@]+"${open[@]}"}
