# shellcheck shell=bash
# SPDX-License-Identifier: MIT
work 'six new namespaces, /proc, true'
goal 1.05 floor
needs unshare bwrap
runs 25
everything=(--mount --pid --uts --ipc --net --cgroup --fork --mount-proc true)
peer 'unshare' unshare "${everything[@]}"
floor 'clone3, mount, execve' floor-unshare
ours 'unshare-lite' unshare-lite "${everything[@]}"
peer 'bwrap' bwrap --bind / / --proc /proc --unshare-pid --unshare-uts --unshare-ipc \
    --unshare-net --unshare-cgroup true
