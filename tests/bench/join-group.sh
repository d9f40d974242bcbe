# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# A command in a group that is there: cgexec alone, which becomes it, as --exec does.
work 'a group that is there, true'
needs cgexec
goal 1.00
group=bones-bench-$$
controllers=$(sed -n 's/.* - cgroup .* rw,//p' /proc/self/mountinfo | grep -v name= | paste -sd,)
[[ $controllers == *memory* ]] || controllers=cpu,memory,pids
prepare() { cgset create "$group"; }
cleanup() { cgset delete "$group" 2>/dev/null || true; }
peer cgexec cgexec -g "$controllers:$group" true
floor 'write, execve' floor-cgset -j "$group" true
ours 'cgset run' cgset run "$group" true
ours 'cgset run --exec' cgset run --exec "$group" true
