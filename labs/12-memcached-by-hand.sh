#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lab 12: everything chained, one step at a time, by the code of labs/memcached.

# shellcheck source=labs/lib/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"
# shellcheck source=labs/lib/image.sh
source "$ROOT/labs/lib/image.sh"
# shellcheck source=labs/lib/container.sh
source "$ROOT/labs/lib/container.sh"

lab 12 'A memcached container by hand' 40 root mnt uts ipc net pid cgroupns cgroup overlay bridge nft memcached
make_image
container "${OPEN_RUN##*/}"
step_claim any

# Before a command: run it where the container is, as container.sh does, but it may fail.
attempt_inside() {
    attempt nsenter-lite --target "$PID" --all --root --wdns=/ -- "$@"
}

# memory_used GROUP: what is charged to it, in bytes.
memory_used() {
    cat "$(group_folder "$1")"/memory.{usage_in_bytes,current} 2>/dev/null || true
}

# holder_of PID: the tail(1) in the pid namespace of the child of PID, when it has read
# its fill.
holder_of() {
    local tries child holder=0
    for ((tries = 0; tries < 200; tries++)); do
        child=$(pgrep -P "$1") && holder=$(pgrep -x tail --ns "$child" --nslist pid) &&
            (($(status_field "$holder" RssAnon | cut -d' ' -f1) > 32000)) && break
        sleep 0.05
    done
    printf '%s' "$holder"
}

step image 'Two folders are an image'
say 'An image is nothing but layers of files. Ours has two: a base with busybox, and one with' \
    'memcached and exactly the libraries that the loader says it needs.'
run ls "build/image/base" "build/image/memcached"
run sh -c 'ldd build/image/memcached/bin/memcached | cut -d"(" -f1'
predict 'how many files of Debian, or of whatever this machine is, does a program need to run?'
run sh -c 'find build/image/memcached -type f | wc -l'
verify 'memcached is in the upper of the two' "$(ls "$IMAGE/memcached/bin")" = memcached
verify 'and nothing of it in the lower' "$(find "$IMAGE/base" -name 'memcached*')" = ''
explain 'labs/lib/image.sh makes them, in a few lines. Docker would keep them in' \
    '/var/lib/docker/overlay2, and know them by the hash of their content.'

step limits 'Limits, before there is anything to limit'
say 'It is tempting to start something first and to limit it afterwards. This process holds 32 MiB.'
undo cgroup "$GROUP"
run cgset create "$GROUP"
start unshare-lite --pid --fork --kill-child \
    sh -c '{ head -c 32M /dev/zero; sleep 1000; } | tail -c 32M >/dev/null'
late=$(holder_of "$STARTED")
run grep RssAnon "/proc/$late/status"
predict 'it is moved into the group. How much memory does the group count then?'
run cgset move "$GROUP" "$late"
run cgset stats --no-stream "$GROUP"
verify 'the process is in the group' "$(group_pids "$GROUP")" = "$late"
verify 'its memory is not' "$(($(memory_used "$GROUP") < 8 << 20))" = 1
run kill -KILL "$STARTED"
say 'Memory is charged to the group that a process is in when it touches a page, and stays there. So' \
    'the group comes first. A process is born into the group of its parent: nothing of the container' \
    'will ever run without its limits.'
step_limits 1G 1 64
run cgset get "$GROUP" memory pids
verify 'the kernel has the memory limit' "$(memory_limit "$GROUP")" = 1073741824
explain 'cgroups(7). Neither version moves charges along with the process unless v1 is told to, by' \
    'memory.move_charge_at_immigrate, which new kernels refuse.'

step namespaces 'The first process, in six new namespaces'
say 'A cgroup namespace takes the group that its maker is in as its root. In the wrong order:'
join="echo \$\$ >$(group_folder "$GROUP")/cgroup.procs"
run unshare-lite --cgroup sh -c "$join; grep -m 1 -E \":memory:|^0::\" /proc/self/cgroup"
verify 'the name of the group shows' \
    "$(unshare-lite --cgroup sh -c "$join; cat /proc/self/cgroup")" contains "lab12-$$"
say 'So: cgset puts itself into the group and becomes unshare-lite, which makes the namespaces and' \
    'forks: the child is PID 1 of the new pid namespace. Until the container is furnished it' \
    'waits, in labs/lib/container-init, for one word on a FIFO.'
step_namespaces memcached -U 0 -m 64
run procpeek top -o UID,PID,PPID,INNER-PID,INNER-USER "$PID"
for kind in mnt pid net ipc uts cgroup; do
    verify "a namespace of its own: $kind" "$(namespace "$PID" "$kind")" != "$(namespace self "$kind")"
done
verify 'it has two PIDs, and inside it is 1' "$(status_field "$PID" NSpid)" = "$PID	1"
verify 'the name of the group does not show' \
    "$(nsenter-lite -t "$PID" --cgroup -- cat "/proc/$PID/cgroup")" != "$(cat "/proc/$PID/cgroup")"
explain 'The pid namespace holds for children, so a fork comes after unshare(2); the child waits until' \
    'all the rest is there. runc forks for that as well, in what it calls stages: nsexec.c.'

step root 'A root file system of layers'
say 'The container needs a root of its own. Could pivot_root(2) take one of the layers?'
attempt_inside pivot_root "$RUN/image/base" "$RUN/image/base/.host"
verify 'no: a folder is not a mount' "$STATUS" != 0
say 'overlayfs shows the layers as one folder. Reading falls through from the top; writing copies' \
    'up into a folder of the container'\''s own. Mounted inside, so the host never sees it.'
predict 'will the folder look empty from the host?'
step_root
run ls -A "$MERGED"
inside ls "$MERGED"
verify 'the host has no such mount' "$(grep -c " $MERGED " /proc/self/mountinfo || true)" = 0
verify 'the container has' "$(grep -c "$MERGED " "/proc/$PID/mountinfo")" = 1

step kernel-files '/proc, /sys and /dev'
say 'Its /proc must tell of the container. Mounted by a process that has joined the mount namespace only:'
run nsenter-lite --target "$PID" --mount --root --wdns=/ -- mount -t proc proc "$MERGED/proc"
predict 'whose name is in proc/1/comm of the container now?'
inside cat "$MERGED/proc/1/comm"
verify 'that of the host'\''s PID 1' "$(nsenter-lite -t "$PID" -m -r -- cat "$MERGED/proc/1/comm")" = "$(cat /proc/1/comm)"
inside umount "$MERGED/proc"
say 'These are not files but views into the kernel. proc and sysfs show the namespaces of whoever' \
    'mounts them, so they are mounted from inside. Of all devices the container gets six.'
step_kernel_files
inside ls "$MERGED/dev"
verify 'its /proc knows PID 1 as the one who waits' \
    "$(nsenter-lite -t "$PID" -m -p -r -- cat "$MERGED/proc/1/comm")" = "$(cat "/proc/$PID/comm")"

step mask 'What /proc still tells of the host'
say 'Root in the container may still turn the knobs of the host: this writes back the value that is there.'
knob=$MERGED/proc/sys/vm/swappiness
inside sh -c "echo $(cat /proc/sys/vm/swappiness) >$knob && echo written"
say 'Some files speak of the whole machine whoever mounts them: kernel memory, the keys of users,' \
    'the magic SysRq. They are covered by /dev/null, or made read-only.'
step_mask
attempt_inside sh -c "echo $(cat /proc/sys/vm/swappiness) >$knob"
verify 'the same write is refused' "$STATUS" != 0
verify 'because /proc/sys is a mount of its own, and read-only' \
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
predict 'could the layers be mounted, or the device files copied, now?'
attempt_inside ls "$RUN"
verify 'no path of the host leads anywhere any more: those steps had to come before' "$STATUS" != 0
explain 'pivot_root(2) moves every process in the mount namespace that had the old root as its own. chroot(2)' \
    'changes one process, and root inside gets out of it again with a second chroot.'

step network 'A cable to a switch'
say 'The network namespace has nothing but a loopback that is down. A veth pair is a cable: one end' \
    'inside, as eth0, the other in a bridge on the host. First the address, then the move?'
cable=bones-w$(setting index) early=bones-x$(setting index)
undo link "$cable"
run ip link add "$cable" type veth peer name "$early"
run ip addr add 192.0.2.1/24 dev "$early"
run ip link set "$early" netns "$PID"
run nsenter-lite --target "$PID" --net -- ip -brief addr show dev "$early"
verify 'the address was lost on the way' \
    "$(nsenter-lite -t "$PID" -n -- ip -4 -o addr show dev "$early")" = ''
run ip link delete "$cable"
say 'So the end is moved first, and gets its address inside.'
step_network
run nsenter-lite --target "$PID" --net -- ip -brief addr
verify 'the container has its own address' \
    "$(nsenter-lite -t "$PID" -n -- ip -4 -o addr show eth0)" contains "$ADDRESS"
explain 'docker0 is such a bridge. labs/lib/container.sh picks a subnet that no route of this machine' \
    'speaks of.'

step publish 'A published port'
say 'The host knows the way to the container. A published port is a rule of translation: what goes' \
    "to 127.0.0.1:$PORT on the host is sent to $ADDRESS:11211."
attempt bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT"
verify 'so far nobody answers' "$STATUS" != 0
step_publish
predict 'and now?'
attempt bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT"
verify 'the way is there, but at its end nobody listens yet' "$STATUS" != 0
run nft list table ip "bones-$NAME"
verify 'the rule is in the kernel' "$(nft list table ip "bones-$NAME")" contains "dnat to $ADDRESS:11211"

step start 'Privileges dropped, memcached started'
say 'PID 1 is still root, with every capability. Why so late? Because all of the steps before need them:'
attempt "${UNPRIVILEGED[@]}" unshare-lite --mount true
verify 'without privileges not even the first would have worked' "$STATUS" != 0
say 'Now they can go. One word on the FIFO, and it becomes setpriv, gives' \
    'all of that up, and becomes memcached: under the same PID, because exec changes the program,' \
    'not the process.'
predict 'which PID will memcached have, inside and outside?'
step_start
run procpeek top -o UID,PID,PPID,INNER-PID,INNER-USER,CMD "$PID"
verify 'the same PID as before, and 1 inside' "$(status_field "$PID" NSpid)" = "$PID	1"
verify 'another program' "$(cat "/proc/$PID/comm")" = memcached
verify 'not root' "$(status_field "$PID" Uid | cut -f1)" = "$MEMCACHED_UID"
verify 'no capability, and none to be had' "$(status_field "$PID" CapEff) $(status_field "$PID" CapBnd)" = '0000000000000000 0000000000000000'
verify 'no new privileges, not even by a setuid program' "$(status_field "$PID" NoNewPrivs)" = 1

step client 'A client on the host'
wait_until 'an answer' memcached_roundtrip "$PORT" 'hello from the host' >/dev/null
say 'The proof is a value, set and got through the published port.'
reply=$(memcached_roundtrip "$PORT" 'hello from the host')
verify 'memcached answers' "$reply" = 'hello from the host'
verify 'under the limits that were set first' "$(memory_limit "$GROUP")" = 1073741824
predict 'could one of the steps be done again, from inside?'
attempt labs/memcached exec "$NAME" mount -t tmpfs tmpfs /tmp
verify 'none: the privileges are gone for good' "$STATUS" != 0
say 'And this is all the difference between it and any other process:'
run sh -c "procpeek diff $$ $PID | grep -v \"^ \""

finish
