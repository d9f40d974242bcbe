#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# cgset against the kernel's own files: what was written there, what it does to
# processes, and what /proc says about them.

# bats file_tags=guest:v1,guest:v2

load ../lib/common
load ../lib/cgset
# bats sets these: shellcheck knows only $output and $lines.
stderr=""
# and cgset.bash these.
GROUP="" PID=""
# The leak checker of a sanitized build cannot work under strace.
export ASAN_OPTIONS=detect_leaks=0

@test "cgset create makes one folder in every hierarchy, delete removes them" {
    requires root
    run -0 cgset create "/$GROUP/inner"
    local point
    for point in $(mount_points); do
        [ -d "$point/$GROUP/inner" ]
    done
    run -0 cgset create "$GROUP/inner" # once more is no error
    # The size of such a file is always 0.
    [[ -n $(cat "$(folder cpuset)/inner/cpuset.cpus") ]] || [[ ! -e $(folder cpuset)/tasks ]]
    run -1 --separate-stderr cgset delete "$GROUP"
    [[ $stderr == *'is a child: -r removes children'* ]]
    run -0 cgset delete -r "$GROUP"
    [ -z "$(find /sys/fs/cgroup -name "$GROUP")" ]
    run -1 --separate-stderr cgset delete "$GROUP"
    [[ $stderr == *"no group /$GROUP"* ]]
}

@test "cgset set writes the kernel's files and says which, and what they answer" {
    requires root
    cgset create "$GROUP"
    run -0 --separate-stderr cgset set "$GROUP" memory=64M cpu=0.5 pids=17 weight=200 cpus=0
    [ -z "$stderr" ]
    [ "$(value memory memory.limit_in_bytes memory.max)" = 67108864 ]
    [ "$(value pids pids.max pids.max)" = 17 ]
    [ "$(value cpuset cpuset.cpus cpuset.cpus)" = 0 ]
    [ "$(value cpu cpu.shares cpu.weight)" = "$(on_v1 cpu && echo 2048 || echo 200)" ]
    [[ $output == *"pids=17: $(folder pids)/pids.max = 17"* ]]
    [[ $output == *'memory=64M: '*' = 67108864'* ]]
    if on_v1 cpu; then
        [ "$(cat "$(folder cpu)/cpu.cfs_quota_us")" = 50000 ]
        [ "$(cat "$(folder cpu)/cpu.cfs_period_us")" = 100000 ]
    else
        [ "$(cat "$(folder cpu)/cpu.max")" = '50000 100000' ]
    fi
    cgset set "$GROUP" memory=max cpu=max pids=max
    [ "$(value pids pids.max pids.max)" = max ]
    if on_v1 cpu; then [ "$(cat "$(folder cpu)/cpu.cfs_quota_us")" = -1 ]; fi
}

@test "cgset set: file names of both versions mean the same limit" {
    requires root
    cgset create "$GROUP"
    cgset set "$GROUP" memory.max=32M pids.max=9 cpu.max='20000 50000'
    [ "$(value memory memory.limit_in_bytes memory.max)" = 33554432 ]
    if on_v1 cpu; then
        [ "$(cat "$(folder cpu)/cpu.cfs_quota_us")" = 20000 ]
        [ "$(cat "$(folder cpu)/cpu.cfs_period_us")" = 50000 ]
    else
        [ "$(cat "$(folder cpu)/cpu.max")" = '20000 50000' ]
    fi
    run -0 cgset set "$GROUP" memory.limit_in_bytes=16M cpu.cfs_quota_us=30000 cpu.shares=512
    [ "$(value memory memory.limit_in_bytes memory.max)" = 16777216 ]
    [ "$(value cpu cpu.shares cpu.weight)" = "$(on_v1 cpu && echo 512 || echo 50)" ]
    [[ ${lines[0]} == memory.limit_in_bytes=16M:* ]]
    # the period alone, which v2 has no file for; and swap, which v1 counts with memory
    cgset set "$GROUP" cpu.cfs_period_us=40000
    [[ $(value cpu cpu.cfs_period_us cpu.max) == $(on_v1 cpu && echo 40000 || echo '30000 40000') ]]
    if value memory memory.memsw.limit_in_bytes memory.swap.max; then
        cgset set "$GROUP" memory.memsw.limit_in_bytes=20M
        [ "$(value memory memory.memsw.limit_in_bytes memory.swap.max)" = \
            "$(on_v1 memory && echo 20971520 || echo 4194304)" ]
    fi
    # libcgroup's form, and a file that has no plain word
    cgset create "$GROUP/second"
    run -0 cgset -r memory.limit_in_bytes=8M -r pids.max=5 "$GROUP" "$GROUP/second"
    [ "$(cat "$(folder pids)/second/pids.max")" = 5 ]
    [ "$(value memory memory.limit_in_bytes memory.max)" = 8388608 ]
    [ "$(value pids pids.max pids.max)" = 5 ]
    if on_v1 memory; then
        cgset set "$GROUP" memory.swappiness=13
        [ "$(cat "$(folder memory)/memory.swappiness")" = 13 ]
    fi
}

@test "cgset set: swap is swap alone, in whatever order memory has to move" {
    requires root
    cgset create "$GROUP"
    value memory memory.memsw.limit_in_bytes memory.swap.max || skip "needs swap accounting"
    if on_v1 memory; then
        run -2 --separate-stderr cgset set "$GROUP" swap=1M
        [[ $stderr == *'give memory= as well'* ]]
    fi
    local memory
    for memory in 64 16 128; do # down, and up over the sum
        cgset set "$GROUP" swap=1M memory="${memory}M"
        [ "$(value memory memory.memsw.limit_in_bytes memory.swap.max)" = \
            "$(on_v1 memory && echo $(((memory + 1) << 20)) || echo 1048576)" ]
    done
    if on_v1 memory; then
        run -1 --separate-stderr cgset set "$GROUP" memory=1G
        [[ $stderr == *'hint: memory.memsw.limit_in_bytes is 135266304'* ]]
    fi
}

@test "cgset set: limits of a disk, by path, number or the files of either version" {
    requires root
    local device bad partition
    make_disk
    device=$(cat "/sys/block/${DISK##*/}/dev")
    cgset create "$GROUP"
    # put back where there was no limit
    run -1 cgset set "$GROUP" "io=$device,rbps=1M,wiops=9" cpus=1000
    [ -z "$(cat "$(folder blkio)"/blkio.throttle.*_device "$(folder io)/io.max" 2>/dev/null)" ]
    run -0 cgset set "$GROUP" "io=$DISK,rbps=1M,wiops=50" "io.max=$device wbps=2M" \
        "blkio.throttle.read_iops_device=$device 70"
    if on_v1 blkio; then
        [ "$(cat "$(folder blkio)/blkio.throttle.read_bps_device")" = "$device 1048576" ]
        [ "$(cat "$(folder blkio)/blkio.throttle.write_bps_device")" = "$device 2097152" ]
        [ "$(cat "$(folder blkio)/blkio.throttle.read_iops_device")" = "$device 70" ]
        [ "$(cat "$(folder blkio)/blkio.throttle.write_iops_device")" = "$device 50" ]
    else
        [ "$(cat "$(folder io)/io.max")" = "$device rbps=1048576 wbps=2097152 riops=70 wiops=50" ]
    fi
    # put back line by line: the other limits of the disk stay
    local before
    before=$(cgset get "$GROUP" io)
    run -1 cgset set "$GROUP" "io=$device,rbps=max,riops=max" cpus=1000
    [ "$(cgset get "$GROUP" io)" = "$before" ]
    for bad in io= io=/dev/null,rbps=1 "io=$device" "io=$device,rbps=0" "io=$device,x=1" \
        "io=$device,rbps=-1" io=8,rbps=1 io=/nosuch,rbps=1 "io=$device,rbps=1Q"; do
        run -2 --separate-stderr cgset set "$GROUP" "$bad"
    done
    addpart "$DISK" 1 0 2048
    partition=$(cat "/sys/block/${DISK##*/}/${DISK##*/}p1/dev")
    run -2 --separate-stderr cgset set "$GROUP" "io=$partition,rbps=1M"
    delpart "$DISK" 1
    [[ $stderr == "cgset: $partition is a partition: limits are for whole disks" ]]
    run -0 cgset set "$GROUP" "io=$device,rbps=max,wbps=max,riops=max,wiops=max"
    [ -z "$(cat "$(folder blkio)"/blkio.throttle.*_device "$(folder io)/io.max" 2>/dev/null)" ]
}

@test "cgset set reports what the kernel rounded" {
    requires root
    cgset create "$GROUP"
    run -0 cgset set "$GROUP" memory=1000001
    local kernel
    kernel=$(value memory memory.limit_in_bytes memory.max)
    [ "$kernel" != 1000001 ]
    [[ $output == *" = $kernel (the kernel made this of 1000001)" ]]
}

@test "cgset set that fails in the middle puts back what it changed" {
    requires root
    cgset create "$GROUP"
    cgset set "$GROUP" pids=30 memory=64M cpu=2
    run -1 --separate-stderr cgset set "$GROUP" pids=7 memory=32M cpu=1 cpus=1000-1001 weight=3
    [ -z "$output" ]
    [[ $stderr == *'cannot write 1000-1001 to '*cpuset.cpus* ]]
    [ "$(value pids pids.max pids.max)" = 30 ]
    [ "$(value memory memory.limit_in_bytes memory.max)" = 67108864 ]
    [[ $(value cpu cpu.cfs_quota_us cpu.max) == 200000* ]]
    [ "$(value cpu cpu.shares cpu.weight)" = "$(on_v1 cpu && echo 1024 || echo 100)" ]
    # a file that does not exist is found before anything is written
    run -1 --separate-stderr cgset set --explain "$GROUP" pids=7 memory.no_such=1
    [[ $stderr == *'no file '*memory.no_such* && $stderr != *write* ]]
    ! on_v1 memory || [[ $stderr == *'hint: memory is on cgroup v1 here'* ]]
    # on v2 a group can lack a controller that there is
    if [[ -d $(v2_tree)/$GROUP && " $(cat "$(v2_tree)/cgroup.controllers") " == *' hugetlb '* ]]; then
        run -1 --separate-stderr cgset set "$GROUP" hugetlb.2MB.max=1
        [[ $stderr == *'hint: the group does not have the controller hugetlb: the group above '* ]]
    fi
    [ "$(value pids pids.max pids.max)" = 30 ]
}

@test "cgset set: wrong values are status 2 and nothing is written" {
    requires root
    cgset create "$GROUP"
    cgset set "$GROUP" pids=30 memory=64M
    local bad
    for bad in memory=1Q memory=-1 memory=1e9 memory= memory=0 memory=99999999999999999999 \
        memory=17179869184G memory=' 1M' swap=x cpu=0.0001 cpu=0 cpu=-1 cpu=1e9 cpu=. cpu=1. \
        cpu=0.1234567 cpu=99999999999999999999 cpu=nan pids=0 pids=-1 pids=1Q pids=4194305 \
        weight=0 weight=10001 cpus=a cpus= cpu.max=x cpu.max='1000 1' memory.limit_in_bytes=-2 \
        pids.max=-1 cgroup.procs=1 ../pids.max=1 pids.max/x=1 pids =3 foo=1 \
        $'memory.swappiness=1\n2'; do
        run -2 --separate-stderr cgset set "$GROUP" pids=7 "$bad"
        [[ -z $output && $stderr == 'cgset: '* ]]
    done
    [ "$(value pids pids.max pids.max)" = 30 ]
    run -125 --separate-stderr cgset run -s memory=1Q "$GROUP" true
    [[ $stderr == *'memory=1Q: not understood, expected a size'* ]]
    run -2 --separate-stderr cgset set "$GROUP" nosuch.limit=1
    [[ $stderr == *'no controller nosuch here; there are: '*memory*pids* ]]
    run -2 --separate-stderr cgset set / memory=1G
    run -2 --separate-stderr cgset set "$GROUP"
}

@test "cgset refuses names that are no groups" {
    local bad long
    long=$(printf 'x%.0s' {1..256})
    for bad in '' .. ../x a/../b ./a a/. "$long" "a/$long" $'a\nb' $'a\eb' \
        "$(mount_points | head -n 1)/x" "$(printf 'a/%.0s' {1..2000})"; do
        run -2 --separate-stderr cgset create "$bad"
        [[ -z $output && $stderr == 'cgset: '* ]]
        run -125 --separate-stderr cgset run "$bad" true
    done
    run -1 --separate-stderr cgset get no-such-group-$$
    [[ $stderr == *'no group /no-such-group-'* ]]
    run -1 --separate-stderr cgset set no-such-group-$$ pids=1
    [[ $stderr == *'no group /no-such-group-'* ]]
    run -2 --separate-stderr cgset delete /
}

@test "cgset follows no symbolic link and crosses no mount" {
    requires root
    cgset create "$GROUP"
    local point
    point=$(dirname "$(folder pids)")
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    echo 1 >"$BATS_TEST_TMPDIR/elsewhere/pids.max"
    # cgroupfs has no symbolic links: a file system put over a group has.
    # shellcheck disable=SC2016 # for the inner shell
    run -1 --separate-stderr unshare --mount sh -c '
        mount -t tmpfs none "$1/$2" && ln -s "$3" "$1/$2/link" &&
            ! cgset create "$2/link/new" && cgset set "$2/link" pids=5' sh "$point" "$GROUP" "$BATS_TEST_TMPDIR/elsewhere"
    [[ $stderr == *"no group /$GROUP/link"* ]]
    [[ $stderr == *"cannot create $point/$GROUP/link/new: "* ]]
    [ "$(ls "$BATS_TEST_TMPDIR/elsewhere")" = pids.max ]
    [ "$(cat "$BATS_TEST_TMPDIR/elsewhere/pids.max")" = 1 ]
    # nothing is made in one tree when another is hidden, or read-only
    # shellcheck disable=SC2016 # for the inner shell
    run -1 --separate-stderr unshare --mount sh -c '
        mount -t tmpfs none "$1" && cgset create "$2/new"' sh "$point" "$GROUP"
    [[ $stderr == "cgset: $point is hidden under another mount" ]]
    # shellcheck disable=SC2016 # for the inner shell
    run -1 --separate-stderr unshare --mount sh -c '
        mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cgset create "$2/new"' \
        sh "$point" "$GROUP"
    [[ $stderr == *"cannot create $point/$GROUP/new: Read-only file system"* ]]
    [[ $stderr == *"hint: $point is mounted read-only"* ]]
    [ -z "$(find /sys/fs/cgroup -path "*/$GROUP/new")" ]
}

@test "cgset sees a part of a hierarchy that is mounted over the whole" {
    requires root
    cgset create "$GROUP"
    local point
    point=$(dirname "$(folder pids)")
    # shellcheck disable=SC2016 # for the inner shell
    run -0 --separate-stderr unshare --mount sh -c '
        mount --bind "$1/$2" "$1" && cgset set "/$2" pids=21 && cgset show /"$2" >/dev/null &&
            ! cgset set / pids=3 && ! cgset create "other-$2"' sh "$point" "$GROUP"
    [[ $stderr == *"cannot create /other-$GROUP (not below /$GROUP)"* ]]
    [ "$(value pids pids.max pids.max)" = 21 ]
    [ -z "$(find /sys/fs/cgroup -name "other-$GROUP")" ]
    # and one that is mounted at a place that mountinfo writes as \040
    mkdir "$BATS_TEST_TMPDIR/a b"
    # shellcheck disable=SC2016 # for the inner shell
    run -0 unshare --mount sh -c 'mount --bind "$1" "$3/a b" && umount -l "$1" && cgset set "$2" pids=22' \
        sh "$point" "$GROUP" "$BATS_TEST_TMPDIR"
    [ "$output" = "pids=22: $BATS_TEST_TMPDIR/a b/$GROUP/pids.max = 22" ]
    # of a part and the whole, the whole
    # shellcheck disable=SC2016 # for the inner shell
    run -0 unshare --mount sh -c 'mount --bind "$1/$2" "$3/a b" && cgset set "$2" pids=23' \
        sh "$point" "$GROUP" "$BATS_TEST_TMPDIR"
    [ "$output" = "pids=23: $point/$GROUP/pids.max = 23" ]
}

@test "cgset get reads what is there, by any name" {
    requires root jq
    cgset create "$GROUP"
    cgset set "$GROUP" memory=64M pids=11
    run -0 cgset get --json "$GROUP" memory memory.max memory.limit_in_bytes pids
    jq -e '[.values[].value] == ["67108864", "67108864", "67108864", "11"]' <<<"$output"
    [ "$(cat "$(jq -r '.values[0].file' <<<"$output")")" = 67108864 ]
    # one key, and on v1 two files
    cgset set "$GROUP" cpu=0.5
    run -0 cgset get --json "$GROUP" cpu
    [ "$(jq -r '[.values[].value] | join(" ")' <<<"$output")" = '50000 100000' ]
    run -0 cgset get "$GROUP"
    [[ ${lines[0]} =~ ^KEY\ +VALUE\ +FILE$ && $output == *"$(folder pids)/pids.max"* ]]
    run -2 --separate-stderr cgset get "$GROUP" nosuch
    run -1 --separate-stderr cgset get "$GROUP" memory.nosuch
}

@test "cgset get agrees with cgget" {
    requires root cgget jq
    cgset create "$GROUP"
    cgset set "$GROUP" memory=64M pids=11 weight=300
    local file key
    for key in memory pids weight; do
        file=$(cgset get --json "$GROUP" "$key" | jq -r '.values[0].file')
        [ "$(cgget -nv -r "${file##*/}" "$GROUP")" = "$(cat "$file")" ]
    done
    # and a process that cgexec put there is one of ours
    run -0 cgexec -g "memory:$GROUP" cgset where "$$"
}

@test "cgset show draws the tree with use and limits" {
    requires root jq
    cgset create "$GROUP/a/x" "$GROUP/a-b" "$GROUP/b/c"
    cgset set "$GROUP/b" memory=32M cpu=1.5 pids=8
    # counted in b as well; on v2 it could not be there itself
    start cgset run --exec "$GROUP/b/c" sleep 60
    GROUP=$GROUP/b/c wait_for 20 in_group "$PID"
    run -0 cgset show --json "$GROUP"
    jq -e --arg g "/$GROUP" '.groups[0]
        | .group == $g and ([.children[].name] == ["a", "a-b", "b"])
        and .children[0].children[0].name == "x" and (.children[2] | .memory_limit == 33554432 and .cpu_limit == 1.5 and .pids_limit == 8
            and .pids_use == 1 and .processes == 0
            and (.children[0] | .group == $g + "/b/c" and .processes == 1 and .pids_limit == null))
        and .memory_limit == null' <<<"$output"
    run -0 cgset show "$GROUP"
    [[ $output == *"/$GROUP "*'-b '*' / 32MiB  1.5 '*' 1 / 8 '* ]]
    # --explain: both versions, and which of them has what here
    run -0 --separate-stderr cgset show --explain "$GROUP"
    [[ $stderr == *" trees of v1 and "* ]]
    grep -qE "^ +memory +$(on_v1 memory && echo v1 || echo v2) +memory.limit_in_bytes +memory.max$" <<<"$stderr"
    grep -qE "^ +kill +$(v2_tree >/dev/null && echo v2 || echo -) +- +cgroup.kill$" <<<"$stderr"
    run -0 cgset show --pid "$PID"
    [[ $output == *"$GROUP/b/c "* && $output != *"-a "* ]]
    stop "$PID"
    # only in one tree: said so
    local alone
    alone=$(folder memory)/alone
    mkdir "$alone"
    run -0 cgset show --json "$GROUP/alone"
    rmdir "$alone"
    on_v1 memory || return 0
    jq -e '.groups[0].in == "memory" and .groups[0].pids_use == null' <<<"$output"
}

@test "cgset show without a group lists every hierarchy that is mounted" {
    requires jq
    run -0 cgset show --json
    jq -e . <<<"$output"
    [ "$(jq -r '.hierarchies[].mounted_at' <<<"$output" | sort)" = \
        "$(awk '/ - cgroup2? / && !seen[$3]++ { print $5 }' /proc/self/mountinfo | sort)" ]
    run -0 cgset show
    [[ ${lines[0]} == 'CONTROLLERS '*'MOUNTED AT'* && $output == *$'\n\nGROUP '* ]]
}

@test "cgset where explains each line of /proc/PID/cgroup" {
    requires jq
    run -0 cgset where --json "$$"
    [ "$(jq -r '.memberships[].line' <<<"$output")" = "$(cat "/proc/$$/cgroup")" ]
    local folder
    while read -r folder; do
        grep -qx "$$" "$folder/cgroup.procs"
    done < <(jq -r '.memberships[].folder' <<<"$output")
    run -1 --separate-stderr cgset where 4194303
    [[ $stderr == *'there is no process 4194303'* ]]
    run -2 --separate-stderr cgset where self
    run -2 --separate-stderr cgset where
}

@test "cgset leaves groups of systemd and of engines alone, but for --force" {
    requires root
    local id group owner verb status
    id=$(printf '0123456789abcdef%.0s' {1..4})
    while read -r group owner; do
        run -1 --separate-stderr cgset set "$group" memory=1G
        [[ $stderr == "cgset: /$group belongs to $owner: use its own way ("*"), or --force" ]]
    done <<END
system.slice/x systemd
user.slice systemd
init.scope systemd
a.slice/b.service/c systemd
docker/$id Docker
system.slice/docker-$id.scope Docker
mine/$id a container of Docker or containerd
mine/$id/inner a container of Docker or containerd
kubepods/besteffort Kubernetes
kubepods.slice/kubepods-pod1.slice/cri-containerd-$id.scope Kubernetes
kubepods/pod1/$id Kubernetes
machine.slice/libpod-$id.scope podman
libpod_parent/libpod-$id podman
system.slice/crio-$id.scope CRI-O
k8s.io/cri-containerd-$id containerd
lxc.payload.web/x LXC
END
    for verb in run create delete freeze thaw kill move; do
        status=$([[ $verb == run ]] && echo 125 || echo 1)
        run "-$status" --separate-stderr cgset "$verb" "mine/$id" 1
        [[ $stderr == *"/mine/$id belongs to a container"* ]]
    done
    # what only looks like an ID: a letter less
    cgset create "$GROUP/${id%?}"
    cgset delete "$GROUP/${id%?}"
    run -1 --separate-stderr cgset create "$GROUP/docker/inner"
    [[ $stderr == *'Docker: use its own way (docker update'* ]]
    run -0 cgset create --force "$GROUP/docker/inner"
    # what is above it would hit it, and what is in it is not ours either
    for group in 'freeze' 'kill' 'delete -r'; do
        # shellcheck disable=SC2086 # verb and option
        run -1 --separate-stderr cgset $group "$GROUP"
        [[ $stderr == *"/$GROUP/docker belongs to Docker"* ]]
    done
    cgset create "$GROUP/ours"
    start cgset run --force --exec "$GROUP/docker/inner" sleep 60
    GROUP=$GROUP/docker/inner wait_for 20 in_group "$PID"
    run -1 --separate-stderr cgset move "$GROUP/ours" "$PID"
    [[ $stderr == *"the process belongs to Docker, in /$GROUP/docker/inner"* ]]
    run -0 cgset move --force "$GROUP/ours" "$PID"
    stop "$PID"
    run -0 cgset delete -r --force "$GROUP"
}

@test "cgset: what systemd has delegated is no longer its own" {
    requires root python3
    cgset create --force "$GROUP/x.service/ours"
    run -1 --separate-stderr cgset set "$GROUP/x.service/ours" pids=9
    [[ $stderr == *'belongs to systemd: use its own way (systemctl set-property'* ]]
    # systemd.resource-control(5), Delegate=: it sets this attribute on the folder
    python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.delegate", b"1")' \
        "$(folder pids)/x.service"
    run -0 cgset set "$GROUP/x.service/ours" pids=9
    run -1 --separate-stderr cgset set "$GROUP/x.service" pids=9
    [[ $stderr == *'belongs to systemd'* ]]
    cgset delete -r --force "$GROUP"
}

@test "cgset as nobody: looks, and is refused with the reason" {
    requires root user
    local verb
    run -0 as_nobody cgset show
    run -0 as_nobody cgset where "$$"
    run -1 --separate-stderr as_nobody cgset create "$GROUP"
    [[ $stderr == *'Permission denied'*'hint: '*' belongs to uid 0, you are uid 65534'* ]]
    run -125 --separate-stderr as_nobody cgset run "$GROUP" true
    cgset create "$GROUP"
    for verb in 'set pids=3' "move $$" 'delete'; do
        # shellcheck disable=SC2086 # verb and operands
        run -1 --separate-stderr as_nobody cgset ${verb%% *} "$GROUP" ${verb#"${verb%% *}"}
        [[ $stderr == *'Permission denied'*"$GROUP"* || $stderr == *"$GROUP"*'Permission denied'* ]]
    done
    [ -d "$(folder memory)" ]
}

@test "cgset --dry-run says all and does nothing" {
    requires root
    run -0 --separate-stderr cgset create --dry-run "$GROUP/inner"
    [[ $stderr == *"mkdirat("*", \"$GROUP/inner\", 0755) = ?"* ]]
    run -0 --separate-stderr cgset run --dry-run -s memory=1G "$GROUP" -- touch "$BATS_TEST_TMPDIR/ran"
    [[ $stderr == *'write(?, "1073741824", 10) = ?'*'execve("touch") = ?'* ]]
    [[ $stderr == */tasks* || $stderr == *CLONE_INTO_CGROUP* ]]
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    [ -z "$(find /sys/fs/cgroup -name "$GROUP")" ]
    cgset create "$GROUP"
    cgset set --dry-run "$GROUP" pids=4
    cgset move --dry-run "$GROUP" "$$"
    cgset delete --dry-run "$GROUP"
    [ "$(value pids pids.max pids.max)" = max ]
    [ -z "$(cat "$(folder pids)/cgroup.procs")" ]
}

# The calls that --explain names, and those that strace saw, in strace's notation.
calls='openat2|mkdirat|write|unlinkat|pidfd_open|pidfd_send_signal|clone3|prctl'
narrated() {
    grep -E "^($calls)\\(" <<<"$stderr"
}
# In the order in which they began: a call that was interrupted by the other process is
# put together again where that was. The one byte that tells of a refusal is no part of
# the story.
traced() {
    awk '{ pid = $1; sub(/^[0-9]+ +/, ""); line = NR }
        sub(/ <unfinished \.\.\.>$/, "") { begun[pid] = NR }
        sub(/^<\.\.\. [a-z0-9_]+ resumed>/, "") { line = begun[pid]; $0 = call[line] $0 }
        { sub(/\) +=/, ") ="); call[line] = $0 }
        END { for (line = 1; line <= NR; line++) if (line in call) print call[line] }' "$1" |
        grep -E "^($calls)\\(" | grep -vE '^write\([12],|flags=O_RDONLY'
}

@test "cgset --explain names the calls that strace sees" {
    requires root strace
    local trace=$BATS_TEST_TMPDIR/trace command commands
    start sleep 60
    commands=("create $GROUP" "set $GROUP memory=1G cpu=1 pids=9" "move $GROUP $PID" "move / $PID"
        "freeze $GROUP" "thaw $GROUP" "delete $GROUP" "run -s pids=9 $GROUP true"
        "run --exec $GROUP true")
    for command in "${commands[@]}"; do
        # shellcheck disable=SC2086 # verb and operands
        run -0 --separate-stderr strace -f -s 200 -o "$trace" cgset --explain $command
        diff <(narrated) <(traced "$trace")
    done
    run -0 --separate-stderr strace -f -s 200 -o "$trace" cgset --explain run -s pids=8 "$GROUP" true
    [[ $stderr == *'write('*', "8", 1) = 1'*'beyond it fork(2) fails'*'execve("true") = 0'* ]]
    run -0 cgset move "$GROUP" "$PID"
    run -0 --separate-stderr strace -f -s 200 -o "$trace" cgset kill --explain "$GROUP"
    diff <(narrated) <(traced "$trace")
    # v1 has no call that kills all at once: they are stopped meanwhile
    ! on_v1 freezer || [[ $stderr == *'"FROZEN"'*pidfd_send_signal*'"THAWED"'* ]]
    wait "$PID" || true
}

@test "cgset: usage errors, --help and --version" {
    local arguments
    for arguments in '' nosuch --no-such-option 'create' 'show --no-such' 'show --dry-run' \
        'create --json x' 'show --pid x' 'show a b' '-r' '-r pids=1' 'where 1 2'; do
        # shellcheck disable=SC2086 # words
        run -2 --separate-stderr cgset $arguments
        [[ -z $output && -n $stderr ]]
    done
    run -0 --separate-stderr cgset --help
    [[ $output == 'usage: cgset'* && -z $stderr ]]
    run -0 --separate-stderr cgset run --version
    [[ $output == *'Container Bones'* && -z $stderr ]]
}
