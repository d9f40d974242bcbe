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
        type {alias enter="nsenter-lite -t '"$target $1"'"; before=$(stty -g)}
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

@test "nsenter-lite --pty: ended by a signal, it gives our terminal back" {
    in_target '-p --pty' '
        type {enter sh -c "echo run\ning; exec sleep 60"}
        see running
        exec kill -TERM [exec pgrep -P [exp_pid] nsenter-lite]
        see prompt>
        type {echo stat\us $?}
        see "status 143"'
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
