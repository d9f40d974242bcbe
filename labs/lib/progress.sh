# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# progress.sh: what a learner has done, in the learner's own home also under sudo.
# One file, history, that only ever grows, so nothing is lost by going back, by two
# terminals at once, or by a crash. A line is KIND, WHAT and VALUE, with tabs between:
#
#     lab       07            the step that was reached, or: done
#     answer    07/uts        a prediction, in the learner's words: kept, never judged
#     exercise  07/hostname   shown, refused, solved, hint, solution
#     name      -             the name for the report, if one was given

progress_folder() {
    local home=$HOME
    [[ -z ${SUDO_USER:-} ]] || home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
    printf '%s/container-bones' "${XDG_STATE_HOME:-$home/.local/state}"
}

# remember KIND WHAT VALUE: one line more, written as the learner, also under sudo.
# Nothing fails for want of a place, but it is said, once.
REMEMBERS=1
remember() {
    local as=() folder value=${3//[[:cntrl:]]/ } reason
    [[ -z ${SUDO_UID:-} ]] || as=(setpriv --reuid "$SUDO_UID" --regid "$SUDO_GID" --clear-groups)
    folder=$(progress_folder)
    # A line that a full disk has cut off is ended before the next.
    # shellcheck disable=SC2016 # the inner shell expands it
    reason=$(printf '%s\t%s\t%s\n' "$1" "$2" "$value" |
        "${as[@]}" sh -c 'mkdir -p "$1" || exit
            [ -z "$(tail -c 1 "$1/history" 2>/dev/null)" ] || echo >>"$1/history" || exit
            cat >>"$1/history"' sh "$folder" 2>&1) || {
        ((!REMEMBERS)) || printf 'not kept, here or from now on: %s (%s)\n' "$value" "${reason##*: }" >&2
        REMEMBERS=0
    }
}

# recall KIND WHAT: the last value, or nothing.
recall() {
    history_lines | awk -F '\t' -v kind="$1" -v what="$2" \
        '$1 == kind && $2 == what { value = $3 } END { print value }'
}

# How often was it remembered?
times() {
    history_lines | awk -F '\t' -v line="$1"$'\t'"$2"$'\t'"$3" '$0 == line { n++ } END { print n + 0 }'
}

history_lines() {
    cat "$(progress_folder)/history" 2>/dev/null || true
}
