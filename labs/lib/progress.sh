# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# progress.sh: how far a learner has come. One file a lab, in the learner's own
# home also under sudo: the word done, or the step to go on at.

progress_folder() {
    local home=$HOME
    [[ -z ${SUDO_USER:-} ]] || home=$(getent passwd "$SUDO_USER" | cut -d: -f6)
    printf '%s/container-bones' "${XDG_STATE_HOME:-$home/.local/state}"
}

save_progress() {
    save_line "lab-$1" "$2"
}

# The answers are the learner's notes: kept, never judged.
save_answer() {
    [[ -z $3 ]] || save_line "lab-$1-$2-answer" "$3"
}

# Written as the learner, also under sudo. Nothing fails for want of a place.
save_line() {
    local as=() folder
    [[ -z ${SUDO_UID:-} ]] || as=(setpriv --reuid "$SUDO_UID" --regid "$SUDO_GID" --clear-groups)
    folder=$(progress_folder)
    # shellcheck disable=SC2016 # the inner shell expands it
    printf '%s\n' "$2" |
        "${as[@]}" sh -c 'mkdir -p "$1" && cat >"$1/$2"' sh "$folder" "$1" 2>/dev/null || true
}

read_progress() {
    cat "$(progress_folder)/lab-$1" 2>/dev/null || true
}
