#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unshare-lite =FILE: namespaces that outlive their processes.

load ../lib/common
load ../lib/unshare-lite
# bats sets these: shellcheck knows only $output and $lines.
stderr_lines=()

# bats test_tags=guest:newer
@test "unshare-lite: each kind stays in its file, nsenter and nsenter-lite join it" {
    requires root userns net time
    in_own_mounts <<'EOF'
for kind in "${KINDS[@]}"; do
    option=--${kind/mnt/mount}=kept/$kind
    mkdir -p kept && touch "kept/$kind"
    unshare-lite --fork --kill-child "$option" sleep 60 &
    pid=$(command_of $! sleep)
    inside=$(ns "$pid" "$kind")
    [[ $inside == "$kind:[$(stat -c %i "kept/$kind")]" ]]
    [[ $inside != "$(ns self "$kind")" ]]
    # pid: joined as long as its PID 1 is alive; the others, after all have gone.
    if [[ $kind != pid ]]; then
        kill -KILL "$pid"
        wait $! || true
    fi
    for enter in nsenter nsenter-lite; do
        joined=$("$enter" --preserve-credentials "$option" sh -c "readlink /proc/self/ns/$kind")
        [[ $joined == "$inside" ]]
    done
    if [[ $kind == pid ]]; then
        kill -KILL "$pid"
        wait $! || true
        ! nsenter "$option" true
    fi
    umount "kept/$kind"
    [[ ! -s kept/$kind && $(stat -fc %T "kept/$kind") != nsfs ]]
done
EOF
}

# bats test_tags=guest:newer
@test "unshare-lite: all eight kinds in files at once, one umount each" {
    requires root userns net time
    in_own_mounts <<'EOF'
touch "${KINDS[@]}" pidfile
unshare-lite --mount=mnt --uts=uts --ipc=ipc --net=net --pid=pid --user=user --cgroup=cgroup \
    --time=time -r --hostname kept --boottime 86400 --kill-child --mount-proc sleep 60 &
pid=$(command_of $! sleep)
for kind in "${KINDS[@]}"; do
    [[ $(ns "$pid" "$kind") == "$kind:[$(stat -c %i "$kind")]" ]]
done
for enter in nsenter nsenter-lite; do
    [[ $("$enter" --user=user --uts=uts uname -n) == kept ]]
    # What was mounted inside is seen by those who join, and by nobody else.
    [[ $("$enter" --user=user --mount=mnt --pid=pid sh -c 'cat /proc/1/comm') == sleep ]]
    [[ $("$enter" --user=user --time=time sh -c 'cat /proc/self/timens_offsets') =~ boottime\ +86400 ]]
done
kill -KILL $!
wait $! || true
umount "${KINDS[@]}"
EOF
}

@test "nsenter-lite joins the files that unshare(1) made" {
    requires root userns net time
    in_own_mounts <<'EOF'
declare -A user=([user]=--mount)
for kind in "${KINDS[@]}"; do
    option=--${kind/mnt/mount}=$kind
    touch "$kind"
    # util-linux 2.38 cannot keep a user namespace without a mount namespace.
    unshare --fork --kill-child "$option" ${user[$kind]-} sleep 60 &
    pid=$(command_of $! sleep)
    joined=$(nsenter-lite --preserve-credentials "$option" sh -c "readlink /proc/self/ns/$kind")
    [[ $joined == "$(ns "$pid" "$kind")" ]]
    kill -KILL "$pid"
    wait $! || true
    umount "$kind"
done
EOF
}

@test "unshare-lite --mount=FILE: refused on a shared mount, as by unshare; the hint mends it" {
    requires root
    in_own_mounts <<'EOF'
mkdir dir && touch dir/file
mount --make-rshared /
! unshare --mount=dir/file true 2>/dev/null
! unshare-lite --mount=dir/file true 2>hint
grep -q 'cannot mount /proc/[0-9]*/ns/mnt on dir/file: Invalid argument' hint
command=$(sed -n 's/^hint: .* for such files: //p' hint)
bash -ec "${command//DIR/dir}"
unshare-lite --mount=dir/file true
[[ $(stat -fc %T dir/file) == nsfs ]]
umount dir/file dir
# Another kind does not mind, for it cannot lead back.
touch uts && unshare-lite --uts=uts true && umount uts
EOF
}

@test "unshare-lite: of several files, all or none" {
    requires root net
    in_own_mounts <<'EOF'
touch uts net
! unshare-lite --mount --uts=uts --net=missing --ipc=net touch ran 2>hint
grep -q 'cannot mount /proc/[0-9]*/ns/net on missing: No such file' hint
grep -qx 'hint: the file to mount on must be there: touch missing' hint
[[ ! -e ran && $(stat -fc %T uts) != nsfs && $(stat -fc %T net) != nsfs ]]
! unshare-lite --uts=. true 2>hint
grep -qx 'hint: . is a directory: give it a file' hint
EOF
    run -125 unshare-lite --pid="$BATS_TEST_TMPDIR/pid" true
    [[ $output == *'--pid=FILE needs --fork'* ]]
}

@test "unshare-lite =FILE: who may, and where" {
    requires root user userns
    # Relative, for nobody may not pass the folders above.
    cd "$BATS_TEST_TMPDIR"
    touch uts
    chmod a+rwx . uts
    run -125 --separate-stderr as_nobody unshare-lite -r --uts=uts true
    [[ ${stderr_lines[1]} == 'hint: needs CAP_SYS_ADMIN out here'* ]]
    run -125 --separate-stderr as_nobody unshare-lite -r unshare-lite --uts=uts true
    [[ ${stderr_lines[1]} == 'hint: the mount namespace out here belongs to another user'* ]]
    # What the hint says, works.
    run -0 as_nobody unshare-lite -r --mount sh -c 'unshare-lite --uts=uts hostname joined &&
        nsenter --uts=uts uname -n'
    [ "$output" = joined ]
}

@test "unshare-lite =FILE: the right namespace where /proc shows other PIDs" {
    requires root
    in_own_mounts <<'EOF'
touch uts
# PID 2 or 3 in there; in this /proc, somebody else.
unshare --pid --fork unshare-lite --uts=uts sh -c 'readlink /proc/self/ns/uts >id'
[[ uts:[$(stat -c %i uts)] == "$(cat id)" ]]
umount uts
EOF
}

@test "unshare-lite: a mount namespace that the kernel takes for older" {
    requires root taskset
    local cpus
    mapfile -t cpus < <(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0)), sep="\n")')
    touch "$BATS_TEST_TMPDIR/mnt"
    # Before Linux 6.18 there is one count for all CPUs, and nothing to see.
    for from in "${cpus[@]}"; do
        for to in "${cpus[@]}"; do
            run --separate-stderr taskset -c "$from" unshare --mount taskset -c "$to" \
                unshare-lite --mount="$BATS_TEST_TMPDIR/mnt" true
            [[ $status == 0 || ${stderr_lines[1]} == 'hint: the kernel takes it for older'* ]]
        done
    done
}

@test "unshare-lite: the process outside is killed, and that is said" {
    requires root strace
    in_own_mounts <<'EOF'
touch uts
! strace -f -o log -e trace=mount -e inject=mount:signal=KILL unshare-lite --uts=uts touch ran 2>said
grep -qx 'unshare-lite: the process outside was killed by signal 9' said
[[ ! -e ran ]]
umount uts 2>/dev/null || true
EOF
}

@test "unshare-lite killed while the process outside waits: nothing is left" {
    requires root strace
    # unshare(2) is held up; the parent dies in it, the other sees the end of its socket.
    strace -f -o "$BATS_TEST_TMPDIR/log" -e trace=unshare,clone -e inject=unshare:delay_enter=2000000 \
        unshare-lite --map-users 0:0:1 true 3>&- &
    tracer=$!
    wait_for 10 grep -q 'unshare(' "$BATS_TEST_TMPDIR/log"
    parent=$(child_of "$tracer")
    outsider=$(child_of "$parent")
    kill -KILL "$parent"
    wait "$tracer" || true
    wait_for 10 gone "$outsider"
}
