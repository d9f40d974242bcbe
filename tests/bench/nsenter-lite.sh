# shellcheck shell=bash
# SPDX-License-Identifier: MIT
work 'enter six namespaces, true'
goal 1.00
needs nsenter
runs 25
prepare() {
    local pid all=(--mount --uts --ipc --net --pid --cgroup true)
    coproc CROWD { exec unshare "${all[@]:0:6}" --fork --kill-child sh -c 'echo $$; exec cat'; }
    read -r _ <&"${CROWD[0]}"
    pid=$(pgrep -P "$CROWD_PID")
    peer 'nsenter' nsenter -t "$pid" "${all[@]}"
    floor 'setns, fork, execve' floor-enter "$pid"
    ours 'nsenter-lite' nsenter-lite -t "$pid" "${all[@]}"
}
