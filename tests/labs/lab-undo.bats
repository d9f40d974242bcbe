#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The machine is as it was, however a lab ended.

load ../lib/common
load small
# bats sets these: shellcheck knows only $output and $lines.
stderr=""

before_test() {
    cd "$ROOT" || return
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
}

after_test() {
    [[ -n ${BATS_TEST_COMPLETED:-} ]] || labs/lab clean --all >/dev/null
}

# kill_at LAB STEP: in the middle of the step's first command. The steps before are
# done without a word (and what the lab needs is known to be there).
kill_at() {
    local out=$BATS_TEST_TMPDIR/${1##*/} line victim from
    mkfifo "$out"
    LAB_AGAIN=1 LAB_FROM=$2 "$1" >"$out" 2>"$out.errors" &
    victim=$!
    # Open until the kill: a pipe that nobody reads would end the lab by SIGPIPE.
    exec {from}<"$out"
    while IFS= read -r line <&"$from" && [[ $line != '$ '* ]]; do :; done
    kill -KILL "$victim" || cat "$out.errors"
    exec {from}<&-
    wait "$victim" || true
    rm "$out"
    [[ $line == '$ '* ]] || { cat "$out.errors" && false; }
}

@test "SIGKILL at every step of every lab, all at work at once, then labs/lab clean" {
    requires root net userns time memcached nft
    labs/lab setup --yes
    for ((step = 1; step <= 20; step++)); do
        victims=()
        for lab in labs/[0-9][0-9]-*.sh; do
            (($(grep -c '^step ' "$lab") >= step)) || continue
            kill_at "$lab" "$step" 3>&- &
            victims+=($!)
        done
        ((${#victims[@]})) || break
        echo "step $step of ${#victims[@]} labs"
        for victim in "${victims[@]}"; do
            wait "$victim"
        done
        run -0 labs/lab clean
        no_leaks
    done
    ((step > 10))
}

@test "two users at once: neither sees the other's, and clean takes one's own only" {
    requires root memcached nft
    SUDO_UID=4711 SUDO_GID=4711 labs/lab 12 --auto >"$BATS_TEST_TMPDIR/first" 2>&1 3>&- &
    first=$!
    SUDO_UID=4712 SUDO_GID=4712 labs/lab 12 --auto --keep >"$BATS_TEST_TMPDIR/second" 2>&1 3>&- &
    second=$!
    wait "$first" || cat "$BATS_TEST_TMPDIR/first" >&2
    wait "$second" || cat "$BATS_TEST_TMPDIR/second" >&2
    grep -q 'lab 12 done' "$BATS_TEST_TMPDIR/first"
    kept=$(sed -n 's/^Everything stands, as \(.*\)\. labs.*/\1/p' "$BATS_TEST_TMPDIR/second")
    run -0 env SUDO_UID=4711 labs/lab clean
    [[ $output == *"$kept belongs to user 4712: left alone"* ]]
    [[ $(labs/memcached list) == "$kept"*'PID'* ]]
    run -0 env SUDO_UID=4712 labs/lab clean
    [[ $output == *"removed"*"$kept"* ]]
}

@test "a signal at any moment of the end: all is taken back" {
    requires root
    cat >"$BATS_TEST_TMPDIR/run" <<'END'
set -euo pipefail
source labs/lib/common.sh
source labs/lib/journal.sh
begin_run "signal-$$"
undo file "/dev/shm/bones-$$"
touch "/dev/shm/bones-$$"
set -o functrace
commands=0 moment=$1
trap '[[ ${FUNCNAME[0]:-} != end_run ]] || { commands=$((commands + 1)) && ((commands != moment)) || { echo sent && kill -HUP $$; }; }' DEBUG
exit 0
END
    for ((moment = 1; moment <= 5; moment++)); do
        run bash "$BATS_TEST_TMPDIR/run" "$moment"
        echo "a signal before command $moment: status $status"
        [[ $output == *sent* ]]
        [ ! -e /run/container-bones ]
        [ -z "$(find /dev/shm -name 'bones-*')" ]
    done
}

@test "the output is cut off by a pipe: all is taken back" {
    requires root
    small_lab
    labs/lab 97 --auto | head -n 6 | grep -q 'The first'
    wait_for 30 test ! -e /run/container-bones/runs
}

# bats test_tags=guest:v1,guest:v2
@test "a frozen group: on v1 its processes die only when it is thawed, and all is taken back" {
    requires root
    small_lab
    # shellcheck disable=SC2016 # the lab expands it
    sed -i 's|^start .*|start cgset run --exec "container-bones/small-$$" -- sleep 1000\
            until [[ $(status_field "$STARTED" Name) == sleep ]]; do sleep 0.05; done\
            run cgset freeze "container-bones/small-$$"|' labs/97-small.sh
    status=0
    labs/lab 97 --auto >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- || status=$?
    # Else what is left would keep the test from ending.
    for group in /sys/fs/cgroup/freezer/container-bones/small-*; do
        [[ ! -e $group ]] || echo THAWED >"$group/freezer.state"
    done
    cat "$BATS_TEST_TMPDIR/said"
    ((status == 0))
    grep -q 'lab 97 done' "$BATS_TEST_TMPDIR/said"
    run ! grep -E 'not to be killed|could not undo' "$BATS_TEST_TMPDIR/said"
    [ ! -e /run/container-bones ]
}

@test "a full disk: nothing is changed that could not be written down" {
    requires root
    small_lab
    mkdir "$BATS_TEST_TMPDIR/disk"
    mount -t tmpfs -o size=64k tmpfs "$BATS_TEST_TMPDIR/disk"
    export CONTAINER_BONES_STATE=$BATS_TEST_TMPDIR/disk/state
    dd if=/dev/zero of="$BATS_TEST_TMPDIR/disk/full" bs=4k status=none || true
    run -1 --separate-stderr labs/lab 97 --auto
    [[ $stderr == *'is the disk full'* ]]
    # Enough for the run itself, not for the journal.
    truncate -s -4k "$BATS_TEST_TMPDIR/disk/full"
    run -1 --separate-stderr labs/lab 97 --auto
    [[ $stderr == *'is the disk full? Nothing was changed'* && $output != *cgset* ]]
    [ ! -e "$BATS_TEST_TMPDIR/disk/state" ]
    umount "$BATS_TEST_TMPDIR/disk"
}

@test "no place for progress: it is said once, and the lab goes on" {
    requires root expect
    small_lab
    mkdir "$BATS_TEST_TMPDIR/disk"
    mount -t tmpfs -o size=4k tmpfs "$BATS_TEST_TMPDIR/disk"
    dd if=/dev/zero of="$BATS_TEST_TMPDIR/disk/full" bs=4k status=none || true
    run -0 env XDG_STATE_HOME="$BATS_TEST_TMPDIR/disk" expect -c '
        set timeout 60
        spawn labs/lab --plain 97
        expect "not kept, here or from now on" ; expect "then Enter: " ; send "\r"
        expect "> " ; send "my answer\r"
        expect "you said: my answer" ; expect "then Enter: " ; send "\r"
        expect "Step 3" ; expect "then Enter: " ; send "\r"
        expect "lab 97 done" { exit 0 }
        exit 1' 3>&-
    [ "$(grep -c 'not kept' <<<"$output")" = 1 ]
    umount "$BATS_TEST_TMPDIR/disk"
}

@test "a history that a full disk has cut off goes on at a new line" {
    requires root expect
    small_lab
    mkdir -p "$XDG_STATE_HOME/container-bones"
    printf 'lab\t97\t2\nanswer\t97/tw' >"$XDG_STATE_HOME/container-bones/history"
    run -0 expect -c '
        set timeout 60
        spawn labs/lab --plain 97
        expect "Step 2 of 3" ; expect "> " ; send "an answer\r"
        expect "then Enter: " ; send "q\r"
        expect eof { exit 0 }
        exit 1' 3>&-
    grep -qx $'answer\t97/two/1\tan answer' "$XDG_STATE_HOME/container-bones/history"
}
