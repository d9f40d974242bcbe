#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nsenter-lite against the kernel's own links in /proc/PID/ns, and against nsenter(1)
# called with the same arguments.

load ../lib/common
load ../lib/target
# From bats and target.bash: shellcheck knows only $output and $lines.
stderr="" stderr_lines=() target="" ready="" makers=() targets=()

setup_file() { make_root; }

# same OPTION... -- COMMAND...: nsenter-lite does as nsenter(1) does.
same() {
    local status_lite output_lite
    run --separate-stderr nsenter-lite "$@"
    status_lite=$status output_lite=$output
    run --separate-stderr nsenter "$@"
    echo "nsenter-lite: $status_lite: $output_lite"
    echo "nsenter: $status: $output"
    [[ $status_lite == "$status" && $output_lite == "$output" ]]
}

# bats test_tags=guest:newer
@test "nsenter-lite enters each kind, and that kind only" {
    requires root userns time nsenter
    make_target -m -u -i -n -p -C -T -U --map-root-user
    local -A option=([time]=-T [mnt]=-m [cgroup]=-C [uts]=-u [ipc]=-i [user]=-U [pid]=-p [net]=-n)
    local kind other
    for kind in "${KINDS[@]}"; do
        run -0 nsenter-lite -t "$target" "${option[$kind]}" -- sh -c "$WHERE"
        for other in "${!KINDS[@]}"; do
            if [[ ${KINDS[other]} == "$kind" ]]; then
                [ "${lines[other]}" = "$(ns "$target" "$kind")" ]
                [ "${lines[other]}" != "$(ns self "$kind")" ]
            else
                [ "${lines[other]}" = "$(ns self "${KINDS[other]}")" ]
            fi
        done
        same -t "$target" "${option[$kind]}" -- sh -c "$WHERE"
    done
}

@test "nsenter-lite: long options and files name the same namespaces" {
    requires root userns time nsenter
    make_target -m -u -i -n -p -C -T -U --map-root-user
    same -t "$target" --mount --uts --ipc --net --pid --user --cgroup --time -- sh -c "$WHERE"
    [ "$output" = "$(namespaces "$target")" ]
    local n=/proc/$target/ns
    same "--mount=$n/mnt" "--uts=$n/uts" "--ipc=$n/ipc" "--net=$n/net" "--pid=$n/pid" \
        "--user=$n/user" "--cgroup=$n/cgroup" "--time=$n/time" -- sh -c "$WHERE"
    [ "$output" = "$(namespaces "$target")" ]
    run -0 nsenter-lite "-u=$n/uts" -- readlink /proc/self/ns/uts
    [ "$output" = "$(ns "$target" uts)" ]
    run -0 nsenter-lite "-u$n/uts" -- readlink /proc/self/ns/uts
    [ "$output" = "$(ns "$target" uts)" ]
}

# bats test_tags=guest:newer
@test "nsenter-lite --all enters all eight by one setns" {
    requires root userns time nsenter strace
    make_target -m -u -i -n -p -C -T -U --map-root-user
    same -a -t "$target" -- sh -c "$WHERE"
    [ "$output" = "$(namespaces "$target")" ]
    traced nsenter-lite -a -t "$target" true
    [ "$(grep -c 'setns(' "$BATS_TEST_TMPDIR/trace")" = 1 ]
}

@test "nsenter-lite --all leaves out a user namespace that is ours" {
    requires root net nsenter
    make_target --net --uts
    same --all --target "$target" -- sh -c "$WHERE"
    [ "$output" = "$(namespaces "$target")" ]
}

@test "nsenter-lite: a file takes the place of the target's namespace" {
    requires root userns net nsenter
    make_target --user --map-root-user --net --uts
    # The network is that of the host: to be entered before the user namespace is.
    same --all "--net=/proc/$$/ns/net" -t "$target" -- sh -c "$WHERE"
    [ "${lines[7]}" = "$(ns self net)" ]
    [ "${lines[3]}" = "$(ns "$target" uts)" ]
    [ "${lines[5]}" = "$(ns "$target" user)" ]
}

@test "nsenter-lite joins a container of the same ordinary user" {
    requires root user userns net nsenter
    # shellcheck disable=SC2034 # for make_target
    AS=(setpriv --reuid nobody --regid nogroup --clear-groups)
    make_target --user --map-root-user --net --uts --mount
    # At once, and by descriptors: then the user namespace must come first.
    local arguments
    for arguments in '-t PID -U -n -u -m' '-U/proc/PID/ns/user -n/proc/PID/ns/net' \
        '-t PID -u -n/proc/PID/ns/net -U'; do
        read -ra arguments <<<"${arguments//PID/$target}"
        run -0 as_nobody nsenter-lite "${arguments[@]}" --preserve-credentials -- sh -c "$WHERE"
        [ "${lines[5]}" = "$(ns "$target" user)" ]
        [ "${lines[7]}" = "$(ns "$target" net)" ]
    done
    # Without --preserve-credentials the groups would have to go, which is denied.
    run -125 --separate-stderr as_nobody nsenter-lite -t "$target" -U true
    [[ ${stderr_lines[0]} == *'cannot drop the supplementary groups: Operation not permitted' ]]
    [[ ${stderr_lines[1]} == 'hint: '*'--preserve-credentials'* ]]
}

@test "nsenter-lite without setns on a pidfd enters kind by kind" {
    requires root userns strace
    make_target --user --map-root-user --net --uts --pid
    run -0 traced -e inject=setns:error=EINVAL:when=1 \
        nsenter-lite -t "$target" -U -n -u -p -- sh -c "$WHERE"
    [[ $output == *"$(ns "$target" uts)"*"$(ns "$target" user)"*"$(ns "$target" net)" ]]
    # Every descriptor is opened before the first is entered.
    run -0 grep -oE '"ns/[a-z]+"|setns\([0-9]+, CLONE_NEW[A-Z]+\)' "$BATS_TEST_TMPDIR/trace"
    [[ ${output//$'\n'/ } =~ ^('"ns/'[a-z]+'" '){4}'setns'[^\"]*$ ]]
}

@test "nsenter-lite --mount alone lands outside of a plain chroot, --root inside" {
    requires root nsenter
    make_chrooted_target
    # Called from inside such a chroot, as in a lab that runs in one.
    # shellcheck disable=SC2016 # for the shell inside
    local in_chroot='mount -t proc proc "$0/proc" && exec chroot "$0" /bin/nsenter-lite "$@"'
    run -0 unshare --mount sh -c "$in_chroot" "$SCRATCH" -t "$target" -m -r -- /bin/cat /marker
    [ "$output" = inside ]
    run -0 unshare --mount sh -c "$in_chroot" "$SCRATCH" -t "$target" -m -- /bin/sh -c 'echo /*'
    [ "$output" = "$(echo /*)" ]
    same -t "$target" --mount --root -- /bin/cat /marker
}

@test "nsenter-lite --root, --wd and --wdns: where the command stands" {
    requires root nsenter
    make_chrooted_target
    same -t "$target" -m -r -w -- /bin/sh -c 'pwd; readlink /proc/self/cwd; ls /'
    [ "${lines[0]}" = /tmp ]
    same -t "$target" -m -r -W /bin -- /bin/sh -c 'pwd'
    [ "$output" = /bin ]
    same "-r$SCRATCH" -W / -- /bin/cat marker
    [ "$output" = inside ]
    same "--root=$SCRATCH" "--wd=$SCRATCH/tmp" -- /bin/sh -c pwd
    [ "$output" = /tmp ]
    # Without --wd, nothing of where we were is left.
    cd "$BATS_TEST_TMPDIR"
    run -0 nsenter-lite -t "$target" -m -r -- /bin/sh -c pwd
    [ "$output" = / ]
    # Without --root, a working directory stays.
    same -t "$target" -u -- pwd
    [ "$output" = "$BATS_TEST_TMPDIR" ]
}

@test "nsenter-lite sets user, group and groups as nsenter does" {
    requires root userns nsenter
    make_target --user --map-root-user --pid
    local show='id -u; id -g; grep -e ^Groups: -e ^Uid -e ^Gid /proc/self/status'
    for arguments in '-U' '-U -p' '-U --preserve-credentials' '-u -S 65534' '-u -G 65534' \
        '-u -S 1234 -G 1234' '-p -S 4294967294'; do
        read -ra arguments <<<"$arguments"
        run -0 setpriv --groups 3,4 nsenter-lite -t "$target" "${arguments[@]}" -- sh -c "$show"
        local ours=$output
        run -0 setpriv --groups 3,4 nsenter -t "$target" "${arguments[@]}" -- sh -c "$show"
        [ "$ours" = "$output" ]
    done
    # No such user in the map of the user namespace.
    run -125 --separate-stderr nsenter-lite -t "$target" -U -S 7 true
    [[ ${stderr_lines[0]} == *'cannot set the user ID to 7: Invalid argument' ]]
    [[ ${stderr_lines[1]} == 'hint: this user namespace has no user 7: its map, /proc/self/uid_map, '* ]]
    run -125 --separate-stderr nsenter-lite -t "$target" -U -G 7 true
    [[ ${stderr_lines[1]} == 'hint: this user namespace has no group 7: its map, /proc/self/gid_map, '* ]]
}

@test "nsenter-lite --user-parent: the owner of the first, or the parent of a user namespace" {
    requires root userns
    # Two user namespaces, one in the other; the UTS namespace belongs to the outer.
    start unshare --user --map-root-user --uts --fork sh -c 'unshare --user --map-root-user \
        sh -c "echo ready; exec sleep 600 >/dev/null"; exit'
    local outer=$target inner
    inner=$(pgrep -P "$outer")
    targets+=("$inner")
    [ "$(ns "$outer" user)" != "$(ns "$inner" user)" ]
    run -0 nsenter-lite -t "$inner" -u --user-parent -- sh -c "$WHERE"
    [[ ${lines[3]} == "$(ns "$inner" uts)" && ${lines[5]} == "$(ns "$outer" user)" ]]
    run -0 nsenter-lite -t "$inner" -U --user-parent -- sh -c "$WHERE"
    [ "${lines[5]}" = "$(ns "$outer" user)" ]
    run -0 nsenter-lite -t "$inner" -U -- sh -c "$WHERE"
    [ "${lines[5]}" = "$(ns "$inner" user)" ]
    # The owner of the outer one is our own: there already, and above is none for us.
    run -125 --separate-stderr nsenter-lite -t "$outer" -U --user-parent true
    [[ $stderr == *'this process is in that user namespace already'* ]]
    run -125 --separate-stderr unshare --user --map-root-user nsenter-lite -n/proc/self/ns/net --user-parent true
    [[ ${stderr_lines[0]} == *'cannot find the owner of the net namespace: Operation not permitted' ]]
    [[ ${stderr_lines[1]} == 'hint: it is not ours or below ours'* ]]
}

@test "nsenter-lite --env gives the target's environment and nothing of ours" {
    requires root
    BONE=femur make_target --uts
    HOST_SECRET=1 run -0 nsenter-lite -t "$target" -u --env -- env
    [[ $output == *'BONE=femur'* && $output != *HOST_SECRET* ]]
    [ "$(sort <<<"$output")" = "$(tr '\0' '\n' <"/proc/$target/environ" | sort)" ]
    HOST_SECRET=1 run -0 nsenter-lite -t "$target" -u -- env
    [[ $output == *HOST_SECRET* && $output != *femur* ]]
}

# bats test_tags=guest:v1,guest:v2
@test "nsenter-lite --join-cgroup: in every hierarchy that the target is in" {
    requires root nsenter
    make_target --pid --uts
    local points
    mapfile -t points < <(hierarchies)
    in_group "${points[@]/%//cb-test-$$}"
    grep -q "cb-test-$$" "/proc/$target/cgroup"
    run -0 nsenter-lite -t "$target" -u --join-cgroup -- cat /proc/self/cgroup
    [ "$output" = "$(cat "/proc/$target/cgroup")" ]
    run -0 nsenter-lite -t "$target" -u -p -c -- cat /proc/self/cgroup
    [ "$output" = "$(cat "/proc/$target/cgroup")" ]
    run -0 nsenter-lite -t "$target" -u -- cat /proc/self/cgroup
    [ "$output" = "$(cat /proc/self/cgroup)" ]
}

@test "nsenter-lite --join-cgroup through other mounts, and without any" {
    requires root cgroup1
    make_target --uts
    in_group "/sys/fs/cgroup/pids/cb-test-$$"
    # A mount of the target's cgroup alone, at a path that mountinfo must escape.
    local place="$BATS_TEST_TMPDIR/a \\ b"
    mkdir "$place"
    run -0 unshare --mount sh -c "mount --bind '/sys/fs/cgroup/pids/cb-test-$$' '$place' &&
        umount /sys/fs/cgroup/pids && exec nsenter-lite -t $target -c -- cat /proc/self/cgroup"
    [ "$output" = "$(cat "/proc/$target/cgroup")" ]
    run -125 --separate-stderr unshare --mount sh -c "umount /sys/fs/cgroup/pids &&
        exec nsenter-lite -t $target -c true"
    [[ $stderr == *"cannot join cgroup /cb-test-$$: no mount of the pids hierarchy shows it" ]]
}

@test "nsenter-lite --join-cgroup: a hostile name does no harm" {
    requires root cgroup1
    make_target --uts
    in_group "/sys/fs/cgroup/pids/cb-test-$$ :"$'\e[31m\\'
    run -0 --separate-stderr nsenter-lite --explain -t "$target" -c -- cat /proc/self/cgroup
    [ "$output" = "$(cat "/proc/$target/cgroup")" ]
    [[ $stderr == *"cb-test-$$ :\\033[31m"* && $stderr != *$'\e'* ]]
}

@test "nsenter-lite --join-cgroup: the limits hold" {
    requires root cgroup1
    make_target --pid
    in_group "/sys/fs/cgroup/pids/cb-test-$$"
    echo 1 >"/sys/fs/cgroup/pids/cb-test-$$/pids.max"
    run -125 --separate-stderr nsenter-lite -t "$target" -p -c true
    [[ ${stderr_lines[0]} == *'cannot fork: Resource temporarily unavailable' ]]
    [[ ${stderr_lines[1]} == 'hint: the cgroup joined has as many processes as its pids.max allows'* ]]
    # A limit that is not reached is not blamed.
    echo 100 >"/sys/fs/cgroup/pids/cb-test-$$/pids.max"
    run -125 --separate-stderr setpriv --reuid nobody --clear-groups --bounding-set=-all \
        prlimit --nproc=0 nsenter-lite --pty true
    [[ ${stderr_lines[0]} == *'cannot fork: Resource temporarily unavailable' && ${#stderr_lines[@]} = 1 ]]
}

@test "nsenter-lite ends as the command ends" {
    requires root user
    make_target --pid --uts
    local kind
    for kind in -u -p; do
        run -0 nsenter-lite -t "$target" "$kind" true
        run -7 nsenter-lite -t "$target" "$kind" -- sh -c 'exit 7'
        run -127 --separate-stderr nsenter-lite -t "$target" "$kind" /no/such/command
        [[ $stderr == *'cannot execute /no/such/command: No such file or directory' ]]
        run -126 nsenter-lite -t "$target" "$kind" /etc/passwd
        # shellcheck disable=SC2016 # for the shell inside
        run -143 nsenter-lite -t "$target" "$kind" -- sh -c 'kill -TERM $$'
        # Not a status that looks like it: the same signal.
        # shellcheck disable=SC2016 # as above
        run -0 how_it_ends nsenter-lite -t "$target" "$kind" -- sh -c 'kill -KILL $$'
        [ "$output" = 'signal 9' ]
        # The child's status must not get lost where SIGCHLD is ignored.
        run -7 env --ignore-signal=CHLD nsenter-lite -t "$target" "$kind" -- sh -c 'exit 7'
    done
}

# How the kernel reports the end of a command.
how_it_ends() {
    perl -e 'system { $ARGV[0] } @ARGV; printf "%s %d\n", $? & 127 ? "signal" : "status",
             $? & 127 ? $? & 127 : $? >> 8' "$@"
}

@test "nsenter-lite passes signals on to the command in its child" {
    requires root
    make_target --pid
    nsenter-lite -t "$target" -p -- \
        sh -c 'trap "exit 42" TERM; echo ready; while :; do sleep 0.1; done' >"$ready" 3>&- &
    local lite=$! result=0
    read -r -t 20 _ <>"$ready"
    kill -TERM "$lite"
    wait "$lite" || result=$?
    [ "$result" = 42 ]
}

@test "nsenter-lite --no-fork: only the children are inside" {
    requires root nsenter
    make_target --pid
    # shellcheck disable=SC2016 # for the shell inside
    run -0 nsenter-lite -t "$target" -p --no-fork -- \
        sh -c 'readlink /proc/$$/ns/pid /proc/$$/ns/pid_for_children; exit 0'
    [ "${lines[0]}" = "$(ns self pid)" ]
    [ "${lines[1]}" = "$(ns "$target" pid)" ]
    run -0 nsenter-lite -t "$target" -p -- sh -c "exec readlink /proc/self/ns/pid"
    [ "$output" = "$(ns "$target" pid)" ]
}

@test "nsenter-lite runs SHELL, or /bin/sh" {
    SHELL=/bin/cat run -0 nsenter-lite <<<hello
    [ "$output" = hello ]
    # shellcheck disable=SC2016 # for the shell inside
    run -0 env -u SHELL nsenter-lite <<<'echo "$0"'
    [ "$output" = /bin/sh ]
}

@test "nsenter-lite lets no descriptor above 2 through, unless told to" {
    requires root
    make_target --pid
    local kind
    for kind in -u -p; do
        # 3 is that of ls itself.
        run -0 nsenter-lite -t "$target" "$kind" -r -w -- ls /proc/self/fd 9</ 200</etc
        [ "${output//$'\n'/ }" = '0 1 2 3' ]
        run -0 nsenter-lite --keep-fds -t "$target" "$kind" -r -w -- ls /proc/self/fd 9</ 200</etc
        [[ " ${output//$'\n'/ } " == *' 200 '*' 9 '* ]]
    done
}

@test "escape: a directory of the host, left open, is no way out" {
    requires root
    make_chrooted_target
    echo secret >"$BATS_TEST_TMPDIR/secret"
    local attack='cat /proc/self/fd/9/secret || { cd /proc/self/fd/9 && cat secret; }'
    run --separate-stderr nsenter-lite -a -r -w -t "$target" -- /bin/sh -c "$attack" 9<"$BATS_TEST_TMPDIR"
    [ "$status" -ne 0 ]
    [ -z "$output" ]
    # The attack is real: it is this door that was shut.
    run -0 nsenter-lite --keep-fds -a -r -w -t "$target" -- /bin/sh -c "$attack" 9<"$BATS_TEST_TMPDIR"
    [ "$output" = secret ]
}

@test "escape: the working directory of the caller is no way out" {
    requires root nsenter
    make_chrooted_target
    echo secret >"$BATS_TEST_TMPDIR/secret"
    cd "$BATS_TEST_TMPDIR"
    local arguments from_root="${BATS_TEST_TMPDIR#/}/secret"
    # The original leaves one or the other open: where it was called from, or, after a
    # mount namespace, the root of that, outside of the chroot.
    for arguments in '-r secret' "-m -r $from_root"; do
        read -ra arguments <<<"$arguments"
        run --separate-stderr nsenter-lite -t "$target" "${arguments[@]:0:${#arguments[@]}-1}" \
            -- /bin/cat "${arguments[-1]}"
        [ "$status" -ne 0 ]
        [ -z "$output" ]
        run -0 nsenter -t "$target" "${arguments[@]:0:${#arguments[@]}-1}" \
            -- /bin/cat "${arguments[-1]}"
        [ "$output" = secret ]
    done
}

@test "nsenter-lite --explain tells what strace sees" {
    requires root userns strace nsenter
    make_target -m -u -i -n -p -C -T -U --map-root-user
    in_group "$(hierarchies | head -n 1)/cb-test-$$"
    local arguments
    for arguments in '-a -r -w -c' '-U -n -p -S 0 -G 0' '-a -n/proc/PID/ns/net' \
        '-u -r/ -W /tmp --keep-fds' '-m -F' '-c' '-u --user-parent --preserve-credentials' '-e --pty'; do
        read -ra arguments <<<"${arguments//PID/$target}"
        told -t "$target" "${arguments[@]}" -- true
    done
    told --like-exec "$target" -- true
    # Refused, and then kind by kind.
    run -125 --separate-stderr traced nsenter-lite --explain -t $$ -U -u -- true
    [ "$(calls <<<"$stderr")" = "$(calls <"$BATS_TEST_TMPDIR/trace")" ]
    [[ $stderr == *'setns('*'CLONE_NEWUTS|CLONE_NEWUSER) = -1 EINVAL'* ]]
}

@test "nsenter-lite: bad values are usage errors, named" {
    local bad
    for bad in 0 -1 x 1x '' ' 1' 2147483648 99999999999999999999 $'1\n2'; do
        run -125 --separate-stderr nsenter-lite -t "$bad" -u true
        [[ $stderr == *"not a process ID:${bad:+ $bad}"* && -z $output ]]
    done
    for bad in -1 x 4294967295 ''; do
        run -125 --separate-stderr nsenter-lite -S "$bad" true
        [[ $stderr == *"not a user ID:${bad:+ $bad}"* ]]
        run -125 --separate-stderr nsenter-lite -G "$bad" true
        [[ $stderr == *"not a group ID:${bad:+ $bad}"* ]]
    done
    for bad in -m -u -i -n -p -U -C -T; do
        run -125 --separate-stderr nsenter-lite "$bad" true
        [[ $stderr == *"$bad needs --target PID, or a file" ]]
    done
    for bad in -a -r -w -e -c; do
        run -125 --separate-stderr nsenter-lite "$bad" true
        [[ $stderr == *'need --target PID' ]]
    done
    run -125 --separate-stderr nsenter-lite -w/ -W / true
    [[ $stderr == *'--wd and --wdns exclude each other' ]]
    run -125 --separate-stderr nsenter-lite --no-such-option
    [[ $stderr == *no-such-option* && -z $output ]]
    run -125 --separate-stderr nsenter-lite -t
    [[ $stderr == *'requires an argument'* ]]
}

@test "nsenter-lite: files and directories that will not do" {
    requires root
    run -125 --separate-stderr nsenter-lite --net=/no/such/file true
    [[ $stderr == *'cannot open /no/such/file: No such file or directory' ]]
    run -125 --separate-stderr nsenter-lite --net=/etc/passwd true
    [[ $stderr == *'not a net namespace: /etc/passwd' ]]
    run -125 --separate-stderr nsenter-lite --net=/proc/self/ns/uts true
    [[ $stderr == *'not a net namespace: /proc/self/ns/uts' ]]
    run -125 --separate-stderr nsenter-lite -r/etc/passwd true
    [[ $stderr == *'cannot open directory /etc/passwd: Not a directory' ]]
    run -125 --separate-stderr nsenter-lite -w/no/such true
    [[ $stderr == *'cannot open directory /no/such: No such file or directory' ]]
    run -125 --separate-stderr nsenter-lite -W /no/such true
    [[ $stderr == *'cannot change to directory /no/such: No such file or directory' ]]
}

@test "nsenter-lite: no such process, or one that has ended" {
    requires root
    local pid_max option
    read -r pid_max </proc/sys/kernel/pid_max
    run -125 --separate-stderr nsenter-lite -t "$((pid_max + 1))" -u true
    [[ $stderr == *"cannot find process $((pid_max + 1)): No such process" ]]
    # One that has ended and that nobody has waited for: not before the shell has become
    # another program, for a shell would.
    # shellcheck disable=SC2016 # for the shell inside
    start sh -c 'sh -c "until grep -q sleep /proc/\$PPID/comm; do :; done" & echo ready; exec sleep 600 >/dev/null'
    wait_for 5 grep -q 'State:.*Z' "/proc/$target/status"
    for option in -u -a -r -w -e; do
        run -125 --separate-stderr nsenter-lite -t "$target" "$option" true
        [[ $stderr == *"process $target has ended" ]]
    done
}

@test "nsenter-lite: a thread is not a process" {
    requires root cc
    cc -pthread -o "$BATS_TEST_TMPDIR/threads" -x c - <<'END'
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static void *run(void *none) { puts("ready"); fflush(stdout); pause(); return none; }
int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); return pthread_join(t, 0); }
END
    start sh -c "$BATS_TEST_TMPDIR/threads; exit"
    local thread
    thread=$(find "/proc/$target/task" -mindepth 1 -maxdepth 1 ! -name "$target" -printf %f)
    run -125 --separate-stderr nsenter-lite -t "$thread" -u true
    [[ ${stderr_lines[0]} == *"cannot find process $thread: "* ]]
    [[ ${stderr_lines[1]} == "hint: $thread is a thread of process $target: name that one" ]]
}

@test "nsenter-lite: the target ends between two steps" {
    requires root strace
    make_target --uts
    # The tool is held for two seconds after each step of pinning the target.
    strace -o /dev/null -e inject=pidfd_open:delay_exit=2000000 \
        nsenter-lite -t "$target" -u true 2>"$BATS_TEST_TMPDIR/error" 3>&- &
    local tracer=$! result=0
    wait_for 10 holds_pidfd "$tracer"
    kill -KILL "$target"
    wait "${makers[0]}" || true
    wait "$tracer" || result=$?
    cat "$BATS_TEST_TMPDIR/error"
    [ "$result" = 125 ]
    grep -q "process $target has ended" "$BATS_TEST_TMPDIR/error"
}

# holds_pidfd PID: its child has a pidfd.
holds_pidfd() {
    [[ $(readlink "/proc/$(pgrep -P "$1")/fd/3") == *pidfd* ]]
}

@test "nsenter-lite: why the kernel refuses" {
    requires root userns
    # Our own user namespace.
    run -125 --separate-stderr nsenter-lite -t $$ -U true
    [[ ${stderr_lines[0]} == *"cannot enter the user namespace of process $$: Invalid argument" ]]
    [[ ${stderr_lines[1]} == 'hint: this process is in that user namespace already'* ]]
    # A pid namespace above ours.
    run -125 --separate-stderr unshare --pid --fork nsenter-lite "-p/proc/$$/ns/pid" true
    [[ ${stderr_lines[1]} == 'hint: that pid namespace is not below ours'* ]]
    # A namespace of a user namespace above ours.
    run -125 --separate-stderr unshare --user --map-root-user nsenter-lite "-u/proc/self/ns/uts" true
    [[ ${stderr_lines[1]} == 'hint: that namespace belongs to a user namespace outside ours'* ]]
    # A capability that is not there.
    run -125 --separate-stderr setpriv --bounding-set -sys_admin -- nsenter-lite -t $$ -u true
    [[ ${stderr_lines[0]} == *"cannot enter the uts namespace of process $$: Operation not permitted" ]]
    [[ ${stderr_lines[1]} == 'hint: this process does not have CAP_SYS_ADMIN'* ]]
    # A /proc in which processes have other numbers.
    run -125 --separate-stderr unshare --pid --fork nsenter-lite -t 1 -u true
    [[ $stderr == *'/proc is not that of our pid namespace'* ]]
}

@test "nsenter-lite without privilege: refused, with the reason" {
    requires root user
    make_target --uts
    local option
    for option in -a -u -r -w -e; do
        run -125 --separate-stderr as_nobody nsenter-lite -t "$target" "$option" true
        [[ ${stderr_lines[0]} == *'Permission denied' ]]
        [[ ${stderr_lines[1]} == 'hint: this process does not have CAP_SYS_PTRACE'* ]]
    done
    run -125 --separate-stderr as_nobody nsenter-lite -S 0 true
    [[ $stderr == *'cannot set the user ID to 0: Operation not permitted' ]]
}

@test "nsenter-lite --help and --version go to standard output" {
    run -0 --separate-stderr nsenter-lite --help
    [[ $output == usage:* && -z $stderr ]]
    run -0 --separate-stderr nsenter-lite --version
    [[ $output == *'Container Bones'* && -z $stderr ]]
}

@test "nsenter-lite: the examples of the manual run" {
    requires root net ip
    # One session, as a reader would paste it, and what it says.
    # shellcheck disable=SC2016 # for the shell there
    {
        echo 'set -euo pipefail; HOSTNAME=$(hostname); trap "kill -KILL \$pid" EXIT'
        sed -n 's/^\.Dl # //p' "$ROOT/tools/nsenter-lite/nsenter-lite.1" | sed "s,/tmp,$BATS_TEST_TMPDIR,g"
        echo 'test "$(hostname)" = "$HOSTNAME"'
    } >"$BATS_TEST_TMPDIR/session"
    run -0 --separate-stderr bash "$BATS_TEST_TMPDIR/session" </dev/null
    [[ ${lines[0]} == lo*DOWN* && $output == *' sleep 600'* && $output == *$'\nbones\n'* ]]
    [[ ${lines[-1]} == lo*UNKNOWN* && $stderr == *'setns('* ]]
    [ "$(grep -c nsenter-lite "$BATS_TEST_TMPDIR/session")" -ge 8 ]
}
