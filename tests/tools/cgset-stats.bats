#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# cgset stats beside the kernel's files: use, limits met, pressure.

# bats file_tags=guest:v1,guest:v2

load ../lib/common
load ../lib/cgset
# bats sets these: shellcheck knows only $output and $lines.
stderr=""
# and cgset.bash these.
GROUP="" PID=""
# The leak checker of a sanitized build cannot work under strace.
export ASAN_OPTIONS=detect_leaks=0

@test "cgset stats sees a CPU quota, an OOM kill and who waits" {
    requires root jq
    local point pressure before after
    run -137 cgset run -s memory=10M -s swap=0 "$GROUP" tail /dev/zero
    start_in_group sh -c 'while :; do :; done'
    cgset set "$GROUP" cpu=0.1 memory=64M swap=0
    throttled() { grep -qE '^nr_throttled [1-9]' "$(folder cpu)/cpu.stat"; }
    wait_for 20 throttled
    # the kernel's own figures, from the moments before and after
    waited() { awk '/^throttled_time/ { print $2 / 1e9 } /^throttled_usec/ { print $2 / 1e6 }' "$(folder cpu)/cpu.stat"; }
    before=$(waited)
    run -0 cgset stats --no-stream --interval 0.5 --json "$GROUP"
    after=$(waited)
    jq -e --argjson before "$before" --argjson after "$after" '.stats[0] | .cpu_percent > 1 and .cpu_percent < 35
        and .throttled_seconds >= $before - 0.001 and .throttled_seconds <= $after + 0.001 and .oom_kills == 1' <<<"$output"
    point=$(v2_tree) || point=
    if [[ $point && -r $point/$GROUP/cpu.pressure ]] && cat "$point/$GROUP/cpu.pressure"; then
        same() {
            pressure=$(sed -n 's/^some avg10=\([0-9.]*\).*/\1/p' "$point/$GROUP/cpu.pressure")
            cgset stats --no-stream --interval 0.1 --json "$GROUP" |
                jq -e --argjson kernel "$pressure" '.stats[0].pressure_cpu == $kernel'
        }
        wait_for 60 same
    else
        jq -e '.stats[0].pressure_cpu == null' <<<"$output"
    fi
    run -0 cgset stats --no-stream --noheadings "/$GROUP"
    [[ $output =~ ^"/$GROUP"\ +[0-9.]+%\ +[0-9.]+[KM]?i?B\ /\ .*%\ +-\ .*\ 1\ +[0-9.]+s\ +1\ +(-|[0-9/]+%)$ ]]
    stop "$PID"
}

@test "cgset stats draws over itself at the interval, until the group is gone" {
    requires root script
    cgset create "$GROUP"
    start script -qec "cgset stats --interval 0.1 $GROUP" "$BATS_TEST_TMPDIR/screen"
    # from the top left, each line cleared behind it, the rest of the screen at the end
    wait_for 30 grep -q $'\e\\[J\e\\[H' "$BATS_TEST_TMPDIR/screen"
    cgset delete "$GROUP"
    local status=0
    wait "$PID" || status=$?
    [ "$status" = 0 ]
    grep -q "^/$GROUP .*"$'\e\\[K\r*$' "$BATS_TEST_TMPDIR/screen"
    local bad
    for bad in 0 0.01 -1 1e3 x '' 3601 0.1234; do
        run -2 --separate-stderr cgset stats --interval "$bad"
        [[ $stderr == *'expected seconds from 0.1 to 3600'* ]]
    done
    run -1 --separate-stderr cgset stats --no-stream "$GROUP"
    [[ $stderr == *"no group /$GROUP"* ]]
}

@test "cgset stats counts what is read from a disk and written there" {
    requires root jq
    make_disk
    cgset create "$GROUP"
    figures() { cgset stats --no-stream --interval 0.1 "$@" "$GROUP"; }
    run -0 figures --json
    jq -e '.stats[0] | .block_read == 0 and .block_written == 0' <<<"$output"
    # past the page cache; on v1 Linux 6.1 counts for disks with a limit only
    cgset set "$GROUP" "io=$DISK,rbps=1T,wbps=1T"
    cgset run "$GROUP" dd if=/dev/zero of="$DISK" bs=1M count=2 oflag=direct
    cgset run "$GROUP" dd if="$DISK" of=/dev/null bs=1M count=1 iflag=direct
    run -0 figures --json
    jq -e '.stats[0] | .block_read == 1048576 and .block_written == 2097152' <<<"$output"
    run -0 figures
    [[ ${lines[1]} == *' 1.05MB / 2.1MB '* ]]
}

@test "cgset stats without a group: those with processes, and not the root" {
    requires root jq
    cgset create "$GROUP/empty"
    start cgset run --exec "$GROUP/full" sleep 60
    GROUP=$GROUP/full wait_for 20 in_group "$PID"
    run -0 cgset stats --no-stream --interval 0.1 --json
    jq -e --arg group "/$GROUP" '[.stats[].group] |
        index($group + "/full") and (index($group) or index($group + "/empty") or index("/") | not)' <<<"$output"
    stop "$PID"
}

@test "cgset stats has Docker's arithmetic" {
    requires root jq net ip dockerd
    # Page cache of its own, and traffic to a network of its own: sent more than received,
    # as nobody answers, and the loopback does not count. A guest has no disk that would
    # cache what is written, but it reads from the host; dockerd is a large file.
    # shellcheck disable=SC2016 # for the inner shell
    start cgset run --exec -s pids=40 "$GROUP" unshare --net bash -c '
        head -c 8M /dev/zero >"$1"; head -c 8M "$2" >/dev/null
        ip link add name va type veth peer name "$3" netns "$4"
        ip link set lo up; ip link set va up; ip address add 192.0.2.1/24 dev va
        ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev va
        until ip link show va | grep -q LOWER_UP; do sleep 0.1; done
        head -c 32K /dev/zero >/dev/udp/192.0.2.2/9; head -c 64K /dev/zero >/dev/udp/127.0.0.1/9
        exec sleep 60' bash "$BATS_TEST_TMPDIR/file" "$(type -P dockerd)" "bones$BASHPID" "$$"
    there() { ip link set "bones$BASHPID" up 2>/dev/null; }
    wait_for 20 there
    asleep() { [[ $(cat "/proc/$PID/comm") == sleep ]]; }
    wait_for 20 asleep
    # the other end says hello in IPv6
    figure() { awk -v n="$1" -F '[: ]+' '$2 == "va" { print $n }' "/proc/$PID/net/dev"; }
    heard() { (($(figure 3) > 0)); }
    wait_for 20 heard
    run -0 cgset stats --no-stream --json "$GROUP"
    local use cache
    use=$(value memory memory.usage_in_bytes memory.current)
    cache=$(awk -v name="$(on_v1 memory && echo total_)inactive_file" '$1 == name { print $2 }' \
        "$(folder memory)/memory.stat")
    [ "$cache" -gt 4000000 ]
    # a page more or less: the kernel charges in batches, and the network goes on
    jq -e --argjson use "$((use - cache))" --argjson received "$(figure 3)" --argjson sent "$(figure 11)" \
        --argjson total "$(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) * 1024))" '
        .stats[0] | (.memory_use - $use | fabs) < 1e6 and .memory_limit == $total
            and .network_received > 0 and .network_received <= $received and .network_received < 32768
            and .network_sent > 32768 and .network_sent <= $sent and .network_sent < 65536 and .pids == 1
            and .cpu_percent < 5' <<<"$output"
    cgset set "$GROUP" memory=512M
    run -0 cgset stats --no-stream "$GROUP"
    [[ ${lines[0]} == 'NAME '*'CPU % '*'MEM USAGE / LIMIT '*'MEM % '*'NET I/O '*'BLOCK I/O PIDS THROTTLED OOM WAIT CPU/MEM/IO' ]]
    [[ ${lines[1]} == *' / 512MiB '* ]]
    stop "$PID"
}
