# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# report.sh: several runs of bats at a time, each reported when it is done, whole. All
# that they say is in build/tests.tap, too.

# totals TAP: a report, in numbers.
totals() {
    local failed skipped passed
    failed=$(grep -c '^not ok ' "$1" || true)
    skipped=$(grep -c '^ok .* # skip' "$1" || true)
    passed=$(($(grep -c '^ok ' "$1" || true) - skipped))
    printf '%d passed, %d failed, %d skipped' "$passed" "$failed" "$skipped"
}

# failures TAP: the tests that failed, each with the end of what it said.
failures() {
    awk -v most=20 '
        function tell(  i) { for (i = n > most ? n - most + 1 : 1; i <= n; i++) print said[i]; n = 0 }
        /^(ok|not ok|1\.\.)/ { tell(); failed = /^not/; if (failed) print; next }
        failed { said[++n] = $0 }
        END { tell() }' "$1"
}

# beside N COMMAND...: in the background, when fewer than N are.
beside() {
    while (($(jobs -rp | wc -l) >= $1)); do wait -n || true; done
    "${@:2}" &
}

# report NAME COMMAND...: a run of bats; NAME is put into each of its lines. fd 9, the lock
# of tests/run, is not for the processes that tests start, and neither are signals that
# nohup, or this shell for a command in the background, ignores.
report() {
    local name=$1 started=$SECONDS tap status=0
    shift
    # In a subshell, of beside.
    tap=build/tap.$BASHPID
    trap 'rm -f "build/tap.$BASHPID"' EXIT
    env --default-signal "$@" </dev/null >"$tap" 2>&1 9>&- || status=$?
    ((status == 0)) || grep -q '^not ok ' "$tap" || echo "not ok 0 ended with status $status" >>"$tap"
    {
        flock 8
        sed -E "s,^(ok|not ok) [0-9]+ ,\1 $name: ," "$tap" | tee -a build/tests.tap
        printf '== %s: %s, in %d s\n' "$name" "$(totals "$tap")" $((SECONDS - started))
    } 8>build/print.lock
}
