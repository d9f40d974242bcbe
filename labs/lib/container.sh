# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# container.sh: the container, step by step, in the only order that works.
# labs/memcached does the steps in one go; lab 12 stops at each and looks.
#
# Every command that changes the machine goes through `run`, which shows it, and
# every change is first written down with `undo`.

# --- which container -----------------------------------------------------------

BRIDGE=bones0
INSIDE_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# The command that gives up everything but being user 11211. Also for `exec`. By its
# path: busybox's env(1) would take busybox's own setpriv.
UNPRIVILEGED=(/bin/setpriv --reuid "$MEMCACHED_UID" --regid "$MEMCACHED_UID" --clear-groups
    --bounding-set=-all --inh-caps=-all --no-new-privs)

# container NAME: set the variables that the steps use.
container() {
    NAME=$1
    RUN=$STATE/runs/$NAME
    PID=$(setting pid || true)
    PORT=$(setting port || true)
    GROUP=container-bones/$NAME
    MERGED=$RUN/merged
}

# valid_name NAME: it becomes a folder, a cgroup, a hostname and an nftables table.
valid_name() {
    [[ $1 =~ ^[a-z][a-z0-9-]{0,30}$ && $1 != *- ]]
}

# settings are files of the run, so that every later command finds them.
setting() {
    cat "$RUN/$1" 2>/dev/null
}

container_exists() {
    valid_name "$1" && [[ -e $STATE/runs/$1/go ]]
}

container_names() {
    local fifo
    for fifo in "$STATE/runs/"*/go; do
        [[ ! -e $fifo ]] || { fifo=${fifo%/go} && printf '%s\n' "${fifo##*/}"; }
    done
}

# container_pid: PID 1 of the container as the host numbers it; fails when dead.
container_pid() {
    local pid started
    pid=$(setting pid) && started=$(setting started) &&
        [[ -n $started && $(start_time "$pid") == "$started" ]] && printf '%s' "$pid"
}

# inside ARGUMENT...: run one command in the container's namespaces. --root, because
# joining a mount namespace alone leads to that namespace's own root; --wdns, because a
# working directory opened out here (--wd) is a way back.
inside() {
    run nsenter-lite --target "$PID" --all --root --wdns=/ -- "$@"
}

# --- 1. a place, a port, an address ----------------------------------------------

# The port is claimed before anything is made. The paths of an overlay are a list
# with colons: a link keeps the path of the checkout, whatever it is, out of it.
step_claim() {
    with_lock claim "$1"
    mkdir "$RUN"/{upper,work,merged,host}
    ln -s "$IMAGE" "$RUN/image"
    mkfifo "$RUN/go"
    : >"$RUN/log"
}

claim() {
    local index=2
    PORT=$1
    # Looked for under the lock: another run does the same.
    [[ $PORT != any ]] || PORT=$(free_port)
    port_is_free "$PORT" ||
        die "port $PORT is taken" \
            "another --port, or any; or see who has it: labs/memcached list; ss -ltnp 'sport = :$PORT'"
    # The smallest number no other run has: the last byte of the address.
    while grep -qxs "$index" "$STATE/runs/"*/index; do
        index=$((index + 1))
    done
    ((index < 255)) || die 'no address is left' 'labs/lab clean'
    printf '%s\n' "$index" >"$RUN/index"
    printf '%s\n' "$PORT" >"$RUN/port"
}

port_is_free() {
    local file
    [[ -z $(ss -Hltn "sport = :$1") ]] || return 1
    for file in "$STATE/runs/"*/port; do
        [[ ! -e $file || $(<"$file") != "$1" ]] || return 1
    done
}

# free_port: the first from 11211 on.
free_port() {
    local port=11211
    until port_is_free "$port"; do
        port=$((port + 1))
    done
    printf '%d' "$port"
}

# --- 2. limits -----------------------------------------------------------------

# The group comes first: a process is born into its parent's group, so nothing of
# the container ever runs without its limits.
step_limits() {
    undo cgroup "$GROUP"
    with_lock run cgset create "$GROUP"
    run cgset set "$GROUP" "memory=$1" "cpu=$2" "pids=$3"
}

# --- 3. the first process, in new namespaces -------------------------------------

# Placed in the group, then unshared: a cgroup namespace takes the group that its
# maker is in as its root. The payload is named now, and runs at the last step.
step_namespaces() {
    undo lock_holder "$RUN/alive"
    undo cgroup "$GROUP"
    run_detached "$ROOT/labs/lib/container-shim" "$RUN" \
        cgset run --exec "$GROUP" -- \
        unshare-lite --mount --pid --net --ipc --uts --cgroup \
        --fork --kill-child --hostname "$NAME" -- \
        "$ROOT/labs/lib/container-init" "$RUN" \
        env -i "PATH=$INSIDE_PATH" HOME=/tmp "HOSTNAME=$NAME" "${UNPRIVILEGED[@]}" -- "$@"
    wait_until "the first process of $NAME" test -s "$RUN/pid"
    PID=$(<"$RUN/pid")
    start_time "$PID" >"$RUN/started"
}

# wait_until WHAT COMMAND...: at most five seconds.
wait_until() {
    local what=$1 tries
    shift
    for ((tries = 0; tries < 500; tries++)); do
        if "$@" 2>/dev/null; then
            return
        fi
        [[ ! -e $RUN/exit ]] || die "$NAME ended early, with status $(<"$RUN/exit")"
        sleep 0.01
    done
    die "$what did not come within 5 seconds"
}

# --- 4. a root file system of layers ---------------------------------------------

# Mounted in the new mount namespace only: the host never sees it, and it goes
# when the namespace goes.
step_root() {
    inside mount -t overlay overlay -o \
        "lowerdir=$RUN/image/memcached:$RUN/image/base,upperdir=$RUN/upper,workdir=$RUN/work" "$MERGED"
}

# --- 5. /proc, /sys, /dev --------------------------------------------------------

# Mounted before the pivot, while mount(8) is at hand, and from inside the pid and
# net namespaces: proc and sysfs show the namespaces of whoever mounts them.
step_kernel_files() {
    inside mount -t proc -o nosuid,nodev,noexec proc "$MERGED/proc"
    inside mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$MERGED/sys"
    inside mount -t tmpfs -o nosuid,noexec,size=64k,mode=755 tmpfs "$MERGED/dev"
    # A device file is a name for two numbers that the kernel knows: it can be copied.
    inside cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$MERGED/dev/"
    inside mkdir "$MERGED/dev/pts" "$MERGED/dev/shm"
    inside mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$MERGED/dev/pts"
    inside mount -t tmpfs -o nosuid,nodev,noexec,size=64m,mode=1777 tmpfs "$MERGED/dev/shm"
    inside sh -c "cd $MERGED/dev && ln -s pts/ptmx ptmx && ln -s /proc/self/fd fd &&
        ln -s fd/0 stdin && ln -s fd/1 stdout && ln -s fd/2 stderr"
}

# --- 6. what of /proc and /sys is not namespaced -----------------------------------

# These speak of the whole machine, whoever mounts them. Bound over or read-only;
# the list is the one that container engines agree on.
step_mask() {
    local path
    for path in kcore keys timer_list sched_debug sysrq-trigger; do
        [[ ! -e /proc/$path ]] || inside mount --bind "$MERGED/dev/null" "$MERGED/proc/$path"
    done
    for path in bus fs irq sys; do
        [[ ! -e /proc/$path ]] || inside mount -o bind,ro "$MERGED/proc/$path" "$MERGED/proc/$path"
    done
    for path in proc/acpi proc/scsi sys/firmware; do
        [[ ! -e /$path ]] || inside mount -t tmpfs -o ro tmpfs "$MERGED/$path"
    done
}

# --- 7. the host's root goes away ----------------------------------------------------

# pivot_root(2) swaps the root of the whole mount namespace, and with it that of
# every process in it that stood in the old one: PID 1 is moved as well. What has
# been swapped out is then detached: no path leads there any more, not even for
# root. chroot(2) has no such step.
step_pivot() {
    inside pivot_root "$MERGED" "$MERGED/.host"
    inside umount -l /.host
    inside rmdir /.host
}

# --- 8. a network ----------------------------------------------------------------

# A veth pair is a cable: one end in the container, one in the bridge, which is a
# switch. The end inside is named eth0, as the first one of a machine would be.
step_network() {
    local index subnet link
    index=$(setting index)
    link=bones-v$index
    undo bridge "$BRIDGE"
    undo link "$link"
    run ip link add "$link" type veth peer name eth0 netns "$PID"
    with_lock plug_in "$link"
    subnet=$(ip -4 -o addr show dev "$BRIDGE" | sed -n 's/.* inet \([0-9.]*\)\.1\/24 .*/\1/p')
    ADDRESS=$subnet.$index
    printf '%s\n' "$ADDRESS" >"$RUN/address"
    run nsenter-lite --target "$PID" --net -- ip link set lo up
    run nsenter-lite --target "$PID" --net -- ip addr add "$ADDRESS/24" dev eth0
    run nsenter-lite --target "$PID" --net -- ip link set eth0 up
    run nsenter-lite --target "$PID" --net -- ip route add default via "$subnet.1"
}

# plug_in LINK: the outer end goes into the bridge. Whoever ends meanwhile takes away a
# bridge in which there is nothing.
plug_in() {
    make_bridge
    run ip link set "$1" master "$BRIDGE" up
}

# One bridge for all containers. route_localnet lets a packet from 127.0.0.1 leave
# towards it, and ends with the bridge.
make_bridge() {
    local subnet
    ! has_link "$BRIDGE" || return 0
    subnet=$(free_subnet)
    run ip link add "$BRIDGE" type bridge
    run ip addr add "$subnet.1/24" dev "$BRIDGE"
    run ip link set "$BRIDGE" up
    run sh -c "echo 1 >/proc/sys/net/ipv4/conf/$BRIDGE/route_localnet"
}

# The first of ten that no route of this machine speaks of.
free_subnet() {
    local number
    for number in {0..9}; do
        [[ -n $(ip -4 route show to root "10.211.$number.0/24") ]] ||
            ip -4 route show to match "10.211.$number.0/24" | grep -qv '^default' ||
            { printf '10.211.%s' "$number" && return; }
    done
    die 'every subnet from 10.211.0.0/24 to 10.211.9.0/24 is routed elsewhere'
}

# --- 9. a published port ------------------------------------------------------------

# On the loopback address only: memcached asks nobody for a password.
step_publish() {
    local table=bones-$NAME
    undo nft_table "$table"
    run nft "table ip $table {
        chain output {
            type nat hook output priority -100;
            ip daddr 127.0.0.1 tcp dport $PORT dnat to $ADDRESS:11211
        }
        chain postrouting {
            type nat hook postrouting priority 100;
            ip saddr 127.0.0.1 ip daddr $ADDRESS masquerade
        }
    }"
}

# --- 10. privileges dropped, memcached started ----------------------------------------

# PID 1 has waited for this. It becomes setpriv, which gives up user 0, every
# capability and the right to gain any, and then becomes memcached: same PID.
step_start() {
    container_pid >/dev/null || die "$NAME ended early" "its log is $RUN/log"
    run sh -c "echo go >$RUN/go"
    wait_until 'memcached' is_memcached
}

is_memcached() {
    [[ $(cat "/proc/$PID/comm" || true) == memcached ]]
}

# --- a client ------------------------------------------------------------------------

# memcached_roundtrip PORT VALUE: set it, get it, print what came back. A connection to which
# nobody answers would be tried for minutes.
memcached_roundtrip() {
    printf 'set greeting 0 0 %d\r\n%s\r\nget greeting\r\nquit\r\n' "${#2}" "$2" |
        timeout 5 busybox nc 127.0.0.1 "$1" 2>/dev/null | tr -d '\r' | grep -xF -e "$2"
}
