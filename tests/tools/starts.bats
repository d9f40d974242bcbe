#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A thousand starts in a row of unshare-lite and nsenter-lite leave nothing: BONES_STARTS of
# each, where another number is wanted. Mounts, namespaces, cgroups and processes are compared
# by every test; here it is what only the kernel counts.

load ../lib/common
load ../lib/target
# From bats and target.bash: shellcheck knows only $output.
target="" STARTS=${BONES_STARTS:-1000}

# Memory files, terminals and processes, each a number.
counts() {
    local group
    group=$(sed -n 's,^[0-9]*:pids:\(.*\),/sys/fs/cgroup/pids\1,p; s,^0::\(.*\),/sys/fs/cgroup\1,p' /proc/self/cgroup | head -n 1)
    sed -n 's/^Shmem: *\([0-9]*\) kB/memory \1/p' /proc/meminfo
    echo "terminals $(</proc/sys/kernel/pty/nr)"
    [[ ! -e $group/pids.current ]] || echo "processes $(<"$group/pids.current")"
}

# Others are at work on this machine, too: more by half a copy (30 KiB) or by a tenth of a
# terminal or process for each start is too much.
no_more_than() {
    counts >"$BATS_TEST_TMPDIR/now"
    paste -d' ' "$1" "$BATS_TEST_TMPDIR/now" | awk -v starts="$STARTS" '
        { slack = starts * ($1 == "memory" ? 30 : 0.1); if ($4 > $2 + slack) { print; bad = 1 } }
        END { exit bad }'
}

@test "unshare-lite: the namespaces of each start go with it" {
    requires root userns net time
    # By the kernel's own count: half as many are allowed as are made.
    # shellcheck disable=SC2016 # for the shell inside
    run -0 unshare --user --map-root-user bash -euc '
        for kind in mnt uts ipc net pid user cgroup time; do
            echo $(($1 / 2)) >"/proc/sys/user/max_${kind}_namespaces"
        done
        for ((start = 0; start < $1; start++)); do
            unshare-lite -muinpUCT --map-root-user --kill-child --mount-proc true
        done' bash "$STARTS"
}

@test "unshare-lite: each start leaves no process" {
    requires root
    counts >"$BATS_TEST_TMPDIR/counted"
    local start
    for ((start = 0; start < STARTS; start++)); do
        unshare-lite --mount --uts --init true
    done
    wait_for 20 no_more_than "$BATS_TEST_TMPDIR/counted"
}

@test "nsenter-lite: each start leaves no process, terminal or copy of itself" {
    requires root userns net time
    make_target -muinpCT
    counts >"$BATS_TEST_TMPDIR/counted"
    local start
    for ((start = 0; start < STARTS; start++)); do
        nsenter-lite -t "$target" --all --root --wd --env --join-cgroup --pty true </dev/null
    done
    wait_for 20 no_more_than "$BATS_TEST_TMPDIR/counted"
}
