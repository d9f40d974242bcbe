#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lab 12: everything chained, one step at a time, by the code of labs/memcached.

# shellcheck source=labs/lib/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"
# shellcheck source=labs/lib/image.sh
source "$ROOT/labs/lib/image.sh"
# shellcheck source=labs/lib/container.sh
source "$ROOT/labs/lib/container.sh"

lab 12 'A memcached container by hand' 35 root mnt uts ipc net pid cgroupns cgroup overlay bridge nft memcached
make_image
container "${OPEN_RUN##*/}"
step_claim "$(free_port)"

# of FIELD: a line of the first process's /proc/PID/status.
of() {
    sed -n "s/^$1:[[:space:]]*//p" "/proc/$PID/status"
}

step image 'Two folders are an image'
say 'An image is nothing but layers of files. Ours has two: a base with busybox, and one with' \
    'memcached and exactly the libraries that the loader says it needs.'
run ls "$IMAGE/base" "$IMAGE/memcached"
run ldd "$IMAGE/memcached/bin/memcached"
verify 'memcached is in the upper of the two' "$(ls "$IMAGE/memcached/bin")" = memcached
explain 'labs/lib/image.sh makes them, in a few lines. Docker would keep them in' \
    '/var/lib/docker/overlay2, and know them by the hash of their content.'

step limits 'Limits, before there is anything to limit'
say 'A process is born into the control group of its parent. So the group comes first, and nothing' \
    'of the container ever runs without its limits.'
step_limits 1G 1 64
run cgset get "$GROUP" memory pids
verify 'the kernel has the memory limit' "$(memory_limit "$GROUP")" = 1073741824
explain 'cgroups(7). Limits set after the start come too late for what was allocated before: memory' \
    'is charged to the group that a process is in when it touches a page.'

step namespaces 'The first process, in six new namespaces'
say 'cgset puts itself into the group and becomes unshare-lite, which makes the namespaces and' \
    'forks: the child is PID 1 of the new pid namespace. Until the container is furnished it' \
    'waits, in labs/lib/container-init, for one word on a FIFO.'
step_namespaces memcached -U 0 -m 64
run procpeek top "$PID"
for kind in mnt pid net ipc uts cgroup; do
    verify "a $kind namespace of its own" \
        "$(readlink "/proc/$PID/ns/$kind")" != "$(readlink "/proc/self/ns/$kind")"
done
verify 'it has two PIDs, and inside it is 1' "$(of NSpid)" = "$PID	1"
explain 'The order inside of unshare-lite is the kernel'\''s: the cgroup namespace takes the group that' \
    'its maker is in as its root, so the group has to come before; the pid namespace holds for' \
    'children, so a fork has to come after.'

step root 'A root file system of layers'
say 'overlayfs shows the layers as one folder. Reading falls through from the top; writing copies' \
    'up into a folder of the container'\''s own. Mounted inside, so the host never sees it.'
predict 'will the folder look empty from the host?'
step_root
run ls -A "$MERGED"
inside ls "$MERGED"
verify 'the host has no such mount' "$(grep -c " $MERGED " /proc/self/mountinfo || true)" = 0
verify 'the container has' "$(grep -c "$MERGED " "/proc/$PID/mountinfo")" = 1

step kernel-files '/proc, /sys and /dev'
say 'These are not files but views into the kernel. proc and sysfs show the namespaces of whoever' \
    'mounts them, so they are mounted from inside. Of all devices the container gets six.'
step_kernel_files
inside ls "$MERGED/dev"
verify 'its /proc knows PID 1 as the one who waits' \
    "$(nsenter-lite -t "$PID" -m -p -r -- cat "$MERGED/proc/1/comm")" = "$(cat "/proc/$PID/comm")"

step mask 'What /proc still tells of the host'
say 'Some files speak of the whole machine whoever mounts them: kernel memory, the keys of users,' \
    'the magic SysRq. They are covered by /dev/null, or made read-only.'
step_mask
verify '/proc/sys cannot be written' \
    "$(grep " $MERGED/proc/sys " "/proc/$PID/mountinfo" | cut -d' ' -f6 | cut -d, -f1)" = ro
explain 'Nothing isolates these: the kernel is shared, and that is the limit of the article'\''s word' \
    '"isolated". Chapter 13 is about it.'

step pivot 'The root changes, for everyone inside'
say 'So far every process inside still stands on the host'\''s root.'
inside ls /
predict 'pivot_root is run by a process that joins for a moment. Will the root of PID 1 change as well?'
step_pivot
inside ls /
verify 'PID 1 has been moved' "$(ls "/proc/$PID/root/bin/memcached")" = "/proc/$PID/root/bin/memcached"
verify 'no mount of the host is left inside' \
    "$(grep -c "$STATE" "/proc/$PID/mountinfo" || true)" = "$(grep -c "upperdir=$RUN" "/proc/$PID/mountinfo")"
explain 'pivot_root(2) moves every process in the mount namespace that stood on the old root. chroot(2)' \
    'changes one process, and root inside gets out of it again with a second chroot.'

step network 'A cable to a switch'
say 'The network namespace has nothing but a loopback that is down. A veth pair is a cable: one end' \
    'inside, as eth0, the other in a bridge on the host.'
step_network
run nsenter-lite --target "$PID" --net -- ip -brief addr
verify 'the container has its own address' \
    "$(nsenter-lite -t "$PID" -n -- ip -4 -o addr show eth0)" contains "$ADDRESS"
explain 'docker0 is such a bridge. labs/lib/container.sh picks a subnet that no route of this machine' \
    'speaks of.'

step publish 'A published port'
say 'The host knows the way to the container. A published port is a rule of translation: what goes' \
    "to 127.0.0.1:$PORT on the host is sent to $ADDRESS:11211."
step_publish
run nft list table ip "bones-$NAME"
verify 'the rule is in the kernel' "$(nft list table ip "bones-$NAME")" contains "dnat to $ADDRESS:11211"

step start 'Privileges dropped, memcached started'
say 'PID 1 is still root, with every capability. One word on the FIFO, and it becomes setpriv, gives' \
    'all of that up, and becomes memcached: under the same PID, because exec changes the program,' \
    'not the process.'
predict 'which PID will memcached have, inside and outside?'
step_start
run procpeek top "$PID"
verify 'the same PID as before, and 1 inside' "$(of NSpid)" = "$PID	1"
verify 'another program' "$(cat "/proc/$PID/comm")" = memcached
verify 'not root' "$(of Uid | cut -f1)" = "$MEMCACHED_UID"
verify 'no capability, and none to be had' "$(of CapEff) $(of CapBnd)" = '0000000000000000 0000000000000000'
verify 'no new privileges, not even by a setuid program' "$(of NoNewPrivs)" = 1

step client 'A client on the host'
wait_until 'an answer' memcached_roundtrip "$PORT" 'hello from the host' >/dev/null
say 'The proof is a value, set and got through the published port.'
reply=$(memcached_roundtrip "$PORT" 'hello from the host')
verify 'memcached answers' "$reply" = 'hello from the host'
say 'And this is all the difference between it and any other process:'
run procpeek diff 1 "$PID"

finish
