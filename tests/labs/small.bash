# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# small.bash: a lab that takes no time, number 97, for the tests of the runner itself;
# and a terminal to run it in.

# own_project: labs/ in a copy, where no other test meets the lab that this one makes; the
# rest of the project is only linked.
own_project() {
    mkdir "$BATS_TEST_TMPDIR/project"
    cd "$BATS_TEST_TMPDIR/project" || return
    cp -a "$ROOT/labs" .
    ln -s "$ROOT"/{Makefile,tools,build} .
}

# small_lab: three steps. The second changes the machine; the third takes long.
small_lab() {
    own_project
    cat >labs/97-small.sh <<'END'
#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/lib/lab.sh"
lab 97 'Small' 1
step one 'The first'
say 'Nothing is changed here.'
explain 'More of the first.'
run echo one
verify 'one is one' 1 = 1
step two 'The second'
predict 'what comes?'
undo cgroup "container-bones/small-$$"
run cgset create "container-bones/small-$$"
start sleep 1000
verify 'a process is there' "$(cat "/proc/$STARTED/comm")" != ''
step three 'The third'
run ${SMALL_COMMAND:-true}
verify 'still' 1 = 1
finish
END
    chmod +x labs/97-small.sh
}

# terminal COMMAND: in a real terminal of 80 by 24, which is tmux.
terminal() {
    tmux -f /dev/null -S "$BATS_TEST_TMPDIR/tmux" new-session -d -x 80 -y 24 \
        "$1; echo \"ended with status \$?\"; sleep 1000" 3>&-
}

keys() {
    tmux -S "$BATS_TEST_TMPDIR/tmux" send-keys "$@"
}

screen() {
    tmux -S "$BATS_TEST_TMPDIR/tmux" capture-pane -p
}

# see TEXT: it comes onto the screen.
see() {
    wait_for 60 on_screen "$1" || {
        screen
        return 1
    }
}

on_screen() {
    [[ $(screen) == *"$1"* ]]
}

# Until the server is gone: it may hear the next one's new-session while it ends.
close_terminal() {
    local server
    server=$(tmux -S "$BATS_TEST_TMPDIR/tmux" display-message -p '#{pid}' 2>/dev/null) || return 0
    tmux -S "$BATS_TEST_TMPDIR/tmux" kill-server
    wait_for 10 test ! -e "/proc/$server"
}
