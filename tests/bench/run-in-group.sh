# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# libcgroup has no one command for it: cgcreate makes the group, cgset (by its path, as
# ours has the same name) limits it, cgexec runs in it. cpuset is left out, because a new
# one of v1 has no CPUs there; the floors and ours do more. cgset run waits, to report
# what the OOM killer did, so the first floor waits as well.
work 'a new group, two limits, true'
needs cgcreate cgexec
goal 1.10 floor
group=bones-bench-$$
limit=memory.limit_in_bytes
controllers=$(sed -n 's/.* - cgroup .* rw,//p' /proc/self/mountinfo | grep -vE 'cpuset|name=' | paste -sd,)
[[ $controllers == *memory* ]] || limit=memory.max controllers=cpu,memory,pids
before_each cgset delete "$group"
prepare() { cgset create "$group"; }
cleanup() { cgset delete "$group" 2>/dev/null || true; }
make="cgcreate -g $controllers:$group && /usr/bin/cgset -r $limit=1G -r pids.max=64 $group"
peer 'cgcreate, cgset, cgexec' sh -c "$make && exec cgexec -g $controllers:$group true"
floor 'mkdir, write, fork, execve' floor-cgset -w "$group" true
floor 'mkdir, write, execve' floor-cgset "$group" true
ours 'cgset run' cgset run -s memory=1G -s pids=64 "$group" true
ours 'cgset run --exec' cgset run --exec -s memory=1G -s pids=64 "$group" true
