# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# doctor.sh: what this machine can do, found by trying it, not by reading
# configuration. Each probe is a function: it succeeds, or prints why not and, on a
# second line, the mend. What an ordinary user can do is tried as one, which mostly
# means: in a user namespace.

# shellcheck source=labs/lib/place.sh
source "$ROOT/labs/lib/place.sh"

# FEATURE, AS WHOM IT IS TRIED, WHAT IT IS, WHICH LABS. one: it is the same for all.
FEATURES='
root       root be root                                          all
mnt        both a mount namespace                                05 07 12
uts        both a UTS namespace                                  05 07 12
ipc        both an IPC namespace                                 05 07 12
net        both a network namespace                              05 07 12
pid        both a pid namespace                                  05 07 12
cgroupns   both a cgroup namespace                               05 07 12
time       both a time namespace                                 07
userns     both a user namespace, with power over what it owns   07
cgroup     root control groups: memory, cpu, pids                05 07 12
delegation user a control group of one'"'"'s own, without root
overlay    both an overlay mount                                 05 12
veth       both a veth pair                                      05 12
bridge     both a bridge                                         05 12
nft        both a published port: nftables nat                   05 12
port       one  port 11211 is free                               up
memcached  one  memcached, busybox, setpriv                      05 07 12
compiler   one  a C compiler, make, libsmartcols, libcap         all
kvm        both /dev/kvm, with a guest that runs                 VMs
'

# why_not FEATURE: succeeds when it is there, else prints the reason in one line.
why_not() {
    "probe_$1" | head -n 1
    return "${PIPESTATUS[0]}"
}

# doctor: two columns of signs, as root and as a user; below a no, why.
doctor() {
    local feature as what by_root by_user root_reason user_reason absent=0
    (($# == 0)) || usage_error "doctor takes no argument: $1"
    printf '%s · %s · %s\n' "$(uname -sr)" "$(uname -m)" \
        "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release 2>/dev/null)"
    place
    printf 'Control groups: %s\n\nroot user\n' "$(cgroup_layout)"
    while read -r feature as what; do
        [[ -n $feature ]] || continue
        by_root=. by_user=. root_reason='' user_reason=''
        if [[ $as == one ]] || ((EUID == 0)) && [[ $as != user ]] || [[ $feature == root ]]; then
            by_root=$TICK
            root_reason=$("probe_$feature") || by_root=$CROSS
        fi
        if [[ $as == both || $as == user ]]; then
            by_user=$TICK
            user_reason=$("user_$feature") || by_user=$CROSS
        elif [[ $as == one ]]; then
            by_user=$by_root
        fi
        printf ' %s    %s   %-10s %s\n' "$by_root" "$by_user" "$feature" "$what"
        [[ $by_root != "$CROSS" ]] || tell_no '' "$root_reason"
        [[ $by_user != "$CROSS" || $as == one || $user_reason == "$root_reason" ]] || tell_no 'as a user: ' "$user_reason"
        [[ $by_root$by_user != *"$CROSS"* ]] || absent=$((absent + 1))
    done <<<"$FEATURES"
    ((EUID == 0)) || printf 'A point: not tried. sudo %s doctor tries as root as well.\n' "$0"
    ((absent == 0)) || printf '%d of these are not to be had here; each says why.\n' "$absent"
}

tell_no() {
    local text=$1$2
    printf '           %s\n' "${text//$'\n'/$'\n           '}"
}

# no REASON MEND
no() {
    printf '%s\n' "$1"
    [[ -z ${2:-} ]] || printf 'mend: %s\n' "$2"
    return 1
}

# --- namespaces ---------------------------------------------------------------------

# Ours once it is built: unshare(1) cannot make a mount namespace in a plain chroot.
unshared() {
    if command -v unshare-lite >/dev/null; then unshare-lite "$@"; else unshare "$@"; fi
}

# last_word OUTPUT: of its first line, what the kernel said; hints follow it.
last_word() {
    local line=${1%%$'\n'*}
    printf '%s' "${line##*: }"
}

# as_user COMMAND...: as whoever called sudo, else as nobody.
as_user() {
    if ((EUID)); then
        "$@"
    else
        setpriv --reuid "${SUDO_UID:-65534}" --regid "${SUDO_GID:-65534}" --clear-groups -- "$@"
    fi
}

# Root without sudo has none: nobody stands in, who is to be given nothing.
user_name() {
    if [[ -z ${SUDO_UID:-} ]] && ((EUID == 0)); then
        printf USER
    else
        as_user id -un
    fi
}

# In a user namespace of a user. A checkout below /root is closed to others.
unshared_as_user() {
    local tool=unshare-lite
    as_user "$tool" --version >/dev/null 2>&1 || tool=unshare
    as_user "$tool" --user --map-root-user "$@"
}

probe_root() {
    ((EUID == 0)) || no 'you are not root' "sudo $0 doctor"
}

probe_namespace() {
    local output
    if output=$(unshared "$@" true 2>&1); then
        return
    elif ((EUID)); then
        no "$(last_word "$output")" "sudo $0 doctor"
    else
        no "$(last_word "$output"), although you are root" \
            'a container around this one forbids it: use a virtual machine, or docker run --privileged'
    fi
}

probe_mnt() { probe_namespace --mount; }
probe_uts() { probe_namespace --uts; }
probe_ipc() { probe_namespace --ipc; }
probe_net() { probe_namespace --net; }
probe_pid() { probe_namespace --pid --fork; }
probe_cgroupns() { probe_namespace --cgroup; }

probe_time() {
    if [[ ! -e /proc/self/ns/time ]]; then
        no 'this kernel has none: they came with Linux 5.6'
    else
        probe_namespace --time --fork
    fi
}

# For a user the user namespace decides; what is missing then is told once.
user_namespace() {
    local output
    user_userns >/dev/null || no 'no user namespace, see there' || return
    output=$(unshared_as_user "$@" true 2>&1) || no "$(last_word "$output")"
}

user_mnt() { user_namespace --mount; }
user_uts() { user_namespace --uts; }
user_ipc() { user_namespace --ipc; }
user_net() { user_namespace --net; }
user_pid() { user_namespace --pid --fork; }
user_cgroupns() { user_namespace --cgroup; }
user_time() {
    if [[ -e /proc/self/ns/time ]]; then user_namespace --time --fork; else probe_time; fi
}

probe_userns() {
    local output
    output=$(unshared --user --map-root-user --uts hostname probe 2>&1) || why_no_userns "$(last_word "$output")" unshared --user
}

user_userns() {
    local output tool=unshare-lite
    as_user "$tool" --version >/dev/null 2>&1 || tool=unshare
    output=$(unshared_as_user --uts hostname probe 2>&1) || why_no_userns "$(last_word "$output")" as_user "$tool" --user
}

# why_no_userns ERROR COMMAND...: there is none; or, when the command makes one, it has
# no power. Ubuntu's AppArmor lets it be made, and takes its capabilities away.
why_no_userns() {
    local error=$1 powerless=0
    shift
    ! "$@" true 2>/dev/null || powerless=1
    if ((powerless)) && [[ $(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null) == 1 ]]; then
        no 'made, but powerless: AppArmor restricts them (kernel.apparmor_restrict_unprivileged_userns is 1)' \
            'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
    elif ((powerless)); then
        no "made, but powerless: $error"
    elif [[ $(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null) == 0 ]]; then
        no 'kernel.unprivileged_userns_clone is 0' 'sudo sysctl -w kernel.unprivileged_userns_clone=1'
    elif [[ $(cat /proc/sys/user/max_user_namespaces 2>/dev/null) == 0 ]]; then
        no 'user.max_user_namespaces is 0' 'sudo sysctl -w user.max_user_namespaces=10000'
    elif in_chroot; then
        no 'this is a chroot, and in a chroot the kernel makes no user namespace' 'labs/vm, or enter it with pivot_root(8), as systemd-nspawn does'
    else
        no "$error"
    fi
}

# --- control groups ------------------------------------------------------------------

probe_cgroup() {
    local mount controller
    if ((EUID)); then
        no 'only root can make a group' "sudo $0 doctor"
    elif ! mount=$(cgroup_mount); then
        no 'no control group file system is mounted' 'mount -t cgroup2 none /sys/fs/cgroup'
    elif ! controller=$(absent_controller "$mount"); then
        no "there is no $controller controller"
    elif ! mkdir "$mount/bones-probe-$$" 2>/dev/null; then
        no "$mount is read-only" 'docker run --privileged, or a virtual machine'
    else
        rmdir "$mount/bones-probe-$$"
    fi
}

# Fails, with its name, at the first of the three that is not there.
absent_controller() {
    local controller
    for controller in memory cpu pids; do
        if [[ -e $1/cgroup.controllers ]]; then
            grep -qw "$controller" "$1/cgroup.controllers"
        else
            grep -q " - cgroup .*[ ,]$controller\(,\|\$\)" /proc/self/mountinfo
        fi || {
            printf '%s' "$controller"
            return 1
        }
    done
}

# systemd hands each user a part of the tree of v2: here, or above the session's scope.
user_delegation() {
    local mount folder id
    id=$(as_user id -u)
    mount=$(cgroup2_mount)
    [[ -n $mount ]] || no 'only v2 can be handed to a user' 'boot with systemd.unified_cgroup_hierarchy=1' || return
    for folder in "$mount$(sed -n 's/^0:://p' /proc/self/cgroup)" \
        "$mount/user.slice/user-$id.slice/user@$id.service"; do
        if as_user mkdir "$folder/bones-probe-$$" 2>/dev/null; then
            rmdir "$folder/bones-probe-$$"
            return
        fi
    done
    if [[ -d /run/systemd/system ]]; then
        no 'no group was handed to this user' 'systemd-run --user --scope --property=Delegate=yes bash'
    else
        no 'no group was handed to this user, and here is no systemd' \
            "as root: mkdir $mount/yours; chown -R USER $mount/yours"
    fi
}

# --- file systems --------------------------------------------------------------------

# Where the containers have their layers, in a mount namespace. A subshell, so that the
# folder goes when it ends, however it does.
probe_overlay() (
    ((EUID == 0)) || no 'only root, or a user namespace, can mount' "sudo $0 doctor" || exit
    # Its name is known before it is there.
    folder=${STATE%/*}/bones-probe.$BASHPID.$EPOCHREALTIME
    trap 'rm -rf --one-file-system -- "$folder"' EXIT
    mkdir -m 700 "$folder" 2>/dev/null || no "nothing can be written in ${STATE%/*}" || exit
    mkdir "$folder"/{l,u,w,m}
    # shellcheck disable=SC2016 # the inner shell expands it
    unshared --mount sh -euc 'cd "$1"
        mount -t overlay probe -o lowerdir=l,upperdir=u,workdir=w m' sh "$folder" 2>/dev/null && exit
    if [[ $(stat -f -c %T "${STATE%/*}") == overlayfs ]]; then
        no "${STATE%/*} is an overlay itself, and no upper layer can be on one" "mount -t tmpfs tmpfs ${STATE%/*}"
    else
        no 'the kernel refuses an overlay' 'modprobe overlay'
    fi
)

# In a tmpfs of its own: nothing to clean up.
user_overlay() {
    user_userns >/dev/null || no 'no user namespace, see there' || return
    unshared_as_user --mount sh -euc 'mount -t tmpfs probe /tmp; cd /tmp; mkdir l u w m
        mount -t overlay probe -o lowerdir=l,upperdir=u,workdir=w m' 2>/dev/null ||
        no 'the kernel refuses an overlay in a user namespace: they came with Linux 5.11'
}

# --- network -----------------------------------------------------------------------------

# in_network COMMANDS: by a shell, in a network namespace of its own: nothing to clean up.
in_network() {
    unshared --net sh -euc "$1" 2>/dev/null
}

in_user_network() {
    user_userns >/dev/null && unshared_as_user --net sh -euc "$1" 2>/dev/null
}

need_program() {
    command -v "$1" >/dev/null || no "no $1 on this machine" 'sudo labs/lab setup'
}

VETH='ip link add v0 type veth peer name v1'
BRIDGE_LINK='ip link add b0 type bridge'
NAT="nft add table ip probe
    nft add chain ip probe output '{ type nat hook output priority -100; }'
    nft add rule ip probe output ip daddr 127.0.0.1 tcp dport 1 dnat to 192.0.2.1:1
    nft add chain ip probe post '{ type nat hook postrouting priority 100; }'
    nft add rule ip probe post masquerade"

probe_veth() {
    need_program ip || return
    in_network "$VETH" || no 'no veth pair can be made' 'as root: modprobe veth'
}

user_veth() { in_user_network "$VETH" || no 'no veth pair, or no network namespace'; }

probe_bridge() {
    need_program ip || return
    in_network "$BRIDGE_LINK" || no 'no bridge can be made' 'as root: modprobe bridge'
}

user_bridge() { in_user_network "$BRIDGE_LINK" || no 'no bridge, or no network namespace'; }

# The labs use nftables; what else there is, is told.
probe_nft() {
    need_program nft || return
    in_network "$NAT" || if in_network 'iptables -t nat -A POSTROUTING -j MASQUERADE'; then
        no 'nftables cannot translate addresses here; iptables can' 'as root: modprobe -a nft_nat nft_masq'
    else
        no 'neither nftables nor iptables can translate addresses here' 'as root: modprobe -a nft_nat nft_masq'
    fi
}

user_nft() { in_user_network "$NAT" || no 'no nat, or no network namespace'; }

probe_port() {
    (exec 3<>/dev/tcp/127.0.0.1/11211) 2>/dev/null || return 0
    if grep -qxs 11211 "$STATE/runs/"*/port; then
        no 'a container of this project is published there' 'labs/memcached up --port any; or see labs/memcached list'
    else
        no 'somebody listens there' 'labs/memcached up --port any; or end it: sudo ss -ltnp "sport = :11211"'
    fi
}

# --- programs and machines --------------------------------------------------------------------

probe_memcached() {
    need_program memcached && need_program busybox && need_program setpriv || return
    memcached -V >/dev/null 2>&1 || no 'memcached does not run' 'sudo labs/lab setup'
}

probe_compiler() {
    local packages
    mapfile -t packages < <(missing_packages container "$(package_manager)")
    ((${#packages[@]} == 0)) || no "missing: ${packages[*]}" 'sudo labs/lab setup'
}

# The device alone proves nothing: a guest of a few bytes has to run.
probe_kvm() {
    local output
    if [[ ! -e /dev/kvm ]]; then
        no 'there is none: no hardware virtualization here' 'in a virtual machine: switch on nested virtualization outside'
    elif [[ ! -r /dev/kvm || ! -w /dev/kvm ]]; then
        no 'no permission' "$(mend_kvm "$(user_name)")"
    elif command -v vmcompare >/dev/null; then
        output=$(timeout 10 vmcompare guest 2>&1) ||
            no "no guest runs: $(sed -n '1s/^vmcompare: //p' <<<"$output")" 'labs/vm emulates where it must'
    fi
}

user_kvm() {
    if [[ ! -e /dev/kvm ]]; then
        probe_kvm
    elif ! as_user test -r /dev/kvm -a -w /dev/kvm; then
        no 'no permission' "$(mend_kvm "$(user_name)")"
    fi
}
