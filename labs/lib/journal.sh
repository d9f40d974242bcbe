# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# journal.sh: every change to the machine is written down before it is made, so
# that it can be taken back however its maker died.
#
# A run (of a lab, or of a container) is a folder, $STATE/runs/ID. In it:
#     owner      PID, start time and user of the process at work
#     journal/   one file an entry: the undo's name and arguments, NUL-separated
# Undoing goes last in, first out. Each undo below does nothing when there is
# nothing to do, so that it can be tried again after being interrupted itself.

# shellcheck source=labs/lib/kernel.sh
source "$ROOT/labs/lib/kernel.sh"

# open_run ID: start a run, OPEN_RUN. Fails when the name is taken. Under the lock, so
# that a clean-up never sees a run that has no owner yet.
open_run() {
    with_lock new_run "$1"
}

new_run() {
    OPEN_RUN=$STATE/runs/$1
    mkdir -p "$STATE/runs" || die "cannot create $STATE/runs" 'is the disk full, or read-only?'
    mkdir "$OPEN_RUN" 2>/dev/null || {
        [[ ! -e $OPEN_RUN ]] || die "the name $1 is taken" \
            "another --name, or: labs/memcached down --name $1 (or: labs/lab clean)"
        die "cannot create $OPEN_RUN" 'is the disk full, or read-only?'
    }
    { mkdir "$OPEN_RUN/journal" &&
        printf '%s %s %s\n' "$$" "$(start_time $$)" "${SUDO_UID:-$UID}" >"$OPEN_RUN/owner"; } 2>/dev/null || {
        remove_folder "$OPEN_RUN"
        remove_state
        die "cannot write in $OPEN_RUN" 'is the disk full?'
    }
}

# begin_run ID: open a run that is taken back when this script ends, however it
# ends, unless KEEP is set to 1 first.
KEEP=0
begin_run() {
    open_run "$1"
    # What this starts carries the name of the run, so that it can be found when
    # nobody is left to say what it was.
    export CONTAINER_BONES_RUN=$OPEN_RUN
    trap 'end_run $?' EXIT
    trap 'end_run 129' HUP
    trap 'end_run 130' INT
    trap 'end_run 131' QUIT
    trap 'end_run 141' PIPE
    trap 'end_run 143' TERM
}

# end_run STATUS: a terminal that is closed sends SIGHUP more than once. Whichever signal
# gets past the first line takes everything back: `exit` in a trap, and then again in the
# trap on EXIT, would end there.
end_run() {
    trap '' HUP INT QUIT PIPE TERM
    trap - EXIT
    # In the middle of `IFS= read`, it is empty.
    local status=$1 IFS=$' \t\n'
    if ((!KEEP)); then
        ((status == 0)) || show_log "$OPEN_RUN"
        undo_run "$OPEN_RUN" || status=1
        remove_state
        ((status == 0)) || after_failure
    fi
    exit "$status"
}

# A lab says here where it goes on.
after_failure() { :; }

# What a container of this run said before it went wrong.
show_log() {
    [[ -s $1/log ]] || return 0
    printf 'the log of %s ends:\n' "${1##*/}" >&2
    tail -n 5 "$1/log" | sed 's/^/    /' >&2
}

# Nothing is left of the state when there are no runs. Under the lock: another run may
# just be beginning.
remove_state() {
    [[ ! -d $STATE ]] || with_lock remove_empty_state
}

remove_empty_state() {
    rmdir "$STATE/runs" "$STATE" 2>/dev/null || true
}

# undo NAME ARGUMENT...: write down, before the change, how to take it back.
undo() {
    local entries entry
    entries=("$OPEN_RUN"/journal/*)
    [[ -e ${entries[0]} ]] || entries=()
    declare -F "undo_$1" >/dev/null || die "no such undo: $1"
    printf -v entry '%04d' "${#entries[@]}"
    # Under its final name an entry is always whole.
    printf '%s\0' "$@" 2>/dev/null >"$OPEN_RUN/.$entry" ||
        die "cannot write down in $OPEN_RUN how to undo: $*" 'is the disk full? Nothing was changed.'
    mv "$OPEN_RUN/.$entry" "$OPEN_RUN/journal/$entry"
}

# undo_run RUN: take everything back, then remove the run itself. What fails is
# reported and kept in the journal, for another try.
undo_run() {
    local run=$1 entries entry words failed=0 index
    kill_processes_of "$run"
    entries=("$run"/journal/*)
    for ((index = ${#entries[@]} - 1; index >= 0; index--)); do
        entry=${entries[index]}
        [[ -e $entry ]] || continue
        mapfile -d '' words <"$entry"
        if declare -F "undo_${words[0]}" >/dev/null && "undo_${words[0]}" "${words[@]:1}"; then
            rm -f -- "$entry"
        else
            printf 'could not undo: %s\n' "${words[*]}" >&2
            failed=1
        fi
    done
    ((failed)) || remove_folder "$run" || failed=1
    return "$failed"
}

# kill_processes_of RUN: a lab that is killed leaves the command that it had just
# started. Whatever was started in a run has its name in the environment, save for
# those who look: they would find each other, again and again.
kill_processes_of() {
    local pids tries
    for ((tries = 0; tries < 100; tries++)); do
        mapfile -t pids < <(
            unset CONTAINER_BONES_RUN
            grep -lzsxF "CONTAINER_BONES_RUN=$1" /proc/[0-9]*/environ | cut -d/ -f3 | grep -vx $$
        )
        ((${#pids[@]})) || return 0
        kill -KILL "${pids[@]}" 2>/dev/null || true
        ((tries != 10)) || thaw_groups_of "${pids[@]}"
        sleep 0.02
    done
    printf 'not to be killed: %s\n' "${pids[*]}" >&2
}

# thaw_groups_of PID...: those that SIGKILL does not end may be frozen, and on v1 die only
# once they are thawed.
thaw_groups_of() {
    local pid group
    for pid; do
        group=$(sed -n 's/^[0-9]*:freezer:\/\(.\)/\1/p' "/proc/$pid/cgroup" 2>/dev/null) || continue
        [[ -z $group ]] || cgset thaw "$group" || true
    done
}

# owner_alive RUN: is the process at work still there, and the same one?
owner_alive() {
    local pid started
    read -r pid started _ 2>/dev/null <"$1/owner" || return 1
    [[ -n $started && $(start_time "$pid") == "$started" ]]
}

# remove_folder DIR: below $STATE only; never past a mount, never through a link.
remove_folder() {
    [[ $1 == "$STATE"/?* && $1 != *..* ]] || die "will not delete $1: it is not below $STATE"
    [[ -e $1 ]] || return 0
    if cut -d' ' -f5 /proc/self/mountinfo | grep -qF "$1/"; then
        printf 'not deleted, something is mounted below it: %s\n' "$1" >&2
        return 1
    fi
    rm -rf --one-file-system -- "$1"
}

# --- the undos ---------------------------------------------------------------

# All processes of a control group, then the group. A SIGKILL waits until a group of v1
# that is frozen is thawed, and members may still fork: cgset kill knows both.
undo_cgroup() {
    local group=$1
    [[ -z $(group_pids "$group") ]] || cgset kill "$group" || return
    with_lock delete_group "$group"
}

# The parent goes with its last child.
delete_group() {
    local output
    output=$(cgset delete -r "$1" 2>&1) || [[ ! -d $(group_folder "$1") ]] || {
        printf '%s\n' "$output" >&2
        return 1
    }
    cgset delete "${1%/*}" >/dev/null 2>&1 || true
}

# The lock is held by a process for as long as it lives, so it is free when the
# process, wherever it has got to, is gone.
undo_lock_holder() {
    [[ ! -e $1 ]] || flock --timeout 10 "$1" true
}

# A network namespace that ends takes its end of the cable along, and with it the other,
# a little later: it may go just now, by itself.
undo_link() {
    local output
    ! has_link "$1" || output=$(ip link delete "$1" 2>&1) || ! has_link "$1" || {
        printf '%s\n' "$output" >&2
        return 1
    }
}

undo_bridge() {
    with_lock delete_idle_bridge "$1"
}

delete_idle_bridge() {
    ! has_link "$1" || [[ -n $(ip -o link show master "$1") ]] || ip link delete "$1"
}

undo_nft_table() {
    ! nft list table ip "$1" >/dev/null 2>&1 || nft delete table ip "$1"
}

# A process of ours, pinned by its start time.
undo_process() {
    [[ -z $(start_time "$1") || $(start_time "$1") != "$2" ]] || kill -KILL "$1" 2>/dev/null || true
}

# A container that is a run of its own.
undo_container() {
    [[ ! -d $STATE/runs/$1 ]] || undo_run "$STATE/runs/$1"
}

# A file of ours where everybody's are: its name begins with bones-.
undo_file() {
    [[ ! $1 =~ ^/(tmp|dev/shm)/bones-[a-z0-9-]+$ ]] || rm -f -- "$1"
}

# A container and an image of Docker, by one name.
undo_docker() {
    ! docker container inspect "$1" >/dev/null 2>&1 || docker rm -f "$1" >/dev/null || return
    ! docker image inspect "$1" >/dev/null 2>&1 || docker rmi -f "$1" >/dev/null
}
