#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The benchmarks and the fuzz targets work. What they measure is no criterion here.

load ../lib/common
# bats sets it: shellcheck knows only $output and $lines.
stderr=""

before_test() {
    cd "$ROOT" || return
}

@test "every fuzz target is clean for a second" {
    requires clang
    FUZZ_SECONDS=1 run -0 tests/fuzz/run
    echo "$output" >&2
    [ "$(grep -cE '^[a-z0-9-]+ +[1-9][0-9]* runs +[1-9][0-9]* inputs  clean$' <<<"$output")" = \
        "$(find tests/fuzz -name '*.c' | wc -l)" ]
}

@test "a fuzz target that fails is an error, and so is one that is not there" {
    requires clang
    mkdir -p "$BATS_TEST_TMPDIR/tests/fuzz" "$BATS_TEST_TMPDIR/tools/lib"
    cp tests/fuzz/run tests/fuzz/fuzz.h "$BATS_TEST_TMPDIR/tests/fuzz/"
    cp tools/lib/bones.h "$BATS_TEST_TMPDIR/tools/lib/"
    cat >"$BATS_TEST_TMPDIR/tests/fuzz/bad.c" <<'END'
// Seeds: /proc/self/stat
#include "fuzz.h"
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	return text[size + 1];
}
END
    FUZZ_SECONDS=1 run -1 "$BATS_TEST_TMPDIR/tests/fuzz/run" bad
    [[ $output == *'FAILED, see build/fuzz/bad.log'* ]]
    grep -q AddressSanitizer "$BATS_TEST_TMPDIR/build/fuzz/bad.log"
    run -1 --separate-stderr tests/fuzz/run nonsense
    [[ $stderr == *'no such target: nonsense'* ]]
}

@test "a benchmark compares with the first peer, and says whether the goal is met" {
    requires hyperfine jq
    mkdir -p "$BATS_TEST_TMPDIR/tests/bench"
    cp tests/bench/run tests/bench/bench.bash tests/bench/peak.c "$BATS_TEST_TMPDIR/tests/bench/"
    cat >"$BATS_TEST_TMPDIR/tests/bench/sleep.sh" <<'END'
work 'sleep a little'
goal 0.5
prepare() { echo prepared >>"$LOG"; }
cleanup() { echo cleaned >>"$LOG"; }
before_each sh -c 'echo "it is $1" >>"$LOG"' sh before
peer long sleep 0.2
ours short sleep 0.02
END
    export LOG=$BATS_TEST_TMPDIR/log
    BENCH_ROUNDS=2 BENCH_RUNS=2 run -0 "$BATS_TEST_TMPDIR/tests/bench/run"
    [[ ${lines[1]} == *'sleep a little'*peer*long*' 1.00 '* ]]
    [[ ${lines[2]} == *' of the peer, goal 0.5' ]]
    jq -e '.benchmarks[0] | .goal == 0.5 and (.commands | length == 2 and
        all(.seconds | length == 4) and .[0].ratio == 1 and
        .[1].ratio == .[1].median / .[0].median)' "$BATS_TEST_TMPDIR/build/bench.json"
    # Of each command two rounds of one run to warm up and two more, and one for its memory.
    [ "$(sort "$LOG" | uniq -c | xargs)" = '1 cleaned 14 it is before 1 prepared' ]
    echo 'peer fails false' >>"$BATS_TEST_TMPDIR/tests/bench/sleep.sh"
    BENCH_ROUNDS=1 BENCH_RUNS=1 run -1 "$BATS_TEST_TMPDIR/tests/bench/run"
    [ "$(tail -n 1 "$LOG")" = cleaned ]
    # What cannot be measured here is left out, with the reason.
    echo 'needs_pids 4194304' >"$BATS_TEST_TMPDIR/tests/bench/sleep.sh"
    run -0 "$BATS_TEST_TMPDIR/tests/bench/run"
    [[ $output == *'left out: needs sysctl kernel.pid_max above 4194304' ]]
    jq -e '.benchmarks == []' "$BATS_TEST_TMPDIR/build/bench.json"
}
