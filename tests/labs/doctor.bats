#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# doctor: each probe is held against a machine on which its answer is no.

load ../lib/common

before_test() {
    cd "$ROOT" || return
}

# probe FEATURE: root's, user's or the place's, alone.
probe() {
    # shellcheck disable=SC2016 # the inner shell expands it
    bash -c 'source labs/lib/common.sh; source labs/lib/journal.sh; source labs/lib/setup.sh
        source labs/lib/doctor.sh; "$1"' bash "$1"
}

# with_files COMMANDS PROBE: in a mount namespace in which COMMANDS have changed files.
with_files() {
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --mount bash -c "$1"'
        source labs/lib/common.sh; source labs/lib/journal.sh; source labs/lib/setup.sh
        source labs/lib/doctor.sh; "$1"' bash "$2"
}

@test "doctor says what the kernel says, as root and as a user; each no has its mend" {
    requires root net userns time
    run -0 labs/lab doctor
    [[ $output == *"$(uname -sr)"* && $output == *'This is '* && $output == *'Control groups: '* ]]
    [[ $output =~ ✓\ +✓\ +mnt && $output =~ ✓\ +✓\ +overlay && $output =~ ✓\ +✓\ +compiler ]]
    for controller in memory pids; do
        grep -q "Control groups: .*$controller" <<<"$output"
    done
    run -0 as_nobody labs/lab doctor
    [[ $output =~ ✗\ +\.\ +root && $output == *'mend: sudo'* && $output == *'A point: not tried'* ]]
}

@test "namespaces: without CAP_SYS_ADMIN, and at a limit of none" {
    requires root net
    for kind in mnt uts ipc net pid cgroupns; do
        run -1 setpriv --bounding-set=-sys_admin bash -c "$(declare -f probe); probe probe_$kind"
        [[ $output == *'although you are root'*'mend: '* ]]
    done
    # shellcheck disable=SC2016 # the inner shell expands it
    run -1 unshare --user --map-root-user bash -c "$(declare -f probe)"'
        echo 0 >/proc/sys/user/max_net_namespaces; probe probe_net'
    [[ $output == *'No space left on device'* ]]
}

@test "a user namespace: none, and one that is made but powerless, are told apart" {
    requires root userns strace
    # shellcheck disable=SC2016 # the inner shell expands it
    run -1 unshare --user --map-root-user bash -c "$(declare -f probe)"'
        echo 0 >/proc/sys/user/max_user_namespaces; probe probe_userns'
    [[ $output == *'max_user_namespaces is 0'*'mend: sudo sysctl -w user.max_user_namespaces'* ]]
    # What Ubuntu's AppArmor does: the namespace is made, and the call in it refused.
    run -1 strace -qq -f -o /dev/null -e inject=sethostname:error=EPERM bash -c "$(declare -f probe); probe user_userns"
    [[ $output == *'made, but powerless'* && $output != *AppArmor* ]]
    run -1 strace -qq -f -o /dev/null -e inject=sethostname:error=EPERM bash -c "$(declare -f with_files)"'
        with_files "mount -t tmpfs none /proc/sys/kernel
            echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns;" user_userns'
    [[ $output == *'made, but powerless: AppArmor'*'mend: sudo sysctl -w kernel.apparmor'* ]]
}

@test "control groups: not mounted, read-only, no controller" {
    requires root
    run -1 with_files 'umount -R -l /sys/fs/cgroup;' probe_cgroup
    [[ $output == *'no control group file system is mounted'*'mend: mount -t cgroup2'* ]]
    run -1 with_files 'umount -R -l /sys/fs/cgroup; mount -t cgroup2 -o ro none /sys/fs/cgroup;' probe_cgroup
    [[ $output == *'no '*' controller'* || $output == *'is read-only'* ]]
    run -0 with_files 'umount -R -l /sys/fs/cgroup;' cgroup_layout
    [ "$output" = 'none mounted' ]
}

@test "delegation: a group that a user may write, and none" {
    requires root
    run -1 probe user_delegation
    # shellcheck disable=SC2016 # the inner shell expands it
    run -0 unshare --mount --cgroup bash -c "$(declare -f probe)"'
        umount -R -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup
        mkdir -p "/sys/fs/cgroup/user.slice/user-65534.slice/user@65534.service"
        chown -R 65534 /sys/fs/cgroup/user.slice; status=0
        probe user_delegation || status=$?
        rmdir -p /sys/fs/cgroup/user.slice/user-65534.slice/user@65534.service 2>/dev/null
        exit "$status"'
}

@test "overlay: not where the folder for the layers is on an overlay itself" {
    requires root
    run -0 probe probe_overlay
    run -0 probe user_overlay
    run -1 with_files 'mount -t tmpfs none /mnt; mkdir /mnt/{l,u,w}
        mount -t overlay none -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /run;' probe_overlay
    [[ $output == *'is an overlay itself'*'mend: mount -t tmpfs tmpfs /run'* ]]
}

@test "links, ports and programs that are not there" {
    requires root net
    run -0 probe probe_veth
    run -0 probe probe_bridge
    run -0 probe probe_nft
    run -1 with_files "mount --bind /dev/null $(type -P nft);" probe_nft
    [[ $output == *nft* ]]
    run -1 with_files "mount --bind /dev/null $(type -P memcached);" probe_memcached
    [[ $output == *'memcached'*'mend: sudo labs/lab setup'* ]]
    # shellcheck disable=SC2016 # the inner shell expands it
    run -1 unshare --net bash -c "$(declare -f probe)"'
        ip link set lo up
        setpriv --reuid 65534 --clear-groups memcached -U 0 -l 127.0.0.1 -p 11211 & listener=$!
        until (exec 3<>/dev/tcp/127.0.0.1/11211) 2>/dev/null; do sleep 0.05; done
        status=0; probe probe_port || status=$?
        kill "$listener"; wait "$listener"
        exit "$status"' 3>&-
    [[ $output == *'somebody listens there'*'--port any'* ]]
    run -1 with_files 'mount -t tmpfs none /dev;' probe_kvm
    [[ $output == *'there is none'* ]]
}

@test "where this is: WSL 1 and 2, Codespaces, dev container, container, chroot" {
    requires root
    # shellcheck disable=SC2016 # the inner shell expands it
    fake='echo "$RELEASE" >/run/release; mount --bind /run/release /proc/sys/kernel/osrelease; rm /run/release;'
    run -0 env RELEASE=4.4.0-19041-Microsoft bash -c "$(declare -f with_files); with_files '$fake' place"
    [[ $output == *'WSL 1'*'mend: in Windows: wsl --set-version'* ]]
    # WSL 2 is told by its kernel, where no container is around.
    run -0 env CODESPACES=true bash -c "$(declare -f probe); probe place"
    [[ $output == *'Codespaces'*'privileged'* ]]
    run -0 env REMOTE_CONTAINERS=true setpriv --bounding-set=-sys_admin bash -c "$(declare -f probe); probe place"
    [[ $output == *'dev container, without the privilege'*'mend: rebuild it'* ]]
    run -0 unshare --pid --fork --mount-proc bash -c "$(declare -f probe); probe place"
    [[ $output == *'a container'*'privileged: all labs can run'* ]]
    run -0 unshare --pid --fork --mount-proc setpriv --bounding-set=-sys_admin bash -c "$(declare -f probe); probe place"
    [[ $output == *'a container'*'no lab can run'*'mend: docker run'*'--privileged'* ]]
}
