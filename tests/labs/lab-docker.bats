#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Lab 05 where a Docker is: it gives the article's own commands to a real engine.

load ../lib/common
load ../lib/docker

setup_file() {
    docker_up --bridge=none --iptables=false
}

teardown_file() {
    docker_down
}

@test "lab 05 runs docker run, top and exec beside its own, and leaves neither container nor image" {
    requires net memcached
    cd "$ROOT"
    images=$(docker images --quiet)
    DOCKER_HOST=unix://$ENGINE/socket run labs/lab 05 --auto 3>&-
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *'$ docker run --name bones-box-'* ]]
    # docker top shows a process of the host, by the name of its program.
    grep -A 2 '^\$ docker top bones-box-' <<<"$output" | grep 'memcached -u memcache$'
    grep -A 1 '^\$ docker exec bones-box-.* uname -r$' <<<"$output" | grep -xF "$(uname -r)"
    [[ $output != *'With Docker:'* ]]
    [ -z "$(docker ps --all --quiet)" ]
    [ "$(docker images --quiet)" = "$images" ]
}
