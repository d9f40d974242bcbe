#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nsenter-lite --like-exec beside `docker exec` and `runc exec`, and on our own container.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell: so it is

load ../lib/common
load ../lib/docker
load ../lib/target
# From bats and the libraries: shellcheck knows only $output and $lines.
stderr="" stderr_lines=() target="" ready="" makers=()

setup_file() {
    docker_up --bridge=none --iptables=false
    runc_up
    # The filters of a process, as the kernel shows them to anybody with the right to ask.
    cc -o "$BATS_FILE_TMPDIR/filters" -x c - <<'END_C'
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
int main(int argc, char *argv[])
{
	static char code[1 << 20];
	long pid = atol(argv[argc - 1]), length;
	ptrace(PTRACE_SEIZE, pid, 0, 0);
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, NULL, __WALL);
	for (long i = 0; (length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, i, code)) > 0; i++)
		fwrite(code, 8, length, stdout);
	return 0;
}
END_C
}

teardown_file() {
    docker_down
    runc_down
}

after_test() {
    end_targets
    docker rm --force box >/dev/null 2>&1 || true
    runc delete --force box >/dev/null 2>&1 || true
}

# What a process is, by /proc.
# shellcheck disable=SC2016 # for the shell inside
WHO='cd /proc/self; cat cgroup limits oom_score_adj
    grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Umask|SigIgn|SigBlk)" status
    for kind in cgroup ipc mnt net pid user uts; do readlink ns/$kind; done; exit 0'

# as_exec ENGINE: what it starts in the container "box", we start in $target just so.
as_exec() {
    local command
    for command in "$WHO" env pwd 'readlink /proc/self/root' 'unshare -n true; echo $?' \
        'mkdir /proc/1/x; touch /x; echo $?'; do
        run -0 --separate-stderr "$1" exec box sh -c "$command"
        sort <<<"$output" >"$BATS_TEST_TMPDIR/theirs"
        # Nothing of where we are is to be seen.
        run -0 --separate-stderr in_a_strange_place nsenter-lite --like-exec "$target" sh -c "$command"
        sort <<<"$output" | diff "$BATS_TEST_TMPDIR/theirs" -
    done
    # The target has not noticed.
    grep -q $'^State:\tS' "/proc/$target/status"
    grep -qP '^TracerPid:\t0$' "/proc/$target/status"
}

in_a_strange_place() (
    umask 077
    ulimit -S -n 99
    cd "$BATS_TEST_TMPDIR" || return
    HOST_SECRET=1 exec env --ignore-signal=HUP --block-signal=USR1 setpriv --groups 3,4 "$@" </dev/null
)

@test "like-exec in a container of a real Docker Engine does as docker exec" {
    requires root
    docker_run box --workdir /tmp --env BONE=femur --ulimit nofile=456:456 --ulimit core=0:0 \
        --oom-score-adj 321 --network none -- sleep 600
    as_exec docker
    # It was no easy case: a filter, a cgroup, an environment, namespaces.
    run -0 nsenter-lite --like-exec "$target" sh -c "env; $WHO" </dev/null
    [[ $output == *'Seccomp:'$'\t2'* && $output == *'BONE=femur'* && $output == *"$ENGINE_GROUP"* ]]
    [[ $output == *"$(ns "$target" mnt)"* && $output != *"$(ns self net)"* ]]
}

@test "like-exec in a Docker container without root and privileges" {
    requires root
    docker_run box --user 11211:77 --group-add 5 --group-add 9 --security-opt no-new-privileges \
        --cap-drop all --cap-add chown --network none -- sleep 600
    as_exec docker
    # docker exec --user: the ID is another, the bounding set the same.
    run -0 docker exec --user 0:0 box grep -E '^(Uid|Gid|Cap)' /proc/self/status
    local theirs=$output
    run -0 nsenter-lite --like-exec "$target" -S 0 -G 0 grep -E '^(Uid|Gid|Cap)' /proc/self/status </dev/null
    [ "$output" = "$theirs" ]
    run -0 nsenter-lite --like-exec "$target" -W /bin pwd </dev/null
    [ "$output" = /bin ]
}

@test "like-exec: the filters are the same, instruction for instruction" {
    requires root cc
    docker_run box --network none -- sleep 600
    "$BATS_FILE_TMPDIR/filters" "$target" >"$BATS_TEST_TMPDIR/theirs"
    [ -s "$BATS_TEST_TMPDIR/theirs" ]
    local lite pid
    nsenter-lite --like-exec "$target" sh -c 'echo ready; exec sleep 600' </dev/null >"$ready" 3>&- &
    lite=$!
    makers+=("$lite")
    read -r -t 20 _ <>"$ready"
    pid=$(pgrep -P "$lite")
    targets+=("$pid")
    "$BATS_FILE_TMPDIR/filters" "$pid" | cmp - "$BATS_TEST_TMPDIR/theirs"
    # What --explain tells of it is what strace sees. Both hold the target, one at a time.
    told --like-exec "$target" true </dev/null
    [[ $stderr == *'seccomp(SECCOMP_SET_MODE_FILTER, 0, {len='* ]]
}

@test "like-exec in a runc container: ambient capabilities, groups, no_new_privs" {
    requires root
    runc_run box '.process.user = {uid: 7, gid: 8, additionalGids: [9, 10]} | .process.cwd = "/tmp" |
        .process.capabilities.inheritable = .process.capabilities.bounding |
        .process.capabilities.ambient = ["CAP_KILL", "CAP_NET_BIND_SERVICE"]' sleep 600
    as_exec runc
    run -0 grep CapAmb "/proc/$target/status"
    [[ $output != *0000000000000000 ]]
}

@test "like-exec in a runc container with a user namespace" {
    requires root userns
    runc_run box '.linux.namespaces += [{type: "user"}, {type: "cgroup"}] |
        .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}] |
        .linux.gidMappings = .linux.uidMappings | .process.user.additionalGids = [5]' sleep 600
    [ "$(ns "$target" user)" != "$(ns self user)" ]
    as_exec runc
    run -0 nsenter-lite --like-exec "$target" cat /proc/self/uid_map </dev/null
    [[ $output == *100000* ]]
}

@test "like-exec in a container made by hand: as its PID 1" {
    requires root net memcached nft ip busybox
    # shellcheck disable=SC2016 # for the shell inside
    local who='cd "/proc/$0"; cat cgroup limits oom_score_adj
        grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:|Umask)" status
        for link in ns/cgroup ns/ipc ns/mnt ns/net ns/pid ns/user ns/uts; do readlink $link; done'
    "$ROOT/labs/memcached" up --name t-exec --port 21211 >/dev/null 3>&-
    target=$(<"/run/container-bones/runs/t-exec/pid")
    run -0 nsenter-lite --like-exec "$target" sh -c "pwd; $who" self </dev/null
    local ours=$output
    # The same, as PID 1 sees itself: cgroup paths depend on who looks.
    run -0 nsenter-lite --target "$target" --all --root -- /bin/sh -c "echo /; $who" 1
    "$ROOT/labs/memcached" down t-exec >/dev/null
    diff <(echo "$output") <(echo "$ours")
}

@test "like-exec of a paused container is refused, not hung" {
    requires root
    docker_run box --network none -- sleep 600
    docker pause box >/dev/null
    run -125 --separate-stderr timeout 20 nsenter-lite --like-exec "$target" true </dev/null
    [[ ${stderr_lines[0]} == *'cannot join cgroup /'*': it is frozen, and so would we be' ]]
    [[ ${stderr_lines[1]} == 'hint: thaw it first: '* ]]
    docker unpause box >/dev/null
    run -0 timeout 20 nsenter-lite --like-exec "$target" true </dev/null
}

@test "like-exec by an ordinary user, in a container of that user" {
    requires root user userns
    # shellcheck disable=SC2034 # for make_target
    AS=(setpriv --reuid nobody --regid nogroup "--groups=100,65534")
    make_target --user --map-root-user --net --uts --mount --pid --mount-proc
    local who='id; readlink /proc/self/ns/user; grep -E "^Groups|^Cap" /proc/self/status'
    run -0 setpriv --reuid nobody --regid nogroup --groups=100,65534 \
        nsenter-lite --like-exec "$target" sh -c "$who" </dev/null
    [[ ${lines[0]} == 'uid=0(root) gid=0(root) '* && ${lines[1]} == "$(ns "$target" user)" ]]
    [ "${lines[3]}" = "$(grep CapInh "/proc/$target/status")" ]
    # Root, who is not in the map, and whose groups must go before setgroups is denied.
    run -0 setpriv --groups 3,4 nsenter-lite --like-exec "$target" sh -c "$who" </dev/null
    [[ ${lines[0]} == 'uid=0(root) gid=0(root) '* && ${lines[1]} == "$(ns "$target" user)" ]]
    [[ $output != *$'Groups:\t3'* ]]
}

@test "like-exec: why a filter cannot be taken over" {
    requires root userns strace
    docker_run box --network none -- sleep 600
    # Somebody else has it on the leash.
    strace -o /dev/null -p "$target" 3>&- 2>/dev/null &
    makers+=($!)
    wait_for 10 grep -q "^TracerPid:.$!\$" "/proc/$target/status"
    run -125 --separate-stderr nsenter-lite --like-exec "$target" true </dev/null
    [[ ${stderr_lines[0]} == *"cannot trace the system call filters of process $target: Operation not permitted" ]]
    [[ ${stderr_lines[1]} == "hint: process $! traces it already, and there can be only one" ]]
    kill -TERM "$!"
    wait "$!" || true
    makers=()
    # Not from inside a user namespace, nor without the capability.
    run -125 --separate-stderr unshare --user --map-root-user nsenter-lite --like-exec "$target" true </dev/null
    [[ $stderr == *': Operation not permitted'* || $stderr == *': Permission denied'* ]]
    run -125 --separate-stderr setpriv --bounding-set -sys_admin nsenter-lite --like-exec "$target" true </dev/null
    [[ ${stderr_lines[0]} == *"cannot read the system call filters of process $target: Permission denied" ]]
    [[ ${stderr_lines[1]} == 'hint: this process does not have CAP_SYS_ADMIN'* ]]
    # The container runs on, although we were refused while it was held.
    wait_for 5 grep -q $'^State:\tS' "/proc/$target/status"
}
