#!/usr/bin/env bash
# Part of Trunk's post_build hook, after smaller-modules.sh: writes the names and hashes of a release build's files into its service_worker.js, which keeps
# them for use without a network. A development build is left alone, and so is a page without that script (bench.html).

set -euo pipefail

[ "$TRUNK_PROFILE" = release ] || exit 0
cd "$TRUNK_STAGING_DIR"
[ -f service_worker.js ] || exit 0

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# A line `  "NAME": "HASH",` for each, in the order of their names.
files=$(find . -type f ! -name service_worker.js | LC_ALL=C sort | while read -r file; do
    printf '    "%s": "%s",\n' "${file#./}" "$(sha256 "$file" | cut -d ' ' -f 1)"
done)
written=$(FILES=$files awk '
    /^const FILES = null;$/ { print "const FILES = {\n" ENVIRON["FILES"] "\n};"; found = 1; next }
    { print }
    END { exit !found }
' service_worker.js) || { echo "service_worker.js: no line 'const FILES = null;'" >&2 && exit 1; }
printf '%s\n' "$written" >service_worker.js
