# Sourced by test.sh: runs the checks one by one, times them and counts what passed.
# shellcheck shell=bash

LOGS=$TARGET/test-logs
mkdir -p "$LOGS"

passed=0
failed=0
report=()

# counted passed|failed LOG: the sum over the closing lines of cargo test, wasm-bindgen's runner (which may
# write them after its own status) and nextest (which repeats, indented, what a failed test's process said).
counted() {
    { grep -aE '(^|[^ ])test result: |^ *Summary \[' "$2" || true; } | { grep -oE "[0-9]+ $1" || true; } |
        awk '{ sum += $1 } END { print sum + 0 }'
}

# stage NAME COMMAND...: a stage without tests of its own counts as one. A failing stage does not
# stop the later ones, except that nothing works without the tools.
stage() {
    local name=$1 log begun=$SECONDS status outcome=ok good bad
    shift
    [[ $name == Install || -z $only || $name == *"$only"* ]] || return 0
    log="$LOGS/$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$name").log"
    say "$name"
    # Not `… || outcome=FAILED`: inside such a list bash forgets -e, also in the command itself.
    set +e
    (set -e; "$@") 2>&1 | tee "$log"
    status=$?
    set -e
    [ $status = 0 ] || outcome=FAILED
    good=$(counted passed "$log")
    bad=$(counted failed "$log")
    if [ $outcome = FAILED ]; then
        [ "$bad" -gt 0 ] || bad=1
    else
        [ "$((good + bad))" -gt 0 ] || good=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    report+=("$(printf '%-24s %-6s %5d s  %d passed, %d failed' "$name" $outcome $((SECONDS - begun)) "$good" "$bad")")
    [[ $name != Install || $outcome == ok ]] || summary
}

# The table of stages and, last, the line that says it all; exits.
summary() {
    say "Summary (logs in $LOGS)"
    printf '%s\n' "${report[@]}"
    printf '%-24s        %5d s\n\n' "all" "$SECONDS"
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}
