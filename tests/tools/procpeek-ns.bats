#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek: every namespace that can be found, beside lsns.

load ../lib/common
load ../lib/procpeek
# bats sets it, and start sets the others: shellcheck knows only $output and $lines.
stderr="" pid="" helper=""

setup_file() {
    nothing_started
    compile_helper
}

teardown_file() {
    end_started
}

# bats test_tags=guest:newer
@test "ns agrees with lsns on new namespaces, and says who owns them" {
    requires root userns jq
    start unshare -muipnUCT -r --fork --kill-child sleep 60
    wait_for 20 child_of "$pid" >/dev/null
    local inner kind theirs
    inner=$(child_of "$pid")
    wait_for 20 runs "$inner" sleep
    procpeek ns "$inner" --json >"$BATS_TEST_TMPDIR/ns"
    [ "$(jq '.namespaces | length' "$BATS_TEST_TMPDIR/ns")" -eq 8 ]
    for kind in mnt pid net ipc uts user cgroup time; do
        theirs=$(lsns -nr -t "$kind" -o NS,TYPE,NPROCS,PID,USER,"ON"S -p "$inner")
        # shellcheck disable=SC2016 # variables of jq
        run -0 jq -r --arg kind "$kind" '.namespaces[] | select(.type == $kind) |
            "\(.ns) \(.type) \(.nprocs) \(.pid) \(.user) \(.owner)"' "$BATS_TEST_TMPDIR/ns"
        echo "# $output, lsns: $theirs" >&2
        [ "$output" = "$theirs" ]
        [ "$kind:[${output%% *}]" = "$(ns "$inner" "$kind")" ]
        [ "$kind" = user ] || [ "user:[${output##* }]" = "$(ns "$inner" user)" ]
    done
}

@test "ns lists every namespace that lsns lists" {
    requires root jq
    start unshare -ni --fork --kill-child sleep 60
    wait_for 20 child_of "$pid" >/dev/null
    wait_for 10 lsns_agrees
}

# lsns gives up, with nothing, when a process ends while it looks.
lsns_agrees() {
    diff <(procpeek ns --json 2>/dev/null | jq -r '.namespaces[] | "\(.ns) \(.type)"' | sort) \
        <(lsns -nr -o NS,TYPE | sort)
}

@test "ns finds what is mounted on a file, and what only a descriptor holds" {
    requires root jq
    start unshare --mount --propagation private sleep 60
    wait_for 20 runs "$pid" sleep
    local mounted=$BATS_TEST_TMPDIR/'a net' held inode
    touch "$mounted"
    nsenter -t "$pid" --mount unshare --net="$mounted" true
    start "$helper" hold
    wait_for 20 named "$pid" holder
    held=$(readlink "/proc/$pid/fd/"* | grep '^uts:' | grep -vF "$(ns self uts)")
    run -0 procpeek ns --all --json
    jq -e --arg path "$mounted" '.namespaces[] | select(.type == "net" and .nprocs == 0) |
        ."held-by" | endswith($path)' <<<"$output"
    jq -e --argjson ns "${held//[^0-9]/}" --arg path "/proc/$pid/fd/" '.namespaces[] | select(.ns == $ns) |
        .nprocs == 0 and .type == "uts" and .pid == null and (."held-by" | startswith($path)) and
        .owner > 0' <<<"$output"
    # Its own relations, by that path.
    inode=$(ns self user)
    jq -e --argjson owner "${inode//[^0-9]/}" '[.namespaces[] | select(.nprocs == 0 and .type == "net") |
        .owner] | index($owner) != null' <<<"$output"
    run -0 procpeek ns --json
    jq -e '[.namespaces[] | select(.type == "net" and .nprocs == 0)] | length >= 1' <<<"$output"
}

@test "ns --all finds a network namespace that only a socket holds" {
    requires root jq
    start "$helper" socket
    wait_for 20 grep -q '^4' "/proc/$pid/comm"
    local inode expected user
    inode=$(<"/proc/$pid/comm")
    user=$(ns self user)
    run -0 procpeek ns --all --json
    expected=$(find "/proc/$pid/fd" -lname 'socket:*')
    jq -e --argjson ns "$inode" --argjson user "${user//[^0-9]/}" --arg held "$expected" '.namespaces[] |
        select(.ns == $ns) | .type == "net" and .nprocs == 0 and ."held-by" == $held and .owner == $user' <<<"$output"
    run -0 procpeek ns --json
    jq -e --argjson ns "$inode" '[.namespaces[] | select(.ns == $ns)] == []' <<<"$output"
    # Those of others may be asked by nobody without rights over them.
    # shellcheck disable=SC2016 # the inner shell's variable; nothing is sent
    run -0 --separate-stderr as_nobody bash -c 'exec 5<>/dev/udp/127.0.0.1/9 && exec "$0" ns --all' "$(type -P procpeek)"
    [[ $stderr == *'the network namespaces of 1 socket are not known'* ]]
}

# In namespaces of its own for a moment, a thread with descriptors of its own: it goes on
# holding a uts namespace, a network namespace by a socket, an ipc namespace that is mounted
# in its mount namespace, and a network namespace by a tun device, if there is one. Their
# inodes are written into a file; then the first thread waits, or ends.
holding_thread='import ctypes, os, socket, sys, threading, time
libc = ctypes.CDLL(None)
def moment(kind, flag, hold):
    own = os.open("/proc/thread-self/ns/" + kind, os.O_RDONLY)
    libc.unshare(flag)
    inodes.append(os.readlink("/proc/thread-self/ns/" + kind))
    held.append(hold("/proc/thread-self/ns/" + kind))
    libc.setns(own, 0)
    os.close(own)
def mounted(link):
    libc.unshare(0x20000)
    libc.mount(None, b"/", None, 0x44000, None)
    libc.mount(link.encode(), sys.argv[2].encode(), None, 0x1000, None)
inodes, held = [], []
def second():
    libc.unshare(0x400)
    moment("uts", 0x4000000, lambda link: os.open(link, os.O_RDONLY))
    moment("net", 0x40000000, lambda link: socket.socket())
    moment("ipc", 0x8000000, mounted)
    if os.path.exists("/dev/net/tun"):
        moment("net", 0x40000000, lambda link: os.open("/dev/net/tun", os.O_RDWR))
    with open(sys.argv[1] + ".new", "w") as file:
        file.write("\n".join(inodes) + "\n")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    time.sleep(60)
threading.Thread(target=second).start()
libc.pause() if sys.argv[3] == "waits" else libc.syscall(60, 0)'

@test "ns --all finds what a thread holds that has descriptors of its own, and what is mounted where it is" {
    requires root jq python3
    local first inode inodes file=$BATS_TEST_TMPDIR/inodes mounted=$BATS_TEST_TMPDIR/mounted
    touch "$mounted"
    for first in waits ended; do
        rm -f "$file"
        start python3 -c "$holding_thread" "$file" "$mounted" "$first"
        wait_for 20 test -e "$file"
        if [[ $first == ended ]]; then wait_for 20 in_state "$pid" Z; fi
        run -0 procpeek ns --all --json
        mapfile -t inodes < <(sed 's/[^0-9]//g' "$file")
        ((${#inodes[@]} >= 3))
        for inode in "${inodes[@]}"; do
            jq -e --argjson ns "$inode" --arg path "/proc/$pid/task/" '.namespaces[] | select(.ns == $ns) |
                .nprocs == 0 and .owner > 0 and (."held-by" | startswith($path))' <<<"$output"
        done
    done
}

@test "ns --all finds a pid namespace in which nobody is any more" {
    requires root jq
    # The kernel shows it once its init was born; that one has ended.
    # shellcheck disable=SC2016 # the inner shell's variable
    start unshare --pid bash -c '/bin/true; kill -STOP $$'
    wait_for 20 in_state "$pid" T
    inode=$(readlink "/proc/$pid/ns/pid_for_children")
    run -0 procpeek ns --all --json
    jq -e --argjson ns "${inode//[^0-9]/}" --arg held "/proc/$pid/ns/pid_for_children" \
        '.namespaces[] | select(.ns == $ns) | .nprocs == 0 and ."held-by" == $held' <<<"$output"
}

@test "ns says parent and creator, as the kernel does" {
    requires root userns jq python3
    start setpriv --reuid nobody --regid nogroup --clear-groups -- \
        unshare -Ur unshare -Upf --map-root-user --kill-child sleep 60
    local last
    descendant() { last=$(pgrep -f '^sleep 60$' -P "$(child_of "$pid" || echo 0)" || child_of "$pid") && runs "$last" sleep; }
    wait_for 20 descendant
    run -0 procpeek ns "$last" --json
    local kinds='import fcntl, os, struct, sys
NS_GET_PARENT, NS_GET_OWNER_UID = 0xb702, 0xb704
for kind in "user", "pid":
    fd = os.open("/proc/%s/ns/%s" % (sys.argv[1], kind), os.O_RDONLY)
    print(kind, os.fstat(fcntl.ioctl(fd, NS_GET_PARENT)).st_ino)
fd = os.open("/proc/%s/ns/user" % sys.argv[1], os.O_RDONLY)
print(struct.unpack("I", fcntl.ioctl(fd, NS_GET_OWNER_UID, b"1234"))[0])'
    [ "$(python3 -c "$kinds" "$last" | head -n 2)" = \
        "$(jq -r '.namespaces[] | select(.type == "user" or .type == "pid") | "\(.type) \(.parent)"' <<<"$output" |
            sort -r)" ]
    [ "$(python3 -c "$kinds" "$last" | tail -n 1)" = "$(id -u nobody)" ]
    jq -e '.namespaces[] | select(.type == "user") | .creator == "nobody"' <<<"$output"
    jq -e '.namespaces[] | select(.type == "uts") | .parent == null and .creator == "-" or .creator == null' <<<"$output"
    # The tree: user below user, pid below pid.
    run -0 procpeek ns --tree --json
    local inner outer kind
    for kind in user pid; do
        inner=$(ns "$last" "$kind") outer=$(python3 -c "$kinds" "$last" | awk -v kind="$kind" '$1 == kind { print $2 }')
        jq -e --argjson inner "${inner//[^0-9]/}" --argjson outer "$outer" '[.. | objects |
            select(.ns == $outer) | .children[].ns] | index($inner) != null' <<<"$output"
    done
    end_too "$last"
}

@test "ns --ns shows one kind" {
    requires jq
    run -0 procpeek ns --ns uts --json
    jq -e '[.namespaces[].type] | length >= 1 and all(. == "uts")' <<<"$output"
    run -2 --separate-stderr procpeek ns --ns uts=1
    [[ $stderr == *'ns: --ns takes a kind alone: uts=1'* ]]
}

@test "ns finds user namespaces without a process, with few descriptors" {
    requires root userns prlimit jq
    local each pids=()
    for each in {1..20}; do
        start unshare -Ur unshare -Ur sleep 60
        pids+=("$pid")
    done
    for each in "${pids[@]}"; do wait_for 20 runs "$each" sleep; done
    run -0 procpeek ns --ns user --json
    procpeek_all=$(jq '[.namespaces[] | select(.nprocs == 0)] | length' <<<"$output")
    ((procpeek_all >= 20))
    run -0 prlimit --nofile=24 "$(type -P procpeek)" ns --ns user --json
    [ "$(jq '[.namespaces[] | select(.nprocs == 0)] | length' <<<"$output")" = "$procpeek_all" ]
    jq -e '[.namespaces[] | select(.parent == null and .nprocs == 0)] == []' <<<"$output"
}
