#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nsenter-lite on a terminal: keys, job control, and --pty, a terminal of the command's own.

load ../lib/common
load ../lib/target
load ../lib/terminal
# From bats and target.bash: shellcheck knows only $output and $lines.
target="" ready=""

# in_target OPTIONS SCRIPT: on a terminal, with enter as the command that enters. Afterwards
# the terminal must be as it was.
in_target() {
    make_target --pid --uts
    # shellcheck disable=SC2016 # for the shell there
    terminal '
        type {lite="nsenter-lite -t '"$target $1"'"; alias enter="$lite"; before=$(stty -g)}
        see prompt>
        '"$2"'
        type {test "$(stty -g)" = "$before" && echo the same termi\nal}
        see "the same terminal"'
}

before_test() {
    requires expect root
    no_targets
    mkfifo "$ready"
}

@test "nsenter-lite on a terminal: Ctrl-C ends the command, and we say so" {
    local option
    for option in -u -p '-p --pty'; do
        in_target "$option" '
            type {enter sh -c "echo run\ning; exec sleep 60"}
            see running
            key "\003"
            see prompt>
            type {echo stat\us $?}
            see "status 130"'
    done
}

# bash and not sh: dash uses vfork(2), and whoever waits for a stopped child there cannot stop.
@test "nsenter-lite on a terminal: Ctrl-Z stops, fg goes on" {
    local option
    for option in -u -p; do
        in_target "$option" '
            type {enter bash -c "echo run\ning; sleep 1; echo do\ne; exit 9"}
            see running
            key "\032"
            see Stopped
            see prompt>
            type fg
            see done
            see prompt>
            type {echo stat\us $?}
            see "status 9"'
    done
}

@test "nsenter-lite --pty: job control is that of the shell inside" {
    in_target '-p --pty' '
        type {enter env PS1="insi"de\> bash --norc --noprofile -i}
        see inside>
        type {bash -c "trap \"echo go\es on\" CONT; echo run\ning; while :; do sleep 0.1; done"}
        see running
        key "\032"
        see Stopped
        see inside>
        type fg
        see "goes on"
        key "\003"
        see inside>
        type {echo stat\us $?}
        see "status 130"
        type {exit 5}
        see prompt>
        type {echo stat\us $?}
        see "status 5"'
}

@test "nsenter-lite --pty: the command has no job control, and Ctrl-Z stops nobody" {
    in_target '-p --pty' '
        type {enter sh -c "echo run\ning; sleep 1; echo do\ne"}
        see running
        key "\032"
        see done
        see prompt>'
}

@test "nsenter-lite --pty: its terminal is as large as ours, and changes with it" {
    # shellcheck disable=SC2016 # for the shell inside
    in_target '-u --pty' '
        type {stty rows 33 cols 77; enter sh -c "echo size \$(stty size)
            until [ \"\$(stty size)\" = \"40 100\" ]; do sleep 0.1; done; echo chan\ged"}
        see "size 33 77"
        exec stty rows 40 cols 100 <$spawn_out(slave,name)
        see changed
        see prompt>'
}

# Before the shell at the prompt does so itself.
@test "nsenter-lite --pty gives our terminal back, ended by a signal as well" {
    # shellcheck disable=SC2016 # for the shell inside
    in_target '-p --pty' '
        type {bash -c "$lite true; echo stat\\us \$?; test \"\$(stty -g)\" = $before && echo go\\od"}
        see "status 0"
        see good
        see prompt>
        type {bash -c "$lite sh -c \"echo run\\\\ning; exec sleep 60\"; echo stat\\us \$?; test \"\$(stty -g)\" = $before && echo go\\od"}
        see running
        exec kill -TERM [exec pgrep -P [exec pgrep -P [exp_pid] bash] nsenter-lite]
        see "status 143"
        see good
        see prompt>'
}

@test "nsenter-lite stops when its command is stopped, and continues it" {
    make_target --pid
    local out="$BATS_TEST_TMPDIR/out" child lite
    nsenter-lite -t "$target" -p -- bash -c 'echo ready; sleep 1; exit 6' >"$out" 3>&- &
    lite=$!
    wait_for 10 grep -q ready "$out"
    child=$(pgrep -P "$lite")
    kill -STOP "$child"
    wait_for 10 grep -q '^State:.T' "/proc/$lite/status"
    kill -CONT "$lite"
    wait_for 20 test ! -e "/proc/$child"
    local result=0
    wait "$lite" || result=$?
    [ "$result" = 6 ]
}

@test "nsenter-lite --pty without a terminal of ours: to the end, in and out" {
    make_target --uts
    seq 20000 >"$BATS_TEST_TMPDIR/numbers"
    run -0 timeout 60 nsenter-lite -t "$target" -u --pty cat "$BATS_TEST_TMPDIR/numbers" </dev/null
    [ "${output//$'\r'/}" = "$(seq 20000)" ]
    # What we type is shown, then what the command says. The last line may lack its end.
    run -0 timeout 60 nsenter-lite -t "$target" -u --pty wc -c < <(printf 'one\ntwo\n')
    [[ ${lines[-1]} == 8* ]]
    run -0 timeout 60 nsenter-lite -t "$target" -u --pty wc -c < <(printf 'one\ntwo')
    [[ $output == *7$'\r' ]]
    run -0 timeout 60 nsenter-lite -t "$target" -u --pty wc -c </dev/null
    [[ $output == 0* ]]
}
