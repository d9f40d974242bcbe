#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Lab 07: each of the eight kinds of namespace alone; what changed, and what did not.

# shellcheck source=labs/lib/lab.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"

lab 07 'Namespaces' 20 root mnt uts ipc net pid cgroupns userns time

# ours KIND: the namespace of this shell, as the kernel names it.
ours() {
    readlink "/proc/self/ns/$1"
}

step look 'A namespace is a link in /proc'
say 'Every process is in exactly one namespace of each kind. Its folder in /proc names them:' \
    'the kind, and an inode number that is the identity of the namespace.'
run ls -l /proc/self/ns
say 'Two processes that show the same number share that namespace. A child starts with those of' \
    'its parent.'
run sh -c 'readlink /proc/self/ns/uts; readlink /proc/$PPID/ns/uts'
verify 'a child is in the namespaces of its parent' \
    "$(sh -c 'readlink /proc/self/ns/uts')" = "$(ours uts)"
explain 'namespaces(7) has the list. /proc/PID/ns/pid_for_children and time_for_children differ' \
    'from pid and time only after unshare(2): those two kinds take effect for children.'

step uts 'A hostname of one'\''s own'
say 'A UTS namespace holds two strings, the hostname and the NIS domain name. We take a new one' \
    'and change ours.'
predict 'what will hostname(1) say on the host afterwards?'
before=$(uname -n)
run unshare-lite --uts sh -c 'hostname box; hostname; readlink /proc/self/ns/uts'
run uname -n
verify "the host still says $before" "$(uname -n)" = "$before"
inside=$(unshare-lite --uts readlink /proc/self/ns/uts)
verify "$inside is not the host's $(ours uts)" "$inside" != "$(ours uts)"
explain 'uts_namespaces(7). The new namespace starts with a copy of the strings. Nothing else is' \
    'separated: same files, same processes, same network.'

step pid-trap 'Process IDs, the naive way'
say 'A pid namespace numbers processes anew. It is tempting to ask for one and start a shell.'
predict 'will the second command in that shell work?'
attempt unshare-lite --pid sh -c '/bin/true; /bin/true; echo "both ran"'
verify 'the second fork failed: the first child was PID 1 and is dead' "$STATUS" != 0
explain 'pid_namespaces(7): unshare(2) moves the children, never the caller. The first child is' \
    'init of the new namespace; when it dies the kernel allows no further process in it, and fork' \
    'says ENOMEM.'

step pid 'Process IDs, with a first process that stays'
say 'So unshare-lite forks first: the command itself is PID 1, and lives as long as the namespace.'
run unshare-lite --pid --fork sh -c 'echo "I am PID $$"; /bin/true; /bin/true; echo "both ran"'
verify 'the command is PID 1' "$(unshare-lite --pid --fork sh -c 'echo $$')" = 1
say 'ps does not ask the kernel for PIDs: it reads /proc. Ours still shows the host.'
run unshare-lite --pid --fork sh -c 'ls -d /proc/[0-9]* | wc -l'
say 'A /proc of our own shows the namespace of whoever mounted it.'
run unshare-lite --pid --fork --mount-proc sh -c 'ls -d /proc/[0-9]*'
count=$(unshare-lite --pid --fork --mount-proc sh -c 'set -- /proc/[0-9]*; echo $#')
verify 'one process is all there is to see' "$count" = 1
explain 'The host sees the process as well, under another number: NSpid in /proc/PID/status has' \
    'both. A pid namespace hides the host from the container, not the container from the host.'

step mnt 'Mounts'
say 'A mount namespace is a copy of the list of mounts. What is mounted in it afterwards is' \
    'nowhere else. --mount-proc of the last step took one, or the host'\''s /proc would be gone.'
run unshare-lite --mount sh -c 'mount -t tmpfs mine /mnt; echo hello >/mnt/file; ls /mnt'
predict 'what is in /mnt on the host now?'
run ls -A /mnt
verify 'the host never had that mount' "$(grep -c ' /mnt .* mine ' /proc/self/mountinfo || true)" = 0
say 'The files themselves are shared: a mount namespace says what is mounted where, not what is in it.'
explain 'mount_namespaces(7). If / is shared (as systemd makes it), mounts spread to the copy and' \
    'back; unshare-lite makes the copy private first, as unshare(1) does: --propagation.'

step net 'The network'
say 'A network namespace has its own interfaces, addresses, routes, ports and firewall. A new one' \
    'has a loopback interface, and that is down.'
run unshare-lite --net ip -brief link
predict 'can it reach a port of the host on 127.0.0.1?'
attempt unshare-lite --net sh -c 'ip link set lo up; nft list ruleset; ip route'
links=$(unshare-lite --net ip -o link | wc -l)
verify 'one interface, lo' "$links" = 1
explain 'network_namespaces(7). 127.0.0.1 is another machine'\''s loopback now. Lab 12 puts a cable' \
    'in. Sockets with a path are files, and belong to the mount namespace.'

step ipc 'System V IPC and POSIX queues'
say 'Shared memory segments, semaphores and message queues have names outside of the file system:' \
    'numbers. An IPC namespace has its own.'
run unshare-lite --ipc sh -c 'ipcmk -M 4096 && ipcs -m | grep -c 0x'
before=$(wc -l </proc/sysvipc/shm)
run unshare-lite --ipc ipcmk -M 4096
verify 'the host has no new segment' "$(wc -l </proc/sysvipc/shm)" = "$before"
explain 'ipc_namespaces(7). The segments died with the namespace. What this does not separate:' \
    'pipes, sockets, and memory shared through files such as /dev/shm.'

step user 'Users'
say 'A user namespace maps user IDs, and has its own set of capabilities. One can be root in it and' \
    'nobody outside. It is the only kind that needs no privilege.'
run setpriv --reuid 65534 --regid 65534 --clear-groups \
    unshare-lite --user --map-root-user sh -c 'id -u; cat /proc/self/uid_map'
predict 'may this root read /etc/shadow?'
attempt setpriv --reuid 65534 --regid 65534 --clear-groups \
    unshare-lite --user --map-root-user cat /etc/shadow
verify 'root in there is user 65534 for every file out here' "$STATUS" != 0
explain 'user_namespaces(7). Every other namespace is owned by a user namespace: whoever has' \
    'CAP_SYS_ADMIN in the owner has it over that namespace. Lab 14 builds a container this way.'

step cgroup 'The view of control groups'
say 'A cgroup namespace hides where in the tree a process is: the group it was in when the' \
    'namespace was made looks like the root. It limits nothing; the group does that.'
undo cgroup "container-bones/lab07-$$"
run cgset create "container-bones/lab07-$$"
run cgset run "container-bones/lab07-$$" cat /proc/self/cgroup
run cgset run "container-bones/lab07-$$" -- unshare-lite --cgroup cat /proc/self/cgroup
hidden=$(cgset run "container-bones/lab07-$$" -- unshare-lite --cgroup cat /proc/self/cgroup 2>/dev/null)
verify 'the name of the group cannot be seen from inside' "${hidden//lab07-$$/FOUND}" = "$hidden"
explain 'cgroup_namespaces(7), Linux 4.6. Many texts give this task to the user namespace.'

step time 'Clocks'
say 'A time namespace shifts the monotonic clock and the time since boot, so that a container' \
    'moved to another machine does not see them jump. The date is not separated.'
run unshare-lite --time cat /proc/self/timens_offsets
attempt unshare-lite --time sh -c 'readlink /proc/self/ns/time'
inside=$(unshare-lite --time sh -c 'readlink /proc/self/ns/time')
verify "$inside is not the host's $(ours time)" "$inside" != "$(ours time)"
explain 'time_namespaces(7), Linux 5.6. As with pid, the children are in it, not the caller.'

finish
