#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lab 05: the article's tour of a container, from outside: a process like any other.

# shellcheck source=labs/lib/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"
# shellcheck source=labs/lib/image.sh
source "$ROOT/labs/lib/image.sh"
# shellcheck source=labs/lib/container.sh
source "$ROOT/labs/lib/container.sh"

lab 05 'A container is a process' 25 root mnt uts ipc net pid cgroupns cgroup overlay bridge nft memcached
NAME=box-$$
DOCKER=0
! docker info >/dev/null 2>&1 || DOCKER=1

# with_docker ARGUMENT...: the article's own command: run where a Docker is, else only said.
with_docker() {
    if ((DOCKER)); then
        run docker "$@"
    else
        say "With Docker: docker $*"
    fi
}

step run 'A container, in one command'
say 'labs/memcached starts a memcached container without Docker; lab 12 takes it apart. For now it' \
    'is enough that it runs.'
undo container "$NAME"
run labs/memcached up --name "$NAME" --port any
container "$NAME"
docker_image=memcached
if ((DOCKER)); then
    docker_image=bones-$NAME
    undo docker "bones-$NAME"
    run sh -c "tar -cC /proc/$PID/root --one-file-system . | docker import - bones-$NAME"
fi
with_docker run --name "bones-$NAME" -d "$docker_image" memcached -u memcache
verify 'memcached runs' "$(cat "/proc/$PID/comm")" = memcached
verify 'and answers a client on the host' "$(memcached_roundtrip "$(setting port)" hello)" = hello

step top 'Its processes, asked of the container'
say 'docker top lists the processes of one container, and so does this. The columns up to TIME are' \
    'those of docker top; the two after it are the same process seen from inside.'
predict 'how many processes are in there? On the host, how many are there?'
run labs/memcached top "$NAME"
with_docker top "bones-$NAME"
verify 'one process of this machine is in that pid namespace, and it is this one' \
    "$(pgrep --ns "$PID" --nslist pid .)" = "$PID"
explain 'docker top runs ps on the host and keeps the PIDs of the container: they are PIDs of the host.' \
    'The name of user 11211 is in the /etc/passwd of the container, not in that of the host.'

step ps 'The same process, asked of the host'
say 'ps(1) knows nothing of containers. It reads /proc.'
predict 'does ps on the host show the memcached that runs in the container? Under which PID?'
say 'The way of the article: the first line in which the word occurs.'
run sh -c 'ps aux | grep memcached | head -1'
say 'It finds whatever has the word in its command line and comes first: the parent that waits for the' \
    'container, the grep itself, or an editor in which somebody reads about it. By the name of the' \
    'program, and then by the PID, there is no guessing:'
run pgrep -x memcached
run ps -o user,pid,ppid,comm -p "$PID"
verify 'pgrep on the host finds the process of the container' " $(pgrep -x memcached | xargs) " contains " $PID "
verify 'and the host'\''s /proc has its folder, with the name of the program in it' "$(cat "/proc/$PID/comm")" = memcached

step two-pids 'One process, two PIDs'
say 'A process has a PID in its own pid namespace, and one in every namespace around that.'
predict 'which PID does memcached have inside of the container?'
run labs/memcached exec "$NAME" ps
with_docker exec "bones-$NAME" ps
run grep -E '^(Name|Pid|PPid|NSpid):' "/proc/$PID/status"
verify 'one process, two numbers: the host'\''s, and 1' "$(status_field "$PID" NSpid)" = "$PID	1"
say 'Inside one sees the container only. From outside one sees everything: the wall has one side.'
explain 'NSpid has one number for each pid namespace that the process is in, outermost first:' \
    'proc_pid_status(5), pid_namespaces(7).'

step kernel 'One kernel'
say 'The files in there are another system'\''s: this image has a busybox, and no Debian, or Fedora.'
predict 'which kernel version will uname(1) tell inside?'
run uname -r
run labs/memcached exec "$NAME" uname -r
with_docker exec "bones-$NAME" uname -r
verify 'one kernel, for both' "$(labs/memcached exec "$NAME" uname -r)" = "$(uname -r)"
verify 'which booted once' "$(labs/memcached exec "$NAME" cat /proc/sys/kernel/random/boot_id)" = \
    "$(cat /proc/sys/kernel/random/boot_id)"
explain 'A virtual machine boots a kernel of its own. A container is a process that this kernel shows' \
    'less of the world. Lab 01 lays the two side by side.'

step root 'Its files, from outside'
say 'Every process has a root directory. /proc/PID/root leads to it, through the mount namespace of' \
    'that process, without entering it. So a file can be made in there without Docker, or anyone, knowing.'
run ls "/proc/$PID/root"
run touch "/proc/$PID/root/created_by_host"
predict 'where is that file now: in / of the host, in / of the container, or in both?'
run labs/memcached exec "$NAME" ls /
attempt ls /created_by_host
verify 'it is inside' "$(labs/memcached exec "$NAME" ls /created_by_host)" = /created_by_host
verify 'and not in / of the host' "$STATUS" != 0
explain '/proc/PID/root is a magic link: it is followed to where the process has its root, whatever its' \
    'text says. Who may not trace the process may not follow it: proc_pid_root(5), ptrace(2).'

step root-back 'And the other way round'
predict 'who owns a file made inside, seen from the host?'
run labs/memcached exec "$NAME" touch /tmp/just_a_temp
with_docker exec "bones-$NAME" touch /tmp/just_a_temp
run ls -l "/proc/$PID/root/tmp"
run labs/memcached exec "$NAME" ls -l /tmp
verify 'seen from outside, the file has the user ID that made it' \
    "$(stat -c %u "/proc/$PID/root/tmp/just_a_temp")" = "$MEMCACHED_UID"
say 'The number is what the file system keeps. The name beside it is looked up by ls(1), in the' \
    '/etc/passwd that ls sees: two sides, two names for one number.'

step exec 'Entering it'
say 'docker exec starts one more process, in the same namespaces. It does not start "in" the' \
    'container: a process of the host joins, by one setns(2), and then becomes the command.'
run nsenter-lite --explain --target "$PID" --all --root --wdns=/ -- hostname
with_docker exec "bones-$NAME" hostname
verify 'in there, the hostname is the name of the container' \
    "$(nsenter-lite -t "$PID" -a -r -W/ -- hostname)" = "$NAME"
verify 'the host kept its own' "$(uname -n)" != "$NAME"
explain 'setns(2), nsenter(1). --wdns looks / up inside: --wd=/ would be the / of the host, and from its' \
    'working directory a process can walk. Lab 06 shows what else must not be brought along.'

step diff 'The condiments'
say 'So what makes this process a container? First, two ordinary processes: the one that runs this' \
    'lab, and a child of it, a shell.'
run sh -c 'procpeek diff $PPID $$'
say 'Now this lab and memcached. Each line is one thing that the kernel keeps for each process, and' \
    'that somebody set otherwise for this one.'
predict 'how many such lines will there be? Name three.'
run sh -c "procpeek diff $$ $PID | grep -v \"^ \""
say 'And with the values, first of the one and then of the other:'
run procpeek diff "$$" "$PID"
for kind in mnt pid net ipc uts cgroup; do
    verify "another $kind namespace" "$(namespace "$PID" "$kind")" != "$(namespace self "$kind")"
done
verify 'but the same user namespace' "$(namespace "$PID" user)" = "$(namespace self user)"
explain 'The kernel has no object called container. It has processes, namespaces, control groups,' \
    'mounts and capabilities; a container is a habit of combining them.'

step kill 'It ends like a process'
predict 'what becomes of the container when its one process gets a signal from the host?'
run kill -TERM "$PID"
run timeout 10 tail --pid="$PID" -f /dev/null
verify 'the process is gone' "$(start_time "$PID")" = ''
attempt labs/memcached top "$NAME"
verify 'and with it the container' "$STATUS" != 0
run labs/memcached down "$NAME"
explain 'PID 1 of a pid namespace gets only the signals that it handles: memcached handles SIGTERM. When' \
    'PID 1 ends, the kernel kills what is left in the namespace: pid_namespaces(7).'

finish
