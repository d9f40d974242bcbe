# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# lab.sh: the vocabulary of a lab. A lab sources it and reads as the lesson:
#
#     lab NN TITLE MINUTES NEED...     who may run it; NEED is root, net, overlay ...
#     step SLUG TITLE                  begins a step; the end of the one before
#     say TEXT                         what to know, wrapped to the terminal
#     explain TEXT                     more, for who presses [e]
#     predict QUESTION                 asked before the next command is run
#     run COMMAND...                   shown, then run; must succeed (common.sh)
#     attempt COMMAND...               shown, then run; may fail, status in STATUS
#     start COMMAND...                 shown, then run in the background, PID in STARTED
#     undo NAME ARGUMENT...            written down before a change (journal.sh)
#     verify WHAT A OP B [HINT]        an expectation on kernel state; OP: = != contains
#     finish                           last line
#
# How it runs is the runner's choice, given in LAB_MODE: auto, interactive, describe.

set -euo pipefail
# shellcheck source=labs/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=labs/lib/journal.sh
source "$ROOT/labs/lib/journal.sh"
# shellcheck source=labs/lib/setup.sh
source "$ROOT/labs/lib/setup.sh"
# shellcheck source=labs/lib/doctor.sh
source "$ROOT/labs/lib/doctor.sh"
# shellcheck source=labs/lib/progress.sh
source "$ROOT/labs/lib/progress.sh"

LAB_MODE=${LAB_MODE:-auto}
LAB_FROM=${LAB_FROM:-1}
STEP=0
SELF=$(realpath "$0")
STEPS=$(grep -c '^step ' "$SELF" || true)
EXPLANATION=''

# --- the head of a lab -----------------------------------------------------------

lab() {
    NUMBER=$1 TITLE=$2 MINUTES=$3
    shift 3
    if [[ $LAB_MODE == describe ]]; then
        printf '%s\t%s\t%s\t%s\t%s\n' "$NUMBER" "$TITLE" "$MINUTES" "$STEPS" "$*"
        exit 0
    fi
    [[ " $* " != *' root '* ]] || ((EUID == 0)) ||
        cannot_run "lab $NUMBER needs root" "sudo labs/lab $NUMBER"
    setup_for container
    build_tools
    needs "$@"
    # The commands that a learner sees are given from the top folder of the project.
    cd "$ROOT"
    begin_run "lab$NUMBER-$$"
    printf '%s%s %s%s   %s min · %s steps · needs: %s\n' \
        "$BOLD" "$NUMBER" "$TITLE" "$PLAIN" "$MINUTES" "$STEPS" "${*:-nothing}"
}

# needs NEED...: exit 77 with the reason when this machine cannot run the lab.
needs() {
    local need reason
    for need; do
        reason=$(why_not "$need") || cannot_run "lab $NUMBER cannot run here: $reason" 'labs/lab doctor'
    done
}

# --- steps -------------------------------------------------------------------------

# step SLUG TITLE: before --from, the steps are done without a word, because what
# follows stands on them.
step() {
    ((STEP == 0)) || end_of_step
    STEP=$((STEP + 1)) SLUG=$1 EXPLANATION='' NARRATE=1
    if hushed; then
        NARRATE=0
        return
    fi
    mark step "$1"
    printf '\n%s── %d/%d  %s %s%s\n' "$BOLD" "$STEP" "$STEPS" "$2" \
        "$(line $((70 - ${#2})))" "$PLAIN"
}

line() {
    local dashes
    printf -v dashes '%*s' "$(($1 > 3 ? $1 : 3))" ''
    printf '%s' "${dashes// /─}"
}

hushed() {
    ((STEP < LAB_FROM))
}

end_of_step() {
    hushed || [[ $LAB_MODE != interactive ]] || prompt
}

# What to do next: one key.
prompt() {
    local key
    while :; do
        printf '%s[Enter] next · [e] explain · [s] a shell here · [b] back · [q] quit (resumes here)%s ' \
            "$DIM" "$PLAIN"
        IFS= read -r -n 1 key || key=q
        [[ -z $key ]] || printf '\n'
        case $key in
            '') return ;;
            e) say "${EXPLANATION:-Nothing more to say here; the man pages of the commands above know more.}" ;;
            s)
                printf 'Everything of this step stands. Ctrl-D or exit comes back.\n'
                (cd "$ROOT" && "${SHELL:-/bin/bash}") || true
                ;;
            b) restart_at $((STEP > 1 ? STEP - 1 : 1)) ;;
            q)
                save_progress "$NUMBER" "$STEP"
                printf 'labs/lab %s goes on at step %d.\n' "$NUMBER" "$STEP"
                exit 0
                ;;
            *) printf 'One of the keys above, please.\n' ;;
        esac
    done
}

# Take everything back, then come again, quickly, to where one wants to be.
restart_at() {
    undo_run "$OPEN_RUN"
    trap - EXIT
    LAB_FROM=$1 exec "$SELF"
}

# finish: the end is a step like the others, and the machine is as it was.
finish() {
    end_of_step
    save_progress "$NUMBER" 'done'
    [[ ${LAB_KEEP:-0} == 0 ]] || {
        KEEP=1
        printf '\nEverything stands, as %s. labs/lab clean takes it away.\n' "${OPEN_RUN##*/}"
        exit 0
    }
    printf '\n%s✓ lab %s done%s; the machine is as it was.\n' "$GREEN" "$NUMBER" "$PLAIN"
}

# --- what a lab says ------------------------------------------------------------------

say() {
    hushed || wrapped "$*"
}

explain() {
    EXPLANATION=$*
}

predict() {
    local answer
    hushed && return
    printf '%sPredict:%s ' "$YELLOW" "$PLAIN"
    say "$*"
    [[ $LAB_MODE != interactive ]] || {
        printf '  > '
        read -r answer || true
        save_answer "$NUMBER" "$SLUG" "$answer"
    }
}

# --- what a lab does ---------------------------------------------------------------------

# run is in common.sh. Both are silent before --from.
# shellcheck disable=SC2034 # STATUS and STARTED are for the lab
attempt() {
    STATUS=0
    show_command "$@"
    if hushed; then "$@" >/dev/null 2>&1 || STATUS=$?; else "$@" || STATUS=$?; fi
    mark end
}

# A process of the lab: ended with it.
start() {
    ((!NARRATE)) || printf '%s$ %s &%s\n' "$BOLD" "$(quoted "$@")" "$PLAIN"
    "$@" </dev/null &
    STARTED=$!
    # No longer a job: the shell would report its end in the middle of a step.
    disown "$STARTED"
    undo process "$STARTED" "$(start_time "$STARTED")"
}

# verify WHAT A OP B [HINT]
verify() {
    local what=$1 a=$2 operator=$3 b=$4 holds=0
    case $operator in
        =) [[ $a != "$b" ]] || holds=1 ;;
        !=) [[ $a == "$b" ]] || holds=1 ;;
        contains) [[ $a != *"$b"* ]] || holds=1 ;;
        *) die "verify knows =, != and contains, not $operator" ;;
    esac
    if ((holds)); then
        hushed || printf '%s✓%s %s\n' "$GREEN" "$PLAIN" "$what"
        return
    fi
    printf '%s✗%s %s\n    expected: %s %s\n    actual:   %s\n' "$RED" "$PLAIN" "$what" \
        "$operator" "$b" "$a" >&2
    [[ -z ${5:-} ]] || printf '    hint: %s\n' "$5" >&2
    exit 1
}
