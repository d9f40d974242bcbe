# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# own-mounts.bash: a script in mounts of its own. Sourced by the libraries of unshare-lite
# and nsenter-lite, which name in CARRIED their functions that the script may use.

# in_own_mounts <<'EOF': the script, with those functions and KINDS, in a mount namespace of its
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
        declare -f "${CARRIED[@]}"
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
