#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A lab in a real terminal: keys, screen, answers, and all the ways to leave it.

load ../lib/common
load small

before_test() {
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
    HISTORY=$XDG_STATE_HOME/container-bones/history
    small_lab
}

after_test() {
    close_terminal
}

@test "keys: explain, next, back, quit and resume; the screen is cleared at each step" {
    requires root tmux
    terminal 'labs/lab 97'
    see 'resumes here'
    keys e
    # What is typed before a question is no answer to it.
    see $'More of the first.\n[Enter]'
    keys Enter
    see 'what comes?'
    # The step begins at the top of the screen, and the bottom line fits into it.
    [[ $(screen | head -n 1) == *'2/3'*'The second'* && $(screen) != *'The first'* ]]
    keys 'it comes' Enter
    see 'you said: it comes'
    see 'resumes here'
    [[ $(screen | grep 'next') == *'resumes here) '* || $(screen | grep 'next') == *'resumes here)' ]]
    keys b
    see '1/3'
    see 'resumes here'
    keys Enter
    # Asked again, with what was said before.
    see 'before, you said: it comes'
    keys Enter
    see 'resumes here'
    # Neither an arrow nor another letter does anything.
    keys Up
    see 'One of these, please'
    keys q
    see 'labs/lab 97 goes on at step 2'
    see 'status 0'
    close_terminal
    no_leaks

    terminal 'labs/lab 97'
    see '2/3'
    see 'no guess) >'
    keys Enter
    see 'resumes here'
    keys Enter
    see '3/3'
    see 'resumes here'
    keys Enter
    see 'lab 97 done'
    close_terminal
    # Nothing is lost by going back, or by answering nothing.
    [ "$(grep -c $'answer\t97/two/1\tit comes' "$HISTORY")" = 1 ]
    [ "$(tail -n 1 "$HISTORY")" = $'lab\t97\tdone' ]
    run -0 labs/lab
    [[ $output == *'97  Small'*'done'* ]]
}

@test "a shell at any step: everything of the step stands, and the tools are there" {
    requires root tmux
    terminal 'SHELL=/bin/sh labs/lab 97 --from 2'
    see 'no guess) >'
    keys Enter
    see 'resumes here'
    keys s
    see 'comes back'
    keys 'command -v cgset; find /sys/fs/cgroup -name "small-*" | sed "s/.*small.*/it stands/"' Enter
    see "$PWD/build/bin/cgset"
    see $'\nit stands\n'
    keys exit Enter
    see $'# exit\n[Enter]'
    keys q
    see 'status 0'
}

@test "--predict asks before every command what it will say" {
    requires root tmux
    terminal 'labs/lab 97 --predict'
    see '$ echo one'
    see 'What will that say?'
    run ! on_screen 'one is one'
    keys 'one, I think' Enter
    see 'one is one'
    see 'you said: one, I think'
    see 'resumes here'
    keys q
    see 'status 0'
    grep -q $'answer\t97/one/1\tone, I think' "$HISTORY"
    close_terminal

    # What the lab itself has asked about, it does not ask twice.
    terminal 'labs/lab 97 --predict --from 2'
    see 'what comes?'
    keys 'it comes' Enter
    see 'What will that say?'
    [[ $(screen) == *'$ cgset create'*'$ sleep 1000 &'$'\n''What will that say?'* ]]
}

@test "--plain: no escape sequence, no sign, no key that is not a line" {
    requires root expect
    run -0 expect -c '
        set timeout 60
        spawn labs/lab --plain 97
        expect "Step 1 of 3: The first" ; expect "ok: one is one"
        expect "then Enter: " ; send "e\r"
        expect "More of the first." ; expect "then Enter: " ; send "\r"
        expect "Step 2 of 3" ; expect "> " ; send "\r"
        expect "then Enter: " ; send "q\r"
        expect "goes on at step 2"
        expect eof { exit 0 }
        exit 1' 3>&-
    [[ $output != *$'\e'* && $output != *[✓✗─]* ]]
}

@test "colors on a terminal only, and not with NO_COLOR" {
    requires root script
    run -0 script -qec 'labs/lab 97 --auto' /dev/null
    [[ $output == *$'\e[32m'* ]]
    run -0 env NO_COLOR=1 script -qec 'labs/lab 97 --auto' /dev/null
    [[ $output != *$'\e['* ]]
    run -0 labs/lab 97 --auto
    [[ $output != *$'\e['* ]]
}

@test "Ctrl-C at a prompt, at a question and in the middle of a command: 130, and all is taken back" {
    requires root tmux
    terminal 'labs/lab 97'
    see 'resumes here'
    keys C-c
    see 'status 130'
    close_terminal
    no_leaks

    terminal 'labs/lab 97 --from 2'
    see 'no guess) >'
    keys 'half an ans' C-c
    see 'labs/lab 97 goes on at step 2'
    see 'status 130'
    run ! on_screen 'not to be killed'
    close_terminal
    no_leaks

    terminal 'SMALL_COMMAND="sleep 1000" labs/lab 97 --from 3'
    see '$ sleep 1000'
    keys C-c
    see 'status 130'
    close_terminal
    no_leaks
    # It goes on there.
    [ "$(tail -n 1 "$HISTORY")" = $'lab\t97\t3' ]
}

@test "the terminal is closed, at a prompt and in the middle of a command: all is taken back" {
    requires root tmux
    terminal 'labs/lab 97 --from 2'
    see 'no guess) >'
    keys 'an answer' Enter
    see 'resumes here'
    close_terminal
    wait_for 30 no_runs
    no_leaks
    grep -q $'answer\t97/two/1\tan answer' "$HISTORY"

    terminal 'SMALL_COMMAND="sleep 1000" labs/lab 97 --from 3'
    see '$ sleep 1000'
    close_terminal
    wait_for 30 no_runs
    no_leaks
}

no_runs() {
    [[ ! -e /run/container-bones/runs ]]
}

@test "a verify that fails can be looked at before all is taken back" {
    requires root tmux
    sed -i "s/verify 'still' 1 = 1/verify 'still' 1 = 2 'a hint'/" labs/97-small.sh
    terminal 'SHELL=/bin/sh labs/lab 97 --from 3'
    see 'expected: = 2'
    see 'hint: a hint'
    see 'take all back'
    keys s
    see 'comes back'
    keys 'find /sys/fs/cgroup -name "small-*" | sed "s/.*small.*/it stands/"; exit' Enter
    see $'\nit stands\n'
    see 'take all back'
    keys Enter
    see 'status 1'
}
