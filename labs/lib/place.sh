# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# place.sh: where this is, for doctor: a machine, a virtual one, a container, WSL, a chroot.

# What kind of machine, what that means for the labs, and the one command that mends it.
place() {
    local release
    release=$(</proc/sys/kernel/osrelease)
    if [[ $release == *Microsoft* ]]; then
        place_is 'WSL 1, which has no Linux kernel: no lab can run.' 'in Windows: wsl --set-version DISTRIBUTION 2'
    elif [[ ${CODESPACES:-} == true || -d /workspaces/.codespaces ]]; then
        place_of_container 'GitHub Codespaces, a container in a virtual machine of your own' \
            'rebuild the codespace with the .devcontainer of this project'
    elif [[ ${REMOTE_CONTAINERS:-} == true ]]; then
        place_of_container 'a dev container' 'rebuild it with the .devcontainer of this project'
    elif [[ $(readlink /proc/self/ns/pid) != 'pid:[4026531836]' ]]; then
        place_of_container "a container$(engine)" \
            "docker run -it --privileged --tmpfs /run -v \"\$PWD\":/bones -w /bones debian:12"
    elif [[ $release == *microsoft* ]]; then
        if [[ -d /run/systemd/system ]]; then
            place_is 'WSL 2, a virtual machine of Windows: all labs can run.'
        else
            place_is 'WSL 2 without systemd: the labs can run; nobody has set up control groups as on other machines.' \
                "printf '[boot]\\nsystemd=true\\n' | sudo tee -a /etc/wsl.conf; wsl.exe --shutdown"
        fi
    elif in_chroot; then
        place_is 'a chroot: the kernel makes no user namespace in one, and pivot_root has no old root to put away.' \
            "systemd-nspawn --directory=THIS-FOLDER, from outside"
    elif grep -qw hypervisor /proc/cpuinfo; then
        place_is 'a virtual machine: all labs can run; /dev/kvm only where it is nested.'
    else
        place_is 'a machine of its own: all labs can run.'
    fi
}

place_is() {
    printf 'This is %s\n' "$1"
    [[ -z ${2:-} ]] || printf 'mend: %s\n' "$2"
}

# A container can do what its capabilities and its mounts let it, which is tried.
place_of_container() {
    if ! unshared --mount true 2>/dev/null; then
        place_is "$1, without the privilege to make a namespace: no lab can run, and tools only as a user can." "$2"
    elif [[ $(stat -f -c %T "${STATE%/*}") == overlayfs ]]; then
        place_is "$1, privileged; but ${STATE%/*} is an overlay, and no layer of another can lie on it: 05 and 12 cannot run." \
            "mount -t tmpfs tmpfs ${STATE%/*}"
    else
        place_is "$1, privileged: all labs can run; limits are within those of the container."
    fi
}

engine() {
    local mark
    for mark in /.dockerenv /run/.containerenv; do
        [[ ! -e $mark ]] || printf ' (%s)' "$mark"
    done
}

# v1, v2 or hybrid, and which controllers are where.
cgroup_layout() {
    local v1 v2=''
    v1=$(sed -n 's/.* - cgroup [^ ]* //p' /proc/self/mountinfo | tr , '\n' |
        grep -xE 'memory|cpu|cpuset|pids|io|blkio' | sort -u | paste -sd' ')
    if grep -q ' - cgroup2 ' /proc/self/mountinfo; then
        v2=$(cat "$(cgroup2_mount)/cgroup.controllers" 2>/dev/null)
        if [[ -z $v1 ]]; then
            printf 'v2: %s' "${v2:-no controller}"
        else
            printf 'hybrid; v1: %s; v2: %s' "$v1" "${v2:-no controller}"
        fi
    else
        printf '%s' "${v1:+v1: }${v1:-none mounted}"
    fi
}
