#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The capstone: the container really is one, serves a real client, and leaves nothing.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr=""

before_test() {
    requires root net memcached nft ip busybox
    cd "$ROOT" || return
}

# Whatever a failing test leaves standing would make the following fail as well.
after_test() {
    [[ -n ${BATS_TEST_COMPLETED:-} ]] || labs/lab clean >/dev/null
}

up() {
    labs/memcached up "$@" 3>&-
}

pid_of() {
    cat "/run/container-bones/runs/$1/pid"
}

status_of() {
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

@test "up ends with a value that a real client can get and set, down with nothing" {
    requires memccat
    run -0 up --name t-client --port 21211
    [[ ${lines[-6]} == *"set and got 'hello from the host'"* || $output == *"set and got"* ]]
    # libmemcached is a client that knows nothing of us.
    run -0 memccat --servers=127.0.0.1:21211 greeting
    [ "$output" = 'hello from the host' ]
    run -0 labs/memcached down t-client
    run ! memccat --servers=127.0.0.1:21211 greeting
}

@test "the container is isolated in every way that is claimed, says the kernel" {
    up --name t-kernel --port 21211
    pid=$(pid_of t-kernel)
    for kind in mnt pid net ipc uts cgroup; do
        [ "$(ns "$pid" "$kind")" != "$(ns self "$kind")" ]
    done
    [ "$(cat "/proc/$pid/comm")" = memcached ]
    [ "$(status_of "$pid" NSpid)" = "$pid"$'\t1' ]
    [ "$(status_of "$pid" Uid | cut -f1)" = 11211 ]
    [ "$(status_of "$pid" Gid | cut -f1)" = 11211 ]
    [ "$(status_of "$pid" Groups)" = '' ]
    for set in CapInh CapPrm CapEff CapBnd CapAmb; do
        [ "$(status_of "$pid" "$set")" = 0000000000000000 ]
    done
    [ "$(status_of "$pid" NoNewPrivs)" = 1 ]
    # Its root is an overlay of two lower layers, and nothing of the host is left in it.
    run -0 grep -E '^([^ ]* ){4}/ ' "/proc/$pid/mountinfo"
    [ "${#lines[@]}" = 1 ]
    [[ $output == *' - overlay '* && $output =~ lowerdir=[^:]*:[^:]*/base,upperdir= ]]
    [ ! -e "/proc/$pid/root/.host" ]
    # proc, devices and the masks.
    run -0 cut -d' ' -f5 "/proc/$pid/mountinfo"
    for mount in /proc /sys /dev /dev/pts /dev/shm /proc/sys /proc/irq; do
        [[ $'\n'$output$'\n' == *$'\n'$mount$'\n'* ]]
    done
    run -0 labs/memcached exec t-kernel ls /dev
    [ "$output" = "$(printf '%s\n' fd full null ptmx pts random shm stderr stdin stdout tty urandom zero)" ]
    run -1 labs/memcached exec t-kernel sh -c 'echo 1 >/proc/sys/kernel/panic'
    # Nothing of the caller's environment or descriptors came along.
    run -0 sh -c "tr '\0' '\n' </proc/$pid/environ | cut -d= -f1 | sort | paste -sd' '"
    [ "$output" = 'HOME HOSTNAME PATH' ]
    labs/memcached down t-kernel
}

# bats test_tags=guest:v1,guest:v2
@test "the limits are in the kernel, and memcached is counted in the group" {
    up --name t-limits --port 21211 --memory 256M --cpu 0.5 --pids 32
    pid=$(pid_of t-limits)
    group=/container-bones/t-limits
    run -0 grep ":$group\$" "/proc/$pid/cgroup"
    memory=(/sys/fs/cgroup/{memory/,}container-bones/t-limits/memory.{limit_in_bytes,max})
    run -0 sh -c "cat ${memory[*]} 2>/dev/null || true"
    [ "$output" = 268435456 ]
    pids=(/sys/fs/cgroup/{pids/,}container-bones/t-limits/pids.max)
    run -0 sh -c "cat ${pids[*]} 2>/dev/null || true"
    [ "$output" = 32 ]
    quota=(/sys/fs/cgroup/{cpu,cpu,cpuacct}/container-bones/t-limits/cpu.cfs_quota_us
        /sys/fs/cgroup/container-bones/t-limits/cpu.max)
    run -0 sh -c "cat ${quota[*]} 2>/dev/null | head -n 1"
    [[ $output == '50000'* ]]
    run -0 labs/memcached stats t-limits
    [[ $output == *256M* ]]
    labs/memcached down t-limits
}

@test "procpeek diff lists every isolation of the container" {
    up --name t-diff --port 21211
    run -0 procpeek diff self "$(pid_of t-diff)" || run -0 procpeek diff $$ "$(pid_of t-diff)"
    for fact in ns.mnt ns.pid ns.net ns.ipc ns.uts ns.cgroup root hostname cgroup \
        'memory limit' 'cpu limit' 'pids limit' uid 'cap bounding' no_new_privs; do
        [[ $'\n'$output == *$'\n'$fact\ * ]] || {
            echo "not listed: $fact"
            false
        }
    done
    labs/memcached down t-diff
}

@test "the article's tour: top, the same PID, a file both ways, exec" {
    up --name t-tour --port 21211
    pid=$(pid_of t-tour)
    run -0 labs/memcached top t-tour
    [[ $output == *" $pid "* && $output == *memcache\ * && $output == *'memcached -U 0'* ]]
    run -0 ps -o comm= -p "$pid"
    [ "$output" = memcached ]
    touch "/proc/$pid/root/created_by_host"
    run -0 labs/memcached exec t-tour ls /created_by_host
    run -0 labs/memcached exec --name t-tour touch /tmp/just_a_temp
    [ -e "/proc/$pid/root/tmp/just_a_temp" ]
    [ "$(stat -c %u "/proc/$pid/root/tmp/just_a_temp")" = 11211 ]
    # exec is as confined as the container itself: namespaces, group, user.
    run -0 labs/memcached exec t-tour sh -c 'readlink /proc/self/ns/pid; readlink /proc/self/ns/net'
    [ "$output" = "$(ns "$pid" pid)"$'\n'"$(ns "$pid" net)" ]
    run -0 labs/memcached exec t-tour sh -c 'id -u; hostname; cat /proc/self/cgroup'
    [ "${lines[0]}" = 11211 ]
    [ "${lines[1]}" = t-tour ]
    [[ $output != *t-tour*t-tour* ]]
    # Nor does its working directory lead out.
    run -0 labs/memcached exec t-tour sh -c 'pwd; cd ..; echo *'
    [ "$output" = "/"$'\n'"$(cd "/proc/$pid/root" && echo *)" ]
    # The command's own status comes back.
    run -3 labs/memcached exec t-tour sh -c 'exit 3'
    run -127 labs/memcached exec t-tour no-such-command
    labs/memcached down t-tour
}

@test "three containers at once, each with its own address, limits and data" {
    requires memccat
    for number in 1 2 3; do
        up --name "m$number" --port "1121$number" --memory "$((number * 100))M"
        printf 'value of %d' "$number" >"$BATS_TEST_TMPDIR/key"
        memccp --servers="127.0.0.1:1121$number" "$BATS_TEST_TMPDIR/key"
    done
    for number in 1 2 3; do
        run -0 memccat --servers="127.0.0.1:1121$number" key
        [ "$output" = "value of $number" ]
        run -0 labs/memcached exec "m$number" ip -4 -o addr show eth0
        addresses+=("$output")
        run -0 cgset get "container-bones/m$number" memory.limit_in_bytes
        [[ $output == *$((number * 100 * 1024 * 1024))* ]]
    done
    [ "$(printf '%s\n' "${addresses[@]}" | sort -u | wc -l)" = 3 ]
    # One going leaves the others be.
    labs/memcached down m2
    run -0 memccat --servers=127.0.0.1:11213 key
    labs/memcached down m1
    labs/memcached down m3
}

@test "two at the same moment do not take each other's address" {
    up --name t-a --port 21211 >"$BATS_TEST_TMPDIR/a" &
    first=$!
    up --name t-b --port 21212
    wait "$first"
    [ "$(cat /run/container-bones/runs/t-a/address)" != "$(cat /run/container-bones/runs/t-b/address)" ]
    labs/memcached down t-a
    labs/memcached down t-b
}

@test "a name or a port that is taken is said, and nothing is changed" {
    up --name t-first --port 21211
    run -1 --separate-stderr up --name t-first --port 21212
    [[ $stderr == *'the name t-first is taken'* ]]
    run -1 --separate-stderr up --name t-second --port 21211
    [[ $stderr == *'port 21211 is taken'* ]]
    [ ! -e /run/container-bones/runs/t-second ]
    run -0 labs/memcached list
    [ "${#lines[@]}" = 1 ]
    # A listener of the host counts as well.
    memcached -u nobody -l 127.0.0.1 -p 21213 3>&- &
    listener=$!
    wait_for 5 sh -c 'ss -Hltn "sport = :21213" | grep -q .'
    run -1 --separate-stderr up --name t-third --port 21213
    kill "$listener"
    [[ $stderr == *'port 21213 is taken'* ]]
    labs/memcached down t-first
}

@test "usage errors: status 2, the word that was wrong, nothing made" {
    for bad in '--port 0' '--port 70000' '--port x' '--name ../x' '--name A' '--name a/b' \
        '--name x-' '--frobnicate' '--memory'; do
        read -ra words <<<"$bad"
        run -2 --separate-stderr up "${words[@]}"
        [[ $stderr == *"${words[-1]}"* ]]
    done
    run -2 labs/memcached
    run -2 labs/memcached dance
    run -0 --separate-stderr labs/memcached --help
    [[ -z $stderr && $output == usage:* ]]
}

@test "a limit that is none is refused by cgset, and all is taken back" {
    for bad in --memory=-1 --memory=1Q --cpu=0.0001 --pids=99999999999999999999; do
        run -1 --separate-stderr up --name t-bad --port 21211 "$bad"
        [[ $stderr == *"${bad#*=}"* ]]
        [ ! -e /run/container-bones/runs/t-bad ]
    done
}

@test "no container: down, exec, top, stats, logs say what to do" {
    for verb in down exec top stats logs; do
        run -1 --separate-stderr labs/memcached "$verb"
        [[ $stderr == *'no container stands'* && $stderr == *'hint: labs/memcached up'* ]]
    done
    run -1 --separate-stderr labs/memcached down --name nobody-here
    [[ $stderr == *'nobody-here'* ]]
}

@test "without root: says which command to run, status 77" {
    run -77 --separate-stderr as_nobody labs/memcached up
    [[ $stderr == *'needs root'* && $stderr == *'hint: sudo '* ]]
}

@test "root without a right that it needs: one clear line, all taken back" {
    for right in net_admin sys_admin; do
        run -1 --separate-stderr setpriv --bounding-set="-$right" --inh-caps=-all \
            labs/memcached up --name t-right --port 21211
        [[ $stderr == *'Operation not permitted'* && $stderr != *'could not undo'* ]]
        [ ! -e /run/container-bones ]
    done
}

@test "a container that died says why, keeps its log, and can be taken down" {
    up --name t-dead --port 21211
    kill -KILL "$(pid_of t-dead)"
    wait_for 5 test -e /run/container-bones/runs/t-dead/exit
    run -1 --separate-stderr labs/memcached exec t-dead true
    [[ $stderr == *'not running: it died of signal KILL'* ]]
    run -0 labs/memcached list
    [[ $output == *'died of signal KILL'* ]]
    run -0 --separate-stderr labs/memcached logs t-dead
    labs/memcached down t-dead
}

@test "a container that is out of memory says so" {
    up --name t-oom --port 21211 --memory 32M
    pid=$(pid_of t-oom)
    # The eater is in the group; whoever the kernel picks, the count goes up.
    labs/memcached exec t-oom sh -c 'dd if=/dev/zero of=/dev/null bs=256M' || true
    kill -KILL "$pid" 2>/dev/null || true
    wait_for 5 test -e /run/container-bones/runs/t-oom/exit
    run -0 labs/memcached list
    [[ $output == *'want of memory (oom_kill '* ]]
    labs/memcached down t-oom
}

@test "a SIGKILL of up at any step, then labs/lab clean: nothing is left" {
    # Killed as it announces its Nth command, for every N; the leak check is at the end
    # of each round.
    total=$(up --name t-kill --port 21211 --explain | grep -c '^\$ ')
    labs/memcached down t-kill
    ((total > 20))
    for ((n = 1; n <= total; n++)); do
        mkfifo "$BATS_TEST_TMPDIR/out"
        labs/memcached up --name t-kill --port 21211 --explain \
            >"$BATS_TEST_TMPDIR/out" 2>/dev/null 3>&- &
        victim=$!
        seen=0
        while ((seen < n)) && read -r line; do
            [[ $line != '$ '* ]] || seen=$((seen + 1))
        done <"$BATS_TEST_TMPDIR/out"
        kill -KILL "$victim"
        wait "$victim" || true
        rm "$BATS_TEST_TMPDIR/out"
        labs/lab clean >"$BATS_TEST_TMPDIR/clean"
        no_leaks || {
            echo "after a SIGKILL at command $n of $total"
            false
        }
    done
}

@test "Ctrl-C during up: status 130, all taken back" {
    mkfifo "$BATS_TEST_TMPDIR/out"
    # With job control a background job is not immune to SIGINT.
    set -m
    labs/memcached up --name t-int --port 21211 --explain >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    victim=$!
    set +m
    {
        while read -r line && [[ $line != *'mount -t proc'* ]]; do :; done
        kill -INT -"$victim"
        cat >/dev/null
    } <"$BATS_TEST_TMPDIR/out"
    status=0
    wait "$victim" || status=$?
    [ "$status" = 130 ]
    [ ! -e /run/container-bones ]
}

@test "up with a full disk: one clear line, all taken back" {
    mkdir "$BATS_TEST_TMPDIR/small"
    mount -t tmpfs -o size=16k small "$BATS_TEST_TMPDIR/small"
    run ! env CONTAINER_BONES_STATE="$BATS_TEST_TMPDIR/small/state" \
        labs/memcached up --name t-full --port 21211
    umount "$BATS_TEST_TMPDIR/small"
    [[ $output == *'memcached: cannot '*"$BATS_TEST_TMPDIR/small/state"*'hint: is the disk full?'* ]]
}
