#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lab 07: each of the eight kinds of namespace alone; what changed, and what did not.

# shellcheck source=labs/lib/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"

lab 07 'Namespaces' 30 root mnt uts ipc net pid cgroupns cgroup userns time memcached
GROUP=container-bones/lab07-$$

# Before a command: run it as a user without any privilege.
AS_NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# child_of PID: its first child, as soon as there is one.
child_of() {
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        ! pgrep -P "$1" || return 0
        sleep 0.05
    done
    return 1
}

# answers PORT: somebody listens there, within five seconds.
answers() {
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
        sleep 0.05
    done
    return 1
}

step look 'A namespace is a link in /proc'
say 'Every process is in exactly one namespace of each of eight kinds. Its folder in /proc names them:' \
    'the kind, and an inode number that is the identity of the namespace.'
run ls -l /proc/self/ns
say 'Two processes that show the same number share that namespace. A child starts with those of' \
    'its parent.'
run sh -c 'readlink /proc/$PPID/ns/uts /proc/$$/ns/uts'
verify 'a child is in the namespaces of its parent' \
    "$(sh -c 'readlink /proc/$$/ns/uts')" = "$(namespace self uts)"
verify 'there are eight kinds' "$(find /proc/self/ns -type l ! -name '*_for_children' | wc -l)" = 8
explain 'namespaces(7) has the list. pid_for_children and time_for_children differ from pid and time' \
    'only after unshare(2): those two kinds take effect for children.'

step uts 'UTS: a hostname of one'\''s own'
say 'A UTS namespace holds two strings, the hostname and the NIS domain name. We take a new one' \
    'and change ours.'
predict 'what will hostname(1) say on the host afterwards?'
before=$(uname -n)
run unshare-lite --uts sh -c 'hostname box; hostname; readlink /proc/self/ns/uts'
run hostname
verify "the host still says $before" "$(uname -n)" = "$before"
inside=$(unshare-lite --uts readlink /proc/self/ns/uts)
verify "$inside is not the host's $(namespace self uts)" "$inside" != "$(namespace self uts)"
say 'Not separated: anything else. Not even /etc/hostname, which is a file, nor the kernel'\''s version,' \
    'which uname(2) tells in the same breath.'
run unshare-lite --uts --hostname box uname -nr
verify 'the version is that of the one kernel' "$(unshare-lite --uts uname -r)" = "$(uname -r)"
explain 'uts_namespaces(7). The new namespace starts with a copy of the two strings.'

step pid-trap 'PID, the naive way'
say 'A pid namespace numbers processes anew. It is tempting to ask for one and start a shell.'
predict 'will the second command in that shell work?'
attempt unshare-lite --pid sh -c '/bin/true; /bin/true; echo "both ran"'
verify 'the second fork failed: the first child was PID 1 and is dead' "$STATUS" != 0
explain 'pid_namespaces(7): unshare(2) moves the children, never the caller. The first child is' \
    'init of the new namespace; when it dies the kernel allows no further process in it, and fork' \
    'says ENOMEM.'

step pid 'PID, with a first process that stays'
say 'So unshare-lite forks first: the command itself is PID 1, and lives as long as the namespace.'
run unshare-lite --pid --fork sh -c 'echo "I am PID $$"; /bin/true; /bin/true; echo "both ran"'
verify 'the command is PID 1' "$(unshare-lite --pid --fork sh -c 'echo $$')" = 1
predict 'the command is PID 1 in there. Whose name is in /proc/1/comm?'
run unshare-lite --pid --fork cat /proc/1/comm
verify 'this is still the /proc of the host' "$(unshare-lite --pid --fork cat /proc/1/comm)" = "$(cat /proc/1/comm)"
say 'ps and top do not ask the kernel for PIDs: they read /proc. A /proc of our own shows the namespace' \
    'of whoever mounted it.'
run unshare-lite --pid --fork --mount-proc ps -o pid,comm
count=$(unshare-lite --pid --fork --mount-proc sh -c 'set -- /proc/[0-9]*; echo $#')
verify 'one process is all there is to see' "$count" = 1
start unshare-lite --pid --fork --kill-child sleep 1000
child=$(child_of "$STARTED")
run grep -E '^(Pid|NSpid):' "/proc/$child/status"
verify 'not separated: the host sees the process, under a number of its own' \
    "$(status_field "$child" NSpid)" = "$child	1"
explain 'A pid namespace hides the host from the container, not the container from the host. And it' \
    'hides nothing in /proc: that is a mount, and takes a mount namespace.'

step mnt 'Mount: what is mounted where'
say 'A mount namespace is a copy of the list of mounts. What is mounted in it afterwards is nowhere' \
    'else. --mount-proc of the last step took one, or the host'\''s /proc would be gone.'
run unshare-lite --mount sh -c 'mount -t tmpfs mine /mnt; echo hello >/mnt/file; ls /mnt'
predict 'is there a file /mnt/file on the host now?'
attempt ls /mnt/file
verify 'the host never had that mount' "$(grep -c ' /mnt .* mine ' /proc/self/mountinfo || true)" = 0
say 'Not separated: the files. The new namespace has its own list, of the same file systems.'
run unshare-lite --mount touch "$OPEN_RUN/made-inside"
run ls "$OPEN_RUN/made-inside"
verify 'a file made in there is here as well' "$(ls "$OPEN_RUN")" contains made-inside
explain 'mount_namespaces(7). If / is shared (as systemd makes it), mounts spread to the copy and' \
    'back; unshare-lite makes the copy private first, as unshare(1) does: --propagation. A root of' \
    'one'\''s own takes a pivot_root as well: lab 08.'

step net 'Network: interfaces, addresses, ports'
port=$((22000 + $$ % 1000))
say 'A network namespace has its own interfaces, addresses, routes, ports and firewall. Somebody' \
    "listens on port $port of 127.0.0.1, here on the host."
start "${AS_NOBODY[@]}" memcached -U 0 -l 127.0.0.1 -p "$port"
answers "$port"
run bash -c "exec 3<>/dev/tcp/127.0.0.1/$port && echo connected"
predict 'can a process in a new network namespace connect to it? If not, what is the error?'
attempt unshare-lite --net bash -c "exec 3<>/dev/tcp/127.0.0.1/$port && echo connected"
verify 'it cannot' "$STATUS" != 0
run unshare-lite --net ip -brief link
say 'There is no way to any address: the loopback is down. And when it is up?'
attempt unshare-lite --net bash -c "ip link set lo up; exec 3<>/dev/tcp/127.0.0.1/$port && echo connected"
verify 'another error: this is another 127.0.0.1, and nobody listens there' "$STATUS" != 0
verify 'nothing in a new one is up' "$(unshare-lite --net ip -o link show up)" = ''
say 'Not separated: what looks like a file. /sys still shows the interfaces of whoever mounted it.'
run unshare-lite --net ls /sys/class/net
verify '/sys is still that of the host' "$(unshare-lite --net ls /sys/class/net)" = "$(ls /sys/class/net)"
explain 'network_namespaces(7). A socket with a path, such as /run/docker.sock, is a file, and belongs' \
    'to the mount namespace; an abstract one, unix(7), belongs to the network namespace. Lab 10 puts a' \
    'cable in.'

step ipc 'IPC: System V IPC and POSIX message queues'
say 'Shared memory segments, semaphores and message queues have names outside of the file system.' \
    'An IPC namespace has its own. The first line of /proc/sysvipc/shm is a heading.'
before=$(wc -l </proc/sysvipc/shm)
run unshare-lite --ipc sh -c 'ipcmk -M 4096; wc -l </proc/sysvipc/shm'
predict 'is the segment to be seen on the host?'
run wc -l /proc/sysvipc/shm
verify 'the host has no new segment' "$(wc -l </proc/sysvipc/shm)" = "$before"
say 'Not separated: pipes, sockets, and POSIX shared memory, which is made of files in /dev/shm.'
undo file "/dev/shm/bones-$$"
run unshare-lite --ipc sh -c "echo hello >/dev/shm/bones-$$"
run cat "/dev/shm/bones-$$"
verify 'shared all the same' "$(cat "/dev/shm/bones-$$")" = hello
explain 'ipc_namespaces(7), shm_overview(7). The segments died with the namespace.'

step user 'User: user IDs and capabilities'
say 'A user namespace maps user IDs, and has its own set of capabilities. It is the only kind that' \
    'needs no privilege, so this is run by user 65534, nobody.'
run "${AS_NOBODY[@]}" unshare-lite --user id -u
say 'Nobody still: without a map every ID is shown as 65534, the overflow ID. With one:'
run "${AS_NOBODY[@]}" unshare-lite --user --map-root-user sh -c 'id -u; grep CapEff /proc/self/status'
predict 'root, with every capability. May it read /etc/shadow? May it change the hostname?'
attempt "${AS_NOBODY[@]}" unshare-lite --user --map-root-user cat /etc/shadow
verify 'for the files of the host it is user 65534' "$STATUS" != 0
attempt "${AS_NOBODY[@]}" unshare-lite --user --map-root-user hostname box
verify 'the hostname belongs to a UTS namespace of the host, and so to the host'\''s root' "$STATUS" != 0
say 'But over namespaces that the new user namespace owns, it has full power.'
run "${AS_NOBODY[@]}" unshare-lite --user --map-root-user --uts sh -c 'hostname box; hostname'
verify 'the map is in /proc: inside, outside, how many' \
    "$("${AS_NOBODY[@]}" unshare-lite --user --map-root-user cat /proc/self/uid_map | xargs)" = '0 65534 1'
explain 'user_namespaces(7). Every other namespace is owned by a user namespace: who has CAP_SYS_ADMIN' \
    'in the owner has it over that namespace. Not separated: files, processes, network; only who one' \
    'is to them. Lab 14 builds a container this way.'

step cgroup 'Cgroup: the view of control groups'
say 'A cgroup namespace hides where in the tree of control groups a process is: the group it was in' \
    'when the namespace was made looks like the root.'
undo cgroup "$GROUP"
run cgset create "$GROUP"
run cgset run "$GROUP" -- grep -m 1 -E ':memory:|^0::' /proc/self/cgroup
run cgset run "$GROUP" -- unshare-lite --cgroup grep -m 1 -E ':memory:|^0::' /proc/self/cgroup
hidden=$(cgset run "$GROUP" -- unshare-lite --cgroup cat /proc/self/cgroup 2>/dev/null)
verify 'the name of the group cannot be seen from inside' "${hidden//lab07-$$/FOUND}" = "$hidden"
predict 'in there, the group is /. Is it also free of the limits of the group?'
run cgset set "$GROUP" pids=8
attempt cgset run "$GROUP" -- unshare-lite --cgroup \
    sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done'
verify 'the ninth process is refused: the group limits, whatever it is called' "$STATUS" != 0
explain 'cgroup_namespaces(7), Linux 4.6. Many texts give this task to the user namespace. Not' \
    'separated: the mounts of cgroupfs, in which the whole tree can still be seen, and the limits.'

step time 'Time: two of the clocks'
say 'A time namespace shifts the monotonic clock and the time since boot, so that a container' \
    'moved to another machine does not see them jump.'
run cut -d. -f1 /proc/uptime
run unshare-lite --time --boottime 864000 --fork cut -d. -f1 /proc/uptime
predict 'ten days more. And what does date(1) say in there?'
run unshare-lite --time --boottime 864000 --fork date +%F
verify 'not separated: the date' "$(unshare-lite --time --boottime 864000 --fork date +%F)" = "$(date +%F)"
inside=$(unshare-lite --time --fork readlink /proc/self/ns/time)
verify "$inside is not the host's $(namespace self time)" "$inside" != "$(namespace self time)"
explain 'time_namespaces(7), Linux 5.6. The offsets are in /proc/PID/timens_offsets, and cannot be' \
    'changed once a process is in the namespace.'

step all 'All eight, and what none of them separates'
say 'Every kind at once: the shell of a container, almost.'
run unshare-lite --user --map-root-user --mount --uts --ipc --net --pid --cgroup --time --fork \
    --mount-proc sh -c 'readlink /proc/$$/ns/*'
predict 'how much memory does it see, and how many processors?'
# shellcheck disable=SC2016 # for the shell inside
run sh -c 'head -n 1 /proc/meminfo; echo "$(nproc) CPUs"'
# shellcheck disable=SC2016 # for the shell inside
run unshare-lite --user --map-root-user --mount --uts --ipc --net --pid --cgroup --time --fork \
    --mount-proc sh -c 'head -n 1 /proc/meminfo; echo "$(nproc) CPUs"'
verify 'the whole machine' \
    "$(unshare-lite --mount --pid --fork --mount-proc grep MemTotal /proc/meminfo)" = \
    "$(grep MemTotal /proc/meminfo)"
verify 'but no namespace of the host' \
    "$(unshare-lite -r -m -u -i -n -p -C -T -f --mount-proc sh -c 'readlink /proc/$$/ns/*' |
        grep -cxFf <(find /proc/self/ns -type l -printf '%l\n') || true)" = 0
say 'A namespace changes what a process sees and can name. How much it may use is another matter:' \
    'that is what control groups are for, in lab 09.'
explain 'Nor is there a namespace for the kernel log, the clock, kernel modules, most of /proc/sys, or' \
    'devices. What closes those is in lab 13.'

finish
