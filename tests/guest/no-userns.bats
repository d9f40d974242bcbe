#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is left where user namespaces are switched off: run in that guest only.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr="" stderr_lines=()

before_test() {
    cd "$ROOT" || return
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
}

# bats test_tags=guest:no-userns
@test "unshare-lite names the limit; root makes the other seven kinds without one" {
    local kind option
    run -125 --separate-stderr unshare-lite --user true
    [[ ${stderr_lines[0]} == *'No space left on device' ]]
    [[ ${stderr_lines[1]} == 'hint: user.max_user_namespaces is 0'* ]]
    run -125 --separate-stderr as_nobody unshare-lite --user --map-root-user --uts true
    [[ ${stderr_lines[1]} == 'hint: user.max_user_namespaces is 0'* ]]
    for kind in mnt uts ipc net pid cgroup time; do
        option=--$kind
        [[ $kind != mnt ]] || option=--mount
        run -0 unshare-lite --fork "$option" readlink "/proc/self/ns/$kind"
        [[ $output == "$kind:["* && $output != "$(ns self "$kind")" ]]
    done
}

# bats test_tags=guest:no-userns
@test "the container stands without one; the lab of namespaces is refused, with the mend" {
    requires root net
    run -0 labs/lab 12 --auto 3>&-
    run -77 --separate-stderr labs/lab 07 --auto 3>&-
    [[ $stderr == *'user.max_user_namespaces is 0'*'hint: labs/lab doctor'* ]]
    run -0 labs/lab doctor
    [[ $output == *userns*'user.max_user_namespaces is 0'*'sysctl -w user.max_user_namespaces='* ]]
}
