# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# screen.sh: the terminal of an interactive lab. Signs, keys and a cleared screen for
# those who see it; words and lines with --plain.

SAVED_TERMINAL=''
[[ ! -t 0 ]] || SAVED_TERMINAL=$(stty -g)

clears_screen() {
    [[ $LAB_MODE == interactive && -t 1 ]] && ((!IS_PLAIN))
}

# The screen of the last step is scrolled away, not wiped: it can be scrolled back to.
clear_screen() {
    local rows
    rows=$(tput lines 2>/dev/null) || rows=24
    printf '%*s\e[H\e[J' "$rows" '' | tr ' ' '\n'
}

# heading WHERE TITLE: across 80 columns at most.
heading() {
    local dashes room=$((74 - ${#1} - ${#2}))
    if ((IS_PLAIN)); then
        printf 'Step %s of %s: %s\n' "${1%/*}" "${1#*/}" "$2"
    else
        printf -v dashes '%*s' "$((room > 3 ? room : 3))" ''
        printf '%s── %s  %s %s%s\n' "$BOLD" "$1" "$2" "${dashes// /─}" "$PLAIN"
    fi
}

# ask_key KEY:MEANING...: one of these keys, in KEY; Enter is the empty one. What was
# typed before the question is no answer to it. The end of input is the last key.
ask_key() {
    local choice keys=' '
    [[ -z $SAVED_TERMINAL ]] || stty "$SAVED_TERMINAL"
    for choice; do
        [[ $choice == Enter:* ]] || keys+="${choice%%:*} "
    done
    read -r -s -n 10000 -t 0.01 _ || true
    while :; do
        read_key "$@"
        [[ -n $KEY && $keys != *" $KEY "* ]] || return 0
        printf 'One of these, please:\n'
    done
}

read_key() {
    local choice line='' last=${*: -1}
    for choice; do
        line+="${line:+ · }[${choice%%:*}] ${choice#*:}"
    done
    if ((IS_PLAIN)); then
        line=${line//' · '/, }
        printf '%s, then Enter: ' "${line//[\[\]]/}"
        IFS= read -r KEY || KEY=${last%%:*}
        KEY=${KEY:0:1}
    else
        printf '%s%s%s ' "$DIM" "$line" "$PLAIN"
        IFS= read -r -n 1 KEY || KEY=${last%%:*}
        # An arrow is three characters.
        [[ $KEY != $'\e' ]] || read -r -s -n 10000 -t 0.01 _ || true
        [[ -z $KEY ]] || printf '\n'
    fi
}

# ask_line: the learner's words, in LINE. What was begun counts, also when the
# terminal is gone before Enter.
ask_line() {
    [[ -z $SAVED_TERMINAL ]] || stty "$SAVED_TERMINAL"
    printf '  %s(Enter: no guess)%s > ' "$DIM" "$PLAIN"
    # shellcheck disable=SC2034 # for the caller
    IFS= read -r LINE || true
}
