#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek on containers of real engines, beside what these say themselves: podman, LXC,
# systemd-nspawn, containerd by ctr, and a pod by the calls that kubelet makes.
# bats file_tags=guest:v2

load ../lib/common
load ../lib/docker
load ../lib/engines

setup_file() {
    engines_up
    containerd_up
}

teardown_file() {
    engines_down
}

after_test() {
    engines_clear
}

# What each of them runs: two processes, and then nothing changes any more. The semicolon: the
# command of an engine ends in another way than theirs.
TWO='sleep 600 & exec sleep 601;'
two_run() { # two_run COMMAND...: it prints both
    [[ $("$@" | grep -cE '(^| )sleep 60[01] *$') == 2 ]]
}

# two_in ID OPTION...: so for ctr, which says no command, in three lines with the heading.
two_in() {
    [[ $(ctr "${@:2}" tasks ps "$1" | wc -l) == 3 ]]
}

# For an engine that says only the PID out here.
inner_pids() {
    local pid
    while read -r pid; do
        awk '/^NSpid/ { print $2, $3 }' "/proc/$pid/status"
    done
}

# agrees ENGINE ID PID POD: procpeek names that container wherever it names one, and shows the
# processes that the engine named in the file theirs, a host PID and an inner PID a line.
agrees() {
    local kind text="$1 $2${4:+ pod $4}"
    echo "# $text, PID $3" >&2
    procpeek "$3" --json | tee "$BATS_TEST_TMPDIR/page" |
        jq -e --arg text "made by $1, $2${4:+, pod $4} (cgroup path " \
            '.process[] | select(.what == "container") | .value | startswith($text)'
    procpeek top "$3" --json | jq -r '.processes[] | "\(.pid) \(."inner-pid")"' |
        sort | diff <(sort "$BATS_TEST_TMPDIR/theirs") -
    procpeek --container "$2" --json -o PID,CONTAINER |
        jq -r '.processes[] | "\(.pid) \(.container)"' | sort |
        diff <(awk -v text="$text" '{ print $1, text }' "$BATS_TEST_TMPDIR/theirs" | sort) -
    # Who runs it is not in it.
    procpeek --json -o PID,CONTAINER --pid "$(ps -o ppid= -p "$(head -n 1 "$BATS_TEST_TMPDIR/theirs" | cut -d' ' -f1)" | xargs)" |
        jq -e '.processes | length == 1 and .[0].container == "none"'
    # Beside a process of the host, the namespaces of diff are those of the kernel.
    for kind in mnt pid net ipc uts cgroup user; do
        [[ $(ns $$ "$kind") == "$(ns "$3" "$kind")" ]] || echo "ns.$kind $(ns "$3" "$kind")"
    done | sort | diff - <(procpeek diff $$ "$3" --json | jq -r '.differences[] |
        select(.verdict == "differs" and (.what | startswith("ns."))) | "\(.what) \(.b)"' | sort)
}

# fact WHAT: of the page that agrees has asked for.
fact() {
    jq -r --arg what "$1" '.process[] | select(.what == $what) | .value' "$BATS_TEST_TMPDIR/page"
}

@test "podman: as podman inspect and podman top" {
    requires podman crun runc jq
    podman_up
    local id target runtime
    for runtime in crun runc; do
        podman --runtime "$runtime" run --detach --network none --name box --user 100 --pids-limit 77 \
            --cgroup-parent "/$ENGINE_GROUP/own" bones sh -c "$TWO" >/dev/null
        wait_for 120 two_run podman top box args
        podman inspect box >"$BATS_TEST_TMPDIR/inspect"
        podman top box hpid pid | tail -n +2 | awk '{ print $1, $2 }' >"$BATS_TEST_TMPDIR/theirs"
        id=$(jq -r '.[0].Id' "$BATS_TEST_TMPDIR/inspect")
        target=$(jq -r '.[0].State.Pid' "$BATS_TEST_TMPDIR/inspect")
        agrees podman "$id" "$target"
        jq -e --arg path "$(fact cgroup)" '.[0].State.CgroupPath as $theirs | $path | startswith($theirs + " ")' \
            "$BATS_TEST_TMPDIR/inspect"
        jq -e --arg name "$(fact hostname)" '.[0].Config.Hostname == $name' "$BATS_TEST_TMPDIR/inspect"
        jq -e --arg limit "$(fact 'pids limit')" '.[0].HostConfig.PidsLimit == ($limit | ltrimstr("at most ") | tonumber)' \
            "$BATS_TEST_TMPDIR/inspect"
        [ "$(fact 'cap bounding' | tr ' ' '\n' | sort | xargs)" = \
            "$(jq -r '.[0].BoundingCaps[] | ascii_downcase' "$BATS_TEST_TMPDIR/inspect" | sort | xargs)" ]
        podman rm --force --time 0 box >/dev/null
    done
}

@test "LXC: as lxc-info and lxc-attach" {
    requires lxc-start jq
    local target
    lxc_up web
    lxc start web --logfile "$ENGINE/lxc/log" -- sh -c "$TWO"
    wait_for 120 two_run lxc attach web -- ps -o pid,args
    target=$(lxc info web --no-humanize --pid)
    # LXC names one PID out here; ps in there names them all.
    lxc attach web -- ps -o pid,args | awk '/ sleep 60/ { print $1 }' >"$BATS_TEST_TMPDIR/inside"
    { echo "$target" && ps -o pid= --ppid "$target"; } | inner_pids >"$BATS_TEST_TMPDIR/theirs"
    diff <(cut -d' ' -f2 "$BATS_TEST_TMPDIR/theirs") "$BATS_TEST_TMPDIR/inside"
    agrees LXC web "$target"
    [ "$(fact hostname)" = "$(lxc attach web -- hostname)" ]
    lxc stop web --kill
}

@test "systemd-nspawn: as ps -o unit, and its supervisor is not in the container" {
    requires systemd-nspawn jq
    local target supervisor
    # As systemd starts systemd-nspawn@deb.service.
    apart_in machine.slice/systemd-nspawn@deb.service systemd-nspawn --quiet --keep-unit --register=no \
        --directory="$ENGINE/root" --machine=deb --pipe --as-pid2 --private-network sh -c "$TWO" &
    # shellcheck disable=SC2009 # pgrep knows no unit
    in_unit() {
        ps -e -o unit=,pid=,args= | grep '^systemd-nspawn@deb.service '
    }
    wait_for 120 two_run in_unit
    supervisor=$(in_unit | awk '$3 == "systemd-nspawn" { print $2 }')
    target=$(in_unit | awk '/ sleep 601$/ { print $2 }')
    # The first process there is a part of systemd-nspawn itself.
    pgrep --ns "$target" --nslist pid | inner_pids >"$BATS_TEST_TMPDIR/theirs"
    [ "$(cut -d' ' -f2 "$BATS_TEST_TMPDIR/theirs" | xargs)" = '1 2 3' ]
    agrees systemd-nspawn deb "$target"
    [ "$(fact hostname)" = deb ]
    tr '\0' '\n' <"/proc/$target/environ" | grep -qx container=systemd-nspawn
    procpeek "$supervisor" --json | jq -e '.process[] | select(.what == "engine") |
        .value | startswith("none around it, it supervises one (cgroup path ")'
    kill "$supervisor"
    wait
}

@test "containerd: as ctr tasks" {
    requires ctr containerd jq
    local target id
    # Where nerdctl and CRI give an id of 64 digits, ctr takes any name.
    id=$(sha256sum <<<"$BATS_TEST_TMPDIR" | cut -d' ' -f1)
    for id in box "$id"; do
        ctr run --detach --rootfs --env PATH=/bin "$ENGINE/root" "$id" sh -c "$TWO" </dev/null
        wait_for 120 two_in "$id"
        target=$(ctr tasks ls | awk -v id="$id" '$1 == id { print $2 }')
        ctr tasks ps "$id" | awk 'NR > 1 { print $1 }' | inner_pids >"$BATS_TEST_TMPDIR/theirs"
        agrees containerd "$id" "$target"
        ctr tasks delete --force "$id" 2>/dev/null
        ctr containers delete "$id"
    done
}

@test "a Kubernetes pod: as the Container Runtime Interface, which kubelet would call" {
    requires podman ctr containerd curl jq
    local uid=0f3c1d2e-0000-4000-8000-000000000042 config pod id target
    podman_up
    podman save --quiet --format oci-archive --output "$ENGINE/image.tar" localhost/bones
    ctr --namespace k8s.io images import "$ENGINE/image.tar" >/dev/null
    is_known() {
        ctr --namespace k8s.io images ls | grep -q '^localhost/bones:latest .*io.cri-containerd.image=managed'
    }
    wait_for 120 is_known
    config=$(cri_pod "$uid" "/$ENGINE_GROUP/kubepods/besteffort/pod$uid")
    pod=$(cri RunPodSandbox "$(text 1 "$config")" | tail -c 64)
    id=$(cri CreateContainer "$(text 1 "$pod")$(text 2 "$(cri_container "$TWO")")$(text 3 "$config")" | tail -c 64)
    cri StartContainer "$(text 1 "$id")"
    wait_for 120 two_in "$id" --namespace k8s.io
    for each in "$id" "$pod"; do
        target=$(ctr --namespace k8s.io tasks ls | awk -v id="$each" '$1 == id { print $2 }')
        ctr --namespace k8s.io tasks ps "$each" | awk 'NR > 1 { print $1 }' | inner_pids >"$BATS_TEST_TMPDIR/theirs"
        agrees 'a Kubernetes container runtime' "$each" "$target" "$uid"
    done
    cri StopPodSandbox "$(text 1 "$pod")"
    cri RemovePodSandbox "$(text 1 "$pod")"
}
