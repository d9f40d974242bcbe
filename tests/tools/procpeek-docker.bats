#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek on a container of a real Docker Engine, beside docker top.

load ../lib/common
load ../lib/docker
# docker_run sets it.
target=""

setup_file() {
    docker_up --bridge=none --iptables=false
}

teardown_file() {
    docker_down
}

@test "top shows the processes of docker top, with their PIDs and users inside" {
    requires root jq
    local id
    # Where an engine puts its groups unless it is told otherwise: below one called docker.
    make_groups "$ENGINE_GROUP/docker"
    docker_run box --user 100 --cgroup-parent "/$ENGINE_GROUP/docker" -- sh -c 'sleep 600 & exec sleep 601'
    id=$(docker inspect --format '{{.Id}}' box)
    running() { [[ $(docker top box | grep -c ' sleep 60') == 2 ]]; }
    wait_for 30 running
    docker top box | tail -n +2 | sed -E 's/ +/ /g; s/ [0-9]+/ -/3' | sort >"$BATS_TEST_TMPDIR/theirs"
    procpeek top "$target" --json >"$BATS_TEST_TMPDIR/ours"
    procpeek "$target" --json >"$BATS_TEST_TMPDIR/page"
    procpeek --container "${id:0:12}" --json -o PID,CONTAINER >"$BATS_TEST_TMPDIR/list"
    docker rm --force box >/dev/null
    remove_groups "$ENGINE_GROUP/docker"
    # The same rows: UID PID PPID C STIME TTY TIME CMD. C falls from second to second, and
    # docker top cuts a user's name short.
    diff "$BATS_TEST_TMPDIR/theirs" <(jq -r '.processes[] | [
        (.uid | if length > 8 then .[:7] + "+" else . end), .pid, .ppid, "-", .stime,
        (.tty // "?"), .time, .cmd] | map(tostring) | join(" ")' "$BATS_TEST_TMPDIR/ours" | sort)
    jq -e '[.processes[]."inner-pid"] | sort | .[0] == 1 and length == 2' "$BATS_TEST_TMPDIR/ours"
    # The container's passwd has no user 100: a number, where docker top may name one of ours.
    jq -e '[.processes[]."inner-user"] | all(. == "100")' "$BATS_TEST_TMPDIR/ours"
    jq -e --arg id "$id" '.process[] | select(.what == "container") |
        .value | startswith("made by Docker, \($id)")' "$BATS_TEST_TMPDIR/page"
    jq -e --arg id "$id" '[.processes[] | .container == "Docker \($id)"] | length == 2 and all' \
        "$BATS_TEST_TMPDIR/list"
}
