# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# doctor.sh: what this machine can do, found by trying it, not by reading
# configuration. Each probe is a function: it succeeds, or prints why not and, on a
# second line, the mend.

# FEATURE PROBE WHAT IT IS FOR
FEATURES='
root      be root                                             every lab but those marked rootless
mnt       a mount namespace                                   07 12
uts       a UTS namespace                                     07 12
ipc       an IPC namespace                                    07 12
net       a network namespace                                 07 12
pid       a pid namespace                                     07 12
cgroupns  a cgroup namespace                                  07 12
time      a time namespace                                    07
userns    a user namespace                                    07
cgroup    control groups: memory, cpu, pids                   12
overlay   an overlay mount                                    12
bridge    a veth pair and a bridge                            12
nft       a published port (nftables nat)                     12
memcached memcached, busybox, setpriv                         05 12
compiler  a C compiler, make, libsmartcols, libcap            every tool
kvm       /dev/kvm                                            virtual machines at full speed
'

# why_not FEATURE: succeeds when it is there, else prints the reason in one line.
why_not() {
    "probe_$1" | head -n 1
    return "${PIPESTATUS[0]}"
}

doctor() {
    local feature what reason absent=0
    printf '%s · %s · %s\n' "$(uname -sr)" "$(uname -m)" \
        "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release 2>/dev/null)"
    while read -r feature what; do
        [[ -n $feature ]] || continue
        if reason=$("probe_$feature"); then
            printf '%s✓%s %-10s %s\n' "$GREEN" "$PLAIN" "$feature" "$what"
        else
            absent=$((absent + 1))
            printf '%s✗%s %-10s %s\n' "$RED" "$PLAIN" "$feature" "$what"
            printf '             %s\n' "${reason//$'\n'/$'\n'             }"
        fi
    done <<<"$FEATURES"
    ((absent == 0)) || printf '%d of these are not to be had here; each says why.\n' "$absent"
}

# no REASON MEND
no() {
    printf '%s\n' "$1"
    [[ -z ${2:-} ]] || printf 'mend: %s\n' "$2"
    return 1
}

# Ours once it is built: unshare(1) cannot make a mount namespace in a plain chroot.
unshared() {
    if command -v unshare-lite >/dev/null; then unshare-lite "$@"; else unshare "$@"; fi
}

probe_root() {
    ((EUID == 0)) || no 'you are not root' "sudo $0 doctor"
}

probe_namespace() {
    local output
    if output=$(unshared "$@" true 2>&1); then
        return
    elif ((EUID)); then
        no "${output##*: }" "sudo $0 doctor"
    else
        no "${output##*: }, although you are root" \
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
        probe_namespace --time
    fi
}

# Ubuntu's AppArmor lets the namespace be made and takes its capabilities away, so the
# probe uses one of them.
probe_userns() {
    local output
    output=$(unshared --user --map-root-user --uts sh -c 'hostname probe' 2>&1) && return
    if [[ $(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null) == 1 ]]; then
        no 'AppArmor restricts them: kernel.apparmor_restrict_unprivileged_userns is 1' \
            'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
    elif [[ $(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null) == 0 ]]; then
        no 'kernel.unprivileged_userns_clone is 0' 'sysctl -w kernel.unprivileged_userns_clone=1'
    elif [[ $(cat /proc/sys/user/max_user_namespaces 2>/dev/null) == 0 ]]; then
        no 'user.max_user_namespaces is 0' 'sysctl -w user.max_user_namespaces=10000'
    else
        no "${output##*: }"
    fi
}

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

probe_overlay() {
    if ((EUID)); then
        no 'only root, or a user namespace, can mount' "sudo $0 doctor"
    else
        # In a mount namespace and a tmpfs of its own: nothing to clean up.
        unshared --mount sh -euc 'mount -t tmpfs probe /tmp; cd /tmp; mkdir l u w m
            mount -t overlay probe -o lowerdir=l,upperdir=u,workdir=w m' 2>/dev/null ||
            no 'the kernel refuses an overlay on a tmpfs' 'modprobe overlay'
    fi
}

probe_bridge() {
    if ! command -v ip >/dev/null; then
        no 'no ip(8) on this machine' 'labs/lab setup'
    else
        # In a network namespace of its own: nothing to clean up.
        unshared --net sh -euc 'ip link add b0 type bridge
            ip link add v0 type veth peer name v1; ip link set v0 master b0' 2>/dev/null ||
            no 'no veth pair or bridge can be made' 'as root: modprobe -a veth bridge'
    fi
}

probe_nft() {
    if ! command -v nft >/dev/null; then
        no 'no nft(8) on this machine' 'labs/lab setup'
    else
        unshared --net sh -euc "nft add table ip probe
            nft add chain ip probe output '{ type nat hook output priority -100; }'
            nft add rule ip probe output ip daddr 127.0.0.1 tcp dport 1 dnat to 192.0.2.1:1
            nft add chain ip probe post '{ type nat hook postrouting priority 100; }'
            nft add rule ip probe post masquerade" 2>/dev/null ||
            no 'nftables cannot translate addresses here' 'as root: modprobe -a nft_nat nft_masq'
    fi
}

probe_memcached() {
    local program
    for program in memcached busybox setpriv; do
        command -v "$program" >/dev/null || no "no $program on this machine" 'labs/lab setup' || return
    done
}

probe_compiler() {
    local packages
    mapfile -t packages < <(missing_packages container "$(package_manager)")
    ((${#packages[@]} == 0)) || no "missing: ${packages[*]}" 'labs/lab setup'
}

probe_kvm() {
    if [[ ! -e /dev/kvm ]]; then
        no 'there is none: no hardware virtualization here'
    elif [[ ! -r /dev/kvm || ! -w /dev/kvm ]]; then
        no 'no permission' "usermod -aG $(stat -c %G /dev/kvm) ${USER:-you}, and log in again"
    fi
}
