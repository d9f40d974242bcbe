# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# exercise.sh: the vocabulary of labs/exercises/NN-slug.sh, and the verbs of the
# runner that use it. One exercise reads:
#
#     exercise SLUG TASK...            the task; what follows belongs to it
#     hint TEXT...                     one hint each, from a nudge to nearly all
#     solution <<'END'                 what solves it, as one would type it into a shell
#     wrong NAME MESSAGE <<'END'       a common wrong answer, likewise, and a part of
#                                      what the check must say to it
#     explain TEXT...                  said once it is solved: why it works
#     prepare_SLUG() { ... }           optional: what the task starts from (run, undo);
#                                      undo also what the learner is told to make
#     check_SLUG() { ... }             looks at the kernel, and calls refuse MESSAGE at
#                                      the first thing that is not so. An answer that the
#                                      learner gives (labs/lab check NN SLUG ANSWER) is $1
#
# In names of functions a - of the slug is a _. $LEARNER, a number, makes the names
# in a task the learner's own, where several share a machine.

EXERCISES=() EXERCISE='' NUMBER=''
declare -A TASK HINTS SOLUTION WRONG EXPLANATIONS
LEARNER=${SUDO_UID:-$UID}

exercise() {
    EXERCISE=$1
    EXERCISES+=("$1")
    shift
    TASK[$EXERCISE]=$*
    HINTS[$EXERCISE]=0
}

hint() {
    local number=$((HINTS[$EXERCISE] + 1))
    HINTS[$EXERCISE]=$number
    HINTS["$EXERCISE:$number"]=$*
}

solution() {
    SOLUTION[$EXERCISE]=$(cat)
}

wrong() {
    WRONG["$EXERCISE:$1"]=$2$'\n'$(cat)
}

explain() {
    EXPLANATIONS[$EXERCISE]=$*
}

refuse() {
    labeled "$RED" "$CROSS" "$*"
    exit 1
}

# --- the verbs ---------------------------------------------------------------------

# load_exercises NN: declare those of one lab.
load_exercises() {
    local files=("$ROOT/labs/exercises/$1"-*.sh)
    lab_file "$1" >/dev/null
    [[ -e ${files[0]} ]] || cannot_run "lab $1 has no exercises yet" 'labs/lab'
    NUMBER=$1
    # shellcheck source=/dev/null
    source "${files[0]}"
}

# choose_exercise [SLUG]: sets EXERCISE to that one, or to the first not yet solved,
# and the rest of the arguments to REST.
choose_exercise() {
    local slug
    for slug in "${EXERCISES[@]}"; do
        if [[ $slug == "${1:-}" ]]; then
            EXERCISE=$slug REST=("${@:2}")
            return
        fi
    done
    REST=("$@")
    for EXERCISE in "${EXERCISES[@]}"; do
        is_solved "$EXERCISE" || return 0
    done
}

is_solved() {
    (($(times exercise "$NUMBER/$1" solved)))
}

no_rest() {
    ((${#REST[@]} == 0)) || usage_error "lab $NUMBER has these exercises: ${EXERCISES[*]}; not ${REST[0]}"
}

# function_of VERB: the name of the exercise's own function.
function_of() {
    printf '%s_%s' "$1" "${EXERCISE//-/_}"
}

exercise_run() {
    printf 'ex%s-%s-%s' "$NUMBER" "$EXERCISE" "$LEARNER"
}

# What the lab needs, its exercises need.
need_of_lab() {
    local needs
    IFS=$'\t' read -r _ _ _ _ needs < <(describe "$(lab_file "$NUMBER")")
    [[ " $needs " != *' root '* ]] || ((EUID == 0)) ||
        cannot_run "the exercises of lab $NUMBER need root" "sudo labs/lab $1 $NUMBER"
}

# exercise NN [SLUG]: the task, and what it starts from.
verb_exercise() {
    local slug mark
    choose_exercise "$@"
    no_rest
    need_of_lab exercise
    setup_for container
    build_tools
    for slug in "${EXERCISES[@]}"; do
        mark=' '
        [[ $slug != "$EXERCISE" ]] || mark='>'
        ! is_solved "$slug" || mark=$GREEN$TICK$PLAIN
        printf '%s %s\n' "$mark" "$slug"
    done
    prepare_exercise
    remember exercise "$NUMBER/$EXERCISE" shown
    # Once more, because a task may name what has just been made.
    load_exercises "$NUMBER"
    choose_exercise "$@"
    printf '\n'
    wrapped "${TASK[$EXERCISE]}"
    printf '\nBefore the first command in a shell of your own:\n    %s\n' "$(shell_prelude)"
    printf 'Then: labs/lab check %s %s   (or hint, or solution)\n' "$NUMBER" "$EXERCISE"
}

# Left standing until it is solved, or until labs/lab clean.
prepare_exercise() {
    declare -F "$(function_of prepare)" >/dev/null || return 0
    [[ ! -e $STATE/runs/$(exercise_run) ]] || return 0
    begin_run "$(exercise_run)"
    "$(function_of prepare)"
    trap - EXIT HUP INT QUIT PIPE TERM
}

verb_check() {
    local status=0
    choose_exercise "$@"
    need_of_lab check
    # In a shell of its own: refuse ends it.
    ("$(function_of check)" "${REST[@]}") || status=$?
    ((status == 0)) || {
        remember exercise "$NUMBER/$EXERCISE" refused
        printf '  labs/lab hint %s %s\n' "$NUMBER" "$EXERCISE"
        return "$status"
    }
    remember exercise "$NUMBER/$EXERCISE" solved
    printf '%s %s\n' "$GREEN$TICK$PLAIN" "$EXERCISE"
    [[ -z ${EXPLANATIONS[$EXERCISE]:-} ]] || wrapped "${EXPLANATIONS[$EXERCISE]}"
    [[ ! -e $STATE/runs/$(exercise_run) ]] || undo_run "$STATE/runs/$(exercise_run)"
}

# Each time one more; the last one stays.
verb_hint() {
    local shown
    choose_exercise "$@"
    no_rest
    shown=$(times exercise "$NUMBER/$EXERCISE" hint)
    if ((shown < HINTS[$EXERCISE])); then
        shown=$((shown + 1))
        remember exercise "$NUMBER/$EXERCISE" hint
    fi
    printf '%s, hint %d of %d\n' "$EXERCISE" "$shown" "${HINTS[$EXERCISE]}"
    wrapped "${HINTS["$EXERCISE:$shown"]}"
}

# Nothing but what can be pasted, so that `labs/lab solution NN SLUG | bash` works.
verb_solution() {
    choose_exercise "$@"
    no_rest
    remember exercise "$NUMBER/$EXERCISE" solution
    printf '%s\n' "${SOLUTION[$EXERCISE]}"
}

# wrong NN SLUG [NAME]: the common wrong answers, for teachers and tests.
verb_wrong() {
    local key
    choose_exercise "$@"
    if ((${#REST[@]} == 0)); then
        for key in "${!WRONG[@]}"; do
            [[ $key != "$EXERCISE:"* ]] || printf '%s\t%s\n' "${key#*:}" "${WRONG[$key]%%$'\n'*}"
        done
    else
        key=$EXERCISE:${REST[0]}
        [[ -n ${WRONG[$key]:-} ]] || usage_error "$EXERCISE has no wrong answer ${REST[0]}"
        printf '%s\n' "${WRONG[$key]#*$'\n'}"
    fi
}
