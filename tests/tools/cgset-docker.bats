#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The article, for real: the memory limit of a Docker container, by echo and by cgset,
# and docker stats beside cgset stats.

load ../lib/common
load ../lib/docker
# docker.bash sets this.
target="" stderr=""
export ASAN_OPTIONS=detect_leaks=0

setup_file() { docker_up --bridge=none --iptables=false; }
teardown_file() { docker_down; }
after_test() {
    docker rm --force cache >/dev/null 2>&1 || true
}

# The group of the container, as /proc names it, and the limit's file.
find_group() {
    docker_run cache --network none --user 11211 "$@" -- memcached -m 64
    group=$(sed -n 's/^[0-9]*:memory:\|^0:://p' "/proc/$target/cgroup" | head -n 1)
    file=$(cgset get --json "$group" memory | jq -r '.values[0].file')
}

# What `docker stats` prints, rounded by Docker, beside ours; CPU is of another second.
docker_says() {
    docker stats --no-stream --format '{{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.BlockIO}} {{.PIDs}}' cache
}
cgset_says() {
    cgset stats --no-stream --noheadings --interval 0.1 "$group" |
        awk '{ print $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 }'
}
agree() {
    local docker cgset
    docker=$(docker_says)
    cgset=$(cgset_says)
    printf 'docker: %s\ncgset:  %s\n' "$docker" "$cgset"
    [[ $docker == "$cgset" ]]
}

@test "the article: 4 GB to 1 GiB by echo and by cgset, as docker stats sees it" {
    requires root jq
    local group file
    find_group
    # unlimited: what the machine has
    wait_for 30 agree
    [[ $(docker_says) == *" / $(awk '/^MemTotal/ { printf "%.4g", $2 / 1048576 }' /proc/meminfo)GiB "* ]]
    echo 1073741824 >"$file"
    wait_for 30 agree
    [[ $(docker_says) == *' / 1GiB '* ]]
    # Only its ID says whose it is: the engine of this test has a parent of its own.
    run -1 --separate-stderr cgset set "$group" memory=512M
    [[ $stderr == *"$group belongs to a container of Docker"*'(docker update --memory'*'or --force' ]]
    run -0 cgset set --force "$group" memory=512M
    [[ $output == "memory=512M: $file = 536870912" ]]
    wait_for 30 agree
    [[ $(docker_says) == *' / 512MiB '* ]]
    # Docker does not know: it still has what it was told, and writes that next time
    [ "$(docker inspect --format '{{.HostConfig.Memory}}' cache)" = 0 ]
    # the engine's own way, seen by cgset
    docker update --memory 1g --memory-swap 1g cache >/dev/null
    [ "$(cgset get --json "$group" memory | jq -r '.values[0].value')" = 1073741824 ]
    [ "$(docker inspect --format '{{.HostConfig.Memory}}' cache)" = 1073741824 ]
}

@test "docker pause is cgset freeze, docker's limits are ours" {
    requires root jq
    local group file
    find_group --memory 256m --cpus 0.5 --pids-limit 33
    run -0 cgset show --json "$group"
    jq -e '.groups[0] | .memory_limit == 268435456 and .cpu_limit == 0.5 and .pids_limit == 33' <<<"$output"
    docker pause cache >/dev/null
    run -0 cgset show --json "$group"
    jq -e '.groups[0].state == "frozen"' <<<"$output"
    run -1 cgset thaw "$group"
    cgset thaw --force "$group"
    run -0 cgset show --json "$group"
    jq -e '.groups[0].state == null' <<<"$output"
    # nor as a part of what is around it
    run -1 --separate-stderr cgset kill "${group%/*}"
    [[ $stderr == *"$group belongs to "* ]]
    cgset kill --force "$group"
    ended() { [[ $(docker inspect --format '{{.State.ExitCode}}' cache) == 137 ]]; }
    wait_for 20 ended
}
