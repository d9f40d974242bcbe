# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# procpeek.bash: processes of every sort, for the tests of procpeek. What takes long to
# make is made once for a file, in setup_file, and ended in teardown_file.

# A program with threads and locked memory; one that renames itself, or a child that
# ends and is not waited for; one that puts a command under a seccomp filter that allows
# everything; one that holds a new namespace by a descriptor and is not in it; and one that
# holds one by a socket, whose inode it has for a name.
compile_helper() {
    cc -pthread -o "$BATS_FILE_TMPDIR/helper" -x c - <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
static char page[4096];
static void *wait_for_ever(void *unused) { prctl(PR_SET_NAME, "second"); pause(); return unused; }
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
	if (argc > 1 && strcmp(argv[1], "hold") == 0) {
		int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC), held;
		unshare(CLONE_NEWUTS);
		held = open("/proc/self/ns/uts", O_RDONLY);
		if (own < 0 || held < 0 || setns(own, CLONE_NEWUTS) < 0)
			return 1;
		prctl(PR_SET_NAME, "holder");
		return pause();
	}
	if (argc > 1 && strcmp(argv[1], "socket") == 0) {
		int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		char link[32] = "";
		unshare(CLONE_NEWNET);
		if (readlink("/proc/self/ns/net", link, sizeof link - 1) < 0 || socket(AF_INET, SOCK_DGRAM, 0) < 0 ||
		    setns(own, CLONE_NEWNET) < 0)
			return 1;
		prctl(PR_SET_NAME, strtok(link + 5, "]"));
		return pause();
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

# In setup_file and in every test: nothing is started yet.
nothing_started() {
    started=()
    groups=()
    helper=$BATS_FILE_TMPDIR/helper
}

end_started() {
    local each group
    for each in "${started[@]}"; do
        kill -CONT "$each" 2>/dev/null || true
        kill -KILL "$each" 2>/dev/null || true
        wait "$each" 2>/dev/null || true
    done
    for group in "${groups[@]}"; do
        wait_for 20 rmdir "$group" 2>/dev/null || true
    done
}

# Around every test of a file that defines no other.
before_test() {
    nothing_started
}

after_test() {
    end_started
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

# One process of every sort: the PIDs are in the array $sorts.
start_all_sorts() {
    local hostile=$'a) R 1\n(\033[1m'
    sorts=()
    start sleep 600
    wait_for 20 runs "$pid" sleep
    sorts+=("$pid")
    start sleep 601
    wait_for 20 runs "$pid" sleep
    kill -STOP "$pid"
    wait_for 20 in_state "$pid" T
    sorts+=("$pid")
    NAME=$hostile start "$helper" zombie
    wait_for 20 child_of "$pid" >/dev/null
    sorts+=("$pid")
    wait_for 20 in_state "$(child_of "$pid")" Z
    sorts+=("$(child_of "$pid")")
    start nice -n 5 "$helper"
    wait_for 20 grep -q '^Threads:.2' "/proc/$pid/status"
    wait_for 20 runs "$pid" helper
    sorts+=("$pid")
    start nice -n -5 setpriv --reuid nobody --regid nogroup --clear-groups -- sleep 603
    wait_for 20 runs "$pid" sleep
    sorts+=("$pid")
    NAME=$hostile start setsid "$helper" rename
    wait_for 20 named "$pid" "$hostile"
    sorts+=("$pid")
    start unshare -muipnC --fork --kill-child sleep 604
    wait_for 20 child_of "$pid" >/dev/null
    wait_for 20 runs "$(child_of "$pid")" sleep
    sorts+=("$pid" "$(child_of "$pid")")
    # Another user namespace, and an effective user who is not the real one.
    start unshare --user --map-root-user sleep 605
    wait_for 20 runs "$pid" sleep
    sorts+=("$pid")
    start setpriv --euid nobody sleep 606
    wait_for 20 runs "$pid" sleep
    sorts+=("$pid")
    # Its parent ends, and another one takes it.
    start bash -c 'sleep 607 & kill -STOP $$'
    wait_for 20 child_of "$pid" >/dev/null
    orphan=$(child_of "$pid")
    wait_for 20 runs "$orphan" sleep
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    end_too "$orphan"
    sorts+=("$orphan")
    [[ $(ps -o comm= -p 2) != kthreadd ]] || sorts+=(2)
}

# A container made by hand: every kind of isolation but a user namespace. Its
# first process, user 12345 in PID 1's place, is $inner.
start_container() {
    local root=$BATS_FILE_TMPDIR/root controller
    mkdir -p "$root"
    cat >"$BATS_FILE_TMPDIR/contain" <<END
set -eu
mount -t tmpfs box "$root"
cd "$root"
mkdir usr etc proc old
ln -s usr/bin bin; ln -s usr/lib lib; ln -s usr/lib64 lib64
ln -s / out; ln -s /etc/hostname leak; ln -s ../../../.. up; mkfifo fifo
echo 'boxuser:x:12345:12345::/:/bin/sh' >etc/passwd
printf 'inside\033[1m\n' >etc/hostname
mount --bind /usr usr
mkdir helper; touch helper/helper; mount --bind "$helper" helper/helper
mount -t proc proc proc
mount --bind /dev/null proc/version
hostname boxed
ip link add box0 type veth peer name box1
ulimit -n 99
pivot_root . old
umount -l /old
exec /helper/helper seccomp env -i BOX=1 PATH=/usr/sbin:/usr/bin setpriv --reuid 12345 \
    --regid 12345 --clear-groups --bounding-set -all,+chown --inh-caps -all --no-new-privs sleep 600
END
    start unshare -muipnC --fork --kill-child sh "$BATS_FILE_TMPDIR/contain"
    outer=$pid
    wait_for 20 child_of "$outer" >/dev/null
    inner=$(child_of "$outer")
    # It changes its user, and with that loses the signal at its parent's death.
    end_too "$inner"
    wait_for 20 runs "$inner" sleep
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

# fact PID WHAT: a value of the page.
fact() {
    procpeek "$1" --json | jq -r --arg what "$2" '.process[] | select(.what == $what) | .value'
}
