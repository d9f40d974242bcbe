#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek where it cannot see all: a namespace of its own, no rights, half a /proc. What is
# not known is said to be unknown, and nothing else is printed in its place.

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

before_test() {
    nothing_started
    PEEK=$(type -P procpeek)
}

# value WHAT: in the page on standard input.
value() {
    jq -r --arg what "$1" '.process[] | select(.what == $what) | .value'
}

# mapped MAP COMMAND...: in a user namespace with that map of users and groups; the PID is in $pid.
mapped() {
    # shellcheck disable=SC2016 # the inner shell's variables
    start unshare --user sh -c 'kill -STOP $$; exec "$@"' sh "${@:2}"
    wait_for 20 in_state "$pid" T
    echo "$1" | tee "/proc/$pid/uid_map" >"/proc/$pid/gid_map"
    kill -CONT "$pid"
}

@test "in a user namespace, a user inside is looked up only where its map can be read" {
    requires root userns jq
    # In the same one, the number out here is the number inside, whatever the map to the parent.
    # shellcheck disable=SC2016 # the inner shell's variables
    mapped $'0 0 1\n1000 5000 100' setpriv --reuid 1000 sleep 60
    wait_for 20 runs "$pid" sleep
    run -0 nsenter --user="/proc/$pid/ns/user" "$PEEK" "$pid" --json
    [ "$(value uid <<<"$output")" = 1000 ]
    [[ "$(value 'uid inside' <<<"$output")" =~ ^1000($| ) ]]
    # Of one further out, whose number ours has none for, nothing is known.
    start setpriv --reuid 7777 --regid 7777 --clear-groups sleep 60
    wait_for 20 runs "$pid" sleep
    run -0 unshare --user --map-root-user "$PEEK" "$pid" --json
    [ "$(value uid <<<"$output")" = 65534 ]
    [ "$(value 'uid inside' <<<"$output")" = null ]
    run -0 unshare --user --map-root-user "$PEEK" top "$pid" --json
    jq -e '.processes[0]."inner-user" == null' <<<"$output"
    # Nor of one in ours that has no number in it.
    mapped '1000 5000 100' sleep 60
    run -0 nsenter --user="/proc/$pid/ns/user" --preserve-credentials "$PEEK" "$pid" --json
    [ "$(value uid <<<"$output")" = 65534 ]
    [ "$(value 'uid inside' <<<"$output")" = null ]
    # From the first one, every number is right.
    start setpriv --reuid 7777 --regid 7777 --clear-groups sleep 60
    wait_for 20 runs "$pid" sleep
    [[ "$(fact "$pid" 'uid inside')" =~ ^7777($| ) ]]
}

@test "top names users by the map of the process that was asked for" {
    requires root userns jq
    local inner last
    # User 3 of it is 5003 out here; its child has a user namespace of its own, where it is 0.
    # shellcheck disable=SC2016 # the inner shell's variables
    mapped $'0 0 1\n1 5001 9' sh -c 'setpriv --reuid 3 unshare --user --map-root-user sleep 60 & wait'
    below() { last=$(child_of "$pid") && runs "$last" sleep; }
    wait_for 20 below
    inner=$(ns "$pid" user)
    [ "$inner" != "$(ns "$last" user)" ]
    run -0 procpeek top "$pid" --json
    # Its passwd is ours.
    jq -e --argjson pid "$last" --arg name "$(id -un 3)" \
        '.processes[] | select(.pid == $pid) | .uid == "5003" and ."inner-user" == $name' <<<"$output"
    end_too "$last"
}

@test "in somebody else's /proc, the page gives no verdict" {
    requires root jq
    start unshare -p --fork --kill-child sleep 60
    wait_for 20 child_of "$pid" >/dev/null
    end_too "$(child_of "$pid")"
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 --separate-stderr unshare -m sh -c 'nsenter --pid="/proc/$1/ns/pid" -- mount -t proc proc /proc &&
        exec "$0" 1 --json' "$ROOT/build/bin/procpeek" "$(child_of "$pid")" # ASan needs /proc/self
    [ "$(value container <<<"$output")" = null ]
    [[ "$(value ns.pid <<<"$output")" == pid:* ]]
}

@test "diff without rights says no more than it has compared" {
    requires root user
    local first
    start sleep 60
    first=$pid
    start sleep 61
    run -0 as_nobody "$PEEK" diff "$first" "$pid"
    [[ ${lines[0]} == "no difference between $first and $pid in what could be compared" ]]
    [[ ${lines[1]} == 'not compared'*ns.mnt* ]]
}

@test "in a cgroup namespace, no limit is only what can be seen from there" {
    requires root jq
    start sleep 60
    wait_for 20 runs "$pid" sleep
    # The tests may run in one themselves.
    if [[ $(ns self cgroup) == 'cgroup:[4026531835]' ]]; then
        [ "$(fact "$pid" 'memory limit')" = none ]
    else
        [ "$(fact "$pid" 'memory limit')" = 'none that can be seen from here' ]
    fi
    start unshare --cgroup sleep 61
    wait_for 20 runs "$pid" sleep
    # It sees the groups only where they are mounted anew.
    run -0 nsenter --cgroup="/proc/$pid/ns/cgroup" "$PEEK" "$pid" --json
    case $(value 'memory limit' <<<"$output") in
        null | 'none that can be seen from here') ;;
        *) false ;;
    esac
    local kind=cgroup2 options=()
    [[ ! -d /sys/fs/cgroup/memory ]] || kind=cgroup options=(-o memory)
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 unshare --mount --cgroup sh -c 'mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/m &&
        mount -t "$@" none /sys/fs/cgroup/m && exec "$0" $$ --json' "$PEEK" "$kind" "${options[@]}"
    [ "$(value 'memory limit' <<<"$output")" = 'none that can be seen from here' ]
}

@test "a shared memory file is a file, and a mount is special by its whole name" {
    requires root jq
    # shellcheck disable=SC2016 # the inner shell's variables
    start unshare --mount sh -c 'mkdir "$0/devices" && mount -t tmpfs box "$0" && mkdir "$0/devices" "$0/dev" &&
        mount -t tmpfs a "$0/devices" && mount -t tmpfs b "$0/dev" && mkdir "$0/usr" && mount --rbind /usr "$0/usr" &&
        ln -s usr/bin usr/lib usr/lib64 "$0" && exec chroot "$0" sleep 60 3>"/dev/shm/$$"' "$BATS_TEST_TMPDIR"
    wait_for 20 runs "$pid" sleep
    rm "/dev/shm/$pid"
    [ "$(fact "$pid" 'special mounts')" = '/dev tmpfs' ]
    [[ "$(fact "$pid" 'open files')" =~ ,\ device\ ([0-9]+),\ file\ ([0-9]+)($|,) ]]
    [ "$(find "/proc/$pid/fd" -lname '/dev/*' ! -lname '/dev/shm/*' | wc -l)" = "${BASH_REMATCH[1]}" ]
    [ "$(find "/proc/$pid/fd" '(' -lname '/*' ! -lname '/dev/*' ')' -o -lname '/dev/shm/*' | wc -l)" = "${BASH_REMATCH[2]}" ]
}

@test "without rights, --ns and ns PID say what may not be read" {
    requires root user
    start sleep 60
    run -1 --separate-stderr as_nobody "$PEEK" ns "$pid"
    [[ $stderr == *"cannot read the namespaces of process $pid: Permission denied"* && -z $output ]]
    run -1 --separate-stderr as_nobody "$PEEK" --ns uts --pid "$pid"
    [[ $stderr == *'the namespaces of 1 process may not be read'* ]]
    # What ended meanwhile is not among them: root may read all that others started.
    run --separate-stderr procpeek --ns uts --pid "$pid"
    [[ $stderr != *'may not be read'* ]]
}

@test "a selection that nothing fits is an error, but not while it is watched" {
    requires jq
    local gone
    gone=$(bash -c 'echo $$')
    for command in '' tree; do
        # shellcheck disable=SC2086 # no word or one
        run -1 --separate-stderr procpeek $command --pid "$gone" --json
        [[ $stderr == 'procpeek: there is no such process' ]]
        jq -e '.[] == []' <<<"$output"
    done
    run -1 --separate-stderr procpeek --container no-such-container
    [[ $stderr == *'there is no such process in a container no-such-container'* && -z $output ]]
    run -124 timeout 1 procpeek --pid "$gone" --interval 0.1
    [[ $output != *'no such process'* ]]
}

@test "empty words, and a graph in columns, are refused" {
    run -2 --separate-stderr procpeek ''
    [[ $stderr == *'neither a command nor a process ID: an empty word'* ]]
    run -2 --separate-stderr procpeek --container ''
    [[ $stderr == *'--container: an empty name'* ]]
    run -2 procpeek --pid ''
    run -2 procpeek -o ''
    for option in --json --tree --noheadings --sort=NS -oNS; do
        run -2 --separate-stderr procpeek ns --dot "$option"
        [[ $stderr == *'--dot draws no table'* ]]
    done
}

@test "hidepid: who is exempt, and that ptraceable knows no group" {
    requires root user
    cat >"$BATS_TEST_TMPDIR/hide" <<'END'
mount -t proc -o "$1" proc /proc || exit
shift
sleep 60 &
exec setpriv --reuid nobody "$@"
END
    hide() { run -0 --separate-stderr unshare -mpf --kill-child sh "$BATS_TEST_TMPDIR/hide" "$@" "$PEEK" -o USER; }
    # The kernel lets the group in, by default root's: then root's processes are listed.
    hide hidepid=2 --regid nogroup --clear-groups
    [[ $stderr == *'hidepid=invisible'* && $output != *root* ]]
    hide hidepid=2 --regid 0 --clear-groups
    [[ -z $stderr && $output == *root* ]]
    hide hidepid=2,gid=4 --regid nogroup --groups 4
    [[ -z $stderr && $output == *root* ]]
    hide hidepid=2,gid=4 --regid 0 --clear-groups
    [[ $stderr == *'hidepid=invisible'* && $output != *root* ]]
    hide hidepid=4,gid=4 --regid nogroup --groups 4
    [[ $stderr == *'hidepid=ptraceable'* && $output != *root* ]]
}

@test "a /proc of processes alone: what needs the machine's files is unknown" {
    requires root jq
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 unshare -mpf --kill-child sh -c 'mount -t proc -o subset=pid proc /proc && exec "$0" --json' "$PEEK"
    jq -e '.processes[0] | .pid == 1 and .command != null and .rss > 0 and
        (."%cpu" == null and ."%mem" == null and .start == null)' <<<"$output"
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 unshare -mpf --kill-child sh -c 'mount -t proc -o subset=pid proc /proc && "$0" && exec "$0" top $$' "$PEEK"
    [[ ${lines[1]} =~ ^root\ +1\ +\?\ +\? ]]
}

@test "the PID of a thread stands for its process" {
    requires root jq
    start "$helper"
    second() {
        tid=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 ! -name "$pid" -printf '%f')
        [[ $tid ]]
    }
    wait_for 20 second
    run -0 procpeek top "$tid" --json
    jq -e --argjson pid "$pid" '[.processes[].pid] == [$pid]' <<<"$output"
    run -0 procpeek tree "$tid" --json
    jq -e --argjson pid "$pid" '[.tree[].pid] == [$pid]' <<<"$output"
    run -0 procpeek ns "$tid" --json
    jq -e '.namespaces | length >= 7' <<<"$output"
    [ "$(fact "$tid" kind)" = "thread of process $pid" ]
}

@test "threads whose first one has ended keep their arguments, as in ps" {
    requires jq
    cc -pthread -o "$BATS_TEST_TMPDIR/leaderless" -x c - <<'END'
#include <pthread.h>
#include <unistd.h>
static void *stay(void *unused) { pause(); return unused; }
int main(void)
{
	pthread_t thread;
	pthread_create(&thread, 0, stay, 0);
	pthread_exit(0);
}
END
    start "$BATS_TEST_TMPDIR/leaderless" 'an argument'
    wait_for 20 in_state "$pid" Z
    run -0 procpeek -T --pid "$pid" --json -o PID,TID,STAT,COMMAND
    jq -e '.processes[] | select(.pid != .tid) | .command | endswith("/leaderless an argument")' <<<"$output"
    jq -e '.processes[] | select(.pid == .tid) | .command == "[leaderless] <defunct>"' <<<"$output"
}

@test "files: /proc/self is not the process, and links of /proc are not followed" {
    requires root
    start sleep 60
    wait_for 20 runs "$pid" sleep
    for path in /proc/self /proc/self/status /proc/thread-self/comm /proc/self/task; do
        run -1 --separate-stderr procpeek files "$pid" "$path"
        [[ $stderr == *"$path is what /proc says of procpeek itself"* && -z $output ]]
    done
    procpeek files "$pid" "/proc/$pid/comm" | grep -qx sleep
    run -1 --separate-stderr procpeek files "$pid" "/proc/$pid/root/etc"
    [[ $stderr == *'hint:'*'is not followed'*'Invalid cross-device link'* ]]
    start unshare -mpf --kill-child --mount-proc sleep 60
    wait_for 20 child_of "$pid" >/dev/null
    wait_for 20 runs "$(child_of "$pid")" sleep
    end_too "$(child_of "$pid")"
    run -1 --separate-stderr procpeek files "$(child_of "$pid")" /proc/self/status
    [[ $stderr == *'hint: /proc/self is whoever follows it'* ]]
    [ "$(procpeek files "$(child_of "$pid")" /proc/1/comm)" = sleep ]
}

@test "files: a terminal is given no control character, in whatever bytes" {
    requires root expect
    start sleep 60
    # U+009B is CSI; é and € are letters; a sequence cut short, at the end and in the middle. The
    # second € begins with the last of 65536 bytes.
    printf 'a\xc2\x9b1m\xc3\xa9\xe2\x82\xac\x9b\xe2\x82|%065521d\xe2\x82\xac\xe2' 0 >"$BATS_TEST_TMPDIR/text"
    # shellcheck disable=SC2016 # variables of expect
    run -0 env pid="$pid" file="$BATS_TEST_TMPDIR/text" LC_ALL=C.UTF-8 expect -c 'set timeout 20; match_max 200000
        spawn -noecho procpeek files $env(pid) $env(file); expect eof'
    [[ $output == 'a\xc2\x9b1mé€\x9b\xe2\x82|0'*'0€\xe2' ]]
}

@test "hints carry no control character of a name" {
    requires root
    start sleep 60
    run -1 --separate-stderr procpeek files "$pid" "/proc/$pid/cwd/"$'\033]0;title\a\xc2\x9b'
    [[ $stderr == *'hint: /proc/'*'/cwd/?]0;title??? goes'* ]]
    run -1 --separate-stderr procpeek files "$pid" $'/\033[31m' --explain
    [[ $stderr == *'openat2('*'/?[31m"'* ]]
}

@test "an interface may have any name" {
    requires root net jq
    start unshare --net sh -c 'ip link add "a|b" type veth peer name c && exec sleep 60'
    wait_for 20 runs "$pid" sleep
    [ "$(fact "$pid" interfaces | xargs -n 1 | sort | xargs)" = 'a|b c lo' ]
}

@test "what a namespace is mounted on is told by the path from here, where there is one" {
    requires root jq
    touch "$BATS_TEST_TMPDIR/uts"
    # shellcheck disable=SC2016 # the inner shell's variable
    run -0 unshare --mount sh -euc 'unshare --uts="$1" true; procpeek ns --ns uts --json' sh "$BATS_TEST_TMPDIR/uts"
    # shellcheck disable=SC2031 # of run
    jq -e --arg path "$BATS_TEST_TMPDIR/uts" '.namespaces[] | select(.nprocs == 0) | ."held-by" == $path' <<<"$output"
}

@test "no child for the hostname: the page goes on without" {
    requires root jq user
    start unshare --uts sleep 60
    wait_for 20 runs "$pid" sleep
    # LeakSanitizer (make asan) would need one, too.
    run -0 env ASAN_OPTIONS=detect_leaks=0 setpriv --reuid nobody --regid nogroup --clear-groups \
        --inh-caps=+sys_ptrace --ambient-caps=+sys_ptrace \
        prlimit --nproc=0 "$PEEK" "$pid" --json
    [ "$(value hostname <<<"$output")" = null ]
    [ "$(value ns.uts <<<"$output")" = "$(ns "$pid" uts)" ]
}

@test "--explain tells the calls of one process, of however many" {
    start sleep 60
    run -0 --separate-stderr procpeek --explain --pid "$$,$pid" -o PID,CONTAINER
    [ "$(grep -c '^openat([0-9]*, "[0-9]*/cgroup"' <<<"$stderr")" = 1 ]
    run -0 --separate-stderr procpeek tree --explain --pid "$$,$pid" -o PID,CONTAINER
    [ "$(grep -c '^openat([0-9]*, "[0-9]*/cgroup"' <<<"$stderr")" = 1 ]
}

@test "an environment of a hundred thousand names" {
    requires jq python3
    local long
    start python3 -c 'import os; os.execve("/bin/sleep", ["sleep", "60"], {"V%06d" % i: "" for i in range(1, 100001)})'
    wait_for 20 runs "$pid" sleep
    long=$pid
    [ "$(fact "$long" environment)" = "$(seq -f 'V%06.0f' 100000 | paste -sd " ")" ]
    start sleep 60
    run -0 procpeek diff "$pid" "$long" --json
    jq -e '[.differences[].what] | index("environment") != null' <<<"$output"
}

@test "--explain lets no byte out that an old terminal obeys, and letters as they are" {
    requires root
    start sleep 60
    run -1 --separate-stderr procpeek files "$pid" $'/\x9b31m\xc3\xa9\xc3\x9b' --explain
    [[ $stderr == *$'openat2('*$'/?31m\xc3\xa9\xc3\x9b"'* ]]
}

@test "-T: the threads of one process that may not be looked at are one process" {
    requires root
    start setpriv --reuid nobody --regid nogroup --clear-groups "$helper"
    wait_for 20 grep -q '^Threads:.2' "/proc/$pid/status"
    run --separate-stderr setpriv --reuid 12345 --regid 12345 --clear-groups \
        "$(type -P procpeek)" -T --ns uts --pid "$pid"
    [[ $stderr == *'the namespaces of 1 process may not be read'* ]]
}

@test "the state of a thread is the same on its page as in the list" {
    requires root jq
    local tid
    start setsid "$helper"
    wait_for 20 grep -q '^Threads:.2' "/proc/$pid/status"
    tid=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 ! -name "$pid" -printf '%f')
    [[ $(fact "$tid" state) == S*sl ]]
    [ "$(fact "$tid" state)" = "$(ps -T -p "$pid" -o tid=,stat= | awk -v tid="$tid" '$1 == tid { print $2 }')" ]
}

@test "a filter that can be given once is refused the second time" {
    run -2 --separate-stderr procpeek --ns net --ns pid
    [[ $stderr == *'--ns can be given once'* ]]
    run -2 --separate-stderr procpeek --container a --container b
    [[ $stderr == *'--container can be given once'* ]]
}

@test "selections add up, as those of ps" {
    start sleep 60
    run -0 procpeek --pid "$$" --pid "$pid" -o PID --noheadings
    [ "$(xargs <<<"$output")" = "$(ps -p "$$" -p "$pid" -o pid= | xargs)" ]
}

@test "a tree is one, whatever columns are shown" {
    requires jq
    start bash -c 'sleep 60; :'
    wait_for 20 child_of "$pid" >/dev/null
    end_too "$(child_of "$pid")"
    run -0 procpeek tree "$pid" -o PID --json
    jq -e --argjson child "$(child_of "$pid")" '.tree[0].children[0].pid == $child' <<<"$output"
}

@test "options and operands that would say nothing are refused" {
    start sleep 60
    run -2 procpeek ns "$pid" --all
    run -2 procpeek files "$pid" ''
    run -2 procpeek files "$pid" /proc/version --noheadings
    run -0 procpeek "$pid" -o WHAT
    [ "${lines[0]}" = WHAT ]
    run -0 procpeek "$pid" -o WHAT --noheadings
    [ "${lines[0]}" = command ]
    run -1 procpeek --ns "net=$(bash -c 'echo $$')"
    [[ $output == 'procpeek: there is no process '* ]]
}
