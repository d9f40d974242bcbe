#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# cgset against the kernel's own files: what was written there, what it does to
# processes, and what /proc says about them.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr="" stderr_lines=()
# The leak checker of a sanitized build cannot work under strace.
export ASAN_OPTIONS=detect_leaks=0

before_test() {
    GROUP=cgset-test-$$-$BATS_TEST_NUMBER
    STARTED=()
}

# Whatever a failed test left standing.
after_test() {
    ((${#STARTED[@]} == 0)) || kill -KILL "${STARTED[@]}" 2>/dev/null || true
    cgset delete -r "$GROUP" 2>/dev/null || true
}

# The mount points of all hierarchies but the named ones, whatever the layout.
# One that is mounted twice counts once.
mount_points() {
    awk '/ - cgroup2? / && $NF !~ /name=/ && !seen[$3]++ { print $5 }' /proc/self/mountinfo
}

# folder CONTROLLER: that of the group, in the hierarchy of the controller.
folder() {
    local point
    point=$(awk -v c="$1" '/ - cgroup / && "," $NF "," ~ "," c "," { print $5; exit }' /proc/self/mountinfo)
    [[ $point ]] || point=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
    printf '%s/%s\n' "$point" "$GROUP"
}

# on_v1 CONTROLLER: is it bound to a v1 hierarchy?
on_v1() {
    [[ -e $(dirname "$(folder "$1")")/tasks ]]
}

# value CONTROLLER V1_FILE V2_FILE: what the kernel says.
value() {
    if on_v1 "$1"; then cat "$(folder "$1")/$2"; else cat "$(folder "$1")/$3"; fi
}

# start COMMAND...: in the background, to be killed after the test; sets PID.
start() {
    "$@" 3>&- >/dev/null 2>&1 &
    PID=$!
    STARTED+=("$PID")
}

# stop PID: and reap it.
stop() {
    kill -KILL "$1"
    wait "$1" 2>/dev/null || true
}

# in_group PID: every line of /proc/PID/cgroup but the named ones ends in GROUP.
in_group() {
    local others
    others=$(grep -v ':name=' "/proc/$1/cgroup" | grep -cv ":/$GROUP\$") || true
    [ "$others" = 0 ]
}

@test "cgset create makes one folder in every hierarchy, delete removes them" {
    requires root
    run -0 cgset create "/$GROUP/inner"
    local point
    for point in $(mount_points); do
        [ -d "$point/$GROUP/inner" ]
    done
    run -0 cgset create "$GROUP/inner" # once more is no error
    [ -s "$(folder cpuset)/inner/cpuset.cpus" ] || ! on_v1 cpuset
    run -1 --separate-stderr cgset delete "$GROUP"
    [[ $stderr == *'is a child: -r removes children'* ]]
    run -0 cgset delete -r "$GROUP"
    [ -z "$(find /sys/fs/cgroup -name "$GROUP")" ]
    run -1 --separate-stderr cgset delete "$GROUP"
    [[ $stderr == *"no group /$GROUP"* ]]
}

@test "cgset set writes the kernel's files and says which, and what they answer" {
    requires root
    cgset create "$GROUP"
    run -0 --separate-stderr cgset set "$GROUP" memory=64M cpu=0.5 pids=17 weight=200 cpus=0
    [ -z "$stderr" ]
    [ "$(value memory memory.limit_in_bytes memory.max)" = 67108864 ]
    [ "$(value pids pids.max pids.max)" = 17 ]
    [ "$(value cpuset cpuset.cpus cpuset.cpus)" = 0 ]
    [ "$(value cpu cpu.shares cpu.weight)" = "$(on_v1 cpu && echo 2048 || echo 200)" ]
    [[ $output == *"pids=17: $(folder pids)/pids.max = 17"* ]]
    [[ $output == *'memory=64M: '*' = 67108864'* ]]
    if on_v1 cpu; then
        [ "$(cat "$(folder cpu)/cpu.cfs_quota_us")" = 50000 ]
        [ "$(cat "$(folder cpu)/cpu.cfs_period_us")" = 100000 ]
    else
        [ "$(cat "$(folder cpu)/cpu.max")" = '50000 100000' ]
    fi
    cgset set "$GROUP" memory=max cpu=max pids=max
    [ "$(value pids pids.max pids.max)" = max ]
    if on_v1 cpu; then [ "$(cat "$(folder cpu)/cpu.cfs_quota_us")" = -1 ]; fi
}

@test "cgset set: file names of both versions mean the same limit" {
    requires root
    cgset create "$GROUP"
    cgset set "$GROUP" memory.max=32M pids.max=9 cpu.max='20000 50000'
    [ "$(value memory memory.limit_in_bytes memory.max)" = 33554432 ]
    if on_v1 cpu; then
        [ "$(cat "$(folder cpu)/cpu.cfs_quota_us")" = 20000 ]
        [ "$(cat "$(folder cpu)/cpu.cfs_period_us")" = 50000 ]
    else
        [ "$(cat "$(folder cpu)/cpu.max")" = '20000 50000' ]
    fi
    run -0 cgset set "$GROUP" memory.limit_in_bytes=16M cpu.cfs_quota_us=30000 cpu.shares=512
    [ "$(value memory memory.limit_in_bytes memory.max)" = 16777216 ]
    [ "$(value cpu cpu.shares cpu.weight)" = "$(on_v1 cpu && echo 512 || echo 50)" ]
    [[ ${lines[0]} == memory.limit_in_bytes=16M:* ]]
    # libcgroup's form, and a file that has no plain word
    run -0 cgset -r memory.limit_in_bytes=8M -r pids.max=5 "$GROUP"
    [ "$(value memory memory.limit_in_bytes memory.max)" = 8388608 ]
    [ "$(value pids pids.max pids.max)" = 5 ]
    if on_v1 memory; then
        cgset set "$GROUP" memory.swappiness=13
        [ "$(cat "$(folder memory)/memory.swappiness")" = 13 ]
    fi
}

@test "cgset set: swap is swap alone, in whatever order memory has to move" {
    requires root
    cgset create "$GROUP"
    value memory memory.memsw.limit_in_bytes memory.swap.max || skip "needs swap accounting"
    if on_v1 memory; then
        run -2 --separate-stderr cgset set "$GROUP" swap=1M
        [[ $stderr == *'give memory= as well'* ]]
    fi
    local memory
    for memory in 64 16 128; do # down, and up over the sum
        cgset set "$GROUP" swap=1M memory="${memory}M"
        [ "$(value memory memory.memsw.limit_in_bytes memory.swap.max)" = \
            "$(on_v1 memory && echo $(((memory + 1) << 20)) || echo 1048576)" ]
    done
    if on_v1 memory; then
        run -1 --separate-stderr cgset set "$GROUP" memory=1G
        [[ $stderr == *'hint: memory.memsw.limit_in_bytes is 135266304'* ]]
    fi
}

@test "cgset set reports what the kernel rounded" {
    requires root
    cgset create "$GROUP"
    run -0 cgset set "$GROUP" memory=1000001
    local kernel
    kernel=$(value memory memory.limit_in_bytes memory.max)
    [ "$kernel" != 1000001 ]
    [[ $output == *" = $kernel (the kernel made this of 1000001)" ]]
}

@test "cgset set that fails in the middle puts back what it changed" {
    requires root
    cgset create "$GROUP"
    cgset set "$GROUP" pids=30 memory=64M cpu=2
    run -1 --separate-stderr cgset set "$GROUP" pids=7 memory=32M cpu=1 cpus=1000-1001 weight=3
    [ -z "$output" ]
    [[ $stderr == *'cannot write 1000-1001 to '*cpuset.cpus* ]]
    [ "$(value pids pids.max pids.max)" = 30 ]
    [ "$(value memory memory.limit_in_bytes memory.max)" = 67108864 ]
    [[ $(value cpu cpu.cfs_quota_us cpu.max) == 200000* ]]
    [ "$(value cpu cpu.shares cpu.weight)" = "$(on_v1 cpu && echo 1024 || echo 100)" ]
    # a file that does not exist is found before anything is written
    run -1 --separate-stderr cgset set --explain "$GROUP" pids=7 memory.no_such=1
    [[ $stderr == *'no file '*memory.no_such* && $stderr != *write* ]]
    [ "$(value pids pids.max pids.max)" = 30 ]
}

@test "cgset set: wrong values are status 2 and nothing is written" {
    requires root
    cgset create "$GROUP"
    cgset set "$GROUP" pids=30 memory=64M
    local bad
    for bad in memory=1Q memory=-1 memory=1e9 memory= memory=0 memory=99999999999999999999 \
        memory=17179869184G memory=' 1M' swap=x cpu=0.0001 cpu=0 cpu=-1 cpu=1e9 cpu=. cpu=1. \
        cpu=0.1234567 cpu=99999999999999999999 cpu=nan pids=0 pids=-1 pids=1Q pids=4194305 \
        weight=0 weight=10001 cpus=a cpus= cpu.max=x cpu.max='1000 1' memory.limit_in_bytes=-2 \
        pids.max=-1 cgroup.procs=1 ../pids.max=1 pids.max/x=1 pids =3 foo=1 \
        $'memory.swappiness=1\n2'; do
        run -2 --separate-stderr cgset set "$GROUP" pids=7 "$bad"
        [[ -z $output && $stderr == 'cgset: '* ]]
    done
    [ "$(value pids pids.max pids.max)" = 30 ]
    run -125 --separate-stderr cgset run -s memory=1Q "$GROUP" true
    [[ $stderr == *'memory=1Q: not understood, expected a size'* ]]
    run -2 --separate-stderr cgset set "$GROUP" nosuch.limit=1
    [[ $stderr == *'no controller nosuch here; there are: '*memory*pids* ]]
    run -2 --separate-stderr cgset set / memory=1G
    run -2 --separate-stderr cgset set "$GROUP"
}

@test "cgset refuses names that are no groups" {
    local bad long
    long=$(printf 'x%.0s' {1..256})
    for bad in '' .. ../x a/../b ./a a/. "$long" "a/$long" $'a\nb' $'a\eb' \
        "$(mount_points | head -n 1)/x" "$(printf 'a/%.0s' {1..2000})"; do
        run -2 --separate-stderr cgset create "$bad"
        [[ -z $output && $stderr == 'cgset: '* ]]
        run -125 --separate-stderr cgset run "$bad" true
    done
    run -1 --separate-stderr cgset get no-such-group-$$
    [[ $stderr == *'no group /no-such-group-'* ]]
    run -1 --separate-stderr cgset set no-such-group-$$ pids=1
    [[ $stderr == *'no group /no-such-group-'* ]]
    run -2 --separate-stderr cgset delete /
}

@test "cgset follows no symbolic link and crosses no mount" {
    requires root
    cgset create "$GROUP"
    local point
    point=$(dirname "$(folder pids)")
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    echo 1 >"$BATS_TEST_TMPDIR/elsewhere/pids.max"
    # cgroupfs has no symbolic links: a file system put over a group has.
    # shellcheck disable=SC2016 # for the inner shell
    run -1 --separate-stderr unshare --mount sh -c '
        mount -t tmpfs none "$1/$2" && ln -s "$3" "$1/$2/link" &&
            cgset set "$2/link" pids=5' sh "$point" "$GROUP" "$BATS_TEST_TMPDIR/elsewhere"
    [[ $stderr == *"no group /$GROUP/link"* ]]
    [ "$(cat "$BATS_TEST_TMPDIR/elsewhere/pids.max")" = 1 ]
}

@test "cgset sees a part of a hierarchy that is mounted over the whole" {
    requires root
    cgset create "$GROUP"
    local point
    point=$(dirname "$(folder pids)")
    # shellcheck disable=SC2016 # for the inner shell
    run -0 --separate-stderr unshare --mount sh -c '
        mount --bind "$1/$2" "$1" && cgset set "/$2" pids=21 && cgset show /"$2" >/dev/null &&
            ! cgset set / pids=3 && ! cgset create "other-$2"' sh "$point" "$GROUP"
    [[ $stderr == *"cannot create /other-$GROUP (not below /$GROUP)"* ]]
    [ "$(value pids pids.max pids.max)" = 21 ]
    [ -z "$(find /sys/fs/cgroup -name "other-$GROUP")" ]
}

@test "cgset run enters every hierarchy and keeps the PID" {
    requires root
    # shellcheck disable=SC2016 # for the inner shells
    run -0 --separate-stderr sh -c 'echo $$; exec cgset run -s pids=50 "$1" -- sh -c "echo \$\$; cat /proc/self/cgroup"' \
        sh "$GROUP"
    [ "${lines[0]}" = "${lines[1]}" ]
    [ "$(grep -v ':name=' <<<"$output" | grep -c ':/')" = \
        "$(grep -v ':name=' <<<"$output" | grep -c ":/$GROUP\$")" ]
    [ "$(value pids pids.max pids.max)" = 50 ]
    [ "${stderr_lines[*]}" = "pids=50: $(folder pids)/pids.max = 50" ]
    # its cgroup namespace has the group as its root everywhere
    run -0 cgset run "$GROUP" unshare --cgroup cat /proc/self/cgroup
    [ "$(grep -cv -e ':name=' -e ':/$' <<<"$output")" = 0 ]
}

@test "cgset run ends as its command does, or with 125 to 127" {
    requires root
    run -7 cgset run "$GROUP" sh -c 'exit 7'
    # shellcheck disable=SC2016 # for the inner shell
    run -143 cgset run "$GROUP" sh -c 'kill -TERM $$'
    run -127 --separate-stderr cgset run "$GROUP" no-such-command
    [[ $stderr == *'cannot execute no-such-command: No such file'* ]]
    run -126 --separate-stderr cgset run "$GROUP" /etc/passwd
    run -125 --separate-stderr cgset run --no-such-option "$GROUP" true
    run -125 --separate-stderr cgset run "$GROUP"
    run -125 --separate-stderr cgset run "$GROUP" --
    run -0 cgset run "$GROUP" -- echo --explain
    [ "$output" = --explain ]
}

@test "cgset run leaves no group behind when a limit is refused" {
    requires root
    run -125 --separate-stderr cgset run -s pids=5 -s cpus=1000 "$GROUP/inner" touch "$BATS_TEST_TMPDIR/ran"
    [[ $stderr == *'cannot write 1000 to '* ]]
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    [ -z "$(find /sys/fs/cgroup -name "$GROUP")" ]
}

@test "a memory limit kills" {
    requires root
    run -137 cgset run -s memory=20M -s swap=0 "$GROUP" tail /dev/zero
    if on_v1 memory; then
        grep -qx 'oom_kill 1' "$(folder memory)/memory.oom_control"
        [ "$(cat "$(folder memory)/memory.max_usage_in_bytes")" = 20971520 ]
    else
        grep -qx 'oom_kill 1' "$(folder memory)/memory.events"
    fi
}

@test "a memory limit below use is refused on v1, with the use" {
    requires root cgroup1
    on_v1 memory || skip 'needs memory on cgroup v1'
    start cgset run "$GROUP" sh -c 'head -c 20M /dev/zero | tail -n 1 | sleep 30'
    big_enough() { [ "$(cat "$(folder memory)/memory.usage_in_bytes")" -gt 10000000 ]; }
    wait_for 5 big_enough
    run -1 --separate-stderr cgset set "$GROUP" memory=64K
    [[ $stderr == *'Device or resource busy'*'hint: the group uses '*' bytes'* ]]
    xargs kill -KILL <"$(folder memory)/cgroup.procs"
    wait "$PID" || true
    cgset delete "$GROUP"
}

@test "a limit of tasks refuses fork with EAGAIN" {
    requires root strace
    # shellcheck disable=SC2016 # for the inner shell
    run -2 strace -f -e trace=clone,clone3,fork,vfork -e status=failed \
        cgset run -s pids=3 "$GROUP" sh -c 'sleep 0.2 & sleep 0.2 & sleep 0.2 & wait'
    [[ $output == *'-1 EAGAIN'* ]]
    grep -qE '^max [1-9]' "$(folder pids)/pids.events"
}

@test "a CPU quota throttles, and stats sees the use" {
    requires root jq
    start cgset run -s cpu=0.3 "$GROUP" sh -c 'while :; do :; done'
    wait_for 5 in_group "$PID"
    run -0 cgset stats --no-stream --json "$GROUP"
    jq -e '.stats[0].cpu_percent | . > 15 and . < 40' <<<"$output"
    grep -qE '^nr_throttled [1-9]' "$(folder cpu)/cpu.stat"
    run -0 cgset stats --no-stream --noheadings "/$GROUP"
    [[ $output =~ ^"/$GROUP"\ +[0-9.]+%\ +[0-9.]+[KM]?i?B\ /\ .*%\ +-\ .*\ 1$ ]]
    stop "$PID"
}

@test "cgset stats has Docker's arithmetic" {
    requires root jq net ip
    # page cache of its own, and traffic in a network of its own
    # shellcheck disable=SC2016 # for the inner shell
    start cgset run -s pids=40 "$GROUP" unshare --net sh -c '
        head -c 8M /dev/zero >"$1"; ip link add name va type veth peer name vb
        ip link set lo up; ip link set va up; ip link set vb up; exec sleep 60' sh "$BATS_TEST_TMPDIR/file"
    asleep() { [[ $(cat "/proc/$PID/comm") == sleep ]]; }
    wait_for 5 asleep
    # IPv6 says hello on the new link
    received() { awk -F '[: ]+' '$2 ~ /^v[ab]$/ { sum += $3 } END { print sum }' "/proc/$PID/net/dev"; }
    heard() { (($(received) > 0)); }
    wait_for 5 heard
    run -0 cgset stats --no-stream --json "$GROUP"
    local use cache
    use=$(value memory memory.usage_in_bytes memory.current)
    cache=$(awk -v name="$(on_v1 memory && echo total_)inactive_file" '$1 == name { print $2 }' \
        "$(folder memory)/memory.stat")
    [ "$cache" -gt 4000000 ]
    # a page more or less: the kernel charges in batches, and the network goes on
    jq -e --argjson use "$((use - cache))" --argjson received "$(received)" \
        --argjson total "$(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) * 1024))" '
        .stats[0] | (.memory_use - $use | fabs) < 1e6 and .memory_limit == $total
            and .network_received > 0 and .network_received <= $received and .pids == 1
            and .cpu_percent < 5' <<<"$output"
    cgset set "$GROUP" memory=512M
    run -0 cgset stats --no-stream "$GROUP"
    [[ ${lines[0]} == 'NAME '*'CPU % '*'MEM USAGE / LIMIT '*'MEM % '*'NET I/O '*'BLOCK I/O PIDS' ]]
    [[ ${lines[1]} == *' / 512MiB '* ]]
    stop "$PID"
}

@test "cgset move: a process, none that is a thread, gone, or the kernel's" {
    requires root cc
    cgset create "$GROUP"
    start sleep 60
    run -0 cgset move "$GROUP" "$PID"
    in_group "$PID"
    cc -pthread -x c -o "$BATS_TEST_TMPDIR/threads" - <<'END'
#include <pthread.h>
#include <unistd.h>
static void *rest(void *unused) { pause(); return unused; }
int main(void) { pthread_t t; pthread_create(&t, 0, rest, 0); pause(); }
END
    start "$BATS_TEST_TMPDIR/threads"
    local threaded=$PID thread
    two() { [ "$(find "/proc/$threaded/task" -mindepth 1 -maxdepth 1 | wc -l)" = 2 ]; }
    wait_for 5 two
    thread=$(find "/proc/$threaded/task" -mindepth 1 -maxdepth 1 -not -name "$threaded" -printf '%f')
    run -1 --separate-stderr cgset move "$GROUP" "$thread"
    [[ $stderr == *"$thread is a thread of process $threaded"* ]]
    stop "$threaded"
    run -1 --separate-stderr cgset move "$GROUP" "$threaded"
    [[ $stderr == *"cannot open process $threaded: No such process"* ]]
    run -2 --separate-stderr cgset move "$GROUP" 0
    run -2 --separate-stderr cgset move "$GROUP" 1x
    run -1 --separate-stderr cgset move "no-$GROUP" "$$"
    [[ $stderr == *"no group /no-$GROUP"* ]]
    local kernel
    kernel=$(pgrep -x kthreadd) || true
    if [[ $kernel ]]; then
        run -1 --separate-stderr cgset move "$GROUP" "$kernel"
        [[ $stderr == *"hint: $kernel is a kernel thread"* ]]
    fi
}

@test "cgset delete refuses while there are processes, and names them" {
    requires root
    start cgset run "$GROUP/inner" sleep 60
    GROUP=$GROUP/inner wait_for 5 in_group "$PID"
    run -1 --separate-stderr cgset delete -r "$GROUP"
    [[ $stderr == *"not empty: "*"/$GROUP/inner: $PID (sleep)"* ]]
    [ -d "$(folder memory)/inner" ]
    # the process that ends while we ask is waited for
    (
        sleep 0.5
        kill -KILL "$PID"
    ) 3>&- &
    run -0 cgset delete -r "$GROUP"
    wait
    [ -z "$(find /sys/fs/cgroup -name "$GROUP")" ]
}

@test "cgset get reads what is there, by any name" {
    requires root jq
    cgset create "$GROUP"
    cgset set "$GROUP" memory=64M pids=11
    run -0 cgset get --json "$GROUP" memory memory.max memory.limit_in_bytes pids
    jq -e '[.values[].value] == ["67108864", "67108864", "67108864", "11"]' <<<"$output"
    [ "$(cat "$(jq -r '.values[0].file' <<<"$output")")" = 67108864 ]
    run -0 cgset get "$GROUP"
    [[ ${lines[0]} =~ ^KEY\ +VALUE\ +FILE$ && $output == *"$(folder pids)/pids.max"* ]]
    run -2 --separate-stderr cgset get "$GROUP" nosuch
    run -1 --separate-stderr cgset get "$GROUP" memory.nosuch
}

@test "cgset get agrees with cgget" {
    requires root cgget jq
    cgset create "$GROUP"
    cgset set "$GROUP" memory=64M pids=11 weight=300
    local file key
    for key in memory pids weight; do
        file=$(cgset get --json "$GROUP" "$key" | jq -r '.values[0].file')
        [ "$(cgget -nv -r "${file##*/}" "$GROUP")" = "$(cat "$file")" ]
    done
    # and a process that cgexec put there is one of ours
    run -0 cgexec -g "memory:$GROUP" cgset where "$$"
}

@test "cgset show draws the tree with use and limits" {
    requires root jq
    cgset create "$GROUP/a" "$GROUP/b/c"
    cgset set "$GROUP/b" memory=32M cpu=1.5 pids=8
    start cgset run "$GROUP/b" sleep 60
    GROUP=$GROUP/b wait_for 5 in_group "$PID"
    run -0 cgset show --json "$GROUP"
    jq -e --arg g "/$GROUP" --argjson pids 1 '.groups[0]
        | .group == $g and ([.children[].name] == ["a", "b"])
        and (.children[1] | .memory_limit == 33554432 and .cpu_limit == 1.5 and .pids_limit == 8
            and .pids_use == 1 and .processes == 1 and .children[0].group == $g + "/b/c")
        and .memory_limit == null' <<<"$output"
    run -0 cgset show "$GROUP"
    [[ $output == *"/$GROUP "*'-b '*' / 32MiB  1.5 '*' 1 / 8 '* ]]
    run -0 cgset show --pid "$PID"
    [[ $output == *"$GROUP/b "* && $output != *"-a "* ]]
    stop "$PID"
    # only in one tree: said so
    local alone
    alone=$(folder memory)/alone
    mkdir "$alone"
    run -0 cgset show --json "$GROUP/alone"
    rmdir "$alone"
    on_v1 memory || return 0
    jq -e '.groups[0].in == "memory" and .groups[0].pids_use == null' <<<"$output"
}

@test "cgset show without a group lists every hierarchy that is mounted" {
    requires jq
    run -0 cgset show --json
    jq -e . <<<"$output"
    [ "$(jq -r '.hierarchies[].mounted_at' <<<"$output" | sort)" = \
        "$(awk '/ - cgroup2? / && !seen[$3]++ { print $5 }' /proc/self/mountinfo | sort)" ]
    run -0 cgset show
    [[ ${lines[0]} == 'CONTROLLERS '*'MOUNTED AT'* && $output == *$'\n\nGROUP '* ]]
}

@test "cgset where explains each line of /proc/PID/cgroup" {
    requires jq
    run -0 cgset where --json "$$"
    [ "$(jq -r '.memberships[].line' <<<"$output")" = "$(cat "/proc/$$/cgroup")" ]
    local folder
    while read -r folder; do
        grep -qx "$$" "$folder/cgroup.procs"
    done < <(jq -r '.memberships[].folder' <<<"$output")
    run -1 --separate-stderr cgset where 4194303
    [[ $stderr == *'there is no process 4194303'* ]]
    run -2 --separate-stderr cgset where self
    run -2 --separate-stderr cgset where
}

@test "cgset leaves groups of systemd and of engines alone, but for --force" {
    requires root
    local group
    for group in system.slice/x user.slice machine.slice init.scope docker/abc \
        system.slice/docker-abc.scope kubepods/besteffort libpod_parent/libpod-1; do
        run -1 --separate-stderr cgset set "$group" memory=1G
        [[ $stderr == *" belongs to "*"--force"* ]]
        run -125 --separate-stderr cgset run "$group" true
        run -1 --separate-stderr cgset delete "$group"
    done
    run -1 --separate-stderr cgset create "$GROUP/docker"
    [[ $stderr == *'Docker: use its own way (docker update'* ]]
    run -0 cgset create --force "$GROUP/docker"
    run -0 cgset delete -r "$GROUP"
}

@test "cgset as nobody: looks, and is refused with the reason" {
    requires root user
    local verb
    run -0 as_nobody cgset show
    run -0 as_nobody cgset where "$$"
    run -1 --separate-stderr as_nobody cgset create "$GROUP"
    [[ $stderr == *'Permission denied'*'hint: '*' belongs to uid 0, you are uid 65534'* ]]
    run -125 --separate-stderr as_nobody cgset run "$GROUP" true
    cgset create "$GROUP"
    for verb in 'set pids=3' "move $$" 'delete'; do
        # shellcheck disable=SC2086 # verb and operands
        run -1 --separate-stderr as_nobody cgset ${verb%% *} "$GROUP" ${verb#"${verb%% *}"}
        [[ $stderr == *'Permission denied'*"$GROUP"* || $stderr == *"$GROUP"*'Permission denied'* ]]
    done
    [ -d "$(folder memory)" ]
}

@test "cgset --dry-run says all and does nothing" {
    requires root
    run -0 --separate-stderr cgset create --dry-run "$GROUP/inner"
    [[ $stderr == *"mkdirat("*", \"$GROUP/inner\", 0755) = ?"* ]]
    run -0 --separate-stderr cgset run --dry-run -s memory=1G "$GROUP" -- touch "$BATS_TEST_TMPDIR/ran"
    [[ $stderr == *'write(?, "1073741824", 10) = ?'*'cgroup.procs'*'execve("touch") = ?'* ]]
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    [ -z "$(find /sys/fs/cgroup -name "$GROUP")" ]
    cgset create "$GROUP"
    cgset set --dry-run "$GROUP" pids=4
    cgset move --dry-run "$GROUP" "$$"
    cgset delete --dry-run "$GROUP"
    [ "$(value pids pids.max pids.max)" = max ]
    [ ! -s "$(folder pids)/cgroup.procs" ]
}

# The calls that --explain names, and those that strace saw, in strace's notation.
narrated() {
    grep -E '^(openat2|mkdirat|write|unlinkat|pidfd_open|pidfd_send_signal)\(' <<<"$stderr"
}
traced() {
    sed -nE 's/\) +=/) =/; s/^\[pid +[0-9]+\] //
        /^(openat2|mkdirat|write|unlinkat|pidfd_open|pidfd_send_signal)\(/p' "$1" |
        grep -vE '^write\([12],|O_PATH|O_DIRECTORY'
}

@test "cgset --explain names the calls that strace sees" {
    requires root strace
    local trace=$BATS_TEST_TMPDIR/trace command commands
    start sleep 60
    commands=("create $GROUP" "set $GROUP memory=1G cpu=1 pids=9" "move $GROUP $PID" "move / $PID"
        "delete $GROUP")
    for command in "${commands[@]}"; do
        # shellcheck disable=SC2086 # verb and operands
        run -0 --separate-stderr strace -f -s 200 -o "$trace" cgset --explain $command
        sed -i 's/^[0-9]* *//' "$trace"
        diff <(narrated) <(traced "$trace")
    done
    run -0 --separate-stderr strace -f -s 200 -o "$trace" cgset run --explain -s pids=9 "$GROUP" true
    sed -i 's/^[0-9]* *//' "$trace"
    diff <(narrated) <(traced "$trace")
    [[ $stderr == *'write('*', "9", 1) = 1'*'beyond it fork(2) fails'*'execve("true") = 0'* ]]
}

@test "cgset: usage errors, --help and --version" {
    local arguments
    for arguments in '' nosuch --no-such-option 'create' 'show --no-such' 'show --dry-run' \
        'create --json x' 'show --pid x' 'show a b' '-r' '-r pids=1' 'where 1 2'; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr cgset $arguments
        [[ -z $output && -n $stderr ]]
    done
    run -0 --separate-stderr cgset --help
    [[ $output == 'usage: cgset'* && -z $stderr ]]
    run -0 --separate-stderr cgset run --version
    [[ $output == *'Container Bones'* && -z $stderr ]]
}
