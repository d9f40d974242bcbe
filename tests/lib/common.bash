# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# common.bash: what every bats file loads first:
#
#     load ../lib/common
#
# It puts the tools under test on PATH, and around every test compares what a
# test could leave behind: mounts, namespaces, cgroups, network links, nftables
# tables, and processes that the test started. A leak fails the test that leaked.
# A file that needs its own set-up defines before_test and after_test.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
export ROOT
# BONES_BIN lets the same tests run on another build of the tools (make asan).
export PATH="${BONES_BIN:-$ROOT/build/bin}:$PATH"
# Inherited by whatever a test starts: a process that carries it and outlives
# the test is a leak.
export BONES_TEST="$$-$BATS_TEST_NUMBER"
unset NO_COLOR CONTAINER_BONES_STATE
# Whatever the tests were started from: the terminal that a test makes, and what the programs
# that we compare with take for a letter.
export TERM=xterm LC_ALL=C.UTF-8

before_test() { :; }
after_test() { :; }

setup() {
    snapshot >"$BATS_TEST_TMPDIR/before"
    before_test
}

teardown() {
    after_test
    no_leaks
}

# One line for each thing on the machine that outlives its maker. The kernel takes
# down namespaces and cgroups after the process that held them is reaped.
snapshot() {
    cut -d' ' -f5 /proc/self/mountinfo | sed 's/^/mount /'
    find /proc/[0-9]*/ns -maxdepth 1 -type l -printf 'namespace %l\n' 2>/dev/null || true
    find /sys/fs/cgroup -mindepth 2 -type d -printf 'cgroup %p\n' 2>/dev/null || true
    ip -o link 2>/dev/null | sed 's/^[0-9]*: /link /; s/[:@].*//' || true
    if command -v nft >/dev/null && ((EUID == 0)); then
        nft list tables 2>/dev/null | sed 's/^/nft /'
    fi
    find /run/container-bones -mindepth 1 -maxdepth 2 -printf 'file %p\n' 2>/dev/null || true
}

# Programs that the test started. bats itself, and its subshells, were executed
# before BONES_TEST was set: their environ does not have it.
own_processes() {
    local file pid
    env -u BONES_TEST grep -lzs "^BONES_TEST=$BONES_TEST\$" /proc/[0-9]*/environ |
        while IFS=/ read -r _ _ pid file; do
            [[ $file == environ ]] && ps -o pid=,args= -p "$pid" | sed 's/^/process /'
        done
}

no_leaks() {
    local tries leaks=
    for ((tries = 0; tries < 30; tries++)); do
        snapshot | sort -u >"$BATS_TEST_TMPDIR/after"
        leaks=$(sort -u "$BATS_TEST_TMPDIR/before" | comm -13 - "$BATS_TEST_TMPDIR/after")
        leaks+=$(own_processes)
        [[ -z $leaks ]] && return 0
        sleep 0.1
    done
    printf 'left behind by this test:\n%s\n' "$leaks" >&2
    # A process that holds the pipes of bats open would keep it from its end.
    own_processes | awk '{ print $2 }' | xargs -r kill -KILL 2>/dev/null || true
    return 1
}

# requires WORD...: what the machine must offer for this test. A missing one skips
# the test with the reason, or fails it where REQUIRE_ALL=1 (as in CI) says that
# nothing may be skipped.
requires() {
    local feature reason
    for feature; do
        reason=$(missing "$feature") && continue
        if [[ ${REQUIRE_ALL:-0} == 1 ]]; then
            printf 'this machine lacks %s, and REQUIRE_ALL=1\n' "$reason" >&2
            return 1
        fi
        skip "needs $reason"
    done
}

# Succeeds when the machine offers the feature, else prints what is missing.
missing() {
    case $1 in
        root) ((EUID == 0)) || { echo 'root' && false; } ;;
        user) id -u nobody >/dev/null || { echo 'the user nobody' && false; } ;;
        userns) unshare --user true 2>/dev/null || { echo 'user namespaces' && false; } ;;
        net) unshare --net true 2>/dev/null || { echo 'network namespaces' && false; } ;;
        time) [[ -e /proc/self/ns/time ]] || { echo 'time namespaces' && false; } ;;
        cgroup1) grep -q ' - cgroup ' /proc/self/mountinfo ||
            { echo 'cgroup v1 controllers' && false; } ;;
        cgroup2) grep -qs . /sys/fs/cgroup/cgroup.controllers ||
            { echo 'cgroup v2 with controllers' && false; } ;;
        *) command -v "$1" >/dev/null || { echo "the program $1" && false; } ;;
    esac
}

# as_nobody COMMAND...: run without any privilege.
as_nobody() {
    setpriv --reuid nobody --regid nogroup --clear-groups -- "$@"
}

# ns PID KIND: the identity of a namespace, as the kernel prints it.
ns() {
    readlink "/proc/$1/ns/$2"
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails when it never does.
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}
