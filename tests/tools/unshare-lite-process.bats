#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unshare-lite: signals, the terminal, PID 1, and the death of each process.

load ../lib/common
load ../lib/unshare-lite
load ../lib/terminal

# A command that says on standard output which of these signals it gets, and stays.
# shellcheck disable=SC2016 # for the inner shell
LISTEN='for s in INT TERM HUP USR1; do trap "echo $s" $s; done; echo ready; while :; do sleep 0.05; done'

# ends_with STATUS PID: of a process in the background.
ends_with() {
    local found=0
    wait "$2" || found=$?
    [ "$found" -eq "$1" ]
}

@test "unshare-lite --init: PID 1 reaps, PID 2 is the command" {
    requires root
    run -0 unshare-lite --init --mount-proc sh -c 'echo $$; cat /proc/1/comm'
    [ "$output" = $'2\nunshare-lite' ]
    # An orphan ends: a zombie below a shell that waits for nobody, gone below --init.
    # shellcheck disable=SC2016 # for the inner shell
    local orphan='sh -c "sleep 0.1 & exit"; for try in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2
        ps -e -o comm= | grep -q sleep || break; done; ps -e -o stat= | grep -c "^Z"'
    run -1 unshare-lite --init --mount-proc bash -c "$orphan"
    [ "$output" = 0 ]
    run -0 unshare-lite --pid --fork --mount-proc python3 -c '
import os, subprocess, time
subprocess.run(["sh", "-c", "sleep 0.1 & exit"])
time.sleep(1)
print(subprocess.run(["ps", "-e", "-o", "stat="], capture_output=True, text=True).stdout.count("Z"))'
    [ "$output" = 1 ]
}

@test "unshare-lite --init: the command's end is the end, and its status ours" {
    requires root python3
    run -7 unshare-lite --init sh -c 'sleep 60 & exit 7'
    run -0 wait_status unshare-lite --init sh -c 'kill -TERM $$'
    [ "$output" = -15 ]
    run -0 wait_status unshare-lite --init sh -c 'kill -KILL $$'
    [ "$output" = -9 ]
    run -127 unshare-lite --init no-such-command
    # Also when our caller ignores SIGCHLD; and the command has signals as we had.
    run -7 bash -c 'trap "" CHLD; exec unshare-lite --init sh -c "exit 7"'
    run -0 bash -c 'trap "" CHLD TERM; exec unshare-lite --init grep -e SigIgn -e SigBlk /proc/self/status'
    [ "$output" = "$(bash -c 'trap "" CHLD TERM; exec grep -e SigIgn -e SigBlk /proc/self/status')" ]
    run -0 unshare-lite --init ls /proc/self/fd
    [ "$output" = "$(ls /proc/self/fd)" ]
}

@test "unshare-lite --init: what PID 1 is sent, the command gets" {
    requires root
    local out=$BATS_TEST_TMPDIR/out init signal
    unshare-lite --init --kill-child sh -c "$LISTEN" >"$out" 3>&- &
    init=$(command_of $! unshare-lite)
    wait_for 10 grep -q ready "$out"
    for signal in TERM HUP USR1; do
        kill -"$signal" "$init"
        wait_for 10 grep -qx "$signal" "$out"
    done
    # Without a handler it would not have been delivered to PID 1 at all; the command dies.
    kill -KILL $!
    wait $! || true
    wait_for 10 gone "$init"
    unshare-lite --init sleep 60 3>&- &
    init=$(command_of $! unshare-lite)
    [ -n "$(command_of "$init" sleep)" ]
    kill -TERM "$init"
    ends_with 143 $!
}

@test "unshare-lite --forward-signals: TERM and INT reach the command, once" {
    local out=$BATS_TEST_TMPDIR/out child
    # A shell starts what is in the background with SIGINT ignored.
    env --default-signal=INT unshare-lite --forward-signals sh -c "$LISTEN" >"$out" 3>&- &
    wait_for 10 grep -q ready "$out"
    child=$(command_of $! sh)
    kill -TERM $!
    wait_for 10 grep -qx TERM "$out"
    kill -INT $!
    wait_for 10 grep -qx INT "$out"
    [ "$(cat "$out")" = $'ready\nTERM\nINT' ]
    kill -KILL "$child"
    ends_with 137 $!
    # The default: not sent on, and we stay.
    : >"$out"
    env --default-signal=INT unshare-lite --fork sh -c "$LISTEN" >"$out" 3>&- &
    wait_for 10 grep -q ready "$out"
    child=$(command_of $! sh)
    kill -TERM $!
    kill -INT $!
    kill -USR1 "$child"
    wait_for 10 grep -qx USR1 "$out"
    [ "$(cat "$out")" = $'ready\nUSR1' ]
    kill -KILL "$child"
    ends_with 137 $!
}

@test "unshare-lite --forward-signals: a command that dies of it, with its status" {
    unshare-lite --forward-signals sleep 60 3>&- &
    [ -n "$(command_of $! sleep)" ]
    kill -TERM $!
    ends_with 143 $!
}

@test "unshare-lite on a terminal: Ctrl-C ends the command, and we say so" {
    requires expect root
    # As PID 1 and without a handler, sleep would not be interrupted; below --init it is.
    for option in --fork --init; do
        terminal '
            type {unshare-lite '"$option"' sh -c "echo run\ning; exec sleep 60"}
            see running
            key "\003"
            see prompt>
            type {echo stat\us $?}
            see "status 130"'
    done
}

@test "unshare-lite on a terminal: Ctrl-C counts once with --forward-signals" {
    requires expect
    terminal '
        type {unshare-lite --forward-signals bash -c "trap \"echo gotc\ha\" INT; echo run\ning; for n in 1 2 3 4 5; do sleep 0.2; done; echo do\ne"}
        see running
        key "\003"
        see gotcha
        expect gotcha { exit 3 } done {} timeout { exit 1 }
        see prompt>'
}

# bash and not sh: dash uses vfork(2), and whoever waits for a stopped child there cannot stop.
@test "unshare-lite on a terminal: Ctrl-Z stops, fg goes on" {
    requires expect root
    for option in --fork --init; do
        terminal '
            type {unshare-lite '"$option"' bash -c "echo run\ning; sleep 1; echo do\ne; exit 9"}
            see running
            key "\032"
            see Stopped
            see prompt>
            type {until ps -o stat=,comm= | grep -q "^T.* bas[h]$"; do sleep 0.1; done; echo it is s\topped}
            see "it is stopped"
            see prompt>
            type fg
            see done
            see prompt>
            type {echo stat\us $?}
            see "status 9"'
    done
}

@test "unshare-lite: standard input need not be a terminal, or open at all" {
    run -0 unshare-lite --fork cat <<<'from a file'
    [ "$output" = 'from a file' ]
    run -0 bash -c 'echo piped | unshare-lite --fork --kill-child cat'
    [ "$output" = piped ]
    run -0 unshare-lite --fork sh -c 'echo fine' <&-
    [ "$output" = fine ]
    run -0 unshare-lite --fork sh -c '! read -r line' </dev/null
    # Our own descriptors stay away from 0, 1 and 2 that are closed.
    run -0 bash -c 'unshare-lite --fork --kill-child ls /proc/self/fd <&- | xargs'
    [ "$output" = "$(bash -c 'ls /proc/self/fd <&- | xargs')" ]
    requires root
    run -0 bash -c 'unshare-lite --init ls /proc/self/fd <&- | xargs'
    [ "$output" = "$(bash -c 'ls /proc/self/fd <&- | xargs')" ]
}

@test "unshare-lite --init --kill-child: when we are killed, so are all inside" {
    requires root
    local init
    unshare-lite --init --kill-child sh -c 'sleep 60 & sleep 60' 3>&- &
    init=$(command_of $! unshare-lite)
    [ -n "$(command_of "$(command_of "$init" sh)" sleep)" ]
    kill -KILL $!
    wait $! || true
    wait_for 10 gone "$init"
}
