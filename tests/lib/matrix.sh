# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# matrix.sh: tests/run --vm, the tests again in guests of labs/vm, for the kernels and
# the control group layouts that this machine does not have. Two guests at a time: an
# emulated machine keeps one CPU busy.

# guests: one line each, NAME, options of labs/vm, --, arguments of bats.
guests() {
    local tools=(tests/tools/{unshare-lite,nsenter-lite,procpeek}*.bats)
    local cgroups=(tests/tools/cgset*.bats tests/labs/lab.bats tests/labs/memcached.bats)
    guest v2 --cgroup v2 -- "${cgroups[@]}"
    guest v1 --cgroup v1 -- "${cgroups[@]}"
    guest kvm --cgroup hybrid --nested -- --filter 'guest:|where' tests/tools/vmcompare.bats
    guest no-userns --no-userns -- tests/tools/unshare-lite*.bats tests/tools/nsenter-lite*.bats
    guest newer --kernel "$(newest_kernel)" -- "${tools[@]}"
}

# The newest kernel series that the distribution offers, as a package.
newest_kernel() {
    local newest
    newest=$(apt-cache search --names-only "^linux-image-[0-9.]+-$(dpkg --print-architecture)\$" |
        cut -d' ' -f1 | sort -V | tail -n 1)
    printf '%s' "${newest:-linux-image-$(dpkg --print-architecture)}"
}

# At most two at work; each writes its lines when it is done, whole.
guest() {
    while (($(jobs -rp | wc -l) >= 2)); do wait -n || true; done
    run_guest "$@" &
}

run_guest() {
    local name=$1 options=() started=$SECONDS tap=build/vm/$1.tap status=0
    shift
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    printf '== guest %s: %s\n' "$name" "${options[*]}"
    labs/vm "${options[@]}" --memory 2G --cpus 2 --timeout 1400 -- tests/lib/in-guest "$@" \
        </dev/null >"$tap" 2>&1 || status=$?
    ((status == 0)) || printf 'not ok guest %s ended with status %d\n' "$name" "$status" >>"$tap"
    {
        flock 8
        sed "s/^/$name: /" "$tap"
        printf '== guest %s: %d s, %s\n' "$name" $((SECONDS - started)) "$(totals "$tap")"
    } 8>build/vm/print.lock
}

run_matrix() {
    mkdir -p build/vm
    rm -f build/vm/*.tap
    labs/lab setup --yes --for vm
    guests
    wait
    cat build/vm/*.tap >build/tests.tap
}
