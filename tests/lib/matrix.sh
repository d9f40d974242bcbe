# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# matrix.sh: tests/run --vm, tests again in guests of labs/vm, for the kernels and the
# control group layouts that this machine does not have. An emulated machine keeps one
# CPU busy.

# One line each: its name, the options of labs/vm. It runs the tests that are tagged
# guest:NAME, the longest first. What needs this machine, labs/vm itself, and vmcompare with
# a /dev/kvm, is run here, in guests that the tests start.
guests() {
    local name
    beside 2 image
    beside 2 guest v2 --cgroup v2
    beside 2 guest v1 --cgroup v1
    beside 2 guest newer --cgroup v2 --kernel "$(newest_kernel)"
    for name in vm vmcompare; do beside 2 here "$name"; done
    beside 2 guest no-userns --cgroup v2 --no-userns
    wait
}

# The newest kernel series that the distribution offers, as a package.
newest_kernel() {
    local newest
    newest=$(apt-cache search --names-only "^linux-image-[0-9.]+-$(dpkg --print-architecture)\$" |
        cut -d' ' -f1 | sort -V | tail -n 1)
    printf '%s' "${newest:-linux-image-$(dpkg --print-architecture)}"
}

here() {
    report "$1.bats" env FILE_SECONDS=3000 tests/lib/isolated bats --tap --print-output-on-failure "tests/vm/$1.bats"
}

# Made here, where the network is.
image() {
    rm -f build/vm/workshop.img
    labs/vm image build/vm/workshop.img </dev/null 9>&- || true # the test tries again, and tells
    here image
}

guest() {
    local name=$1 files
    shift
    mapfile -t files < <(grep -lr --include=*.bats "guest:$name" tests)
    report "$name" labs/vm "$@" --memory 2G --cpus 1 --timeout 2700 -- \
        env "REQUIRE_ALL=${REQUIRE_ALL:-0}" tests/lib/in-guest --filter-tags "guest:$name" "${files[@]}"
}

run_matrix() {
    labs/lab setup --yes --for vm
    # The kernel is fetched here: a test that is kept apart has no network.
    printf '== a first guest: '
    labs/vm --timeout 300 -- uname -sr </dev/null 9>&-
    guests
}
