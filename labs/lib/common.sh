# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# common.sh: paths, messages and locks, for everything in labs/.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Kernel objects do not outlive a reboot, and neither does /run: what is written
# here about them goes when they go.
STATE=${CONTAINER_BONES_STATE:-/run/container-bones}
[[ $STATE =~ ^(/[A-Za-z0-9_.-]+)+$ && $STATE != *..* ]] || {
    printf 'CONTAINER_BONES_STATE must be an absolute path of plain letters: %s\n' "$STATE" >&2
    exit 2
}
# Once, also where one script calls another.
SBIN=/usr/local/sbin:/usr/sbin:/sbin
PATH=${PATH#"$ROOT/build/bin:"}
PATH=$ROOT/build/bin:${PATH%":$SBIN"}:$SBIN
umask 022
# What is printed is read by programs: by ours, and by those that learners write.
export LC_ALL=C.UTF-8

# Exit statuses beside 0 and 1: cannot run here, and the usual one for usage.
EXIT_CANNOT_RUN=77
EXIT_USAGE=2

# For screen readers, and terminals that can do nothing: words instead of signs, no
# colors, no cleared screen, a line instead of a key.
IS_PLAIN=0
if [[ ${CONTAINER_BONES_PLAIN:-0} != 0 || ${TERM:-dumb} == dumb && -t 1 ]]; then
    IS_PLAIN=1
fi
# shellcheck disable=SC2034 # used by those that source this
BOLD='' DIM='' GREEN='' RED='' YELLOW='' PLAIN='' TICK='✓' CROSS='✗'
if ((IS_PLAIN)); then
    # shellcheck disable=SC2034
    TICK='ok:' CROSS='FAILED:'
elif [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    # shellcheck disable=SC2034
    BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
fi

# die MESSAGE [HINT]: one clear line, one next step.
die() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    [[ -z ${2:-} ]] || printf 'hint: %s\n' "$2" >&2
    exit "${DIE_STATUS:-1}"
}

usage_error() {
    DIE_STATUS=$EXIT_USAGE die "$1" "see labs/${0##*/} --help"
}

cannot_run() {
    DIE_STATUS=$EXIT_CANNOT_RUN die "$@"
}

need_root() {
    ((EUID == 0)) || cannot_run "$1 needs root" "sudo $0 $1"
}

# wrapped TEXT...: prose, to the width of the terminal.
wrapped() {
    local columns
    columns=$(tput cols 2>/dev/null) || columns=80
    printf '%s\n' "$*" | fold -s -w $((columns < 80 ? columns : 80)) | sed 's/ *$//'
}

# labeled COLOR WORD TEXT...: prose that begins with a word in that color, which is
# wrapped as if it had none.
labeled() {
    local color=$1 word=$2 text
    shift 2
    text=$(wrapped "$word $*")
    printf '%s%s%s%s\n' "$color" "$word" "$PLAIN" "${text#"$word"}"
}

# done_line LABEL TEXT: one thing that is now true.
done_line() {
    printf '%s %-11s %s\n' "$GREEN$TICK$PLAIN" "$1" "$2"
}

# quoted ARGUMENT...: as one would type it into a shell.
quoted() {
    local argument line=
    for argument; do
        if [[ $argument =~ ^[A-Za-z0-9_@%+=:,./-]+$ ]]; then
            line+="$argument "
        elif [[ $argument == *\'* ]]; then
            line+="$(printf '%q' "$argument") "
        else
            line+="'$argument' "
        fi
    done
    printf '%s' "${line% }"
}

# with_lock COMMAND...: one at a time on this machine, for what all runs share:
# addresses, the bridge, the parent cgroup. The lock is on the folder that $STATE
# stands in, which is there before and after.
LOCKED=0
with_lock() {
    local lock status
    # What is undone after a failure under the lock is undone under it. (A bare
    # return in a trap would give back the status of before the trap.)
    if ((LOCKED)); then
        "$@"
    else
        exec {lock}<"${STATE%/*}"
        flock --timeout 30 "$lock" ||
            die "another run has held the lock on ${STATE%/*} for 30 seconds"
        LOCKED=1
        "$@"
        status=$?
        LOCKED=0
        exec {lock}<&-
        return "$status"
    fi
}

# What makes a learner's own shell one in which our commands can be pasted, in one line:
# of several, all but the first would wait until the shell of root has ended.
shell_prelude() {
    local path="PATH=\$PWD/build/bin:\$PATH"
    [[ -z ${SUDO_USER:-} ]] || path="sudo sh -c '$path exec bash'"
    printf '%s' "cd $(quoted "$ROOT"); $path"
}

# run COMMAND...: the vocabulary's most important word. What is printed is what is
# run, and can be pasted. Without NARRATE, output is kept for the case of failure.
NARRATE=0
run() {
    local output='' status=0
    show_command "$@"
    if ((NARRATE)); then
        "$@" || status=$?
        mark end
    else
        output=$("$@" 2>&1) || status=$?
    fi
    ((status == 0)) || die "status $status from: $(quoted "$@")" "$output"
}

# mark WORD...: for tests/docs/check-docs, which must know where a step begins and where
# the output of a command ends.
mark() {
    [[ -z ${LAB_MARKS:-} ]] || printf '\036%s\n' "$*"
}

# TAIL is what a shell needs after the command: an ampersand, a redirection.
show_command() {
    ((NARRATE)) || return 0
    printf '%s$ %s%s\n' "$BOLD" "$(quoted "$@")${TAIL:+ $TAIL}" "$PLAIN"
    mark output
    before_command
}

# A lab may ask here what will be seen.
before_command() { :; }

# run_detached COMMAND...: in the background, in a session of its own, so that it
# outlives this script and this terminal.
run_detached() {
    TAIL='</dev/null >/dev/null 2>&1 &' show_command setsid "$@"
    setsid "$@" </dev/null >/dev/null 2>&1 &
    mark end
    disown
}

# with_progress PID LOG: until the process ends, a line every few seconds, or one
# that is rewritten where there is a terminal. The end of a line tells more: a file name.
with_progress() {
    local seconds=0 line
    while kill -0 "$1" 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        line=$(tail -n 1 "$2")
        ((${#line} <= 60)) || line="... ${line: -56}"
        if [[ -t 1 ]]; then
            printf '\r\e[K  %3d s  %s' "$seconds" "$line"
        elif ((seconds % 5 == 0)); then
            printf '  %3d s  %s\n' "$seconds" "$line"
        fi
    done
    [[ ! -t 1 ]] || printf '\r\e[K'
    wait "$1"
}

# The tools, built when there is something to build.
build_tools() {
    local log=$ROOT/build/make.log
    mkdir -p "$ROOT/build"
    make -C "$ROOT" -q all >/dev/null 2>&1 && return
    printf 'building the five tools (make all)\n'
    make -C "$ROOT" -j"$(nproc)" all >"$log" 2>&1 &
    with_progress $! "$log" || {
        tail -n 20 "$log" >&2
        die 'the tools do not build' "the whole output is in $log"
    }
}
