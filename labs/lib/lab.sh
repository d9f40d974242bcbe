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
# A, the actual value, is asked of the kernel: kernel.sh has the common questions.
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
# shellcheck source=labs/lib/screen.sh
source "$ROOT/labs/lib/screen.sh"

LAB_MODE=${LAB_MODE:-auto}
# Marks are for the commands of this lab, not for those that they run.
export -n LAB_MARKS
LAB_FROM=${LAB_FROM:-1}
LAB_PREDICT=${LAB_PREDICT:-0}
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
    ((LAB_FROM <= STEPS)) || DIE_STATUS=$EXIT_USAGE die "lab $NUMBER has $STEPS steps" "see labs/lab --help"
    # What was so a moment ago need not be asked again on the way back.
    if [[ -z ${LAB_AGAIN:-} ]]; then
        setup_for container
        build_tools
        needs "$@"
    fi
    # The commands that a learner sees are given from the top folder of the project.
    cd "$ROOT"
    begin_run "lab$NUMBER-$$"
    ! clears_screen || clear_screen
    labeled "$BOLD" "$NUMBER $TITLE" "  $MINUTES min · $STEPS steps · needs: ${*:-nothing}"
    printf '%sTo try its commands in a shell of your own, there first:\n    %s%s\n' \
        "$DIM" "$(shell_prelude)" "$PLAIN"
    ((LAB_FROM == 1)) || printf 'All before step %d is done again, without a word ...\n' "$LAB_FROM"
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
# follows stands on them. Where the learner has got to is kept now, not at the end.
step() {
    ((STEP == 0)) || end_of_step
    STEP=$((STEP + 1)) SLUG=$1 EXPLANATION='' QUESTIONS=0 ASKED=0 PREDICTION='' NARRATE=1
    if hushed; then
        NARRATE=0
        return
    fi
    mark step "$1"
    [[ $LAB_MODE != interactive ]] || remember lab "$NUMBER" "$STEP"
    if ((STEP > LAB_FROM)) && clears_screen; then clear_screen; else printf '\n'; fi
    heading "$STEP/$STEPS" "$2"
}

hushed() {
    ((STEP < LAB_FROM))
}

end_of_step() {
    hushed || [[ $LAB_MODE != interactive ]] || prompt
}

# What to do next: one key.
prompt() {
    while :; do
        ask_key Enter:next e:explain s:shell b:back 'q:quit (resumes here)'
        case $KEY in
            '') return ;;
            e) wrapped "${EXPLANATION:-Nothing more to say here; the man pages of the commands above know more.}" ;;
            s) shell_here ;;
            b) restart_at $((STEP > 1 ? STEP - 1 : 1)) ;;
            q)
                goes_on
                exit 0
                ;;
        esac
    done
}

goes_on() {
    printf 'labs/lab %s goes on at step %d.\n' "$NUMBER" $((STEP > LAB_FROM ? STEP : LAB_FROM))
}

# Ctrl-C, or a command that failed: not the end either.
after_failure() {
    [[ -e $OPEN_RUN ]] || printf 'Everything was taken back; the machine is as it was.\n' || true
    [[ $LAB_MODE != interactive || $STEP == 0 ]] || goes_on || true
}

shell_here() {
    printf 'Everything of this step stands. Ctrl-D or exit comes back.\n'
    "${SHELL:-/bin/bash}" || true
}

# Take everything back, then come again, quickly, to where one wants to be.
restart_at() {
    trap '' INT TERM HUP QUIT PIPE
    undo_run "$OPEN_RUN"
    trap - EXIT INT TERM HUP QUIT PIPE
    LAB_AGAIN=1 LAB_FROM=$1 exec env -u CONTAINER_BONES_RUN "$SELF"
}

# finish: the end is a step like the others, and the machine is as it was.
finish() {
    end_of_step
    [[ $LAB_MODE != interactive ]] || remember lab "$NUMBER" 'done'
    [[ ${LAB_KEEP:-0} == 0 ]] || {
        KEEP=1
        printf '\nEverything stands, as %s. labs/lab clean takes it away.\n' "${OPEN_RUN##*/}"
        exit 0
    }
    printf '\n%s lab %s done; the machine is as it was.\n' "$GREEN$TICK$PLAIN" "$NUMBER"
    [[ $LAB_MODE != interactive || ! -e $ROOT/labs/exercises/${SELF##*/} ]] ||
        printf 'Now try it without a guide: labs/lab exercise %s\n' "$NUMBER"
}

# --- what a lab says ------------------------------------------------------------------

say() {
    hushed || wrapped "$*"
}

explain() {
    EXPLANATION=$*
}

# predict QUESTION: the answer is kept at once, and shown again beside what is seen.
predict() {
    hushed && return
    labeled "$YELLOW" Predict: "$*"
    [[ $LAB_MODE != interactive ]] || ask_prediction
}

ask_prediction() {
    local what before
    QUESTIONS=$((QUESTIONS + 1)) ASKED=1
    what=$NUMBER/$SLUG/$QUESTIONS
    before=$(recall answer "$what")
    [[ -z $before ]] || printf '  (before, you said: %s)\n' "$before"
    ask_line
    [[ -z $LINE ]] || remember answer "$what" "$LINE"
    PREDICTION=$LINE
}

# With --predict, before every command that the lab itself has not just asked about; but
# nobody is to wait for an answer under the lock that all runs share.
before_command() {
    ((!LAB_PREDICT || ASKED || LOCKED)) || {
        printf '%sWhat will that say?%s\n' "$YELLOW" "$PLAIN"
        ask_prediction
    }
    ASKED=0
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
    TAIL='&' show_command "$@"
    "$@" </dev/null &
    STARTED=$!
    mark end
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
        hushed || printf '%s %s\n' "$GREEN$TICK$PLAIN" "$what"
        [[ -z $PREDICTION ]] || printf '  you said: %s\n' "$PREDICTION"
        PREDICTION=''
        return
    fi
    printf '%s %s\n    expected: %s %s\n    actual:   %s\n' "$RED$CROSS$PLAIN" "$what" \
        "$operator" "$b" "$a" >&2
    [[ -z ${5:-} ]] || printf '    hint: %s\n' "$5" >&2
    [[ $LAB_MODE != interactive ]] || look_before_the_end
    exit 1
}

# What went wrong can still be looked at.
look_before_the_end() {
    while :; do
        ask_key 'Enter:end, and take all back' 's:a shell here, to look'
        [[ $KEY == s ]] || return 0
        shell_here
    done
}
