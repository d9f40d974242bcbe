# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# terminal.bash: a person at a terminal, played by expect(1).
#
#     load ../lib/terminal

# terminal SCRIPT: an interactive bash on a terminal of its own; SCRIPT is expect's, in
# which type sends a line, see waits for a text, and key sends a control character. The
# line is echoed: a text that is waited for is written with a backslash there.
terminal() {
    # shellcheck disable=SC2016 # for expect
    timeout 90 expect -c '
        set timeout 30
        proc see {text} { expect -ex $text {} timeout { puts "\nno: $text"; exit 1 } eof { exit 2 } }
        proc type {line} { send -- "$line\r" }
        proc key {character} { send -- $character }
        spawn env PS1=prompt> bash --norc --noprofile -i
        see prompt>
        '"$1"'
        type exit
        expect eof' 3>&-
}
