#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek beside ps, pstree and lsns, on processes of every sort that the tests make.

load ../lib/common
# bats sets it: shellcheck knows only $output and $lines.
stderr=""

# A program with threads and locked memory; one that renames itself, or a child
# that ends and is not waited for; and one that puts a command under a seccomp
# filter that allows everything.
setup_file() {
    cc -pthread -o "$BATS_FILE_TMPDIR/helper" -x c - <<'END'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
static char page[4096];
static void *wait_for_ever(void *unused) { pause(); return unused; }
int main(int argc, char *argv[])
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &allow};
	pthread_t thread;
	if (argc > 2 && strcmp(argv[1], "seccomp") == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
		execvp(argv[2], argv + 2);
		return 1;
	}
	if (argc > 1 && strcmp(argv[1], "zombie") == 0 && fork() > 0)
		return pause();
	if (getenv("NAME")) {
		prctl(PR_SET_NAME, getenv("NAME"));
		return strcmp(argv[1], "zombie") == 0 ? 0 : pause();
	}
	mlock(page, sizeof page);
	pthread_create(&thread, NULL, wait_for_ever, NULL);
	pause();
}
END
}

before_test() {
    started=()
    groups=()
    helper=$BATS_FILE_TMPDIR/helper
}

after_test() {
    local each group
    for each in "${started[@]}"; do
        kill -CONT "$each" 2>/dev/null || true
        kill -KILL "$each" 2>/dev/null || true
        wait "$each" 2>/dev/null || true
    done
    for group in "${groups[@]}"; do
        wait_for 5 rmdir "$group" 2>/dev/null || true
    done
}

# start COMMAND...: in the background until the test ends; the PID is in $pid.
start() {
    "$@" 3>&- >/dev/null 2>&1 &
    pid=$!
    started+=("$pid")
}

# end_too PID: it is not our child, but ends with the test.
end_too() {
    started+=("$1")
}

# The program that a process runs, once it runs it.
runs() {
    [[ $(readlink "/proc/$1/exe") == */"$2" ]]
}

in_state() {
    grep -q "^State:.$2" "/proc/$1/status"
}

named() {
    [[ $(cat "/proc/$1/comm") == "$2" ]]
}

child_of() {
    pgrep -P "$1"
}

row() { # row PID FILTER: of procpeek --json
    procpeek --json | jq -r --argjson pid "$1" ".processes[] | select(.pid == \$pid) | $2"
}

fact() { # fact PID WHAT: a value of the page
    procpeek "$1" --json | jq -r --arg what "$2" '.process[] | select(.what == $what) | .value'
}

# One process of every sort: the PIDs are in the array $sorts.
start_all_sorts() {
    local hostile=$'a) R 1\n(\033[1m'
    sorts=()
    start sleep 60
    wait_for 5 runs "$pid" sleep
    sorts+=("$pid")
    start sleep 61
    wait_for 5 runs "$pid" sleep
    kill -STOP "$pid"
    wait_for 5 in_state "$pid" T
    sorts+=("$pid")
    NAME=$hostile start "$helper" zombie
    wait_for 5 child_of "$pid" >/dev/null
    sorts+=("$pid")
    wait_for 5 in_state "$(child_of "$pid")" Z
    sorts+=("$(child_of "$pid")")
    start nice -n 5 "$helper"
    wait_for 5 grep -q '^Threads:.2' "/proc/$pid/status"
    wait_for 5 runs "$pid" helper
    sorts+=("$pid")
    start nice -n -5 setpriv --reuid nobody --regid nogroup --clear-groups -- sleep 63
    wait_for 5 runs "$pid" sleep
    sorts+=("$pid")
    NAME=$hostile start setsid "$helper" rename
    wait_for 5 named "$pid" "$hostile"
    sorts+=("$pid")
    start unshare -muipnC --fork --kill-child sleep 64
    wait_for 5 child_of "$pid" >/dev/null
    wait_for 5 runs "$(child_of "$pid")" sleep
    sorts+=("$pid" "$(child_of "$pid")")
    [[ $(ps -o comm= -p 2) != kthreadd ]] || sorts+=(2)
}

@test "the list has the columns of ps aux" {
    run -0 procpeek
    read -ra ours <<<"${lines[0]}"
    read -ra theirs < <(ps aux)
    [ "${ours[*]}" = "${theirs[*]}" ]
}

@test "the list agrees with ps in every field, for processes of every sort" {
    requires root jq
    start_all_sorts
    local fields='[.user, .pid, .vsz, .rss, (.tty // "?"), .stat, .time, .command] | map(tostring) | join("|")'
    [ "${#sorts[@]}" -ge 9 ]
    procpeek --json >"$BATS_TEST_TMPDIR/list"
    for each in "${sorts[@]}"; do
        read -r user _ _ _ vsz rss tty stat _ time command < <(ps -ww u --no-headers -p "$each")
        run -0 jq -r --argjson pid "$each" ".processes[] | select(.pid == \$pid) | $fields" \
            "$BATS_TEST_TMPDIR/list"
        # ps shows what is no printable character as a question mark.
        output=${output//[$'\n\033']/?}
        echo "# $output" >&2
        [ "$output" = "$user|$each|$vsz|$rss|$tty|$stat|$time|$command" ]
    done
}

@test "the list agrees with ps on %CPU, %MEM and START" {
    requires jq
    start bash -c 'for ((i = 0; i < 300000; i++)); do :; done; kill -STOP $$'
    wait_for 20 in_state "$pid" T
    read -r _ _ cpu mem _ _ _ _ begun _ < <(ps u --no-headers -p "$pid")
    run -0 row "$pid" '"\(.["%cpu"]) \(.["%mem"]) \(.start)"'
    read -r our_cpu our_mem our_start <<<"$output"
    echo "# $our_cpu $our_mem $our_start, ps: $cpu $mem $begun" >&2
    # The share falls while the process stands still and the clock goes on.
    awk -v a="$cpu" -v b="$our_cpu" 'BEGIN { exit !(a > 10 && b <= a + 1 && b > a * 0.7) }'
    awk -v a="$mem" -v b="$our_mem" 'BEGIN { exit !(a - b <= 0.1 && b - a <= 0.1) }'
    [[ $our_start == "$begun" || $(date -d "$our_start today 1 minute" +%H:%M) == "$begun" ]]
}

@test "the terminal of a process is named as ps names it" {
    requires jq script
    start script --quiet --command 'sleep 60' /dev/null
    local shell
    wait_for 5 child_of "$pid" >/dev/null
    shell=$(child_of "$pid")
    run -0 row "$shell" '.tty, .stat'
    [[ ${lines[0]} == pts/* ]]
    [ "$output" = "$(ps -o tty=,stat= -p "$shell" | xargs -n 1)" ]
}

@test "nothing is lost from the list while processes come and go" {
    requires jq
    start bash -c 'while :; do /bin/true & /bin/true & wait; done'
    for ((i = 0; i < 20; i++)); do
        procpeek --json >"$BATS_TEST_TMPDIR/list" 2>"$BATS_TEST_TMPDIR/errors"
        jq -e --argjson me "$$" '[.processes[].pid] | index($me)' "$BATS_TEST_TMPDIR/list"
        procpeek tree >/dev/null 2>>"$BATS_TEST_TMPDIR/errors"
        procpeek top "$pid" >/dev/null 2>>"$BATS_TEST_TMPDIR/errors"
        [ ! -s "$BATS_TEST_TMPDIR/errors" ]
    done
}

@test "a hostile name cannot break a table or JSON" {
    requires jq
    NAME=$'x) Z 1\n\033[31m\xff(' start "$helper" rename \
        $'new\nline' $'\xff\xfe\xc3\xa9' $'\033]0;title\a' $'"\\'
    wait_for 5 named "$pid" $'x) Z 1\n\033[31m\xff('
    [ "$(fact "$pid" comm)" = $'x) Z 1\n\033[31m\xef\xbf\xbd(' ]
    [[ $(row "$pid" .command) == *$'new\nline \xef\xbf\xbd\xef\xbf\xbd\xc3\xa9 \033]0;title\a "\\' ]]
    [[ $(row "$pid" .stat) == S* ]]
    run -0 procpeek
    [[ $output == *'new\x0aline \xff\xfe'* && $output != *$'\033'* && $output != *$'\xff'* ]]
    run -0 procpeek "$pid"
    [[ $output == *'x) Z 1\x0a\x1b[31m\xff('* && $output != *$'\033'* ]]
    run -0 procpeek tree --json
    jq -e . <<<"$output" >/dev/null
}

@test "a command line of two megabytes and an empty one" {
    requires jq
    local long
    long=$(printf '%0100000d' 7)
    # shellcheck disable=SC2016 # the inner shell's variables
    start bash -c 'kill -STOP $$' "$long" "$long" "$long" "$long" "$long" "$long" "$long" \
        "$long" "$long" "$long" "$long" "$long" "$long" "$long" "$long" "$long" "$long"
    wait_for 5 in_state "$pid" T
    run -0 row "$pid" '.command | length'
    [ "$output" -eq "$(($(tr -d '\n' <"/proc/$pid/cmdline" | wc -c) - 1))" ]
}

@test "-o chooses columns and their order, --noheadings leaves out the names" {
    run -0 procpeek -o pid,USER
    [[ ${lines[0]} =~ ^\ *PID\ USER\ *$ ]]
    run -0 procpeek --noheadings -o PID
    [[ ${lines[0]} =~ ^\ *[0-9]+$ ]]
    run -2 --separate-stderr procpeek -o PID,NOSUCH
    [[ $stderr == *'no such column: NOSUCH'* ]]
    run -2 --separate-stderr procpeek -o PID,PID
    [[ $stderr == *'column given twice'* ]]
}

@test "tree agrees with ps axjf in every field" {
    requires root jq
    start_all_sorts
    procpeek tree --json |
        jq -r '.. | objects | select(.pid) | [.ppid, .pid, .pgid, .sid, (.tty // "?"), .tpgid,
            .stat, .uid, .time] | map(tostring) | join("|")' >"$BATS_TEST_TMPDIR/tree"
    for each in "${sorts[@]}"; do
        run -0 ps --no-headers -o ppid,pid,pgid,sid,tty,tpgid,stat,uid,bsdtime -p "$each"
        read -ra theirs <<<"$output"
        IFS='|'
        line="${theirs[*]}"
        unset IFS
        grep -qxF "$line" "$BATS_TEST_TMPDIR/tree"
    done
}

@test "tree PID has the processes of pstree, each below its parent" {
    requires jq pstree
    # shellcheck disable=SC2016 # the inner shells' variables
    start bash -c 'bash -c "bash -c \"sleep 60 & sleep 61\" & sleep 62" & sleep 63; :'
    count() { [[ $(pstree -p "$pid" | grep -o '([0-9]*)' | wc -l) == 7 ]]; }
    wait_for 5 count
    run -0 procpeek tree "$pid" --json
    [ "$(jq '.. | objects | .pid // empty' <<<"$output" | sort)" = \
        "$(pstree -p "$pid" | grep -o '([0-9]*)' | tr -d '()' | sort)" ]
    jq -e '[.. | objects | select(.children) | .pid as $parent | .children[] | .ppid == $parent] |
        all and length == 6' <<<"$output"
    for child in $(pstree -p "$pid" | grep -o '([0-9]*)' | tr -d '()'); do
        [ "$child" = "$pid" ] || end_too "$child"
    done
}

# bats test_tags=guest:newer
@test "ns agrees with lsns on new namespaces, and says who owns them" {
    requires root userns jq
    start unshare -muipnUCT -r --fork --kill-child sleep 60
    wait_for 5 child_of "$pid" >/dev/null
    local inner kind theirs
    inner=$(child_of "$pid")
    wait_for 5 runs "$inner" sleep
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
    wait_for 5 child_of "$pid" >/dev/null
    diff <(procpeek ns --json 2>/dev/null | jq -r '.namespaces[] | "\(.ns) \(.type)"' | sort) \
        <(lsns -nr -o NS,TYPE | sort)
}

# A container made by hand: every kind of isolation but a user namespace. Its
# first process, user 12345 in PID 1's place, is $inner.
start_container() {
    local root=$BATS_TEST_TMPDIR/root controller
    mkdir -p "$root"
    cat >"$BATS_TEST_TMPDIR/contain" <<END
set -eu
mount -t tmpfs box "$root"
cd "$root"
mkdir usr etc proc old
ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/lib64 lib64
ln -s / out; ln -s /etc/hostname leak; ln -s ../../../.. up
echo 'boxuser:x:12345:12345::/:/bin/sh' >etc/passwd
echo inside >etc/hostname
mount --bind /usr usr
mkdir helper; touch helper/helper; mount --bind "$helper" helper/helper
mount -t proc proc proc
hostname boxed
pivot_root . old
umount -l /old
exec /helper/helper seccomp setpriv --reuid 12345 --regid 12345 --clear-groups \
    --bounding-set -all,+chown --inh-caps -all --no-new-privs sleep 60
END
    start unshare -muipnC --fork --kill-child sh "$BATS_TEST_TMPDIR/contain"
    wait_for 5 child_of "$pid" >/dev/null
    inner=$(child_of "$pid")
    # It changes its user, and with that loses the signal at its parent's death.
    end_too "$inner"
    wait_for 10 runs "$inner" sleep
    for controller in memory cpu pids; do
        limit "$controller" "$inner"
    done
}

# limit CONTROLLER PID: 64M, half a processor, 42 processes, on either version.
limit() {
    local top=/sys/fs/cgroup group
    [[ -d $top/$1 ]] && top+=/$1
    group=$top/procpeek-test-$$
    if [[ $top == /sys/fs/cgroup ]]; then
        echo "+$1" >"$top/cgroup.subtree_control"
    fi
    mkdir -p "$group"
    [[ " ${groups[*]} " == *" $group "* ]] || groups+=("$group")
    case $1-$top in
        memory-*/memory) echo 64M >"$group/memory.limit_in_bytes" ;;
        memory-*) echo 64M >"$group/memory.max" ;;
        cpu-*/cpu) echo 50000 >"$group/cpu.cfs_quota_us" ;;
        cpu-*) echo '50000 100000' >"$group/cpu.max" ;;
        pids-*) echo 42 >"$group/pids.max" ;;
    esac
    echo "$2" >"$group/cgroup.procs"
}

# bats test_tags=guest:newer
@test "diff lists everything that makes a process a container" {
    requires root net jq
    start_container
    local other what
    for other in 1 $$; do
        procpeek diff "$other" "$inner" --json >"$BATS_TEST_TMPDIR/diff"
        for what in ns.mnt root 'root mount' mounts ns.pid ns.net interfaces ns.ipc ns.uts \
            hostname ns.cgroup cgroup 'memory limit' 'cpu limit' 'pids limit' uid gid \
            'cap effective' 'cap bounding' no_new_privs seccomp; do
            echo "# $other: $what" >&2
            jq -e --arg what "$what" '.differences[] | select(.what == $what) |
                .verdict == "differs" and .for != "" and .a != .b' "$BATS_TEST_TMPDIR/diff"
        done
        # What it was not given, it does not have.
        run -0 jq -r '.differences[] | select(.verdict == "differs") | .what' \
            "$BATS_TEST_TMPDIR/diff"
        [[ $output != *ns.user* && $output != *ns.time* && $output != *'uid map'* ]]
    done
    b() {
        jq -r --arg what "$1" '.differences[] | select(.what == $what) | .b' \
            "$BATS_TEST_TMPDIR/diff"
    }
    for what in mnt pid net ipc uts cgroup; do
        [ "$(b "ns.$what")" = "$(ns "$inner" "$what")" ]
    done
    [ "$(b hostname)" = boxed ]
    [ "$(b interfaces)" = lo ]
    [ "$(b 'root mount')" = 'tmpfs box' ]
    [ "$(b 'memory limit')" = 64M ]
    [ "$(b 'cpu limit')" = '0.500 CPUs' ]
    [ "$(b 'pids limit')" = 42 ]
    [ "$(b uid)" = 12345 ]
    [ "$(b 'cap effective')" = none ]
    [ "$(b 'cap bounding')" = cap_chown ]
    [ "$(b seccomp)" = 'filtered by 1' ]
    for slug in $(jq -r '.differences[].chapter' "$BATS_TEST_TMPDIR/diff"); do
        [[ $slug =~ ^(05-container-is-a-process|07-namespaces|08-root-filesystem|09-cgroups|10-network|11-layers|13-security)$ ]]
    done
    run -0 procpeek diff $$ "$inner"
    [[ $output == *'its own hostname'*'(07-namespaces)'* && $output == *boxed* ]]
}

@test "diff of two processes of the same sort says that there is no difference" {
    requires jq
    local first
    start sleep 60
    first=$pid
    start sleep 61
    run -0 procpeek diff "$first" "$pid"
    [[ $output == "no difference between $first and $pid"* ]]
    run -0 procpeek diff "$first" "$pid" --json
    jq -e '.differences == []' <<<"$output"
}

@test "diff shows a user namespace and its maps" {
    requires userns jq
    start unshare -U --map-root-user sleep 60
    wait_for 5 runs "$pid" sleep
    run -0 procpeek diff $$ "$pid" --json
    jq -e '[.differences[] | select(.verdict == "differs") | .what] |
        contains(["ns.user", "uid map", "gid map"])' <<<"$output"
    jq -e --arg map "0:$(id -u):1" '.differences[] | select(.what == "uid map") | .b == $map' \
        <<<"$output"
}

@test "the page agrees with the kernel and its peers" {
    requires root jq getpcaps
    start_container
    local kind
    for kind in mnt pid net ipc uts user cgroup time; do
        [ "$(fact "$inner" "ns.$kind")" = "$(ns "$inner" "$kind")" ]
    done
    [ "$(fact "$inner" exe)" = "$(readlink "/proc/$inner/exe")" ]
    [ "$(fact "$inner" cwd)" = "$(readlink "/proc/$inner/cwd")" ]
    [ "$(fact "$inner" pids)" = "$inner 1" ]
    [ "$(fact "$inner" mounts)" = "$(wc -l <"/proc/$inner/mountinfo")" ]
    [[ $(fact "$inner" parents) == "unshare ($pid) < "*' (1)' ]]
    [[ $(fact "$inner" root) == *"inode $(stat -Lc %i "/proc/$inner/root"))" ]]
    [[ $(fact "$inner" container) == 'isolated from us (namespaces: mnt pid net ipc uts cgroup)'* ]]
    [[ $(fact $$ container) == no:* ]]
    # getpcaps writes sets as cap_x,cap_y=ep.
    start setpriv --inh-caps=-all,+chown,+kill --ambient-caps=-all,+chown --bounding-set=-sys_time sleep 60
    wait_for 5 runs "$pid" sleep
    [ "$(fact "$pid" 'cap inheritable')" = 'cap_chown cap_kill' ]
    [ "$(fact "$pid" 'cap ambient')" = cap_chown ]
    [[ $(fact "$pid" 'cap bounding') == 'all but '*cap_sys_time* ]]
    [[ "$(getpcaps "$pid")" == *cap_sys_time* || $(fact "$pid" 'cap effective') == *cap_sys_time* ]]
}

@test "the engine is recognized by the cgroup path" {
    requires root jq
    local top id path expected
    top=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
    [ -n "$top" ] || top=/sys/fs/cgroup/pids
    id=$(printf '%064d' 42)
    start sleep 60
    while IFS='|' read -r path expected; do
        mkdir -p "$top/procpeek-test/$path"
        echo "$pid" >"$top/procpeek-test/$path/cgroup.procs"
        run -0 fact "$pid" engine
        echo "# $path: $output" >&2
        [[ $output == "$expected (cgroup path /procpeek-test/$path)" ]]
        echo "$pid" >"$top/cgroup.procs"
        (cd "$top" && rmdir -p "procpeek-test/$path")
    done <<END
docker/$id|Docker, $id
system.slice/docker-$id.scope|Docker, $id
machine.slice/libpod-$id.scope/container|podman, $id
system.slice/crio-$id.scope|CRI-O, $id
default/$id|containerd, $id
kubepods/besteffort/pod12-34/$id|a Kubernetes container runtime, $id, pod 12-34
kubepods.slice/kubepods-pod12_34.slice/cri-containerd-$id.scope|containerd, $id, pod 12-34
lxc.payload.web|LXC, web
machine.slice/machine-deb.scope|systemd-machined, deb
machine.slice/systemd-nspawn@deb.service|systemd-nspawn, deb
container-bones/memcached-1|Container Bones, memcached-1
docker/$id/docker/${id/42/43}|Docker, ${id/42/43}
END
    [ "$(fact "$pid" engine)" = 'none named in its cgroup path' ]
}

@test "top shows the processes of a container as ps -ef, and from inside" {
    requires root jq
    local row
    start_container
    # A second one, which entered: its parent is out here.
    start nsenter -t "$inner" --mount --pid --root --wd=/ setpriv --reuid 12345 sleep 65
    wait_for 5 child_of "$pid" >/dev/null
    entered=$(child_of "$pid")
    end_too "$entered"
    wait_for 5 runs "$entered" sleep
    run -0 procpeek top "$inner" --json
    [ "$(jq -c '[.processes[].pid]' <<<"$output")" = "$(jq -nc "[$inner, $entered] | sort")" ]
    for each in "$inner" "$entered"; do
        read -r uid _ ppid _ _ tty time cmd < <(ps -f --no-headers -p "$each")
        row=$(jq -r --argjson pid "$each" '.processes[] | select(.pid == $pid) | [.uid, .ppid, (.tty // "?"),
            .time, ."inner-user", ."inner-pid", .cmd] | map(tostring) | join(" ")' <<<"$output")
        [ "$row" = "$uid $ppid $tty $time boxuser $(awk '/^NSpid/ { print $3 }' "/proc/$each/status") $cmd" ]
    done
}

@test "top of a process in a user namespace: the user by its own map" {
    requires root userns jq
    start unshare -U --map-root-user sleep 60
    wait_for 5 runs "$pid" sleep
    run -0 procpeek top "$pid" --json
    jq -e '.processes[0] | .uid == "root" and ."inner-user" == "root"' <<<"$output"
    start setpriv --reuid nobody --regid nogroup --clear-groups unshare -U --map-root-user sleep 61
    wait_for 5 runs "$pid" sleep
    run -0 procpeek top "$pid" --json
    jq -e '.processes[0] | .uid == "nobody" and ."inner-user" == "root"' <<<"$output"
}

@test "files: no link in the container leads out of it" {
    requires root jq
    start_container
    run -0 procpeek files "$inner" --json
    [[ $(jq -r '.files[].name' <<<"$output" | sort | xargs) == *'etc'*'helper'*'leak'*'out'* ]]
    names() { procpeek files "$inner" "$1" --json | jq -c '[.files[].name]'; }
    for path in /out /up .. ../../../../.. /proc/1/root/; do
        echo "# $path" >&2
        if [[ $path == /proc* ]]; then # a magic link: refused
            run -1 --separate-stderr procpeek files "$inner" "$path"
            [[ $stderr == *"cannot open $path in the root of process $inner"* ]]
        else
            [ "$(names "$path")" = "$(names /)" ]
        fi
    done
    run -1 --separate-stderr procpeek files "$inner" "$BATS_TEST_TMPDIR"
    [[ $stderr == *'No such file or directory'* ]]
    jq -e '.files[] | select(.name == "leak") | .target == "/etc/hostname"' <<<"$(
        procpeek files "$inner" --json
    )"
    # The modes are those of find.
    diff <(procpeek files "$inner" /etc --noheadings -o MODE,NAME | awk '$2 !~ /^[.]/' |
        sed 's/ *$//') \
        <(find "/proc/$inner/root/etc/" -mindepth 1 -maxdepth 1 -printf '%M %f\n' | sort -k 2)
}

@test "passwd in a container: a link out of it names nobody" {
    requires root jq
    start_container
    echo 'outsider:x:12345:1::/:' >"$BATS_TEST_TMPDIR/passwd"
    ln -sf "$BATS_TEST_TMPDIR/passwd" "/proc/$inner/root/etc/passwd"
    run -0 procpeek top "$inner" --json
    jq -e '.processes[0]."inner-user" == "12345"' <<<"$output"
    rm "/proc/$inner/root/etc/passwd"
    mkfifo "/proc/$inner/root/etc/passwd"
    run -0 timeout 5 procpeek top "$inner" --json
    jq -e '.processes[0]."inner-user" == "12345"' <<<"$output"
}

@test "without privilege what cannot be seen is marked, not guessed" {
    requires root jq user
    start sleep 60
    run -0 as_nobody "$(type -P procpeek)" "$pid" --json
    jq -e '[.process[] | select(.what | startswith("ns.")) | .value] | length == 8 and all(. == null)' \
        <<<"$output"
    jq -e '.process[] | select(.what == "uid") | .value == "0"' <<<"$output"
    jq -e '.process[] | select(.what == "root") | .value == null' <<<"$output"
    run -0 as_nobody "$(type -P procpeek)" "$pid"
    [[ $output =~ ns\.mnt\ +\? && $output =~ container\ +\? ]]
    run -0 as_nobody "$(type -P procpeek)" diff $$ "$pid"
    [[ $output == *'not compared'*'ns.mnt'* ]]
    run -0 --separate-stderr as_nobody "$(type -P procpeek)" ns
    [[ $stderr == *'may not be read'* ]]
    run -1 --separate-stderr as_nobody "$(type -P procpeek)" files "$pid"
    [[ $stderr == *'cannot open the root of process'*'Permission denied'* ]]
    run -0 as_nobody "$(type -P procpeek)" top "$pid" --json
    jq -e '.processes[0]."inner-user" == null' <<<"$output"
}

# LeakSanitizer (make asan) cannot work in a process that strace traces.
# The calls that --explain tells, and those that strace saw, in the same words:
# without what readlinkat(2) fills in.
calls_told() {
    grep -E '^(openat2?|readlinkat|ioctl|setns)\(' "$1"
}
calls_seen() {
    sed -E 's/^[0-9]+ +//; s/^(readlinkat\([0-9]+, "[^"]*"), .*\) += /\1) = /
        s/(openat2\([0-9]+, "[^"]*"), .*\) += /\1, {resolve=RESOLVE_IN_ROOT}) = /; s/\) += /) = /' "$1" |
        grep -E '^(openat2?\(([0-9]|AT_FDCWD, "/(proc"|sys/fs/cgroup))|readlinkat.*, "(exe|cwd|root|self|.*ns/)|ioctl\(.*NS_|setns)' |
        grep -v O_NOFOLLOW # the C library, looking for the name of a user
}

@test "--explain names the calls that strace sees, in that order" {
    requires root strace
    start_container
    for command in "$inner" "diff $$ $inner" "files $inner /etc"; do
        # shellcheck disable=SC2086 # words
        strace -E ASAN_OPTIONS=detect_leaks=0 -f -o "$BATS_TEST_TMPDIR/seen" -e trace=openat,openat2,readlinkat,ioctl,setns \
            procpeek $command --explain 2>"$BATS_TEST_TMPDIR/told" >/dev/null
        [ "$(calls_told "$BATS_TEST_TMPDIR/told" | wc -l)" -ge 4 ]
        diff <(calls_told "$BATS_TEST_TMPDIR/told") <(calls_seen "$BATS_TEST_TMPDIR/seen")
    done
}

@test "the files that --explain names for a column are those that are opened" {
    requires strace
    local command
    for command in '' tree; do
        # shellcheck disable=SC2086 # no word or one
        strace -E ASAN_OPTIONS=detect_leaks=0 -o "$BATS_TEST_TMPDIR/seen" -e trace=openat procpeek $command --explain \
            2>"$BATS_TEST_TMPDIR/told" >/dev/null
        diff <(grep -E '^[A-Z%]+: ' "$BATS_TEST_TMPDIR/told" | grep -oE '/proc/PID/[a-z_]+' | sort -u) \
            <(grep -oE '^openat\([0-9]+, "[0-9]+/[a-z_]+' "$BATS_TEST_TMPDIR/seen" |
                sed 's|.*/|/proc/PID/|' | sort -u)
    done
}

@test "procpeek: what is not a process is an error, with the right status" {
    local gone
    start sleep 60
    run -2 --separate-stderr procpeek 0
    [[ $stderr == *'neither a command nor a process ID: 0'* && -z $output ]]
    run -2 --separate-stderr procpeek diff 0 "$pid"
    [[ $stderr == *'not a process ID: 0'* ]]
    run -2 procpeek diff "$pid" 12x
    run -2 procpeek top -- -1
    run -2 procpeek tree 99999999999999999999
    run -2 --separate-stderr procpeek diff "$pid"
    [[ $stderr == *'diff: a process ID is missing'* ]]
    run -2 procpeek diff 1 2 3
    run -2 procpeek nonsense
    run -2 --separate-stderr procpeek --no-such-option
    [[ $stderr == *no-such-option* && -z $output ]]
    gone=$(bash -c 'echo $$')
    for command in "$gone" "tree $gone" "ns $gone" "top $gone" "diff $gone $pid" \
        "diff $pid $gone" "files $gone"; do
        # shellcheck disable=SC2086 # words
        run -1 --separate-stderr procpeek $command
        [[ $stderr == *"there is no process $gone"* && -z $output ]]
    done
}

@test "diff refuses a kernel thread, the page shows one" {
    requires jq
    [[ $(ps -o comm= -p 2) == kthreadd ]] || skip 'the kernel threads are not in this pid namespace'
    run -1 --separate-stderr procpeek diff $$ 2
    [[ $stderr == *'process 2 is a kernel thread'* && -z $output ]]
    [ "$(fact 2 kind)" = 'kernel thread' ]
    [ "$(fact 2 command)" = '[kthreadd]' ]
}

@test "a full disk is an error" {
    run -1 --separate-stderr bash -c 'procpeek >/dev/full'
    [[ $stderr == *'cannot write to standard output'* ]]
}

@test "procpeek --help and --version go to standard output" {
    run -0 --separate-stderr procpeek --help
    [[ $output == usage:* && -z $stderr ]]
    run -0 --separate-stderr procpeek --version
    [[ $output == *'Container Bones'* && -z $stderr ]]
}
