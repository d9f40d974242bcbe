# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# kernel.sh: what everything in labs/ asks the kernel. Verifies and checks are built
# of these: none of them asks our own tools.

# The kernel's own pin of a PID: field 22 of /proc/PID/stat, counted after the
# last ')', because a process name can hold anything. Empty when it is gone.
start_time() {
    local stat fields
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    read -ra fields <<<"${stat##*) }"
    printf '%s' "${fields[19]}"
}

# status_field PID NAME: a line of /proc/PID/status, without its name.
status_field() {
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" 2>/dev/null || true
}

# namespace PID KIND: its identity, as the kernel prints it.
namespace() {
    readlink "/proc/$1/ns/$2"
}

# processes_elsewhere KIND: the PIDs of all that are in another namespace of that
# kind than this shell.
processes_elsewhere() {
    local link
    for link in /proc/[0-9]*/ns/"$1"; do
        [[ ! -e $link || $link -ef /proc/$$/ns/$1 ]] || printf '%s\n' "${link//[!0-9]/}"
    done
}

# Where groups are made: v1's memory controller, or v2.
cgroup_mount() {
    awk '$0 ~ / - cgroup .*[ ,]memory(,|$)/ { print $5; found = 1; exit }
         $0 ~ / - cgroup2 / { v2 = $5 }
         END { if (!found) { if (!v2) exit 1; print v2 } }' /proc/self/mountinfo
}

# group_folder GROUP: where one group is in cgroupfs.
group_folder() {
    printf '%s/%s' "$(cgroup_mount)" "$1"
}

group_pids() {
    cat "$(group_folder "$1")/cgroup.procs" 2>/dev/null || true
}

# memory_limit GROUP: in bytes, or the word that stands for none: v1 and v2 name the
# file differently.
memory_limit() {
    cat "$(group_folder "$1")"/memory.{limit_in_bytes,max} 2>/dev/null || true
}

# has_link NAME: asked of the network namespace that we are in; /sys may show another.
has_link() {
    ip link show dev "$1" >/dev/null 2>&1
}

# in_chroot: / is not the root of our mount namespace: no mount at all; or, as root can tell,
# not where nsenter(1) leads.
in_chroot() {
    local top
    ! mountpoint -q / || {
        top=$(nsenter --mount=/proc/self/ns/mnt stat -c %d:%i / 2>/dev/null) && [[ $top != "$(stat -c %d:%i /)" ]]
    }
}

# mend_kvm USER: how that user gets to open /dev/kvm: through its group, unless that is
# root's.
mend_kvm() {
    local group
    group=$(stat -c %G /dev/kvm)
    if [[ $group == root ]]; then
        printf 'sudo setfacl -m u:%s:rw /dev/kvm' "$1"
    else
        printf 'sudo usermod -aG %s %s, and log in again' "$group" "$1"
    fi
}

# cgroup2_mount: where v2 is mounted first; nothing when it is not.
cgroup2_mount() {
    awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo
}
