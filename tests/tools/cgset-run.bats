#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# cgset and processes: started in a group, moved, frozen, killed, and the limits that
# they meet there.

# bats file_tags=guest:v1,guest:v2

load ../lib/common
load ../lib/cgset
# bats sets these: shellcheck knows only $output and $lines.
stderr="" stderr_lines=()
# and cgset.bash these.
GROUP="" PID=""
# The leak checker of a sanitized build cannot work under strace.
export ASAN_OPTIONS=detect_leaks=0

@test "cgset run: the command is in every group before its first instruction" {
    requires root
    # the child of cgset, and with --exec cgset itself
    # shellcheck disable=SC2016 # for the inner shells
    run -0 --separate-stderr sh -c 'echo $$; exec cgset run --exec -s pids=50 "$1" -- sh -c "echo \$\$; cat /proc/self/cgroup"' \
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

@test "cgset run: the child is born in the v2 group, not moved there" {
    requires root strace
    v2_tree || skip 'needs a v2 tree'
    run -0 strace -f -e trace=clone3,write -e signal=none cgset run "$GROUP" true
    [[ $output == *'clone3({flags=CLONE_INTO_CGROUP, exit_signal=SIGCHLD'* ]]
    local written
    written=$(grep -c 'write(.*, "[0-9]\+", ' <<<"$output") || true
    [ "$written" = "$(($(mount_points | wc -l) - 1))" ]
}

@test "cgset run passes signals on, and takes the command along when it is killed" {
    requires root
    local child
    # shellcheck disable=SC2016 # for the inner shell
    start cgset run "$GROUP" sh -c 'trap "exit 5" TERM; echo >"$1"; while :; do sleep 0.05; done' \
        sh "$BATS_TEST_TMPDIR/ready"
    wait_for 20 test -e "$BATS_TEST_TMPDIR/ready"
    kill -TERM "$PID"
    local status=0
    wait "$PID" || status=$?
    [ "$status" = 5 ]
    start cgset run "$GROUP" sleep 60
    wait_for 20 has_processes
    child=$(cat "$(folder pids)/cgroup.procs")
    stop "$PID"
    gone() { ! kill -0 "$child"; }
    wait_for 20 gone
}

@test "cgset run ends as its command does, or with 125 to 127" {
    requires root
    run -7 cgset run "$GROUP" sh -c 'exit 7'
    # shellcheck disable=SC2016 # for the inner shell
    run -143 cgset run "$GROUP" sh -c 'kill -TERM $$'
    # started by who does not want to hear of its children
    run -0 timeout 20 env --ignore-signal=CHLD cgset run "$GROUP" grep '^SigIgn.*[13579bdf]....$' /proc/self/status
    run -127 --separate-stderr cgset run "$GROUP" no-such-command
    [[ $stderr == *'cannot execute no-such-command: No such file'* ]]
    run -126 --separate-stderr cgset run "$GROUP" /etc/passwd
    run -125 --separate-stderr cgset run --no-such-option "$GROUP" true
    run -125 --separate-stderr cgset run "$GROUP"
    run -125 --separate-stderr cgset run -s pids=99 / true
    [[ $stderr == 'cgset: the root group has no limits' ]]
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

@test "a memory limit kills, and run says who did it" {
    requires root
    run -137 --separate-stderr cgset run -s memory=20M -s swap=0 "$GROUP" tail /dev/zero
    local file=memory.events
    if on_v1 memory; then
        file=memory.oom_control
        [ "$(cat "$(folder memory)/memory.max_usage_in_bytes")" = 20971520 ]
    fi
    grep -qx 'oom_kill 1' "$(folder memory)/$file"
    [[ $stderr == *"cgset: /$GROUP: killed by the OOM killer: $file oom_kill 1" ]]
    # a child of the command, which goes on; then none
    run -3 --separate-stderr cgset run "$GROUP" sh -c 'tail /dev/zero; exit 3'
    [[ $stderr == *"killed by the OOM killer: $file oom_kill 2" ]]
    run -0 --separate-stderr cgset run "$GROUP" true
    [ -z "$stderr" ]
}

@test "a memory limit below use: refused on v1, reclaimed and killed for on v2" {
    requires root
    start_in_group sh -c 'head -c 20M /dev/zero | tail -n 1 | sleep 30'
    big_enough() { [ "$(value memory memory.usage_in_bytes memory.current)" -gt 15000000 ]; }
    wait_for 20 big_enough
    if on_v1 memory; then
        run -1 --separate-stderr cgset set "$GROUP" pids=40 memory=64K
        [[ $stderr =~ 'Device or resource busy'.*'hint: the group uses '([0-9]+)' bytes' ]]
        ((BASH_REMATCH[1] > 65536 && BASH_REMATCH[1] < 100000000))
        [ "$(value pids pids.max pids.max)" = max ]
    else
        run -0 --separate-stderr cgset set "$GROUP" memory=64K pids=40
        [[ ${lines[0]} =~ " bytes were in use, "[0-9]+" are left; the OOM killer ended "[1-9] ]]
        # what kills comes last
        grep -qE '^oom_kill [1-9]' "$(folder memory)/memory.events"
        run -1 --separate-stderr cgset set "$GROUP" memory=32K cpus=1000
        [ "$(cat "$(folder memory)/memory.max")" = 65536 ]
    fi
    cgset kill "$GROUP"
    wait "$PID" || true
}

@test "a limit of tasks refuses fork with EAGAIN" {
    requires root strace
    # shellcheck disable=SC2016 # for the inner shell
    run -2 strace -f -e trace=clone,clone3,fork,vfork -e status=failed \
        cgset run -s pids=3 "$GROUP" sh -c 'sleep 0.2 & sleep 0.2 & sleep 0.2 & wait'
    [[ $output == *'-1 EAGAIN'* ]]
    grep -qE '^max [1-9]' "$(folder pids)/pids.events"
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
    start cgset run --exec "$GROUP/inner" sleep 60
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

@test "a CPU quota: throttled, and used to within five points, over three seconds" {
    requires root
    local first used start throttled
    # A tenth of a CPU can be had on a busy machine as well.
    start_in_group sh -c 'while :; do :; done'
    cgset set "$GROUP" cpu=0.1 weight=10000
    # in microseconds
    used() {
        if on_v1 cpuacct; then
            echo $(($(cat "$(folder cpuacct)/cpuacct.usage") / 1000))
        else
            awk '$1 == "usage_usec" { print $2 }' "$(folder cpu)/cpu.stat"
        fi
    }
    throttled() { awk '/^throttled_(time|usec)/ { print $2 }' "$(folder cpu)/cpu.stat"; }
    sleep 0.3
    throttled=$(throttled) first=$(used) start=${EPOCHREALTIME/./}
    sleep 3
    used=$((($(used) - first) * 1000 / (${EPOCHREALTIME/./} - start)))
    printf 'per mille of a CPU: %d\n' "$used"
    ((used >= 50 && used <= 150))
    (($(throttled) > throttled))
    stop "$PID"
}

@test "cgset freeze stops all of a subtree, thaw lets it go on" {
    requires root jq strace
    local counter=$BATS_TEST_TMPDIR/counter before
    cgset create "$GROUP/inner"
    # shellcheck disable=SC2016 # for the inner shell
    start cgset run --exec "$GROUP/inner" sh -c 'while :; do echo >>"$1"; sleep 0.02; done' sh "$counter"
    lines_in() { wc -l <"$counter"; }
    grows() { (($(lines_in) > before)); }
    before=0
    wait_for 20 grows
    run -0 --separate-stderr cgset freeze "$GROUP"
    [[ -z $output && -z $stderr ]]
    before=$(lines_in)
    # not until the kernel says so
    run -0 --separate-stderr strace -s 64 -e trace=read cgset freeze "$GROUP"
    [[ $stderr == *'"FROZEN\n"'* || $stderr == *'frozen 1\n'* ]]
    sleep 0.3
    [ "$(lines_in)" = "$before" ]
    if [[ -d $(folder freezer) && -e $(folder freezer)/freezer.state ]]; then
        [ "$(cat "$(folder freezer)/freezer.state")" = FROZEN ]
    else
        grep -qx 'frozen 1' "$(folder freezer)/cgroup.events"
    fi
    run -0 cgset show --json "$GROUP"
    jq -e '.groups[0] | .state == "frozen" and .children[0].state == "frozen"' <<<"$output"
    # the one above counts
    run -1 --separate-stderr cgset thaw "$GROUP/inner"
    [[ $stderr == *"/$GROUP/inner stays frozen: /$GROUP above it is frozen" ]]
    cgset thaw "$GROUP"
    wait_for 20 grows
    run -0 cgset show --json "$GROUP"
    jq -e '.groups[0].state == null' <<<"$output"
    run -2 --separate-stderr cgset freeze /
    run -1 --separate-stderr cgset freeze "$GROUP/none"
    [[ $stderr == *"no group /$GROUP/none"* ]]
    run -1 --separate-stderr timeout 20 cgset run "$GROUP/inner" cgset freeze "$GROUP"
    [[ $stderr == *"cgset itself is in /$GROUP"* ]]
    stop "$PID"
}

# A bomb that pids.max keeps small: each process makes two more, forever.
bomb='f() { while :; do f & f & wait; done; }; f'

@test "cgset kill is faster than a fork bomb, frozen or not" {
    requires root
    local state
    for state in thawed frozen; do
        start cgset run --exec -s pids=40 "$GROUP/inner" bash -c "$bomb" 2>/dev/null
        wait_for 30 has_processes 30
        [[ $state == thawed ]] || cgset freeze "$GROUP"
        run -0 --separate-stderr cgset kill "$GROUP"
        [[ -z $output && -z $stderr ]]
        [ "$(processes)" = 0 ]
        wait "$PID" || true
        # thawed, or a new process would hang there
        run -0 timeout 20 cgset run "$GROUP/inner" true
    done
    run -2 --separate-stderr cgset kill /
    run -1 --separate-stderr cgset run "$GROUP/inner" cgset kill "$GROUP"
    [[ $stderr == *"cgset itself is in /$GROUP"* ]]
}

@test "cgset kill finds what is only in one tree" {
    requires root
    cgset create "$GROUP"
    start sleep 60
    echo "$PID" >"$(folder memory)/cgroup.procs"
    cgset kill "$GROUP"
    local status=0
    wait "$PID" || status=$?
    [ "$status" = 137 ]
}

@test "cgset move that one tree refuses puts the process back" {
    requires root
    on_v1 cpuset || skip 'needs a tree that can refuse alone: cpuset on cgroup v1'
    cgset create "$GROUP"
    echo >"$(folder cpuset)/cpuset.cpus"
    start sleep 60
    local before
    before=$(cat "/proc/$PID/cgroup")
    run -1 --separate-stderr cgset move "$GROUP" "$PID"
    [[ $stderr == *"cannot move process $PID into $(folder cpuset): No space left on device"* ]]
    [[ $stderr == *"hint: $(folder cpuset)/cpuset.cpus is empty"* ]]
    [ "$(cat "/proc/$PID/cgroup")" = "$before" ]
    stop "$PID"
    # made by hand, as that one: run gives it what it lacks
    run -0 cgset run "$GROUP" grep ":cpuset:/$GROUP" /proc/self/cgroup
}

@test "cgset run: a command that one tree refuses does not run, and leaves no group" {
    requires root chrt
    local option budget
    budget=$(dirname "$(folder cpu)")/cpu.rt_runtime_us
    [[ -e $budget ]] || skip 'needs cgroup v1 and a kernel with RT_GROUP_SCHED'
    # We may need some real time ourselves; a new group has none, and so the tree of cpu
    # takes no such process.
    [[ $(<"$budget") != 0 ]] || echo 100000 >"$budget"
    for option in '' --exec; do
        # shellcheck disable=SC2086 # an option or none
        run -125 --separate-stderr chrt --fifo 1 cgset run $option "$GROUP/new" touch "$BATS_TEST_TMPDIR/ran"
        [[ $stderr == *"cgset: cannot move process cgset into $(folder cpu)/new: Invalid argument"* ]]
        [ -z "$(find /sys/fs/cgroup -name "$GROUP")" ]
    done
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "cgset create below a group that has processes: the rule of v2, and no rule of v1" {
    requires root
    start_in_group sleep 60
    if on_v1 memory; then
        run -0 cgset create "$GROUP/below"
    else
        run -1 --separate-stderr cgset create "$GROUP/below"
        [[ $stderr == *'Device or resource busy'*"hint: $(folder memory) has processes ($PID ("* ]]
        [[ $stderr == *'either has processes or hands controllers to children'* ]]
        [ ! -e "$(folder memory)/below" ]
        # and the other way round
        stop "$PID"
        cgset create "$GROUP/below"
        run -125 --separate-stderr cgset run "$GROUP" true
        [[ $stderr == *'Device or resource busy'*'hands controllers to children'* ]]
        [[ -f $(folder memory)/below/memory.max ]]
        return
    fi
    stop "$PID"
}

@test "cgset notices a threaded group" {
    requires root jq
    v2_tree || skip 'needs a v2 tree'
    cgset create "$GROUP/threads"
    # Its parent must not hand down what knows no threads.
    on_v1 memory || cgset set "$GROUP" cgroup.subtree_control='-memory -io'
    cgset set "$GROUP/threads" cgroup.type=threaded
    run -0 cgset show --json "$GROUP"
    jq -e '.groups[0] | .state == "domain threaded" and .children[0].state == "threaded"' <<<"$output"
    # a sibling is of no use until it is threaded as well
    cgset create "$GROUP/invalid"
    run -125 --separate-stderr cgset run "$GROUP/invalid" true
    [[ $stderr == *'Operation not supported'*"hint: $(v2_tree)/$GROUP/invalid/cgroup.type is \"domain invalid\""* ]]
}

@test "cgset in a delegated subtree: an ordinary user makes, limits, enters, deletes" {
    requires root user
    local point file
    # What systemd gives away with Delegate=yes: the folder and these files.
    cgset create "$GROUP/shell"
    for point in $(mount_points); do
        for file in '' cgroup.procs cgroup.threads cgroup.subtree_control tasks; do
            [[ ! -e $point/$GROUP/$file ]] || chown nobody "$point/$GROUP/$file"
            [[ ! -e $point/$GROUP/shell/$file ]] || chown nobody "$point/$GROUP/shell/$file"
        done
    done
    # On v2 the user cannot hand down a controller that those above do not.
    if [[ " $(cat "$(v2_tree)/cgroup.controllers") " == *' io '* ]]; then
        echo -io >"$(v2_tree)/$GROUP/cgroup.subtree_control"
        echo -io >"$(v2_tree)/cgroup.subtree_control"
    fi
    # as_nobody, from the group: put there by hand, since cgset run would hand down all
    inside() (
        for point in $(mount_points); do echo "$BASHPID" >"$point/$GROUP/shell/cgroup.procs"; done
        exec setpriv --reuid nobody --regid nogroup --clear-groups -- "$@"
    )
    run -0 inside cgset run -s pids=9 -s memory=50M "$GROUP/mine" cat /proc/self/cgroup
    [[ $output == *":/$GROUP/mine"* && $output != *"/shell"* ]]
    [ "$(cat "$(folder pids)/mine/pids.max")" = 9 ]
    run -0 inside cgset delete "$GROUP/mine"
    # The limits of the subtree itself are not the user's, nor is what is outside.
    run -1 --separate-stderr inside cgset set "$GROUP" pids=9
    [[ $stderr == *'Permission denied'*"hint: $(folder pids)/pids.max belongs to uid 0, you are uid 65534"* ]]
    run -1 --separate-stderr inside cgset create "outside-$GROUP"
    [[ $stderr == *'Permission denied'*'hint: '*' belongs to uid 0, you are uid 65534'* ]]
    # A tree that was not given away
    cgset create "$GROUP/closed"
    if on_v1 memory; then
        ! v2_tree || chown nobody "$(v2_tree)/$GROUP/closed/cgroup.procs"
        run -125 --separate-stderr inside cgset run "$GROUP/closed" touch "$BATS_TEST_TMPDIR/ran"
        [[ $stderr == *'cannot move process cgset into '*"/$GROUP/closed: Permission denied"* ]]
        [[ $stderr == *"/$GROUP/closed/tasks belongs to uid 0, you are uid 65534"* ]]
        [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    else
        # From outside it is the common ancestor that counts.
        run -125 --separate-stderr as_nobody cgset run "$GROUP/shell" true
        [[ $stderr == *'Permission denied'*'hint: moving from one group to another takes the right'* ]]
    fi
}

# worker FOLDER GROUP FIRST LAST: its groups, 25 at a time.
worker() {
    local first number folders groups
    for ((first = $3; first <= $4; first += 25)); do
        folders=() groups=()
        for ((number = first; number < first + 25 && number <= $4; number++)); do
            folders+=("$1/$number/cgroup.procs") groups+=("$2/$number")
        done
        cgset create "${groups[@]}"
        for group in "${groups[@]}"; do
            cgset run "$group" sleep 600 &
        done
        until (($(cat "${folders[@]}" | wc -l) == ${#groups[@]})); do sleep 0.1; done
        cgset kill "${groups[@]}" && wait && cgset delete "${groups[@]}" || return 1
    done
}

# CGSET_GROUPS=1000 takes a minute of two processors. All that is said is bash's word on
# each job, since cgset run ends by the signal that its command ended by.
@test "200 groups made, run in, killed and deleted by 8 workers: none left" {
    requires root
    local number failed=0 pids=() count=${CGSET_GROUPS:-200}
    [[ ! ${BONES_BIN:-} ]] || count=80
    cgset create "$GROUP"
    # Outside of bats, which looks at each command.
    export -f worker
    for ((number = 0; number < count; number += count / 8)); do
        # shellcheck disable=SC2016 # for the inner shell
        bash -c 'worker "$@"' bash "$(folder pids)" "$GROUP" "$((number + 1))" "$((number + count / 8))" \
            3>&- >/dev/null 2>"$BATS_TEST_TMPDIR/said.$number" &
        pids+=("$!")
    done
    for number in "${pids[@]}"; do
        wait "$number" || failed=$((failed + 1))
    done
    run ! grep -hvE ' Killed +cgset run .* sleep 600$' "$BATS_TEST_TMPDIR"/said.*
    [ "$failed" = 0 ]
    [ -z "$(find /sys/fs/cgroup -path "*/$GROUP/*" -type d)" ]
}
