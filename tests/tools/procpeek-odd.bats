#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek on odd processes: a PID that is used again, threads that go their own ways, files that
# are no files, and files that must not be opened.

load ../lib/common
load ../lib/procpeek
# bats sets it, and start sets the others: shellcheck knows only $output and $lines.
stderr="" pid=""

# A program with two threads, which does what its argument says, and is ready when it is stopped.
setup_file() {
    nothing_started
    cc -pthread -o "$BATS_FILE_TMPDIR/odd" -x c - <<'END'
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
extern char **environ;
static const char *what;
static void *second(void *unused)
{
	struct timespec used = {0};
	prctl(PR_SET_NAME, "second");
	if (strcmp(what, "unshare") == 0 && unshare(CLONE_NEWUTS) < 0)
		_exit(1);
	while (strcmp(what, "spin") == 0 && (used.tv_sec < 1 || used.tv_nsec < 200000000))
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	if (strcmp(what, "leave") != 0)
		kill(getpid(), SIGSTOP);
	for (;;)
		pause();
	return unused;
}
int main(int argc, char *argv[])
{
	pthread_t thread;
	what = argc > 1 ? argv[1] : "";
	if (strcmp(what, "zombie") == 0 && fork() == 0)
		return 0;
	if (strcmp(what, "title") == 0)
		memset(environ[0], 'x', 10);
	pthread_create(&thread, 0, second, 0);
	if (strcmp(what, "leave") == 0)
		pthread_exit(0);
	for (;;)
		pause();
}
END
}

before_test() {
    nothing_started
    odd=$BATS_FILE_TMPDIR/odd
}

start_odd() { # start_odd WHAT [VARIABLE...]
    start env "${@:2}" "$odd" "$1"
    wait_for 20 in_state "$pid" "${STATE:-T}"
    tid=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 ! -name "$pid" -printf '%f')
}

@test "--interval follows the process, not whoever has its PID next" {
    requires root
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 timeout -s KILL 60 unshare -mpf --kill-child --mount-proc bash -c 'sleep "$1" &
        pid=$!
        procpeek "$pid" --interval 0.05 >"$0/page" 2>"$0/errors" &
        peek=$!
        until grep -qs "^command  *sleep 300$" "$0/page"; do sleep 0.05; done
        kill -STOP "$peek"
        kill "$pid"
        wait "$pid"
        echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
        sleep "$2" &
        [[ $! == "$pid" ]] || exit 3
        kill -CONT "$peek"
        wait "$peek" # No fork since: it could be given the PID of $peek.
        echo "status $? for $pid"' "$BATS_TEST_TMPDIR" 300 301
    [[ $output =~ ^status\ 1\ for\ ([0-9]+)$ ]]
    [ "$(cat "$BATS_TEST_TMPDIR/errors")" = "procpeek: process ${BASH_REMATCH[1]} has ended" ]
    run ! grep 'sleep 301' "$BATS_TEST_TMPDIR/page"
}

@test "files: the process of that number in there is not procpeek" {
    requires root
    # shellcheck disable=SC2016 # the inner shell's variables
    start unshare -mpf --kill-child --mount-proc sh -c 'mkfifo "$0"; read -r number <"$0"
        echo $((number - 1)) >/proc/sys/kernel/ns_last_pid
        sleep 302 & echo $! >"$0"; wait' "$BATS_TEST_TMPDIR/fifo"
    wait_for 20 test -p "$BATS_TEST_TMPDIR/fifo"
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 timeout 60 bash -c 'echo $$ >"$1"; read -r number <"$1"
        [[ $number == $$ ]] || exit
        until [[ $(procpeek files "$2" "/proc/$$/comm") == sleep ]]; do sleep 0.05; done
        exec procpeek files "$2" "/proc/$$/comm"' bash "$BATS_TEST_TMPDIR/fifo" "$(child_of "$pid")"
    [ "$output" = sleep ]
}

@test "with too few descriptors, processes have not ended" {
    requires prlimit
    local limit code errors=$BATS_TEST_TMPDIR/errors
    for ((limit = 4; limit < 12; limit++)); do
        for command in $$ "--pid $$"; do
            code=0
            # shellcheck disable=SC2086 # words
            prlimit --nofile="$limit" "$(type -P procpeek)" $command >/dev/null 2>"$errors" || code=$?
            run ! grep -E 'no (such )?process|ended' "$errors"
            # 127: not even the libraries could be opened.
            ((code == 0 || code == 127)) || grep -q 'Too many open files' "$errors"
        done
    done
    ((code == 0))
}

@test "the times of a first thread are its own with -T" {
    requires jq
    start_odd spin
    run -0 procpeek -T --pid "$pid" --json -o PID,TID,TIME,%CPU
    jq -e '.processes[] | select(.pid == .tid) | .time == "0:00"' <<<"$output"
    jq -e '.processes[] | select(.pid != .tid) | .time == "0:01"' <<<"$output"
    run -0 procpeek --pid "$pid" --json -o TIME
    jq -e '.processes[0].time == "0:01"' <<<"$output"
}

@test "of a first thread that has ended, nothing is said that the others have" {
    requires root jq cgroup1
    STATE=Z start_odd leave
    run -0 procpeek "$pid" --json
    jq -e '[.process[] | select(.what == ("cgroup", "pids limit", "memory limit", "engine", "open files", "exe",
        "environment")) | .value] | length == 7 and all(. == null)' <<<"$output"
    [[ "$(fact "$tid" 'open files')" == "$(find "/proc/$tid/fd" -type l | wc -l),"* ]]
    run -0 procpeek --pid "$pid" --json -o CONTAINER
    jq -e '.processes[0].container == null' <<<"$output"
    run -1 --separate-stderr procpeek ns "$pid"
    [[ $stderr == *"process $pid has ended, or its first thread"* ]]
}

@test "of a zombie there is no program, and it is in no directory" {
    requires jq
    # shellcheck disable=SC2016 # the inner shell's variable
    start bash -c 'sleep 0.3 & exec sleep 60'
    zombie() { in_state "$(child_of "$pid")" Z; }
    wait_for 20 zombie
    run -0 procpeek "$(child_of "$pid")" --json
    jq -e '[.process[] | select(.what == ("exe", "cwd", "root", "open files", "environment")) | .value] |
        length == 5 and all(. == "none")' <<<"$output"
}

@test "each thread is in its own control group and namespaces" {
    requires root jq cgroup1
    local group=/sys/fs/cgroup/pids/lxc/web
    start_odd unshare
    mkdir -p "$group"
    groups+=("$group" "${group%/*}")
    echo "$tid" >"$group/tasks"
    run -0 procpeek -T --pid "$pid" --json -o TID,CONTAINER
    jq -e --argjson tid "$tid" '[.processes[] | .container == if .tid == $tid then "LXC web" else "none" end] |
        length == 2 and all' <<<"$output"
    run -0 procpeek -T --container web --json -o TID
    jq -e --argjson tid "$tid" '[.processes[].tid] == [$tid]' <<<"$output"
    run -0 procpeek -T --ns uts --pid "$pid" --json -o TID
    jq -e --argjson tid "$tid" '[.processes[].tid] == [$tid]' <<<"$output"
    # Nobody but that thread is in it.
    inode=$(readlink "/proc/$pid/task/$tid/ns/uts")
    run -0 procpeek ns --all --ns uts --json
    jq -e --argjson ns "${inode//[^0-9]/}" --arg held "/proc/$pid/task/$tid/ns/uts" '.namespaces[] |
        select(.ns == $ns) | .nprocs == 0 and ."held-by" == $held' <<<"$output"
}

@test "what a program has written over its environment is not shown" {
    requires jq
    start_odd title -i SECRET=ab-long-enough-to-be-cut OTHER=1
    grep -qz 'long' "/proc/$pid/environ"
    [[ " $(fact "$pid" environment) " == *' OTHER '* ]]
    [[ "$(fact "$pid" environment)" != *long* ]]
}

@test "open files are counted by what they are, as find tells" {
    requires root jq
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    mknod "$BATS_TEST_TMPDIR/null" c 1 3
    touch "/dev/shm/$$-odd"
    # shellcheck disable=SC2016 # the inner shell's variables
    start sh -c 'exec sleep 60 3<>"$0/fifo" 4<"$0/null" 5</etc 6</dev/shm 7</etc/passwd 8<"$1"' "$BATS_TEST_TMPDIR" "/dev/shm/$$-odd"
    wait_for 20 runs "$pid" sleep
    rm "/dev/shm/$$-odd"
    kind() { [[ "$(fact "$pid" 'open files')" =~ \ $1\ ([0-9]+) ]] && echo "${BASH_REMATCH[1]}"; }
    [ "$(kind pipe)" = "$(find -L "/proc/$pid/fd" -mindepth 1 -maxdepth 1 -type p | wc -l)" ]
    [ "$(kind device)" = "$(find -L "/proc/$pid/fd" -mindepth 1 -maxdepth 1 -type c | wc -l)" ]
    [ "$(kind directory)" = "$(find -L "/proc/$pid/fd" -mindepth 1 -maxdepth 1 -type d | wc -l)" ]
    [ "$(kind file)" = "$(find -L "/proc/$pid/fd" -mindepth 1 -maxdepth 1 -type f | wc -l)" ]
    [ "$(kind directory)" -ge 2 ]
}

@test "a device in the place of passwd is not opened" {
    requires root jq strace
    # shellcheck disable=SC2016 # the inner shell's variables
    start unshare --mount sh -c 'mount -t tmpfs box "$0" && mkdir "$0/etc" "$0/usr" && mknod "$0/etc/passwd" c 1 3 &&
        mount --rbind /usr "$0/usr" && ln -s usr/bin usr/lib usr/lib64 "$0" && exec chroot "$0" sleep 60' "$BATS_TEST_TMPDIR"
    wait_for 20 runs "$pid" sleep
    strace -E ASAN_OPTIONS=detect_leaks=0 -o "$BATS_TEST_TMPDIR/seen" -e trace=openat,openat2 procpeek top "$pid" >/dev/null
    grep -q '"/etc/passwd".*O_PATH' "$BATS_TEST_TMPDIR/seen"
    run ! grep 'self/fd/' "$BATS_TEST_TMPDIR/seen"
    [[ "$(grep '"/etc/passwd", {' "$BATS_TEST_TMPDIR/seen" | grep -vc O_PATH)" == 0 ]]
}

@test "files: an entry that may not be looked at is a row of question marks" {
    requires root user jq
    start sleep 60
    mkdir "$BATS_TEST_TMPDIR/shut"
    touch "$BATS_TEST_TMPDIR/shut/one" "$BATS_TEST_TMPDIR/shut/two"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")"
    chown nobody "$BATS_TEST_TMPDIR/shut"
    chmod 400 "$BATS_TEST_TMPDIR/shut"
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 as_nobody sh -c '"$0" files $$ "$1" --json; :' "$(type -P procpeek)" "$BATS_TEST_TMPDIR/shut"
    jq -e '[.files[] | select(.name == ("one", "two")) | .mode == null and .size == null] | length == 2 and all' <<<"$output"
}

@test "files: an error in reading is that of the file" {
    requires root
    start sleep 60
    run -1 --separate-stderr procpeek files "$pid" "/proc/$pid/mem"
    [[ $stderr == *'Input/output error'* ]]
}

@test "parents that may not be read are not none" {
    requires root user jq
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 unshare -mpf --kill-child sh -c 'mount -t proc -o hidepid=2 proc /proc
        setpriv --reuid nobody --regid nogroup --clear-groups sh -c "\"\$0\" \$\$ --json; :" "$0"; :' "$(type -P procpeek)"
    [ "$(jq -r '.process[] | select(.what == "parents") | .value' <<<"$output")" = '? (1)' ]
}

@test "capabilities in a user namespace of our own do not lift hidepid" {
    requires root user userns
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 --separate-stderr unshare -mpf --kill-child sh -c 'mount -t proc -o hidepid=2 proc /proc
        setpriv --reuid nobody --regid nogroup --clear-groups unshare --user --map-root-user "$0"; :' "$(type -P procpeek)"
    [[ $stderr == *'hidepid=invisible'* ]]
}

@test "in the /proc of an outer pid namespace, our own number is told" {
    requires root
    # shellcheck disable=SC2016 # the inner shell's variable
    run -0 --separate-stderr unshare -pf --kill-child sh -c '"$0" --pid 1 -o PID; :' "$(type -P procpeek)"
    [[ $stderr =~ 'hint: this /proc is of another pid namespace: there, we are process '[0-9]+', not '[0-9]+ ]]
}

@test "a kernel file system is a special mount wherever it is" {
    requires root jq
    mkdir "$BATS_TEST_TMPDIR/host"
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 unshare --mount sh -c 'mount -t proc proc "$1" && "$0" $$ --json' "$(type -P procpeek)" "$BATS_TEST_TMPDIR/host"
    [[ "$(jq -r '.process[] | select(.what == "special mounts") | .value' <<<"$output")" == *"$BATS_TEST_TMPDIR/host proc"* ]]
}

@test "on a screen, hints wait for the end, and no full line loses its last character" {
    requires root script
    start unshare -pf --kill-child sleep 60
    wait_for 20 child_of "$pid" >/dev/null
    end_too "$(child_of "$pid")"
    NO_COLOR=1 script -qec "stty cols 80 rows 24; timeout 1 procpeek top $pid --interval 0.2" /dev/null |
        tr '\r\n' '  ' >"$BATS_TEST_TMPDIR/screen"
    screen=$(<"$BATS_TEST_TMPDIR/screen")
    [[ ${screen##*$'\033[?1049l'} == *'hint: process '*'in a pid namespace further in'* ]]
    [[ ${screen%$'\033[?1049l'*} == *INNER-PID* && ${screen%$'\033[?1049l'*} != *hint:* ]]
    script -qec "stty cols 80 rows 24; timeout 1 procpeek --interval 0.2" /dev/null >"$BATS_TEST_TMPDIR/screen" || true
    grep -qE '[^[:cntrl:]]{80}' "$BATS_TEST_TMPDIR/screen"
    run ! grep -P '[^[:cntrl:]]{80}\x1b\[[KJ]' "$BATS_TEST_TMPDIR/screen"
}

@test "texts are wrapped from 40 columns on, and a note stands once" {
    requires script
    local long
    long=$(printf '%050d' 0)
    start env -i "A$long=1" "B$long=2" C=3 sleep 60
    wait_for 20 runs "$pid" sleep
    script -qec "stty cols 40; procpeek $pid" /dev/null | tr -d '\r' >"$BATS_TEST_TMPDIR/screen"
    run ! grep -E '^.{41}' "$BATS_TEST_TMPDIR/screen"
    # A word longer than a line is broken, and nothing of it lost.
    [[ $(tr -d ' \n' <"$BATS_TEST_TMPDIR/screen") == *environment"A${long}B${long}"C* ]]
    run -0 procpeek "$pid" -o VALUE,NOTE
    [[ $output == *' ours'* && $output != *'(ours)'* ]]
    run -0 procpeek "$pid" -o VALUE
    [[ $output == *'(ours)'* ]]
}

@test "a message of the list names it" {
    run -2 --separate-stderr procpeek --all
    [[ $stderr == 'procpeek: list: --tree and --all are for ns' ]]
}

@test "a stopped reader of its pipe does not keep procpeek from being ended" {
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    exec 4<>"$BATS_TEST_TMPDIR/pipe"
    procpeek --interval 0.001 3>&- 4>&- >"$BATS_TEST_TMPDIR/pipe" &
    local writer=$!
    end_too "$writer"
    blocked() { [[ $(<"/proc/$writer/wchan") == *pipe_write* ]]; }
    wait_for 20 blocked
    kill -TERM "$writer"
    wait_for 20 test ! -e "/proc/$writer/cwd/"
    exec 4>&-
}

@test "--interval under hidepid: who may not look at a process does not say that it has ended" {
    requires root
    start sleep 60
    # shellcheck disable=SC2016 # the inner shell's variables
    run -124 unshare --mount sh -c 'mount -t proc -o hidepid=1 proc /proc && exec timeout 4 setpriv --reuid nobody \
        --regid nogroup --clear-groups "$0" --interval 0.2 -o PID tree "$1"' "$(type -P procpeek)" "$pid"
    [[ $output == *"$pid"* && $output != *ended* ]]
}

@test "Ctrl-Z stops procpeek under a shell, and nothing where nobody could go on with it" {
    requires expect
    # The second one leads a session: its process group is orphaned.
    # shellcheck disable=SC2016 # variables of expect
    run -0 expect -c 'set timeout 20; set stty_init "rows 10 columns 80"
        proc drawn {} { expect -re {\[H[^\n]*COMMAND} {} timeout { puts "NOT DRAWN"; exit 1 } }
        spawn -noecho bash --norc -i; send "procpeek --interval 0.2\r"; drawn; send "\032"
        expect -ex "\033\[?1049l"; expect "Stopped"; send "fg\r"
        expect -ex "\033\[?1049h"; drawn; send "\003"; expect -ex "\033\[?1049l"; send "exit\r"; expect eof
        spawn -noecho procpeek --interval 0.2; drawn; send "\032"; expect -ex "\033\[?1049l"
        drawn; send "\003"; expect eof; puts "ended: [wait]"'
    [[ $output == *'ended: '*'CHILDKILLED SIGINT'* ]]
}

@test "what is longer than a line of the screen is cut there" {
    requires script
    start sleep 60
    script -qec "stty cols 30 rows 6; timeout 3 procpeek --interval 0.2 --pid $pid" /dev/null >"$BATS_TEST_TMPDIR/screen" || true
    [[ $(<"$BATS_TEST_TMPDIR/screen") == *$'\033[?7l'*COMMAND*$'\033[?7h'* ]]
    # A terminal that obeys nothing is drawn on like a file.
    TERM=dumb script -qec "timeout 3 procpeek --interval 0.2 --pid $pid" /dev/null >"$BATS_TEST_TMPDIR/screen" || true
    [[ $(<"$BATS_TEST_TMPDIR/screen") == *COMMAND*COMMAND* && $(<"$BATS_TEST_TMPDIR/screen") != *$'\033'* ]]
    # A mistake is told where it was made, and needs no screen.
    script -qec "procpeek --interval 0.2 -o nothing" /dev/null >"$BATS_TEST_TMPDIR/screen" || true
    [[ $(<"$BATS_TEST_TMPDIR/screen") == 'procpeek: no such column: nothing'* ]]
}

@test "of a zombie nothing is left to compare" {
    start "$BATS_FILE_TMPDIR/odd" zombie
    wait_for 20 in_state "$pid" T
    run -1 procpeek diff "$pid" "$(child_of "$pid")"
    [[ $output == "procpeek: process $(child_of "$pid") has ended, and waits for its parent: there is nothing left to compare" ]]
}

@test "diff: capabilities that could be taken up at any time are a difference" {
    requires root jq python3
    # Root again without any effective capability: then permitted is all that differs.
    start python3 -c 'import ctypes, os, signal
libc = ctypes.CDLL(None)
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
data = (ctypes.c_uint32 * 6)()
libc.capget(header, data)
data[0] = data[3] = 0
libc.capset(header, data)
if os.fork() == 0:
    data[1] = data[4] = 0
    libc.capset(header, data)
os.kill(os.getpid(), signal.SIGSTOP)'
    wait_for 20 in_state "$pid" T
    end_too "$(child_of "$pid")"
    wait_for 20 in_state "$(child_of "$pid")" T
    run -0 procpeek diff "$pid" "$(child_of "$pid")" --json
    jq -e '[.differences[].what] == ["cap permitted"]' <<<"$output"
}

@test "a group whose name begins with two dots is below us" {
    requires root jq cgroup1
    start sleep 60
    group=/sys/fs/cgroup/pids/..procpeek-test-$$
    groups=("$group")
    mkdir "$group"
    echo 7 >"$group/pids.max"
    echo "$pid" >"$group/cgroup.procs"
    [[ $(fact "$pid" 'pids limit') =~ ^(at\ most\ )?7$ ]]
}

@test "a limit is read where the group can be seen, whatever else is mounted" {
    requires root jq cgroup1
    local top=/sys/fs/cgroup/pids
    start sleep 60
    mkdir -p "$top/procpeek-test-$$/inner" "$top/procpeek-own-$$"
    groups=("$top/procpeek-test-$$/inner" "$top/procpeek-test-$$" "$top/procpeek-own-$$")
    echo 33 >"${groups[1]}/pids.max"
    echo "$pid" >"${groups[0]}/cgroup.procs"
    [[ $(fact "$pid" 'pids limit') =~ ^(at\ most\ )?33$ ]]
    # The mount in sight is from above our cgroup namespace: its root is /.. and more.
    # shellcheck disable=SC2016 # the inner shells' variables
    {
        run -0 bash -c 'echo $$ >"$0/cgroup.procs" && exec unshare --cgroup procpeek "$1" --json' "${groups[2]}" "$pid"
        [ "$(jq -r '.process[] | select(.what == "pids limit").value' <<<"$output")" = 'at most 33' ]
        # There, the name of our own group is not known.
        run -0 bash -c 'echo $$ >"$0/cgroup.procs" && exec unshare --cgroup procpeek "$1" --json' "${groups[1]}" "$pid"
        [ "$(jq -r '.process[] | select(.what == "pids limit").value' <<<"$output")" = null ]
        # First the group alone, then all of the hierarchy, then something else over that.
        run -0 unshare --mount bash -c 'mkdir "$0" && mount --bind "$1" "$0" && umount -l "$2" &&
            mount -t cgroup -o pids cgroup "$2" && procpeek "$3" -o WHAT,VALUE | grep "^pids limit" &&
            mount -t tmpfs over "$2" && mkdir -p "$1" && procpeek "$3" -o WHAT,VALUE | grep "^pids limit"' \
            "$BATS_TEST_TMPDIR/part" "${groups[0]}" "$top" "$pid"
        [[ ${lines[0]} =~ ^pids\ limit\ +(at\ most\ )?33$ ]]
        [[ ${lines[1]} =~ ^pids\ limit\ +none\ that\ can\ be\ seen\ from\ here$ ]]
    }
}

@test "the source of a mount is told as it is" {
    requires root jq findmnt
    mkdir "$BATS_TEST_TMPDIR/root"
    # shellcheck disable=SC2016 # the inner shell's variables
    start unshare --mount sh -c 'mount -t tmpfs "a #disk" "$1" && mkdir "$1/usr" && mount --rbind /usr "$1/usr" &&
        ln -s usr/lib "$1/lib" && ln -s usr/lib64 "$1/lib64" && exec chroot "$1" /usr/bin/sleep 60' sh "$BATS_TEST_TMPDIR/root"
    wait_for 20 runs "$pid" sleep
    [ "$(fact "$pid" 'root mount')" = 'tmpfs a #disk' ]
}
