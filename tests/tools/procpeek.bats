#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek: the list and the tree beside ps and pstree, on processes of every sort.

load ../lib/common
load ../lib/procpeek
# bats sets it, and start sets the others: shellcheck knows only $output and $lines.
stderr="" pid="" helper=""

setup_file() {
    nothing_started
    compile_helper
    ((EUID == 0)) || return 0
    start_all_sorts
    export SORTS="${sorts[*]}"
}

teardown_file() {
    end_started
}

before_test() {
    nothing_started
    read -ra sorts <<<"${SORTS:-}"
    list=${SORTS// /,}
}

row() { # row PID FILTER: of procpeek --json
    procpeek --json --pid "$1" | jq -r ".processes[] | $2"
}

@test "the list has the columns of ps aux" {
    run -0 procpeek
    read -ra ours <<<"${lines[0]}"
    read -ra theirs < <(ps aux)
    [ "${ours[*]}" = "${theirs[*]}" ]
}

@test "the list agrees with ps in every field, for processes of every sort" {
    requires root jq
    [ "${#sorts[@]}" -ge 12 ]
    # ps shows what is no printable character as a question mark.
    procpeek --json --pid "$list" | jq -r '.processes[] | [.user, .pid, .vsz, .rss,
        (.tty // "?"), .stat, .time, .command] | map(tostring | gsub("[\n\u001b]"; "?")) |
        join(" ")' >"$BATS_TEST_TMPDIR/ours"
    ps -ww u --no-headers -p "$list" | while read -r user each _ _ vsz rss tty stat _ time command; do
        echo "$user $each $vsz $rss $tty $stat $time $command"
    done >"$BATS_TEST_TMPDIR/theirs"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/ours")" = "${#sorts[@]}" ]
    diff <(sort "$BATS_TEST_TMPDIR/ours") <(sort "$BATS_TEST_TMPDIR/theirs")
}

@test "each thread is listed as ps lists it" {
    requires root jq
    procpeek -T --pid "$list" --json -o PID,TID,STAT,TIME,COMM | jq -r '.processes[] |
        [.pid, .tid, .stat, .time, .comm] | map(tostring | gsub("[\n\u001b]"; "?")) |
        join(" ")' >"$BATS_TEST_TMPDIR/ours"
    # ps marks a zombie, after its comm.
    ps -L --no-headers -o pid,lwp,stat,bsdtime,comm -p "$list" |
        sed -E 's/ +/ /g; s/^ //; s/ <defunct>$//' >"$BATS_TEST_TMPDIR/theirs"
    grep -q ' second$' "$BATS_TEST_TMPDIR/theirs"
    diff <(sort "$BATS_TEST_TMPDIR/ours") <(sort "$BATS_TEST_TMPDIR/theirs")
}

@test "tree -T shows each thread below its process" {
    requires root jq
    local process=${sorts[4]}
    run -0 procpeek tree -T "$process" --json
    jq -e --argjson pid "$process" '.tree[0] | .pid == $pid and .tid == $pid and
        (.children | length == 1 and .[0].command == "{second}" and .[0].pid == $pid)' <<<"$output"
    [ "$(jq '.tree[0].children[0].tid' <<<"$output")" = \
        "$(find "/proc/$process/task" -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -vx "$process")" ]
}

@test "filters select what ps and pgrep select" {
    requires root jq
    pids() { procpeek --json -o PID "$@" | jq -r '.processes[].pid' | sort; }
    local parent inner unshared
    [ "$(pids --pid "$list")" = "$(printf '%s\n' "${sorts[@]}" | sort)" ]
    [ "$(pids --pid "$list" --user nobody)" = "$(pgrep -u nobody | grep -xF -f <(printf '%s\n' "${sorts[@]}") | sort)" ]
    [ "$(pids --pid "$list" --user "$(id -u nobody)")" = "$(pids --pid "$list" --user nobody)" ]
    parent=${sorts[2]}
    [ "$(pids --ppid "$parent,$$")" = "$(ps --ppid "$parent,$$" -o pid= | xargs -n 1 | sort | grep -vxF -f <(pgrep -x ps))" ] ||
        [ "$(pids --ppid "$parent")" = "$(pgrep -P "$parent")" ]
    inner=${sorts[8]}
    [ "$(pids --ns "pid=$inner")" = "$(pgrep --ns "$inner" --nslist pid | sort)" ]
    [[ $'\n'"$(pids --ns uts)"$'\n' == *$'\n'"$inner"$'\n'* ]]
    [ "$(pids --ns uts --pid "$list")" = "$(for each in "${sorts[@]}"; do
        [[ -z $(ns "$each" uts) || $(ns "$each" uts) == "$(ns self uts)" ]] || echo "$each"
    done | sort)" ]
    # The tree shows what is selected, below the nearest that is shown.
    unshared=${sorts[7]}
    run -0 procpeek tree --json --pid "$$,$inner"
    jq -e --argjson inner "$inner" '[.tree[].children[]?.pid] | index($inner) != null' <<<"$(
        procpeek tree --json --pid "$unshared,$inner"
    )"
}

@test "--sort orders by value, and by a second column what is equal" {
    requires root jq
    # Columns of the list under test, in the order of ps.
    diff <(procpeek --noheadings -o PID --pid "$list" --sort=-rss,pid | xargs -n 1) \
        <(ps --no-headers -o pid -p "$list" --sort=-rss,pid | xargs -n 1)
    diff <(procpeek --noheadings -o PID --pid "$list" --sort PID | xargs -n 1) \
        <(printf '%s\n' "${sorts[@]}" | sort -n)
    diff <(procpeek --noheadings -o PID --pid "$list" --sort=user,-PID | xargs -n 1) \
        <(ps --no-headers -o pid -p "$list" --sort=user,-pid | xargs -n 1)
    run -2 --separate-stderr procpeek --sort NOSUCH
    [[ $stderr == *'no such column: NOSUCH'* ]]
    # Of a tree, the children of each.
    run -0 procpeek tree --json --sort=-PID "$(ps -o ppid= -p "${sorts[0]}" | xargs)"
    jq -e '[.. | objects | select(.children) | .children | [.[].pid] | . == (sort | reverse)] | all' <<<"$output"
}

@test "the list agrees with ps on %CPU, %MEM and START" {
    requires jq
    start bash -c 'for ((i = 0; i < 300000; i++)); do :; done; kill -STOP $$'
    wait_for 60 in_state "$pid" T
    # The share falls while the process stands still and the clock goes on.
    read -r _ _ before mem _ _ _ _ begun _ < <(ps u --no-headers -p "$pid")
    run -0 row "$pid" '"\(.["%cpu"]) \(.["%mem"]) \(.start)"'
    read -r _ _ after _ < <(ps u --no-headers -p "$pid")
    read -r our_cpu our_mem our_start <<<"$output"
    echo "# $our_cpu $our_mem $our_start, ps: $before to $after, $mem $begun" >&2
    awk -v a="$before" -v b="$after" -v c="$our_cpu" 'BEGIN { exit !(a > 0 && c <= a + 0.1 && c >= b - 0.1) }'
    awk -v a="$mem" -v b="$our_mem" 'BEGIN { exit !(a - b <= 0.1 && b - a <= 0.1) }'
    [[ $our_start == "$begun" || $(date -d "$our_start today 1 minute" +%H:%M) == "$begun" ]]
}

@test "the terminal of a process is named as ps names it" {
    requires jq script
    start script --quiet --command 'sleep 60' /dev/null
    local shell
    wait_for 20 child_of "$pid" >/dev/null
    shell=$(child_of "$pid")
    run -0 row "$shell" '.tty, .stat'
    [[ ${lines[0]} == pts/* ]]
    [ "$output" = "$(ps -o tty=,stat= -p "$shell" | xargs -n 1)" ]
}

@test "nothing is lost from the list while processes come and go" {
    requires jq
    start bash -c 'while :; do /bin/true & /bin/true & wait; done'
    for ((i = 0; i < 8; i++)); do
        procpeek --json >"$BATS_TEST_TMPDIR/list" 2>"$BATS_TEST_TMPDIR/errors"
        jq -e --argjson me "$$" '[.processes[].pid] | index($me)' "$BATS_TEST_TMPDIR/list"
        procpeek tree >/dev/null 2>>"$BATS_TEST_TMPDIR/errors"
        procpeek top "$pid" >/dev/null 2>>"$BATS_TEST_TMPDIR/errors"
        [ ! -s "$BATS_TEST_TMPDIR/errors" ]
    done
}

@test "a hostile name cannot break a table or JSON" {
    requires jq
    NAME=$'x) Z 1\n\033[31m\xff(' start "$helper" rename \
        $'new\nline' $'\xff\xfe\xc3\xa9' $'\033]0;title\a' $'"\\'
    wait_for 20 named "$pid" $'x) Z 1\n\033[31m\xff('
    [ "$(fact "$pid" comm)" = $'x) Z 1\n\033[31m\xef\xbf\xbd(' ]
    [[ $(row "$pid" .command) == *$'new\nline \xef\xbf\xbd\xef\xbf\xbd\xc3\xa9 \033]0;title\a "\\' ]]
    [[ $(row "$pid" .stat) == S* ]]
    run -0 procpeek
    [[ $output == *'new\x0aline \xff\xfe'* && $output != *$'\033'* && $output != *$'\xff'* ]]
    run -0 procpeek "$pid"
    [[ $output == *'x) Z 1\x0a\x1b[31m\xff('* && $output != *$'\033'* ]]
    run -0 procpeek tree --json
    jq -e . <<<"$output" >/dev/null
}

@test "a command line of four megabytes: as much of it as ps shows" {
    requires jq
    local long
    long=$(printf '%0100000d' 7)
    # The kernel takes a quarter of the stack limit: it must be raised for that.
    # shellcheck disable=SC2016 # the inner shells' variables
    start bash -c 'ulimit -s 65536 || exit
        for ((n = 0; n < 42; n++)); do long+=("$1"); done
        exec bash -c "kill -STOP \$\$" "${long[@]}"' bash "$long"
    wait_for 20 in_state "$pid" T
    [ "$(wc -c <"/proc/$pid/cmdline")" -ge 4200000 ]
    run -0 row "$pid" '.command'
    [ "$output" = "$(ps -ww -o args= -p "$pid")" ]
}

@test "--interval draws again, and Ctrl-C gives the terminal back" {
    requires expect
    cat >"$BATS_TEST_TMPDIR/watch.exp" <<'END'
set timeout 20
set stty_init "rows 10 columns 80"
spawn -noecho sh -c {trap : INT; stty -g; procpeek --interval 0.2; echo "status $?"; stty -g}
expect -re {([0-9a-f:]+)\r\n} { set before $expect_out(1,string) }
# The alternate screen, then three drawings, each from the upper left corner.
expect -ex "\033\[?1049h"
expect -re "\033\\\[H\[^\033\]*COMMAND"
expect -re "\033\\\[H\[^\033\]*COMMAND"
expect -re "\033\\\[H\[^\033\]*COMMAND"
send "\003"
expect -ex "\033\[?1049l"
expect -re {status ([0-9]+)\r\n} { puts "status $expect_out(1,string)" }
expect -re {([0-9a-f:]+)\r\n} { puts [expr {$before eq $expect_out(1,string) ? "same" : "changed"}] }
END
    run -0 expect "$BATS_TEST_TMPDIR/watch.exp"
    [[ $output == *'status 130'* && $output == *same* ]]
}

@test "--interval without a terminal prints one table after the other" {
    start sleep 60
    run -124 timeout 1 procpeek --interval 0.1 --pid "$pid" --noheadings -o PID
    [ "${#lines[@]}" -ge 2 ]
    [ "$(sort -u <<<"${output//$'\n\n'/$'\n'}" | xargs)" = "$pid" ]
    # An error ends it, and is told.
    run -1 --separate-stderr procpeek --interval 0.1 tree "$(bash -c 'echo $$')"
    [[ $stderr == *'there is no process'* ]]
    for bad in 0 -1 x 1.2345 inf 1,5 .; do
        run -2 --separate-stderr procpeek --interval "$bad"
        [[ $stderr == *"not a number of seconds from 0.001 to 1000000.999: $bad"* ]]
    done
}

@test "--dot draws a graph that dot understands" {
    requires dot root
    run -0 procpeek tree --dot
    dot -Tplain <<<"$output" >"$BATS_TEST_TMPDIR/plain"
    # Every process is a node, and each has the edge from its parent.
    for each in "${sorts[@]}"; do
        grep -q "^node $each " "$BATS_TEST_TMPDIR/plain"
        grep -q "^edge $(ps -o ppid= -p "$each" | xargs) $each " "$BATS_TEST_TMPDIR/plain"
    done
    [[ $output != *$'\033'* ]]
    procpeek ns --dot --ns pid 2>/dev/null | dot -Tplain >"$BATS_TEST_TMPDIR/plain"
    outer=$(ns self pid) inner=$(ns "${sorts[8]}" pid)
    grep -q "^edge ${outer//[^0-9]/} ${inner//[^0-9]/} " "$BATS_TEST_TMPDIR/plain"
}

@test "-o chooses columns and their order, --noheadings leaves out the names" {
    run -0 procpeek -o pid,USER
    [[ ${lines[0]} =~ ^\ *PID\ USER\ *$ ]]
    run -0 procpeek --noheadings -o PID
    [[ ${lines[0]} =~ ^\ *[0-9]+$ ]]
    run -2 --separate-stderr procpeek -o PID,NOSUCH
    [[ $stderr == *'no such column: NOSUCH'* ]]
    run -2 --separate-stderr procpeek -o PID,PID
    [[ $stderr == *'column given twice'* ]]
}

@test "tree agrees with ps axjf in every field" {
    requires root jq
    procpeek tree --pid "$list" --json |
        jq -r '.. | objects | select(.pid) | [.ppid, .pid, .pgid, .sid, (.tty // "?"), .tpgid,
            .stat, .uid, .time] | map(tostring) | join(" ")' >"$BATS_TEST_TMPDIR/ours"
    ps --no-headers -o ppid,pid,pgid,sid,tty,tpgid,stat,uid,bsdtime -p "$list" |
        sed -E 's/ +/ /g; s/^ //' >"$BATS_TEST_TMPDIR/theirs"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/ours")" = "${#sorts[@]}" ]
    diff <(sort "$BATS_TEST_TMPDIR/ours") <(sort "$BATS_TEST_TMPDIR/theirs")
}

@test "tree PID has the processes of pstree, each below its parent" {
    requires jq pstree
    # shellcheck disable=SC2016 # the inner shells' variables
    start bash -c 'bash -c "bash -c \"sleep 60 & sleep 61\" & sleep 62" & sleep 63; :'
    count() { [[ $(pstree -p "$pid" | grep -o '([0-9]*)' | wc -l) == 7 ]]; }
    wait_for 20 count
    run -0 procpeek tree "$pid" --json
    [ "$(jq '.. | objects | .pid // empty' <<<"$output" | sort)" = \
        "$(pstree -p "$pid" | grep -o '([0-9]*)' | tr -d '()' | sort)" ]
    jq -e '[.. | objects | select(.children) | .pid as $parent | .children[] | .ppid == $parent] |
        all and length == 6' <<<"$output"
    for child in $(pstree -p "$pid" | grep -o '([0-9]*)' | tr -d '()'); do
        [ "$child" = "$pid" ] || end_too "$child"
    done
}

@test "the files that --explain names for a column are those that are opened" {
    requires strace
    local command
    for command in '' tree; do
        # shellcheck disable=SC2086 # no word or one
        strace -E ASAN_OPTIONS=detect_leaks=0 -o "$BATS_TEST_TMPDIR/seen" -e trace=openat procpeek $command --explain \
            2>"$BATS_TEST_TMPDIR/told" >/dev/null
        diff <(grep -E '^[A-Z%]+: ' "$BATS_TEST_TMPDIR/told" | grep -oE '/proc/PID/[a-z_]+' | sort -u) \
            <(grep -oE '^openat\([0-9]+, "[0-9]+/[a-z_]+' "$BATS_TEST_TMPDIR/seen" |
                sed 's|.*/|/proc/PID/|' | sort -u)
    done
}

@test "procpeek: what is not a process is an error, with the right status" {
    local gone
    start sleep 60
    run -2 --separate-stderr procpeek 0
    [[ $stderr == *'neither a command nor a process ID: 0'* && -z $output ]]
    run -2 --separate-stderr procpeek diff 0 "$pid"
    [[ $stderr == *'not a process ID: 0'* ]]
    run -2 procpeek diff "$pid" 12x
    run -2 procpeek top -- -1
    run -2 procpeek tree 99999999999999999999
    run -2 --separate-stderr procpeek diff "$pid"
    [[ $stderr == *'diff: it takes two process IDs'* ]]
    run -2 procpeek diff 1 2 3
    run -2 procpeek nonsense
    run -2 --separate-stderr procpeek --user nobody-of-that-name
    [[ $stderr == *'no such user: nobody-of-that-name'* ]]
    run -2 procpeek --pid 1,,2
    run -2 --separate-stderr procpeek --ns nonsense
    [[ $stderr == *'no such kind of namespace: nonsense'* ]]
    run -2 procpeek --dot
    run -2 procpeek diff --sort PID "$pid" "$pid"
    run -2 procpeek top -T "$pid"
    run -2 procpeek tree --tree
    run -2 procpeek tree --json --dot
    run -2 --separate-stderr procpeek --no-such-option
    [[ $stderr == *no-such-option* && -z $output ]]
    gone=$(bash -c 'echo $$')
    for command in "$gone" "tree $gone" "ns $gone" "top $gone" "diff $gone $pid" \
        "diff $pid $gone" "files $gone"; do
        # shellcheck disable=SC2086 # words
        run -1 --separate-stderr procpeek $command
        [[ $stderr == *"there is no process $gone"* && -z $output ]]
    done
}

@test "hidepid is noticed, and what is hidden is not guessed" {
    requires root jq user
    cat >"$BATS_TEST_TMPDIR/hide" <<'END'
mount -t proc -o hidepid="$1" proc /proc || exit
shift
exec setpriv --reuid nobody --regid nogroup --clear-groups -- "$@"
END
    hide() { unshare -mpf --kill-child sh "$BATS_TEST_TMPDIR/hide" "$@"; }
    run -0 --separate-stderr hide 2 "$(type -P procpeek)" --json
    [[ $stderr == *'hint: /proc is mounted with hidepid=invisible'* ]]
    # shellcheck disable=SC2016 # the inner shell's variables
    run -1 --separate-stderr hide 2 sh -c 'sleep 60 & exec "$0" 99999' "$(type -P procpeek)"
    [[ $stderr == *'there is no process 99999'*'hidepid=invisible'* ]]
    # With hidepid=1, a directory tells its owner, and no more.
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 --separate-stderr unshare -mpf --kill-child sh -c 'sleep 60 & exec sh "$0" 1 "$1" --json -o PID,USER,STAT,COMMAND' \
        "$BATS_TEST_TMPDIR/hide" "$(type -P procpeek)"
    [[ $stderr == *'hidepid=noaccess'* ]]
    jq -e '[.processes[] | select(.user == "root")] | length == 1 and
        all(.stat == null and .command == null and .pid > 1)' <<<"$output"
    # Who may see all is not bothered.
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 --separate-stderr unshare -mpf --kill-child sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$0"' \
        "$(type -P procpeek)"
    [[ -z $stderr ]]
}

@test "no /proc, a folder called /proc, and the /proc of somebody else" {
    requires root
    start unshare -p --fork --kill-child sleep 60
    wait_for 20 child_of "$pid" >/dev/null
    # shellcheck disable=SC2016 # the inner shell's variables
    run -1 --separate-stderr unshare -m sh -c 'mount -t tmpfs none /proc && exec "$0"' "$(type -P procpeek)"
    [[ $stderr == *'cannot read /proc: no proc file system is mounted there'* ]]
    # shellcheck disable=SC2016 # the inner shell's variables
    run -0 --separate-stderr unshare -m sh -c 'nsenter --pid="/proc/$1/ns/pid" -- mount -t proc proc /proc &&
        exec "$0" -o PID,COMM' "$ROOT/build/bin/procpeek" "$(child_of "$pid")" # ASan needs /proc/self
    [[ $stderr == *'this /proc is of a pid namespace that we are not in'* ]]
    [[ $output == *'1 sleep'* && ${#lines[@]} -eq 2 ]]
    end_too "$(child_of "$pid")"
}

@test "a full disk is an error" {
    run -1 --separate-stderr bash -c 'procpeek >/dev/full'
    [[ $stderr == *'cannot write to standard output'* ]]
}

@test "procpeek --help and --version go to standard output" {
    run -0 --separate-stderr procpeek --help
    [[ $output == usage:* && -z $stderr ]]
    run -0 --separate-stderr procpeek --version
    [[ $output == *'Container Bones'* && -z $stderr ]]
}
