#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# net_cls of cgroup v1, which marks packets by the group of whoever got their socket last.

load ../lib/common
load ../lib/procpeek
# bats sets it, and start sets the other: shellcheck knows only $output and $lines.
stderr="" pid=""

after_test() {
    end_started
    umount "$BATS_TEST_TMPDIR/net_cls"
}

# bats test_tags=guest:v1
@test "procpeek ns --all asks no socket whose packets would be marked by that" {
    requires root ss cgroup1
    group=$BATS_TEST_TMPDIR/net_cls/group
    # shellcheck disable=SC2034 # for end_started
    groups=("$group")
    mkdir "${group%/*}"
    mount -t cgroup -o net_cls cgroup "${group%/*}"
    mkdir "$group"
    echo 0x100001 >"$group/net_cls.classid"
    # shellcheck disable=SC2016 # the inner shell's variable; nothing is sent
    start bash -c 'echo $$ >"$0/cgroup.procs" && exec 5<>/dev/udp/127.0.0.1/9 && exec sleep 60' "$group"
    wait_for 20 runs "$pid" sleep
    marked() { [[ $(ss -Huan --tos) == *class_id:0x100001* ]]; }
    marked
    run -0 --separate-stderr procpeek ns --all
    marked
    [[ $stderr == *'namespaces of 1 socket are not known'* ]]
    # In that group it is asked.
    # shellcheck disable=SC2016 # the inner shell's variable
    run -0 --separate-stderr bash -c 'echo $$ >"$0/cgroup.procs" && exec procpeek ns --all' "$group"
    marked
    [[ $stderr != *'not known'* ]]
}
