#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The helper that starts a real Docker Engine and real runc containers for other tests.

load ../lib/common
load ../lib/docker
target="" # set by docker_run and runc_run

setup_file() {
    docker_up
    runc_up
}

teardown_file() {
    docker_down
    runc_down
}

after_test() {
    docker rm --force box >/dev/null 2>&1 || true
    runc delete --force box >/dev/null 2>&1 || true
}

@test "a container of a real Docker Engine answers on its published port" {
    requires root net
    docker_run box --publish 127.0.0.1:11211:11211 --user 11211 -- memcached
    [ "$(cat "/proc/$target/comm")" = memcached ]
    grep -q "/$ENGINE_GROUP/" "/proc/$target/cgroup"
    # shellcheck disable=SC2016 # for the shell inside
    run -0 docker_net timeout 20 bash -c 'until exec 9<>/dev/tcp/127.0.0.1/11211; do sleep 0.1; done
        printf "set a 0 0 4\r\nbone\r\nget a\r\nquit\r\n" >&9; cat <&9'
    [[ $output == *STORED*bone*END* ]]
    # The host's own network has seen nothing of it.
    run ! timeout 5 bash -c 'exec 9<>/dev/tcp/127.0.0.1/11211'
    run -0 docker exec box id -u
    [ "$output" = 11211 ]
}

@test "a container of runc runs with the configuration that was asked for" {
    requires root
    runc_run box '.process.user.uid = 7 | .process.cwd = "/tmp"' sleep 600
    [ "$(readlink "/proc/$target/cwd")" = /tmp ]
    grep -qP '^Uid:\t7\t' "/proc/$target/status"
    grep -q "/$RUNC_GROUP/box" "/proc/$target/cgroup"
    run -0 runc exec box pwd
    [ "$output" = /tmp ]
}
