#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# vmcompare beside systemd-detect-virt and virt-what inside real containers: ours, and
# those of systemd-nspawn, Docker and runc. The same program files are run in each.

load ../lib/common
load ../lib/docker
# docker.bash sets this.
target=""

# It works neither under strace nor where it is not the program that was executed.
export ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0

# A folder with vmcompare, systemd-detect-virt, their libraries, and the loader: it can
# be put into any root file system, and run there by /see/run PROGRAM.
setup_file() {
    requires root systemd-detect-virt jq
    export SEE="$BATS_FILE_TMPDIR/see"
    mkdir "$SEE"
    local program loader
    for program in vmcompare systemd-detect-virt; do
        cp "$(command -v "$program")" "$SEE/"
        ldd "$(command -v "$program")" | grep -o '/[^ ]*' | xargs -I{} cp -n {} "$SEE/"
    done
    loader=$(ldd "$(command -v vmcompare)" | sed -n 's|^[[:space:]]*/.*/\([^ ]*\) .*|\1|p')
    # shellcheck disable=SC2016 # for the shell in there
    printf '#!/bin/sh\nname=$1; shift\nexec /see/%s --library-path /see /see/$name "$@"\n' \
        "$loader" >"$SEE/run"
    chmod -R a+rX,a+x "$SEE"
    # For the root of a user namespace, who is somebody else out here.
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/file "$BATS_FILE_TMPDIR"
    runc_up
    cp -a "$SEE" "$RUNC/root/see"
}

teardown_file() {
    runc_down
}

# name KIND: the verdict on that layer in the JSON of $output.
name() {
    jq -r --arg kind "$1" '.layers[] | select(.layer == $kind) | .name' <<<"$output"
}

# same_machine COMMAND...: the hypervisor, asked in there, is the one that systemd names
# in there and out here. virt-what is a shell script for a whole system.
same_machine() {
    local machine
    machine=$(systemd-detect-virt --vm || true)
    [ "$(name 'virtual machine' | head -1)" = "$machine" ]
    [ "$("$@" systemd-detect-virt --vm)" = "$machine" ]
}

@test "in systemd-nspawn: systemd-nspawn" {
    requires systemd-nspawn
    # It makes groups below the one that it is in: so that is one of its own.
    nspawn() (
        for point in $(cgroup_points); do
            echo "$BASHPID" >"$point/$RUNC_GROUP/cgroup.procs" 2>/dev/null || true
        done
        systemd-nspawn --quiet --keep-unit --register=no --directory="$RUNC/root" --pipe \
            --as-pid2 --private-network /see/run "$@" </dev/null
    )
    run -0 nspawn vmcompare --json
    [ "$(name container)" = systemd-nspawn ]
    [ "$(name chroot)" = no ]
    [ "$(nspawn systemd-detect-virt --container)" = systemd-nspawn ]
    same_machine nspawn
    remove_groups "$RUNC_GROUP"
    make_groups "$RUNC_GROUP"
}

@test "in a container of runc, which leaves no mark: by its namespaces" {
    requires runc
    see() {
        runc exec see /see/run "$@"
    }
    runc_run see . sleep 1000
    run -0 see vmcompare --json
    [ "$(name container)" = container-other ]
    [ "$(name chroot)" = no ]
    # The known difference: systemd before 258 does not look at the pid namespace.
    [[ $(see systemd-detect-virt --container) == @(none|container-other) ]]
    same_machine see
    # The rootless kind, with a user namespace, the root of which is nobody here.
    runc delete --force see
    runc_run see '.linux.namespaces += [{"type": "user"}]
        | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        | .linux.gidMappings = .linux.uidMappings' sleep 1000
    run -0 see vmcompare --json
    [ "$(name container)" = container-other ]
    [[ $(jq -r '.layers[].children[] | select(.layer == "user namespace") | .evidence' \
        <<<"$output") == *'the initial one is 4026531837' ]]
    runc delete --force see
}

@test "in a container of Docker: docker" {
    requires dockerd
    see() {
        docker exec see /see/run "$@"
    }
    docker_up --bridge=none --iptables=false
    docker_run see --network none --volume "$SEE:/see:ro" -- sleep 1000
    run -0 see vmcompare --json
    [ "$(name container)" = docker ]
    [ "$(name chroot)" = no ]
    [ "$(see systemd-detect-virt --container)" = docker ]
    same_machine see
    # Its own root file system and filter of system calls are seen.
    local evidence
    evidence=$(jq -r '.layers[].children[] | .layer + ": " + .evidence' <<<"$output")
    [[ $evidence == *'/.dockerenv: there'* && $evidence == *'seccomp: '* ]]
    if [ "$(awk '$1 == "Seccomp:" { print $2 }' "/proc/$target/status")" = 2 ]; then
        [[ $evidence == *'seccomp: a filter'* ]]
    fi
    docker_down
}

@test "in the container that is made by hand" {
    local container root
    labs/memcached up --name see --port 21124
    container=$(labs/memcached list | sed -n 's/.* PID \([0-9]*\) .*/\1/p')
    root=/proc/$container/root
    see() {
        labs/memcached exec see /tmp/see/run "$@"
    }
    # Through /proc/PID/root, as in lab 06.
    cp -r "$SEE" "$root/tmp/"
    sed -i 's|/see|/tmp/see|g' "$root/tmp/see/run"
    run -0 see vmcompare --json
    [ "$(name container)" = container-other ]
    [ "$(name chroot)" = no ]
    [[ $(see systemd-detect-virt --container) == @(none|container-other) ]]
    same_machine see
    labs/memcached down see
}
