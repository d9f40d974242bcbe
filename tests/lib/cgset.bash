# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# cgset.bash: what the tests of cgset share: a group of their own in GROUP, and the
# kernel's files of it, whatever is mounted: v1, v2 or both.

before_test() {
    GROUP=cgset-test-$$-$BATS_TEST_NUMBER
    STARTED=() DISK=
}

# Whatever a failed test left standing.
after_test() {
    ((${#STARTED[@]} == 0)) || kill -KILL "${STARTED[@]}" 2>/dev/null || true
    # A partition would outlive the disk, and be in the way of the next.
    [[ -z $DISK ]] || {
        delpart "$DISK" 1 2>/dev/null || true
        losetup --detach "$DISK"
    }
    [[ -d $(folder pids) ]] || return 0
    cgset kill "$GROUP" 2>/dev/null || true
    cgset delete -r "$GROUP" 2>/dev/null || true
}

# The mount points of all hierarchies but the named ones, whatever the layout.
# One that is mounted twice counts once.
mount_points() {
    awk '/ - cgroup2? / && $NF !~ /name=/ && !seen[$3]++ { print $5 }' /proc/self/mountinfo
}

# folder CONTROLLER: that of the group, in the hierarchy of the controller.
folder() {
    local point
    point=$(awk -v c="$1" '/ - cgroup / && "," $NF "," ~ "," c "," { print $5; exit }' /proc/self/mountinfo)
    [[ $point ]] || point=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
    printf '%s/%s\n' "$point" "$GROUP"
}

# on_v1 CONTROLLER: is it bound to a v1 hierarchy?
on_v1() {
    [[ -e $(dirname "$(folder "$1")")/tasks ]]
}

# value CONTROLLER V1_FILE V2_FILE: what the kernel says.
value() {
    if on_v1 "$1"; then cat "$(folder "$1")/$2"; else cat "$(folder "$1")/$3"; fi
}

# start COMMAND...: in the background, to be killed after the test; sets PID.
start() {
    "$@" 3>&- >/dev/null 2>&1 &
    PID=$!
    STARTED+=("$PID")
}

# start_in_group COMMAND...: the same, and it is in GROUP before this returns.
start_in_group() {
    start cgset run --exec "$GROUP" -- "$@"
    wait_for 20 in_group "$PID"
}

# make_disk: DISK, 4 MiB in memory, so that nothing else is read or written for it.
make_disk() {
    [[ -e /dev/loop-control ]] || modprobe loop
    truncate -s 4M "/dev/shm/$GROUP"
    DISK=$(losetup --find --show "/dev/shm/$GROUP")
    rm "/dev/shm/$GROUP"
}

# stop PID: and reap it.
stop() {
    kill -KILL "$1"
    wait "$1" 2>/dev/null || true
}

# in_group PID: every line of /proc/PID/cgroup but the named ones ends in GROUP.
in_group() {
    local others
    others=$(grep -v ':name=' "/proc/$1/cgroup" | grep -cv ":/$GROUP\$") || true
    [ "$others" = 0 ]
}

# v2_tree: where the v2 hierarchy is mounted, with or without controllers.
v2_tree() {
    awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo | grep .
}

# processes: how many are in GROUP and below it, in the tree of the controller pids.
processes() {
    find "$(folder pids)" -name cgroup.procs -exec cat {} + | wc -l
}

has_processes() { (($(processes) >= ${1:-1})); }
