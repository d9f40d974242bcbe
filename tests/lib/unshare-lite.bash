# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# unshare-lite.bash: what the test files of unshare-lite share. After common.bash:
#
#     load ../lib/common
#     load ../lib/unshare-lite

# For make asan: LeakSanitizer wants a thread and /proc at exit, and finds neither after
# unshare(CLONE_NEWPID), in a bare mount namespace, or under strace.
export ASAN_OPTIONS=detect_leaks=0

KINDS=(mnt uts ipc net pid user cgroup time)
# -g: bats reads the test file, and with it this one, inside a function.
# shellcheck disable=SC2034 # for the test files
declare -gA LETTER=([mnt]=m [uts]=u [ipc]=i [net]=n [pid]=p [user]=U [cgroup]=C [time]=T)

# same ARGUMENT...: unshare(1) and unshare-lite print the same and end the same.
same() {
    local expected status_expected
    run unshare "$@"
    # shellcheck disable=SC2154 # bats sets them
    expected=$output status_expected=$status
    run unshare-lite "$@"
    [[ $output == "$expected" && $status == "$status_expected" ]] && return
    printf 'unshare: %s\n%s\nunshare-lite: %s\n%s\n' \
        "$status_expected" "$expected" "$status" "$output" >&2
    return 1
}

# The kinds that PID does not share with us, one a line.
other_kinds() {
    local kind
    for kind in "${KINDS[@]}"; do
        [[ $(ns "$1" "$kind") == "$(ns self "$kind")" ]] || echo "$kind"
    done
}

# child_of PID: waits for it, and prints it.
child_of() {
    wait_for 10 grep -q . "/proc/$1/task/$1/children" || return
    cut -d' ' -f1 "/proc/$1/task/$1/children"
}

# command_of PID NAME: the child in which NAME runs; waits for it. The process outside may
# be a child, too.
command_of() {
    wait_for 10 pgrep -P "$1" -x "$2"
}

# Dead, if perhaps not yet reaped by whoever inherited it.
gone() {
    ! grep -qs '^State:.[^Z]' "/proc/$1/status"
}

# What the kernel says of a process, not what a shell makes of it.
wait_status() {
    python3 -c 'import subprocess, sys; print(subprocess.run(sys.argv[1:]).returncode)' "$@"
}

# in_own_mounts <<'EOF': the script, with the functions above, in a mount namespace of its
# own: private, on one CPU (Linux 6.18 numbers namespaces per CPU, and takes one with a
# low number for old), where nobody and root have subordinate IDs, and with the test's
# folder as the working directory: on /mnt, for the path to it is closed to nobody.
in_own_mounts() {
    local cpu
    cpu=$(sed -n 's/^Cpus_allowed_list:\t\([0-9]*\).*/\1/p' /proc/self/status)
    printf '%s:%s:65536\n' nobody 100000 root 300000 >"$BATS_TEST_TMPDIR/subids"
    # shellcheck disable=SC2016 # for the inner shell
    {
        declare -p KINDS
        declare -f ns wait_for as_nobody child_of command_of gone other_kinds wait_status
        cat
    } | taskset -c "$cpu" unshare --mount --propagation private bash -euo pipefail -c '
        trap '\''echo "failed: $BASH_COMMAND" >&2'\'' ERR
        mount --bind "$1" /mnt
        cd /mnt
        touch /etc/subuid /etc/subgid
        mount --bind subids /etc/subuid
        mount --bind subids /etc/subgid
        chmod 777 .
        source /dev/stdin' bash "$BATS_TEST_TMPDIR"
}
