#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lab 05: the article's tour of a container, from outside: a process like any other.

# shellcheck source=labs/lib/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"
# shellcheck source=labs/lib/image.sh
source "$ROOT/labs/lib/image.sh"
# shellcheck source=labs/lib/container.sh
source "$ROOT/labs/lib/container.sh"

lab 05 'A container is a process' 20 root mnt uts ipc net pid cgroupns cgroup overlay bridge nft memcached
NAME=box-$$

step run 'A container, in one command'
say 'docker run would do this. labs/memcached does it with the tools of this project; lab 12 takes it' \
    'apart. For now it is enough that it runs.'
undo container "$NAME"
run labs/memcached up --name "$NAME" --port "$(free_port)"
container "$NAME"
verify 'memcached runs' "$(cat "/proc/$PID/comm")" = memcached

step top 'Its processes, seen from the host'
say 'docker top lists the processes of a container. The first columns are what it prints; the last' \
    'two are the same process seen from inside.'
run labs/memcached top "$NAME"
say 'The PID is a PID of the host: ps has it as well.'
run ps -o user,pid,ppid,args -p "$PID"
verify 'ps and top mean the same process' "$(ps -o comm= -p "$PID")" = memcached
explain 'docker top asks ps on the host and shows only the PIDs of the container: that is why they' \
    'match. The user is 11211 here, and has a name only in the container'\''s own /etc/passwd.'

step two-pids 'One process, two PIDs'
say 'A process has a PID in its own pid namespace and one in every namespace around it.'
run grep -E '^(Name|Pid|PPid|NSpid):' "/proc/$PID/status"
predict 'what does the container say its PID is?'
run labs/memcached exec "$NAME" ps
verify 'inside it is PID 1' "$(sed -n 's/^NSpid:.*\t//p' "/proc/$PID/status")" = 1
say 'The container sees its own processes only. The host sees them all.'

step root 'Its files, through /proc'
say 'Every process has a root directory, and /proc/PID/root leads there: through the mount namespace' \
    'of that process, without entering it.'
run ls "/proc/$PID/root"
run touch "/proc/$PID/root/created_by_host"
run labs/memcached exec "$NAME" ls /
verify 'a file made from outside is seen inside' \
    "$(labs/memcached exec "$NAME" ls /created_by_host)" = /created_by_host
say 'And the other way round.'
run labs/memcached exec "$NAME" touch /tmp/just_a_temp
run ls -l "/proc/$PID/root/tmp"
verify 'a file made inside is seen from outside, with the owner that made it' \
    "$(stat -c %u "/proc/$PID/root/tmp/just_a_temp")" = "$MEMCACHED_UID"
explain '/proc/PID/root is a magic link: proc(5). Only who may trace the process can follow it.'

step exec 'Entering it'
say 'docker exec starts one more process in the same namespaces. Nothing is started "in" the' \
    'container: the new process joins, one setns(2) for all of them.'
run nsenter-lite --explain --target "$PID" --all --root --wd=/ -- hostname
verify 'in there, the hostname is the name of the container' \
    "$(nsenter-lite -t "$PID" -a -r -w/ -- hostname)" = "$NAME"

step limits 'Its memory, from the host'
say 'The limit is a number in a file. Whoever may write the file decides.'
run labs/memcached stats "$NAME"
run cgset set "$GROUP" memory=512M
run labs/memcached stats "$NAME"
verify 'the kernel has the new limit' "$(memory_limit "$GROUP")" = 536870912

step diff 'The condiments'
say 'What makes this process a container? Everything in which it differs from PID 1 of the host:'
run procpeek diff 1 "$PID"
verify 'it is a process of this kernel: its start time is in /proc/PID/stat' "$(start_time "$PID")" = "$(setting started)"
run labs/memcached down "$NAME"
verify 'it is gone, like any process' "$(start_time "$PID")" = ''

finish
