# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# engines.bash: real containers of podman, LXC, systemd-nspawn and containerd.
#
#     load ../lib/common
#     load ../lib/docker               the root file system, control groups
#     load ../lib/engines
#
#     setup_file() { engines_up; }     teardown_file() { engines_down; }
#     apart COMMAND...                 where the engines live
#     podman ARGUMENT...               so for lxc COMMAND, ctr, cri
#
# Their files are below $ENGINE. What they write elsewhere (/run, /dev/shm, /var/lib) is
# in a mount namespace of theirs, which $HOLDER keeps, and goes with it.

engines_up() {
    export ENGINE="$BATS_FILE_TMPDIR/engines" ENGINE_GROUP="bones-$$.slice"
    requires root busybox
    mkdir "$ENGINE"
    fill_root "$ENGINE/root"
    # shellcheck disable=SC2016 # for the shell inside
    unshare --mount sh -c 'for each in /run /dev/shm /var/lib; do
            mount -t tmpfs -o mode=755 tmpfs "$each" || exit
        done
        mkdir /run/lock
        : >"$ENGINE/ready"
        exec sleep infinity' 3>&- &
    export HOLDER=$!
    wait_for 120 test -e "$ENGINE/ready"
    make_groups "$ENGINE_GROUP"
}

# What a test that failed has left running. A shim of containerd ends with its task.
engines_clear() {
    local point space id
    for space in default k8s.io; do
        for id in $(ctr --namespace "$space" tasks ls --quiet); do
            ctr --namespace "$space" tasks delete --force "$id" 2>/dev/null || true
        done
    done
    for point in $(cgroup_points); do
        find "$point/$ENGINE_GROUP" -name cgroup.procs -exec cat {} + 2>/dev/null || true
    done | sort -u | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
    remove_groups "$ENGINE_GROUP"
    make_groups "$ENGINE_GROUP"
    # A namespace of containerd is a group, and stays.
    for point in $(cgroup_points); do
        rmdir "$point/default" "$point/k8s.io" 2>/dev/null || true
    done
}

engines_down() {
    [[ -d ${ENGINE:-} ]] || return 0
    [[ ! -e $ENGINE/containerd.pid ]] || kill "$(<"$ENGINE/containerd.pid")"
    kill "$HOLDER"
    wait_for 120 no_process_has "ENGINE=$ENGINE" "$HOLDER" || {
        echo 'left behind by the engines:' >&2
        ps -fp "$(processes_with "ENGINE=$ENGINE" | paste -sd,)" >&2
        return 1
    }
    remove_groups "$ENGINE_GROUP"
}

# Descriptor 3 is of bats, which waits until it is closed.
apart() {
    nsenter --mount="/proc/$HOLDER/ns/mnt" -- env --default-signal "$@" 3>&-
}

# The same, in a control group below ours.
apart_in() { # apart_in GROUP COMMAND...
    make_groups "$ENGINE_GROUP/$1"
    # shellcheck disable=SC2016 # for the shell inside
    cgroup_points | apart sh -c 'while read -r point; do
            echo $$ >"$point/$ENGINE_GROUP/$1/cgroup.procs" || exit
        done
        shift
        exec "$@" </dev/null' sh "$@"
}

podman() {
    apart env TMPDIR="$ENGINE" podman --root "$ENGINE/podman/root" --runroot "$ENGINE/podman/run" \
        --tmpdir "$ENGINE/podman/tmp" --network-config-dir "$ENGINE/podman/net" \
        --cgroup-manager cgroupfs --events-backend none --storage-driver vfs "$@"
}

podman_up() {
    mkdir -p "$ENGINE/podman/net"
    tar -C "$ENGINE/root" -c . |
        podman import --quiet --change 'ENV PATH=/bin' --change 'CMD ["sleep","1000"]' - bones >/dev/null
}

# lxc COMMAND NAME ARGUMENT...: lxc-COMMAND.
lxc() {
    apart_in own "lxc-$1" --lxcpath "$ENGINE/lxc" --name "${@:2}"
}

lxc_up() { # lxc_up NAME
    mkdir -p "$ENGINE/lxc/$1"
    printf '%s\n' "lxc.rootfs.path = dir:$ENGINE/root" "lxc.uts.name = $1" 'lxc.net.0.type = empty' \
        'lxc.mount.auto = proc:mixed sys:ro' 'lxc.autodev = 1' 'lxc.cgroup.relative = 1' \
        'lxc.apparmor.profile = unconfined' \
        >"$ENGINE/lxc/$1/config"
}

ctr() {
    apart ctr --address "$ENGINE/containerd.socket" "$@"
}

# Without CAP_SYS_RESOURCE nobody can be given the oom_score_adj of a pod.
containerd_up() {
    cat >"$ENGINE/containerd.toml" <<END
version = 2
root = "$ENGINE/containerd/root"
state = "$ENGINE/containerd/state"
[grpc]
address = "$ENGINE/containerd.socket"
[ttrpc]
address = "$ENGINE/containerd.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/bones:latest"
restrict_oom_score_adj = true
END
    # shellcheck disable=SC2016 # for the shell inside
    apart sh -c 'echo $$ >"$ENGINE/containerd.pid"
        exec containerd --config "$ENGINE/containerd.toml"' >"$ENGINE/containerd.log" 2>&1 &
    wait_for 120 ctr version >/dev/null 2>&1
}

# --- what kubelet does: the calls of the Container Runtime Interface ------------------

# text FIELD VALUE: a field of a protobuf message, a string or a message. Its length is
# in one byte, or in two, seven bits each.
text() {
    local LC_ALL=C tag length
    printf -v tag '\\x%02x' $(($1 << 3 | 2))
    length=$(printf '\\x%02x' ${#2})
    ((${#2} < 128)) || length=$(printf '\\x%02x\\x%02x' $((${#2} & 127 | 128)) $((${#2} >> 7)))
    printf '%b%s' "$tag$length" "$2"
}

# cri METHOD MESSAGE: a call of gRPC, which is a POST over HTTP/2: no compression, four
# bytes of length, the message. Prints the answer's, and fails unless grpc-status is 0.
cri() {
    local LC_ALL=C length
    printf -v length '\\x%02x' $((${#2} >> 24)) $((${#2} >> 16 & 255)) $((${#2} >> 8 & 255)) $((${#2} & 255))
    { printf '%b' "\0$length" && printf %s "$2"; } |
        apart curl --silent --show-error --http2-prior-knowledge --unix-socket "$ENGINE/containerd.socket" \
            --header 'content-type: application/grpc' --header 'te: trailers' --data-binary @- \
            --dump-header "$ENGINE/answer" "http://localhost/runtime.v1.RuntimeService/$1" | tail -c +6
    grep -q '^grpc-status: 0' "$ENGINE/answer" || {
        cat "$ENGINE/answer" >&2
        return 1
    }
}

# NamespaceOption: the network of the host, NODE, which needs no plugin; of a container's own
# the PIDs, CONTAINER.
CRI_NAMESPACES=$'\x08\x02\x10\x01'

# cri_pod UID CGROUP-PARENT: the configuration of a pod.
cri_pod() {
    text 1 "$(text 1 web)$(text 2 "$1")$(text 3 default)"
    text 8 "$(text 1 "$2")$(text 2 "$(text 1 "$CRI_NAMESPACES")")"
}

# cri_container SCRIPT: the configuration of a container with that command.
cri_container() {
    text 1 "$(text 1 box)"
    text 2 "$(text 1 localhost/bones:latest)"
    printf '%s' "$(text 3 sh)$(text 4 -c)$(text 4 "$1")"
    text 15 "$(text 2 "$(text 3 "$CRI_NAMESPACES")")"
}
