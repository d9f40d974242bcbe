# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# docker.bash: a real Docker Engine and real runc containers for the tests.
#
#     load ../lib/common
#     load ../lib/docker
#
#     setup_file() { docker_up; }              once for the file: takes seconds
#     teardown_file() { docker_down; }         fails when anything of it is left
#     docker_run NAME [OPTION...] -- COMMAND   $target is its PID on the host
#     docker ARGUMENT...                       the engine's own client
#     runc_up; runc_run NAME JQ COMMAND...; runc ARGUMENT...; runc_down
#
# docker_up hands its arguments to dockerd. `--bridge=none --iptables=false` saves
# three seconds where no test needs a network.
#
# The engine is ours alone: its files are below $ENGINE, and it lives in mount and
# network namespaces of its own, so that its /run, docker0, its iptables rules and its
# overlay mounts are in nobody's way and go when it goes. A published port is open on
# the loopback of that network: `docker_net COMMAND` runs a command there.

# The client that came with the engine; another one may come first in PATH.
docker() {
    local client=/usr/bin/docker
    [[ -x $client ]] || client=$(type -P docker)
    DOCKER_HOST=unix://$ENGINE/socket DOCKER_CONFIG=$ENGINE command "$client" "$@"
}

docker_up() {
    export ENGINE="$BATS_FILE_TMPDIR/docker" ENGINE_GROUP="bones-docker-$$"
    requires root docker dockerd iptables busybox
    mkdir "$ENGINE"
    # shellcheck disable=SC2016 # for the shell inside
    unshare --mount --net sh -c 'mount -t tmpfs tmpfs /run && ip link set lo up &&
        exec env --default-signal dockerd --data-root "$ENGINE/data" --exec-root "$ENGINE/exec" \
            --host "unix://$ENGINE/socket" --pidfile "$ENGINE/pid" \
            --cgroup-parent "/$ENGINE_GROUP" --exec-opt native.cgroupdriver=cgroupfs "$@"' \
        sh "$@" >"$ENGINE/log" 2>&1 3>&- &
    wait_for 120 docker_answers_or_ended "$!"
    docker version >/dev/null || {
        tail -n 20 "$ENGINE/log" >&2
        return 1
    }
    # Made now, so that they are not new when the first test starts a container.
    make_groups "$ENGINE_GROUP"
    fill_root "$ENGINE/root"
    tar -C "$ENGINE/root" -c . | docker import - bones >/dev/null
}

docker_answers_or_ended() {
    docker version >/dev/null 2>&1 || [[ ! -e /proc/$1 ]]
}

docker_down() {
    local pid
    [[ -d ${ENGINE:-} ]] || return 0
    docker ps --all --quiet | while read -r pid; do
        docker rm --force "$pid" >/dev/null
    done
    pid=$(<"$ENGINE/pid")
    kill -TERM "$pid"
    wait_for 30 no_process_has "ENGINE=$ENGINE" "$pid" || {
        echo 'left behind by the engine:' >&2
        processes_with "ENGINE=$ENGINE" >&2
        return 1
    }
    remove_groups "$ENGINE_GROUP"
}

# docker_run NAME [OPTION...] -- COMMAND...
docker_run() {
    local name=$1 options=()
    shift
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    docker run --detach --name "$name" "${options[@]}" bones "${@:2}" >/dev/null
    target=$(docker inspect --format '{{.State.Pid}}' "$name")
}

docker_net() {
    nsenter --net="/proc/$(<"$ENGINE/pid")/ns/net" -- "$@"
}

# --- runc ------------------------------------------------------------------------

# What bats, or whoever started it, ignores is not for the container.
runc() {
    env --default-signal runc --root "$RUNC/state" "$@"
}

runc_up() {
    export RUNC="$BATS_FILE_TMPDIR/runc" RUNC_GROUP="bones-runc-$$"
    requires root runc jq busybox
    mkdir "$RUNC"
    # A user of a user namespace has to find the way to the root directory.
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$RUNC"
    fill_root "$RUNC/root"
    make_groups "$RUNC_GROUP"
}

# runc_run NAME JQ COMMAND...: JQ is a program for jq that changes the configuration
# of `runc spec`; `.` changes nothing.
runc_run() {
    local name=$1 change=$2 bundle=$RUNC/$1
    shift 2
    mkdir -p "$bundle"
    rm -f "$bundle/config.json"
    runc spec --bundle "$bundle"
    # shellcheck disable=SC2016 # variables of jq
    jq --arg root "$RUNC/root" --arg group "/$RUNC_GROUP/$name" \
        '.process.terminal = false | .root.path = $root | .linux.cgroupsPath = $group |
         .process.args = $ARGS.positional | '"$change" \
        "$bundle/config.json" --args "$@" >"$bundle/new.json"
    mv "$bundle/new.json" "$bundle/config.json"
    runc run --detach --bundle "$bundle" --pid-file "$bundle/pid" "$name" \
        </dev/null >"$bundle/log" 2>&1 3>&- || {
        cat "$bundle/log" >&2
        return 1
    }
    # shellcheck disable=SC2034 # for the test
    target=$(<"$bundle/pid")
}

runc_down() {
    local name
    [[ -d ${RUNC:-} ]] || return 0
    runc list --quiet | while read -r name; do
        runc delete --force "$name"
    done
    remove_groups "$RUNC_GROUP"
}

# --- what both need ----------------------------------------------------------------

# The root file system of the labs: busybox and memcached, with their libraries. It is
# built once, in build/image, where the labs have it as well.
fill_root() {
    # shellcheck source=labs/lib/image.sh
    source "$ROOT/labs/lib/image.sh"
    make_image
    mkdir "$1"
    cp -a "$IMAGE/base/." "$IMAGE/memcached/." "$1"
}

# One in every hierarchy that is mounted here, so that they are there before the first
# test begins, and are gone after the last.
make_groups() {
    local point
    for point in $(cgroup_points); do
        mkdir -p "$point/$1"
    done
}

remove_groups() {
    local point
    for point in $(cgroup_points); do
        wait_for 10 remove_group "$point/$1"
    done
}

# A directory of cgroupfs can be removed when no process is in it.
remove_group() {
    [[ ! -d $1 ]] || find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
}

cgroup_points() {
    awk '/ - cgroup2? / { print $5 }' /proc/self/mountinfo
}

# processes_with VARIABLE=VALUE: PIDs of what was executed with it. This shell itself
# was executed before.
processes_with() {
    env -u "${1%%=*}" grep -lzsxF -e "$1" /proc/[0-9]*/environ | tr -dc '0-9\n'
}

no_process_has() {
    [[ ! -e /proc/$2 && -z $(processes_with "$1") ]]
}
