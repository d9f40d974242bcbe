# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# matrix.sh: tests/run --vm, tests again in guests of labs/vm, for the kernels and the
# control group layouts that this machine does not have. An emulated machine keeps one
# CPU busy.

# One line each: its name, the options of labs/vm. It runs the tests that are tagged
# guest:NAME. First what needs this machine: labs/vm itself, and vmcompare with a
# /dev/kvm, in a guest that the tests start.
guests() {
    local file
    for file in tests/vm/*.bats; do beside here "$file"; done
    beside guest v2 --cgroup v2
    beside guest v1 --cgroup v1
    beside guest newer --cgroup v2 --kernel "$(newest_kernel)"
    beside guest no-userns --cgroup v2 --no-userns
}

# At most two at work.
beside() {
    while (($(jobs -rp | wc -l) >= 2)); do wait -n || true; done
    "$@" &
}

# The newest kernel series that the distribution offers, as a package.
newest_kernel() {
    local newest
    newest=$(apt-cache search --names-only "^linux-image-[0-9.]+-$(dpkg --print-architecture)\$" |
        cut -d' ' -f1 | sort -V | tail -n 1)
    printf '%s' "${newest:-linux-image-$(dpkg --print-architecture)}"
}

here() {
    report "${1##*/}" tests/lib/isolated bats --tap --print-output-on-failure "$1"
}

guest() {
    local name=$1 files
    shift
    mapfile -t files < <(grep -l "guest:$name" tests/*/*.bats)
    report "$name" labs/vm "$@" --memory 2G --cpus 1 --timeout 1400 -- \
        tests/lib/in-guest --filter-tags "guest:$name" "${files[@]}"
}

# report NAME COMMAND...: its lines when it is done, whole.
report() {
    local name=$1 started=$SECONDS tap=build/vm/$1.tap status=0
    shift
    printf '== %s: %s\n' "$name" "$*"
    "$@" </dev/null >"$tap" 2>&1 9>&- || status=$?
    grep -q '^not ok ' "$tap" || ((status == 0)) ||
        printf 'not ok %s ended with status %d\n' "$name" "$status" >>"$tap"
    {
        flock 8
        sed "s/^/$name: /" "$tap"
        printf '== %s: %s, in %d s\n' "$name" "$(totals "$tap")" $((SECONDS - started))
    } 8>build/vm/print.lock
}

run_matrix() {
    mkdir -p build/vm
    rm -f build/vm/*.tap
    labs/lab setup --yes --for vm
    # The kernel is fetched here: a test that is kept apart has no network.
    printf '== a first guest: '
    labs/vm --timeout 300 -- uname -sr </dev/null 9>&-
    guests
    wait
    cat build/vm/*.tap >build/tests.tap
}
