# shellcheck shell=bash
# SPDX-License-Identifier: MIT
work "true in Docker's container"
goal 0.1
needs docker dockerd iptables busybox
runs 10

# What tests/lib/docker.bash wants of bats.
requires() { needs "${@:2}"; }
wait_for() {
    local until=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < until)) || return 1
        sleep 0.1
    done
}

prepare() {
    local id
    export ROOT=$PWD BATS_FILE_TMPDIR
    BATS_FILE_TMPDIR=$(mktemp -d)
    # shellcheck source=tests/lib/docker.bash
    source tests/lib/docker.bash
    docker_up --bridge=none --iptables=false 3>&1
    docker_run box --network none -- sleep 600
    id=$(docker inspect --format '{{.Id}}' box)
    # shellcheck disable=SC2154 # docker_run sets it
    peer 'docker exec' docker --host "unix://$ENGINE/socket" exec box true
    peer 'runc exec' runc --root "$ENGINE/exec/runtime-runc/moby" exec "$id" true
    ours 'nsenter-lite --like-exec' nsenter-lite --like-exec "$target" true
}

cleanup() {
    docker_down
    rm -rf "$BATS_FILE_TMPDIR"
}
