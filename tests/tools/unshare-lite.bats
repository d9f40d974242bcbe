#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unshare-lite: the kernel's state after each option, and the same from unshare(1).

load ../lib/common
load ../lib/unshare-lite
# bats sets these: shellcheck knows only $output and $lines.
stderr="" stderr_lines=()

# A directory to chroot into, in a mount namespace of the test's own, where every
# mount is shared, as systemd has it. Reads the script to run there from standard input.
in_shared_mounts() {
    mkdir "$BATS_TEST_TMPDIR/new"
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --propagation private bash -euo pipefail -c '
        cd "$1"
        mkdir mnt
        for directory in bin lib lib64 usr proc; do
            [[ -d /$directory ]] || continue
            mkdir "$directory"
            mount --rbind "/$directory" "$directory"
        done
        touch unshare-lite
        mount --bind "$(command -v unshare-lite)" unshare-lite
        mount --make-rshared /
        source /dev/stdin' bash "$BATS_TEST_TMPDIR/new"
}

# bats test_tags=guest:newer
@test "unshare-lite: each kind, long and short, is new, and it alone" {
    requires root userns net time
    local kind option pid
    for kind in "${KINDS[@]}"; do
        for option in "--${kind/mnt/mount}" "-${LETTER[$kind]}"; do
            unshare-lite "$option" --fork --kill-child sleep 60 3>&- &
            pid=$(child_of $!)
            wait_for 5 grep -qx sleep "/proc/$pid/comm"
            run -0 other_kinds "$pid"
            kill -KILL "$pid"
            wait $! || true
            [ "$output" = "$kind" ]
        done
    done
}

# bats test_tags=guest:newer
@test "unshare-lite: all kinds at once, and none" {
    requires root userns net time
    unshare-lite -muinpUCT --fork --kill-child sleep 60 3>&- &
    pid=$(child_of $!)
    wait_for 5 grep -qx sleep "/proc/$pid/comm"
    run -0 other_kinds "$pid"
    kill -KILL "$pid"
    wait $! || true
    [ "$output" = "$(printf '%s\n' "${KINDS[@]}")" ]

    run -0 unshare-lite readlink /proc/self/ns/mnt
    [ "$output" = "$(ns self mnt)" ]
}

@test "unshare-lite --pid: PID 1 with --fork; without, a warning and the trap itself" {
    requires root
    run -0 --separate-stderr unshare-lite --pid --fork sh -c 'echo $$'
    [[ $output == 1 && -z $stderr ]]
    run --separate-stderr unshare-lite --pid sh -c '/bin/true; /bin/true; echo $?'
    [[ ${stderr_lines[0]} == *'warning: --pid without --fork'* ]]
    [[ $stderr == *[Cc]'annot fork'* ]]
}

@test "unshare-lite --mount-proc shows the new pid namespace, as unshare does" {
    requires root
    same --pid --fork --mount-proc ps -e -o pid=,comm=
    [ "${#lines[@]}" -eq 1 ]
    mkdir "$BATS_TEST_TMPDIR/proc"
    same --pid --fork --mount-proc="$BATS_TEST_TMPDIR/proc" \
        readlink "$BATS_TEST_TMPDIR/proc/self"
    [ "$output" = 1 ]
    run -0 unshare-lite --mount-proc readlink /proc/self/ns/mnt
    [ "$output" != "$(ns self mnt)" ]
}

@test "unshare-lite --map-root-user and --map-current-user, as root and as nobody" {
    requires userns
    local option facts='id; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
        grep Cap /proc/self/status'
    for option in -r --map-root-user -c --map-current-user; do
        same "$option" sh -c "$facts"
        [[ $output == *deny* ]]
    done
    same -c -r id -u
    [ "$output" = 0 ]
    requires root
    run -0 as_nobody unshare-lite -r sh -c "$facts"
    expected=$(as_nobody unshare -r sh -c "$facts")
    [[ $output == "$expected" && $output == *'0      65534          1'* ]]
    run -0 as_nobody unshare-lite -c id -u
    [ "$output" = 65534 ]
    run -0 as_nobody unshare-lite -rmpf --mount-proc sh -c 'echo $$; ps -e -o pid='
    [ "${lines[0]}" = 1 ]
}

@test "unshare-lite --setgroups" {
    requires userns
    same --user --setgroups deny cat /proc/self/setgroups
    [ "$output" = deny ]
    same --user --setgroups allow cat /proc/self/setgroups
    [ "$output" = allow ]
    run -0 unshare-lite -r --setgroups deny cat /proc/self/setgroups
    [ "$output" = deny ]
    run -125 unshare-lite -r --setgroups allow true
    [[ $output == *excludes* ]]
    run -125 unshare-lite --setgroups deny true
    [[ $output == *'needs --user'* ]]
    run -125 unshare-lite -U --setgroups perhaps true
    [[ $output == *'not allow or deny: perhaps'* ]]
}

@test "unshare-lite --propagation: the kernel says the same as after unshare" {
    requires root
    in_shared_mounts <<'EOF'
count() { # peers and slaves among the mounts that unshare or unshare-lite leaves
    "$@" awk '{ shared += /shared:/; slave += /master:/ } END { print shared, slave, NR }' \
        /proc/self/mountinfo
}
for to in private slave shared unchanged; do
    [[ $(count unshare-lite -m --propagation "$to") == "$(count unshare -m --propagation "$to")" ]]
    [[ $(count unshare-lite --mount-proc --propagation "$to") == \
        "$(count unshare --mount-proc --propagation "$to")" ]]
done
read -r shared slave all <<<"$(count unshare-lite --mount)"
[[ "$shared $slave" == '0 0' ]] && ((all > 5))
read -r shared slave all <<<"$(count unshare-lite --mount --propagation slave)"
((shared == 0 && slave == all))
# With --mount-proc nothing comes out, whatever the propagation.
before=$(cat /proc/self/mountinfo)
unshare-lite --pid --fork --mount-proc --propagation shared true
[[ $(cat /proc/self/mountinfo) == "$before" ]]
EOF
    run -125 unshare-lite --mount --propagation upwards true
    [[ $output == *'--propagation: unknown: upwards'* ]]
}

@test "unshare-lite --mount in a plain chroot: works, and no mount gets out" {
    requires root
    in_shared_mounts <<'EOF'
run=(./unshare-lite --mount --pid --fork --kill-child --mount-proc
    sh -c 'mount -t tmpfs inner /mnt && pwd && ls -d /unshare-lite /work /etc 2>&1')
! chroot . unshare --mount true
before=$(cat /proc/self/mountinfo)
output=$(chroot . "${run[@]}") || [[ $? == 2 ]] # ls finds only the first
[[ $output == /$'\n'*/unshare-lite* && $output == *"'/etc': No such file"* ]]
[[ $(cat /proc/self/mountinfo) == "$before" ]]
# A working directory below the root is kept.
[[ $(chroot . sh -c 'cd /mnt && exec /unshare-lite -m pwd -P') == /mnt ]]
# The check can fail: left unchanged, it does get out.
chroot . ./unshare-lite --mount --propagation unchanged mount -t tmpfs inner /mnt
[[ $(cat /proc/self/mountinfo) != "$before" ]]
! chroot . ./unshare-lite --user true 2>hint
grep -q 'hint: / is not a mount point here' hint
EOF
}

@test "unshare-lite --root and --wd" {
    requires root
    in_shared_mounts <<'EOF'
[[ $(unshare-lite --root . sh -c 'pwd; ls /') == "$(unshare --root . sh -c 'pwd; ls /')" ]]
[[ $(unshare-lite -R . -w /mnt pwd) == "$(unshare -R . -w /mnt pwd)" ]]
[[ $(unshare-lite -R . -w mnt pwd) == /mnt ]]
[[ $(unshare-lite -R . -pf --mount-proc ps -e -o pid=) =~ ^\ *1$ ]]
[[ $(unshare-lite -R . readlink /proc/self/root) == /* ]]
EOF
    same --wd /usr pwd
    run -125 unshare-lite --wd /nonexistent true
    [[ $output == *'cannot change directory to /nonexistent: No such file'* ]]
    run -125 unshare-lite --root /nonexistent true
    [[ $output == *'cannot change root to /nonexistent: No such file'* ]]
    run -125 unshare-lite --root /etc/passwd true
    [[ $output == *'cannot change root to /etc/passwd: Not a directory'* ]]
}

@test "unshare-lite --setuid and --setgid, and an ID that is not mapped" {
    requires root userns
    local facts='grep -e Uid -e Gid -e Groups -e CapEff /proc/self/status'
    same -S 65534 -G 65534 sh -c "$facts"
    [[ $output == *$'Uid:\t65534\t65534\t65534\t65534'* ]]
    same -G 12 sh -c "$facts"
    same --setuid 4294967294 id -u
    run -125 unshare-lite -r -S 5 true
    [[ $output == *'cannot become user 5'*'hint: this user namespace does not map'* ]]
    run -125 unshare-lite -r -G 0 true
    [[ $output == *'hint: /proc/self/setgroups says deny'* ]]
}

@test "unshare-lite --hostname renames inside only" {
    requires root
    local before
    before=$(cat /proc/sys/kernel/hostname)
    run -0 unshare-lite --hostname bones-1.example cat /proc/sys/kernel/hostname
    [ "$output" = bones-1.example ]
    [ "$(cat /proc/sys/kernel/hostname)" = "$before" ]
    local name
    for name in '' 'two words' $'a\nb' $'\033[31m' "$(printf '%065d' 0)"; do
        run -125 --separate-stderr unshare-lite --hostname "$name" true
        [[ $stderr == 'unshare-lite: --hostname: not 1 to 64'* ]]
    done
}

@test "unshare-lite: the exit status is the command's, and 125, 126, 127" {
    local fork
    for fork in '' --fork; do
        run -0 unshare-lite $fork true
        run -7 unshare-lite $fork -- sh -c 'exit 7'
        run -126 unshare-lite $fork /etc/passwd
        [[ $output == *'cannot execute /etc/passwd: Permission denied'* ]]
        run -127 unshare-lite $fork no-such-command
        run -127 unshare-lite $fork ''
    done
    run -125 unshare-lite --no-such-option
    run -125 unshare-lite --wd
    # The options of the command are its own.
    run -0 unshare-lite echo --help -m
    [ "$output" = '--help -m' ]
}

@test "unshare-lite --fork dies of the signal that the command died of" {
    requires python3
    local signal
    for signal in TERM INT KILL PIPE SEGV; do
        run -0 wait_status unshare-lite --fork sh -c "kill -$signal \$\$"
        [ "$output" = "-$(kill -l "$signal")" ]
    done
    run -0 --separate-stderr wait_status unshare-lite -f --explain sh -c 'kill -9 $$'
    [ "$output" = -9 ]
}

@test "unshare-lite --fork never loses the status" {
    # SIGTERM and SIGINT do not end the parent, as in the original.
    # shellcheck disable=SC2016 # for the inner shell
    same --fork sh -c 'kill -TERM $PPID; kill -INT $PPID; exit 3'
    [ "$status" -eq 3 ]
    # A caller that ignores SIGCHLD.
    run -7 bash -c 'trap "" CHLD; exec unshare-lite --fork sh -c "exit 7"'
    # The command gets the signals as our caller had them.
    same --fork grep -e SigBlk -e SigIgn /proc/self/status
    run -0 bash -c 'trap "" CHLD TERM; exec unshare-lite -f grep SigIgn /proc/self/status'
    [ "$output" = "$(bash -c 'trap "" CHLD TERM; exec grep SigIgn /proc/self/status')" ]
}

@test "unshare-lite --kill-child: when the parent is killed, so is the command" {
    requires root
    local options pid
    for options in '' '-p' '-S 65534 -G 65534' '-r'; do
        # shellcheck disable=SC2086 # two words
        unshare-lite $options --kill-child sleep 60 3>&- &
        pid=$(child_of $!)
        wait_for 5 grep -qx sleep "/proc/$pid/comm"
        kill -KILL $!
        wait $! || true
        wait_for 5 gone "$pid"
    done
}

@test "unshare-lite --kill-child=SIGNAL, by name or number" {
    local signal pid
    for signal in TERM SIGTERM sigterm 15; do
        unshare-lite --kill-child="$signal" sh -c \
            "trap 'echo $signal >>$BATS_TEST_TMPDIR/caught; exit' TERM
            echo >$BATS_TEST_TMPDIR/ready
            while :; do sleep 0.05; done" 3>&- &
        pid=$(child_of $!)
        wait_for 5 test -s "$BATS_TEST_TMPDIR/ready"
        rm "$BATS_TEST_TMPDIR/ready"
        kill -KILL $!
        wait $! || true
        wait_for 5 gone "$pid"
    done
    [ "$(wc -l <"$BATS_TEST_TMPDIR/caught")" -eq 4 ]
    for signal in '' 0 -9 65 9x SIG SIGFOO; do
        run -125 unshare-lite --kill-child="$signal" true
        [[ $output == *"not a signal: $signal" ]]
    done
}

@test "unshare-lite --kill-child: a parent that is dead already is noticed" {
    requires strace
    local marker=$BATS_TEST_TMPDIR/marker log=$BATS_TEST_TMPDIR/log parent tracer
    # prctl is held up until the parent is dead: the kernel then has no one to wait for.
    strace -f -o "$log" -e trace=prctl,poll \
        -e inject=prctl:delay_enter=1000000 \
        unshare-lite --kill-child sh -c ": >$marker" 3>&- &
    tracer=$!
    # Before, strace has short-lived children of its own.
    wait_for 10 grep -qs PR_SET_PDEATHSIG "$log"
    parent=$(child_of "$tracer")
    kill -KILL "$parent"
    wait "$tracer" || true
    run -0 grep -c 'prctl.* = 0 (DELAYED)' "$log"
    [ ! -e "$marker" ]
}

@test "unshare-lite: the caller's descriptors pass, none of ours does" {
    requires root
    same -m -p --fork sh -c "readlink /proc/self/fd/7; ls /proc/self/fd" 7</dev/null
    [ "${lines[0]}" = /dev/null ]
    same --kill-child ls /proc/self/fd
}

@test "unshare-lite without a command runs the shell" {
    printf '#!/bin/sh\necho "the shell, $# arguments"\n' >"$BATS_TEST_TMPDIR/shell"
    chmod +x "$BATS_TEST_TMPDIR/shell"
    SHELL=$BATS_TEST_TMPDIR/shell run -0 unshare-lite
    [ "$output" = 'the shell, 0 arguments' ]
    SHELL='' run -5 unshare-lite <<<'exit 5'
    run -6 env -u SHELL unshare-lite --fork <<<'exit 6'
}

@test "unshare-lite --explain tells what strace sees, of several options and of failures" {
    requires root strace userns net time
    cd "$BATS_TEST_TMPDIR"
    mkdir proc
    explained_truly -- true
    explained_truly -- -muinpUCT --map-root-user --hostname bones --kill-child \
        --mount-proc --wd /tmp /usr/bin/true
    explained_truly -- -m --propagation slave --mount-proc=proc /usr/bin/true
    explained_truly -- -R / -w /tmp -S 65534 -G 65534 --kill-child=15 /usr/bin/true
    explained_truly -- --init --kill-child /bin/sh -c 'kill -9 $$'
    explained_truly -- -r -G 0 /usr/bin/true
    explained_truly -- -f -R /nonexistent /usr/bin/true
    explained_truly -- -r --kill-child -S 5 /usr/bin/true
    explained_truly -- -T --monotonic -99999999999 /usr/bin/true
    touch uts
    explained_truly -- --uts=uts --net=missing /usr/bin/true
    explained_truly -- --map-users 0:0:2 --map-users 1:1:1 /usr/bin/true
}

@test "unshare-lite --explain in a plain chroot tells what strace sees" {
    requires root strace
    mkdir "$BATS_TEST_TMPDIR/tmp"
    in_shared_mounts <<'EOF'
chroot . /usr/bin/strace -e trace=setns,mount,chroot,fchdir -o /mnt/trace \
    /unshare-lite --explain --mount /usr/bin/true 2>mnt/explained
diff <(sed -E 's/\) += /) = /; /^\+/d' mnt/trace) \
    <(sed '/^ /d; /^unshare(/d; /^execve(/d' mnt/explained)
grep -q '^setns(.*, CLONE_NEWNS) = 0' mnt/explained
EOF
}

@test "unshare-lite --dry-run names the same calls and makes none" {
    requires root strace
    local arguments=(-muinpUCT -r --hostname bones --kill-child --propagation slave
        --mount-proc -R / -w /tmp -S 0 /usr/bin/true)
    run -0 strace -f -o "$BATS_TEST_TMPDIR/log" \
        -e trace=unshare,setns,%process,mount,chroot,chdir,fchdir,sethostname,prctl,setgroups,setgid,setuid \
        "$(command -v unshare-lite)" --dry-run "${arguments[@]}"
    run -0 grep -o ' [a-z0-9_]*(' "$BATS_TEST_TMPDIR/log"
    [ "$output" = $' execve(\n exit_group(' ]
    run -0 --separate-stderr unshare-lite --dry-run "${arguments[@]}"
    dry=$(sed 's/(SIGCHLD)//; /^ /d; s/ = .*//' <<<"$stderr")
    run -0 --separate-stderr unshare-lite --explain "${arguments[@]}"
    [ "$dry" = "$(sed 's/(SIGCHLD)//; /^ /d; /^wait4/d; s/ = .*//' <<<"$stderr")" ]
}

@test "unshare-lite without privilege: says what is missing" {
    requires root user
    run -125 --separate-stderr as_nobody unshare-lite --uts true
    [[ ${stderr_lines[0]} == *'(CLONE_NEWUTS): Operation not permitted' ]]
    [[ ${stderr_lines[1]} == 'hint: needs CAP_SYS_ADMIN'*--map-root-user ]]
    run -125 --separate-stderr as_nobody unshare-lite --root / true
    [[ ${stderr_lines[1]} == 'hint: needs CAP_SYS_CHROOT'* ]]
    run -125 --separate-stderr as_nobody unshare-lite --setuid 0 true
    [[ ${stderr_lines[1]} == 'hint: needs CAP_SETUID'* ]]
    run -125 --separate-stderr as_nobody unshare-lite --setgid 0 true
    [[ ${stderr_lines[1]} == 'hint: needs CAP_SETGID'* ]]
    # All capabilities, but someone else's pid namespace.
    run -125 --separate-stderr as_nobody unshare-lite -r --mount-proc true
    [[ ${stderr_lines[0]} == *'cannot mount proc on /proc: Operation not permitted' ]]
    [[ ${stderr_lines[1]} == 'hint: our pid namespace belongs to another'*'--pid --fork' ]]
}

@test "unshare-lite names the limit that is 0" {
    requires userns
    local kind limit
    for kind in uts ipc net pid cgroup mnt user time; do
        limit=max_${kind}_namespaces
        [[ -e /proc/sys/user/$limit ]] || continue
        # shellcheck disable=SC2016 # for the inner shell
        run -125 --separate-stderr unshare -r sh -c 'echo 0 >"/proc/sys/user/$1"
            exec unshare-lite --fork "$2" true' sh "$limit" "-${LETTER[$kind]}"
        [[ ${stderr_lines[0]} == *'No space left on device' ]]
        [[ ${stderr_lines[1]} == "hint: user.$limit is 0"* ]]
    done
}

@test "unshare-lite: no proc, no map, and it says so" {
    requires root userns
    # The plain build: ASan needs /proc to start.
    run -125 unshare --mount sh -c \
        "mount -t tmpfs empty /proc && exec '$ROOT/build/bin/unshare-lite' -r true"
    [[ $output == *'cannot write "0 0 1" to /proc/self/uid_map: No such file'* ]]
    [[ $output == *'hint: /proc is not mounted here' ]]
}

@test "unshare-lite refuses what is no ID" {
    local id
    for id in -1 '' 4294967295 99999999999999999999 1x root; do
        run -125 unshare-lite --setuid="$id" true
        [[ $output == *"--setuid: not an ID: $id" ]]
        run -125 unshare-lite -G "$id" true
        [[ $output == *"--setgid: not an ID: $id" ]]
    done
}

@test "unshare-lite --help and --version go to standard output" {
    run -0 --separate-stderr unshare-lite --help
    [[ $output == usage:* && -z $stderr ]]
    run -0 --separate-stderr unshare-lite -V
    [[ $output == *'Container Bones'* && -z $stderr ]]
}

@test "unshare-lite: the manual knows every option, and its examples run" {
    requires root userns net time ip
    local option line count=0
    while read -r option; do
        grep -q -e "-${option#--}\>" "$ROOT/tools/unshare-lite/unshare-lite.1"
    done < <(unshare-lite --help | grep -o -e '--[a-z][a-z-]*')
    while read -r line; do
        line=${line//\/tmp/$BATS_TEST_TMPDIR}
        run -0 bash -c "${line//sudo /}"
        count=$((count + 1))
    done < <(sed -n 's/^\$ //p' "$ROOT/tools/unshare-lite/unshare-lite.1")
    [ "$count" -ge 12 ]
}
