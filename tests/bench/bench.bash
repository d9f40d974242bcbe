# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# bench.bash: the vocabulary of tests/bench/NAME.sh.
#
#     work TITLE               what every command below does
#     goal RATIO [ROLE]        ours to the first peer (or floor), at most; told, and
#                              never a failure
#     needs PROGRAM...         without one of them the benchmark is left out, and says so
#     needs_pids COUNT         likewise, without that many process IDs
#     peer NAME COMMAND...     the program that people use; the first one is 1.00
#     floor NAME COMMAND...    the least that the kernel demands: a C file of this folder
#     ours NAME COMMAND...     the tool of this project
#     before_each COMMAND...   before every single run, outside the measurement
#     runs COUNT               of each command in a round, where one takes long
#
# and two functions, where it defines them: prepare, once before, and cleanup, once
# after, whatever happened. Commands are run without a shell, and must succeed.
# crowd COUNT, for prepare, is that many processes which end with the benchmark.

die() {
    printf 'tests/bench/run: %s\n' "$*" >&2
    exit 1
}

work() { title=$*; }
goal() { goal=$1 against=${2:-peer}; }
runs() { runs=$1; }
before_each() { before="${*@Q}"; }
peer() { add_command peer "$@"; }
floor() { add_command floor "$@"; }
ours() { add_command ours "$@"; }
prepare() { :; }
cleanup() { :; }

add_command() { # add_command ROLE NAME COMMAND...
    roles+=("$1")
    names+=("$2")
    shift 2
    commands+=("${*@Q}")
}

needs() {
    local program
    for program; do
        command -v "$program" >/dev/null || {
            printf '%-40s left out: %s is not here\n' "$title" "$program"
            exit 0
        }
    done
}

needs_pids() {
    (($(</proc/sys/kernel/pid_max) > $1)) || {
        printf '%-40s left out: needs sysctl kernel.pid_max above %d\n' "$title" "$1"
        exit 0
    }
}

crowd() {
    coproc CROWD { exec crowd "$1"; }
    read -r _ <&"${CROWD[0]}" || die "cannot start $1 processes"
}

# The crowd ends with its standard input.
finish() {
    cleanup
    [[ -z ${CROWD_PID:-} ]] || { kill "$CROWD_PID" && wait "$CROWD_PID"; } 2>/dev/null || true
}

# measure NAME: all that tests/bench/NAME.sh says, into build/bench/NAME.json.
measure() {
    local title=$1 goal=null against=peer runs=${BENCH_RUNS:-5} before=''
    local roles=() names=() commands=() peaks=() options=() result=build/bench/$1
    # shellcheck source=/dev/null
    source "tests/bench/$1.sh"
    trap finish EXIT
    prepare
    [[ -z $before ]] || options+=(--prepare "$before")
    take_turns
    # The largest resident set, of one more run.
    for index in "${!commands[@]}"; do
        [[ -z $before ]] || bash -c "$before" >/dev/null
        peaks+=("$(bash -c "exec peak ${commands[index]}")")
    done
    summary "$1" >"$result.json"
    show "$1"
}

# Each round measures every command, so that a busy moment of the machine meets
# them all alike.
take_turns() {
    local round
    for name in "${names[@]}"; do
        options+=(--command-name "$name")
    done
    for ((round = 1; round <= ${BENCH_ROUNDS:-4}; round++)); do
        hyperfine --shell none --style none --warmup 1 --runs "$runs" \
            --export-json "$result.$round" "${options[@]}" "${commands[@]}" >/dev/null
    done
}

# The rounds, put together: $ARGS holds all roles, then all commands, then all peaks.
summary() {
    # shellcheck disable=SC2016 # variables of jq
    jq -s --arg name "$1" --arg title "$title" --argjson goal "$goal" \
        --arg against "$against" '
        def median: sort | .[length / 2 | floor];
        ($ARGS.positional | length / 3) as $count |
        map(.results) | transpose | to_entries | map($ARGS.positional[.key:] as $texts |
            {role: $texts[0], name: .value[0].command, command: $texts[$count],
                peak_kib: ($texts[2 * $count] | tonumber),
                seconds: (.value | map(.times) | add)} |
            .median = (.seconds | median)) |
        def first($role): (map(select(.role == $role))[0] // .[0]).median;
        first("peer") as $peer | first($against) as $base |
        {name: $name, title: $title, goal: $goal, against: $against,
            commands: map(.ratio = .median / $peer |
                if .role == "ours" then .achieved = .median / $base else . end)}' \
        "$result".[0-9]* --args "${roles[@]}" "${commands[@]}" "${peaks[@]}"
}

# A line for each command of build/bench/NAME.json.
show() {
    # shellcheck disable=SC2016 # variables of jq
    jq -r '. as $all | .commands[] | [$all.title, .role, .name, .median * 1000, .ratio,
        .peak_kib / 1024, if .role == "ours" then .achieved, $all.goal // "", $all.against
        else empty end] | join("\u001f")' "build/bench/$1.json" |
        while IFS=$'\x1f' read -r title role name ms ratio peak achieved goal against; do
            printf '%-32s %-6s %-24s %10.1f %6.2f %8.1f' "$title" "$role" "$name" "$ms" \
                "$ratio" "$peak"
            [[ -z $goal ]] || printf '  %.2f of the %s, goal %s' "$achieved" "$against" "$goal"
            echo
        done
}
