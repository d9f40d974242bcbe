#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# vmcompare table and bench: the figures beside those of the kernel, of memcached and
# of ldd, and nothing left behind however it ends.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr="" stderr_lines=()

# The leak check of the sanitizer does not work under strace.
export ASAN_OPTIONS=detect_leaks=0

before_test() {
    BIN=$(dirname "$(command -v vmcompare)")
    cd "$BATS_TEST_TMPDIR" || return
}

# figure NAME KEY: of the JSON in $output.
figure() {
    jq -r --arg name "$1" --arg key "$2" '.settings[] | select(.name == $name) | .[$key]' <<<"$output"
}

# A path without QEMU, so that no virtual machine is started: it takes time, and has
# tests of its own.
without_qemu() {
    local program
    mkdir -p programs
    for program in vmcompare memcached ldd bash sh; do
        ln -sf "$(command -v "$program")" programs/
    done
    PATH=$PWD/programs exec "$@"
}

@test "table: process and container see the same machine, but other processes and links" {
    requires root jq
    run -0 --separate-stderr without_qemu vmcompare table --runs 1 --json
    [ "$(figure process kernel)" = "$(uname -r)" ]
    [ "$(figure container kernel)" = "$(uname -r)" ]
    [ "$(figure process cpus)" = "$(nproc)" ]
    [ "$(figure container memory)" = "$(($(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo) * 1024))" ]
    [ "$(figure process clock)" = \
        "$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)" ]
    [ "$(figure process links)" = "$(ip -o link | sed 's/^[0-9]*: //; s/[:@].*//' | paste -sd' ')" ]
    [ "$(figure container links)" = lo ]
    [ "$(figure process processes)" -gt 1 ]
    [ "$(figure container processes)" = 1 ]
    jq -e '.settings[] | select(.start <= 0 or .start_least > .start or .start > .start_most)' \
        <<<"$output" && false
    # Why there is no virtual machine, and what to install.
    [[ ${stderr_lines[0]} == 'vmcompare: no virtual machine: cannot find qemu-system-'* ]]
    [[ ${stderr_lines[1]} == 'hint: '*'qemu-system-x86 '* ]]
}

@test "table: what it says of the container is what the kernel has, while it runs" {
    requires root strace
    run -0 --separate-stderr without_qemu "$(command -v strace)" -f -o trace \
        -e trace=unshare,mkdir,mount,rmdir,write vmcompare table --runs 1 --memory 300M
    [[ $output == *'container: namespaces: mnt pid net ipc uts cgroup; '* ]]
    grep -q 'unshare(CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET) = 0' trace
    grep -q 'mount("proc", "/proc", "proc", .*) = 0' trace
    if [[ $output == *'memory limited to 300 MiB'* ]]; then
        grep -q 'mkdir("/.*/vmcompare-[0-9]*", 0755) = 0' trace
        grep -q 'write(.*, "314572800", 9) *= 9' trace
        grep -q 'rmdir("/.*/vmcompare-[0-9]*") *= 0' trace
    else
        [[ $output == *'no memory limit: no controller for new groups'* ]]
    fi
}

@test "table: --explain names the calls that strace sees, with their results" {
    requires root strace
    (without_qemu "$(command -v strace)" -f -o trace -e trace=unshare,mkdir,mount,ioctl \
        vmcompare table --runs 1 --explain 2>told >/dev/null)
    sed -E 's/^[0-9]+ +//; s/\) +=/) =/; s/, \{.*\}\) =/, ...) =/' trace |
        grep -E '^(unshare|mkdir|mount|ioctl\([0-9]+, SIOC)' >seen
    [ "$(grep -c . seen)" -ge 5 ]
    diff <(grep -E '^(unshare|mkdir|mount|ioctl)' told) seen
}

@test "table: without privilege the container has a user namespace as well, and no group" {
    requires user userns jq
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
    run -0 --separate-stderr without_qemu "$(command -v setpriv)" --reuid nobody --regid nogroup \
        --clear-groups vmcompare table --runs 1 --json
    [ "$(figure container processes)" = 1 ]
    [ "$(figure container links)" = lo ]
    [ "$(figure container limit)" = null ]
    [[ $(figure container how) == 'namespaces: user mnt pid net ipc uts cgroup; no memory limit: '* ]]
}

@test "bench: memcached in both, its files those of ldd, its memory that of the kernel" {
    requires root memcached jq ldd
    run -0 --separate-stderr without_qemu vmcompare bench --runs 2 --json
    local memcached files=0 file name
    memcached=$(command -v memcached)
    for file in "$memcached" $(ldd "$memcached" | grep -o '/[^ ]*'); do
        files=$((files + $(stat -Lc %s "$file")))
    done
    for name in process container; do
        [ "$(figure "$name" runs)" = 2 ]
        [ "$(figure "$name" disk)" = "$files" ]
        jq -e --arg name "$name" '.settings[] | select(.name == $name) | .start > 0
            and .requests > 100 and .syscall > 1 and .pss > 1000000 and .pss < 100000000
            and .pss_least <= .pss and .pss <= .pss_most' <<<"$output"
    done
    # memcached itself, and in the container nothing of the machine.
    [ "$(figure container processes)" = 2 ]
}

@test "bench: a server of one's own counts the requests that are told" {
    requires root memcached jq
    cat >server <<'END'
memcached -u root -l 127.0.0.1 -p "$1" &
echo address="127.0.0.1:$1"
cat
{ printf 'stats\r\nquit\r\n' >&0; cat <&0; } 0<>"/dev/tcp/127.0.0.1/$1" >stats
awk '$1 == "Pss:" { print $2 * 1024 }' /proc/$!/smaps_rollup >pss
kill $!
END
    run -0 --separate-stderr vmcompare bench --runs 1 --json "own=bash server 21123"
    # The load, and one request before it.
    local gets
    gets=$(awk '$2 == "cmd_get" { print $3 + 0 }' stats)
    [ "$gets" -gt 1 ]
    [ "$gets" -le 20001 ]
    # At most two seconds, at least all of them: the rate cannot be less than that.
    [ "$(figure own requests)" -ge $(((gets - 1) / 3)) ]
    # Pages that others share with it come and go: half as much or twice is the same.
    [ "$(figure own pss)" -gt $(($(cat pss) / 2)) ]
    [ "$(figure own pss)" -lt $(($(cat pss) * 2)) ]
    [ "$(figure own kernel)" = "$(uname -r)" ]
    [ "$(figure own syscall)" = null ]
}

@test "bench: pid= is looked at through its own root" {
    requires root jq unshare
    unshare --pid --net --fork --kill-child --mount-proc sleep 60 3>&- &
    local outer=$! inner
    wait_for 5 pgrep -P "$outer" >/dev/null
    inner=$(pgrep -P "$outer")
    wait_for 5 grep -q sleep "/proc/$inner/comm"
    run -0 --separate-stderr vmcompare table --runs 1 --json "there=echo pid=$inner; echo ready; cat"
    kill -KILL "$outer" # it has SIGTERM ignored
    [ "$(figure there processes)" = 1 ]
    [ "$(figure there links)" = lo ]
}

@test "commands: inside and load keep to their own contract" {
    requires root jq unshare memcached
    run -0 --separate-stderr vmcompare bench --runs 1 --json here='vmcompare load' \
        box='unshare --pid --net --fork --mount-proc sh -c "ip link set lo up; vmcompare load"'
    [ "$(figure here requests)" -gt 100 ]
    [ "$(figure box requests)" -gt 100 ]
    [ "$(figure box links)" = null ]
    [ "$(figure box processes)" -le 3 ]
    run -0 --separate-stderr vmcompare table --runs 1 --json box='unshare --net vmcompare inside'
    [ "$(figure box links)" = lo ]
}

@test "commands: one that fails is told with its last words, and the others go on" {
    requires jq
    run -1 --separate-stderr vmcompare table --runs 2 --json good='vmcompare inside' \
        bad='echo first; printf "\e[31mevil\n" >&2; exit 7' \
        number='echo memory=many' mute='exec sleep 0' pid='echo pid=-1'
    [ "$(figure good runs)" = 2 ]
    [ "$(figure bad runs)" = 0 ]
    [ "$(figure bad kernel)" = null ]
    [[ $stderr == *'vmcompare: bad: it ended with status 7'$'\n    | first\n    | ?[31mevil\n'* ]]
    [[ $stderr == *'number: memory is no number: many'* ]]
    [[ $stderr == *'mute: it ended with status 0'* ]]
    [[ $stderr == *'pid: pid is none: -1'* ]]
    [[ $stderr == *'4 of 5 settings failed' ]]
    [[ $stderr != *$'\e'* ]]
}

@test "commands: hostile lines are neither believed nor passed on" {
    requires jq
    # Too long, without an end, binary, not of the contract.
    run -0 --separate-stderr vmcompare table --runs 1 --json \
        long='head -c 100000 /dev/zero | tr "\0" x; echo; head -c 5000 /dev/urandom
            printf "\nkernel=\e[31m%01000d\nlinks=%%s%%n\nready\n" 1; cat'
    [[ $(figure long kernel) == *'[31m0000'* ]]
    [ "$(figure long links)" = '%s%n' ]
    [[ $output != *$'\e'* ]]
    run -0 vmcompare table --runs 1 long='printf "kernel=\e[31mred\nready\n"; cat'
    [[ $output != *$'\e'* ]]
}

@test "commands: an address that is none, or where no memcached is" {
    run -1 --separate-stderr vmcompare bench --runs 1 --limit 1 \
        name='echo address=localhost:11211; cat' port='echo address=127.0.0.1:http; cat' \
        none='echo address=nonsense; cat' refused='echo address=127.0.0.1:1; cat'
    [[ $stderr == *'name: no memcached at localhost:11211: Invalid argument'* ]]
    [[ $stderr == *'port: no memcached at 127.0.0.1:http: Invalid argument'* ]]
    [[ $stderr == *'none: no memcached at nonsense: Invalid argument'* ]]
    [[ $stderr == *'refused: no memcached at 127.0.0.1:1: Connection refused'* ]]
}

@test "commands: a server that is no memcached is told" {
    requires python3
    cat >server.py <<'END'
import socket, threading
listener = socket.create_server(("127.0.0.1", 0))
print("address=127.0.0.1:%d" % listener.getsockname()[1], flush=True)
connection, _ = listener.accept()
connection.sendall(b"STORED\r\nVALUE vmcompare 0 5\r\nHELLO\r\nEND\r\n")
input()
END
    run -1 --separate-stderr vmcompare bench --runs 1 'other=python3 server.py'
    [[ $stderr == *'other: no memcached at 127.0.0.1:'*': Protocol error'* ]]
}

@test "commands: the end of standard input is the time to tidy up" {
    run -0 vmcompare table --runs 2 'tidy=touch here; echo kernel=x; echo ready; cat; rm here; echo >>count'
    [ ! -e here ]
    [ "$(wc -l <count)" = 2 ]
}

@test "commands: what does not end by itself, or left its group, is ended" {
    requires setsid
    # The pid of the one that got away; no_leaks looks for it as well.
    run -1 --separate-stderr vmcompare table --runs 1 --limit 1 \
        'stubborn=trap "" TERM; setsid sleep 1234 & echo $! >away; sleep 1234'
    [[ $stderr == *'stubborn: not ready within 1 s'* ]]
    [ ! -e "/proc/$(cat away)" ]
    # Children that were there before are not ours to end.
    # shellcheck disable=SC2016 # for the inner shell
    run -0 bash -c 'sleep 1235 >/dev/null 2>&1 3>&- & echo $! >sibling; exec vmcompare table --runs 1 "x=vmcompare inside"'
    [ -e "/proc/$(cat sibling)" ]
    kill "$(cat sibling)"
}

@test "a signal ends all of it, and shows in the status" {
    requires root memcached
    local signal
    for signal in INT TERM HUP; do
        : >told
        # bash lets what runs in the background ignore SIGINT, which must not matter.
        without_qemu vmcompare bench --runs 100 --explain >/dev/null 2>told 3>&- &
        wait_for 20 grep -q '"proc"' told
        kill -s "$signal" $!
        wait $! && status=0 || status=$?
        [ "$status" = $((128 + $(kill -l "$signal"))) ]
    done
    # And kill -9, which cannot be answered: children end with their parent, and only
    # the group is left.
    : >told
    without_qemu vmcompare bench --runs 100 --explain >/dev/null 2>told 3>&- &
    wait_for 20 grep -q '"proc"' told
    kill -KILL $!
    wait $! || [ $? = 137 ]
    local group
    group=$(sed -n 's/^mkdir("\(.*\)", 0755) = 0$/\1/p' told)
    [ -z "$group" ] || wait_for 5 rmdir "$group"
}

@test "a child that is killed is a failure of its setting, and leaves nothing" {
    requires root memcached
    # The first to be killed is memcached, under the process that measures it.
    cat >killer <<'END'
vmcompare load &
until pid=$(pgrep -P $!); do sleep 0.01; done
kill -KILL "$pid"
wait $!
END
    run -1 --separate-stderr vmcompare bench --runs 1 'killed=bash killer'
    [[ $stderr == *'killed: it ended with status 1'* ]]
    # Then the container, in its group.
    without_qemu vmcompare bench --runs 1 --explain >out 2>told 3>&- &
    local bench=$! box
    wait_for 20 grep -q '"proc"' told
    box=$(pgrep -P "$bench" | tail -1)
    kill -KILL "$box"
    wait "$bench" && status=0 || status=$?
    [ "$status" = 1 ]
    grep -q 'container: it ended with status 137' told
    grep -q '1 of 2 settings failed' told
    grep -q '^process: an ordinary process' out
}

@test "the table is for a terminal, and says how it was measured" {
    echo 1 >n
    # shellcheck disable=SC2016 # for the inner shell
    run -0 --separate-stderr vmcompare table --runs 3 a='echo memory=1048576; echo ready; cat' \
        b='echo memory=$(($(cat n) * 1048576)); echo $(($(cat n) + 1)) >n; echo ready; cat'
    [[ ${lines[0]} =~ ^' '+a' '+b$ ]]
    grep -qE '^memory seen, MiB +1 +2 \(1-3\)$' <<<"$output"
    grep -qE '^PCI devices +- +-$' <<<"$output"
    [[ $output == *'a: echo memory=1048576; echo ready; cat'* ]]
    [[ $output == *'3 runs of each, in turns: median (least-most).'* ]]
}

@test "progress is told to whom it takes longer than two seconds" {
    run -0 --separate-stderr vmcompare table --runs 1 slow='sleep 3; vmcompare inside'
    [[ $stderr == 'slow: run 1 of 1, '*' s so far' ]]
    run -0 --separate-stderr vmcompare table --runs 1 fast='echo kernel=x'
    [ -z "$stderr" ]
}

@test "usage: what is not NAME=COMMAND, a number, or for this verb" {
    local wrong
    for wrong in nonsense =x a= 'a b=x' a\"b=x "$(printf 'x%.0s' {1..32})=y"; do
        run -2 --separate-stderr vmcompare table "$wrong"
        [[ $stderr == *"not NAME=COMMAND: $wrong" ]]
    done
    run -2 --separate-stderr vmcompare table a=true a=false
    [[ $stderr == *'two commands have the name a' ]]
    # shellcheck disable=SC2046 # seventeen words
    run -2 --separate-stderr vmcompare table $(printf 'x%d=true ' {1..17})
    [[ $stderr == *'more than 16 commands' ]]
    for wrong in 0 101 -1 1x 99999999999999999999 ''; do
        run -2 --separate-stderr vmcompare table --runs "$wrong"
        [[ $stderr == *"invalid --runs: $wrong (1 to 100)" ]]
        [ "$wrong" = 101 ] && continue
        run -2 --separate-stderr vmcompare bench --limit "$wrong"
        [[ $stderr == *"invalid --limit: $wrong (1 to 86400)" ]]
    done
    run -2 --separate-stderr vmcompare table --memory 64M
    [[ $stderr == *'too little --memory: 64 MiB'* ]]
    run -2 --separate-stderr vmcompare table --memory 256M a=true
    [[ $stderr == *'--kernel and --memory are not for NAME=COMMAND' ]]
    run -2 --separate-stderr vmcompare table --plot x.svg
    [[ $stderr == *'table takes no --plot' ]]
    run -2 --separate-stderr vmcompare inside --json
    [[ $stderr == *'inside takes no --json' ]]
}

@test "a kernel that is none, or is not there" {
    requires qemu-system-x86_64 memcached
    echo 'no kernel' >text
    local file
    for file in text /nonexistent "$BIN/vmcompare" /; do
        run -2 --separate-stderr vmcompare table --kernel "$file"
        [[ $stderr == *"cannot use $file as a kernel: "* ]]
    done
    run -2 --separate-stderr vmcompare table --kernel text
    [[ $stderr == *': Exec format error' ]]
}

@test "memcached that is missing, and gnuplot, are said" {
    mkdir few
    ln -s "$(command -v ldd)" "$(command -v sh)" few/
    run -69 --separate-stderr env PATH="$PWD/few" "$BIN/vmcompare" bench
    [[ ${stderr_lines[0]} == 'vmcompare: cannot find memcached: No such file or directory' ]]
    [[ ${stderr_lines[1]} == 'hint: it is in the package memcached' ]]
    run -69 --separate-stderr env PATH="$PWD/few" "$BIN/vmcompare" bench --plot x.svg a=true
    [[ ${stderr_lines[0]} == 'vmcompare: cannot find gnuplot: No such file or directory' ]]
    [[ ${stderr_lines[1]} == 'hint: it is in the package gnuplot'* ]]
    run -69 --separate-stderr env PATH=/nonexistent "$BIN/vmcompare" load
    [[ ${stderr_lines[0]} == 'vmcompare: cannot execute memcached: No such file or directory' ]]
}

@test "--plot: an SVG with each setting and each figure in it" {
    requires gnuplot python3
    run -0 --separate-stderr vmcompare bench --runs 1 --plot 'a "b".svg' \
        'here=echo pss=2097152; echo requests=1234; echo ready; cat' \
        'there=echo pss=4194304; echo requests=2345; echo ready; cat'
    python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' 'a "b".svg'
    local text
    for text in here there 1234 2345 2.00 4.00 'memory used, MiB'; do
        grep -qF ">$text<" 'a "b".svg'
    done
    # Before anything is measured, not after.
    run -1 --separate-stderr vmcompare bench --plot /nonexistent/x.svg 'x=touch ran'
    [[ $stderr == *'cannot write /nonexistent/x.svg: No such file or directory'* ]]
    [ ! -e ran ]
}
