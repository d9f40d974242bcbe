#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every exercise of every lab: solved, not tried at all, and answered wrongly.

load ../lib/common

before_test() {
    cd "$ROOT" || return
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
}

after_test() {
    labs/lab clean >/dev/null
}

# attempt NUMBER SLUG VERB...: on a machine of its own, as far as namespaces go: the
# task, a check that must refuse it, then what the verb prints typed into a shell, then
# the check again.
attempt() {
    # shellcheck disable=SC2016 # the inner bash expands it
    timeout 60 unshare --mount --uts --ipc --net --pid --fork --kill-child --mount-proc \
        bash -c '
            ip link set lo up
            labs/lab exercise "$1" "$2" >/dev/null
            ! labs/lab check "$1" "$2" || exit 9
            labs/lab "${@:3}" >"$XDG_STATE_HOME.typed"
            bash "$XDG_STATE_HOME.typed" >/dev/null
            labs/lab check "$1" "$2"' bash "$@" 3>&-
}

slugs() {
    sed -n 's/^exercise \([a-z-]*\) .*/\1/p' "$1"
}

@test "every exercise: the solution passes; nothing done, and every wrong answer, do not" {
    requires root net userns
    for file in "labs/exercises/${LAB:-}"*.sh; do
        number=${file##*/}
        number=${number%%-*}
        for slug in $(slugs "$file"); do
            echo "$number $slug"
            run -0 attempt "$number" "$slug" solution "$number" "$slug"
            labs/lab clean
            labs/lab wrong "$number" "$slug" >"$BATS_TEST_TMPDIR/wrong"
            [ -s "$BATS_TEST_TMPDIR/wrong" ]
            while IFS=$'\t' read -r name message; do
                echo "$number $slug $name"
                run -1 attempt "$number" "$slug" wrong "$number" "$slug" "$name"
                [[ ${output//$'\n'/ } == *"$message"* ]]
                labs/lab clean
            done <"$BATS_TEST_TMPDIR/wrong"
        done
    done
}
