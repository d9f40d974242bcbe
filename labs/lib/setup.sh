# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# setup.sh: what is missing on this machine, and how it is installed.

# NEED PROBE APT DNF PACMAN APK ZYPPER, one line each. The probe is a program, or a
# pattern of paths of which one must exist. - means that the distribution has no such package.
# The set container counts for all others: tests, report, vm (labs/vm), image (labs/vm image).
REQUIREMENTS='
container gcc                gcc              gcc              gcc            gcc             gcc
container /usr/include/stdio.h libc6-dev      glibc-devel      glibc          musl-dev        glibc-devel
container make               make             make             make           make            make
container /usr/include/libsmartcols/libsmartcols.h libsmartcols-dev libsmartcols-devel util-linux-libs util-linux-dev libsmartcols-devel
container /usr/include/sys/capability.h libcap-dev libcap-devel libcap          libcap-dev      libcap-devel
container memcached          memcached        memcached        memcached      memcached       memcached
container busybox            busybox          busybox          busybox        busybox         busybox
container ip                 iproute2         iproute          iproute2       iproute2        iproute2
container nft                nftables         nftables         nftables       nftables        nftables
container setpriv            util-linux       util-linux       util-linux     setpriv         util-linux
container ps                 procps           procps-ng        procps-ng      procps          procps
vm        qemu-system-x86_64 qemu-system-x86  qemu-system-x86-core qemu-system-x86 qemu-system-x86_64 qemu-x86
vm        cpio               cpio             cpio             cpio           cpio            cpio
vm        modprobe           kmod             kmod             kmod           kmod            kmod
vm        xz                 xz-utils         xz               xz             xz              xz
vm        zstd               zstd             zstd             zstd           zstd            zstd
image     mmdebstrap         mmdebstrap       -                -              -               -
image     tar2sqfs           squashfs-tools-ng -               -              -               -
image     grub-mkrescue      grub-common      -                -              -               -
image     /usr/lib/grub/i386-pc grub-pc-bin   -                -              -               -
image     /usr/lib/grub/x86_64-efi grub-efi-amd64-bin -        -              -               -
image     xorriso            xorriso          -                -              -               -
image     mformat            mtools           -                -              -               -
tests     clang-tidy         clang-tidy       clang-tools-extra clang         clang-extra-tools clang-tools
tests     clang-format       clang-format     clang-tools-extra clang         clang-extra-tools clang-tools
tests     cppcheck           cppcheck         cppcheck         cppcheck       cppcheck        cppcheck
tests     shellcheck         shellcheck       ShellCheck       shellcheck     shellcheck      ShellCheck
tests     shfmt              shfmt            shfmt            shfmt          shfmt           shfmt
tests     mandoc             mandoc           mandoc           mandoc         mandoc          mandoc
tests     codespell          codespell        codespell        codespell      codespell       python3-codespell
tests     bats               bats             bats             bash-bats      bats            bats
tests     pstree             psmisc           psmisc           psmisc         psmisc          psmisc
tests     strace             strace           strace           strace         strace          strace
report    jq                 jq               jq               jq             jq              jq
tests     jq                 jq               jq               jq             jq              jq
tests     bwrap              bubblewrap       bubblewrap       bubblewrap     bubblewrap      bubblewrap
tests     expect             expect           expect           expect         expect          expect
tests     tmux               tmux             tmux             tmux           tmux            tmux
tests     newuidmap          uidmap           shadow-utils     shadow         shadow-uidmap   shadow
tests     git                git              git              git            git             git
tests     objcopy            binutils         binutils         binutils       binutils        binutils
tests     cmp                diffutils        diffutils        diffutils      diffutils       diffutils
tests     script             bsdutils         util-linux       util-linux     util-linux-misc util-linux
tests     getpcaps           libcap2-bin      libcap           libcap         libcap-utils    libcap-progs
tests     cgget              cgroup-tools     libcgroup-tools  libcgroup      -               libcgroup-tools
tests     python3            python3          python3          python         python3         python3
tests     systemd-detect-virt systemd         systemd          systemd        -               systemd
tests     virt-what          virt-what        virt-what        virt-what      virt-what       virt-what
tests     qemu-system-x86_64 qemu-system-x86  qemu-system-x86-core qemu-system-x86 qemu-system-x86_64 qemu-x86
tests     clang              clang            clang            clang          clang           clang
tests     /usr/lib*/clang/*/lib/*/libclang_rt.fuzzer* libclang-rt-dev compiler-rt compiler-rt compiler-rt clang
tests     hyperfine          hyperfine        hyperfine        hyperfine      hyperfine       hyperfine
tests     ctags              universal-ctags  ctags            ctags          ctags           ctags
tests     dot                graphviz         graphviz         graphviz       graphviz        graphviz
tests     chromium           chromium         chromium         chromium       chromium        chromium
tests     node               nodejs           nodejs           nodejs         nodejs          nodejs
tests     npm                npm              npm              npm            npm             npm
tests     pdfinfo            poppler-utils    poppler-utils    poppler        poppler-utils   poppler-tools
tests     memccat            libmemcached-tools libmemcached   libmemcached   -               libmemcached
tests     aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu - aarch64-linux-gnu-gcc - -
tests     /usr/aarch64-linux-gnu/include/stdio.h libc6-dev-arm64-cross - aarch64-linux-gnu-glibc - -
tests     qemu-aarch64-static qemu-user-static qemu-user-static qemu-user-static qemu-aarch64 qemu-linux-user
tests     dockerd            docker.io        moby-engine      docker         docker          docker
tests     iptables           iptables         iptables         iptables       iptables        iptables
tests     runc               runc             runc             runc           runc            runc
tests     podman             podman           podman           podman         podman          podman
tests     crun               crun             crun             crun           crun            crun
tests     lxc-start          lxc              lxc              lxc            lxc             lxc
tests     ctr                containerd       containerd       containerd     containerd-ctr  containerd-ctr
tests     curl               curl             curl             curl           curl            curl
tests     systemd-nspawn     systemd-container systemd-container systemd      -               systemd-container
tests     gnuplot            gnuplot-nox      gnuplot          gnuplot        gnuplot         gnuplot
'
[[ $(uname -m) != aarch64 ]] ||
    REQUIREMENTS=${REQUIREMENTS/qemu-system-x86_64 qemu-system-x86 /qemu-system-aarch64 qemu-system-arm }

# setup_for SET: install what the set needs and this machine lacks; says what, first.
setup_for() {
    local manager packages
    manager=$(package_manager)
    mapfile -t packages < <(missing_packages "$1" "$manager")
    ((${#packages[@]})) || return 0
    [[ -n $manager ]] || cannot_run "missing on this machine: ${packages[*]}" \
        'no apt-get, dnf, pacman, apk or zypper is here: install them by hand'
    ((EUID == 0)) || cannot_run "missing on this machine: ${packages[*]}" \
        "sudo labs/lab setup --for $1"
    printf 'to be installed with %s: %s\n' "$manager" "${packages[*]}"
    [[ ${ASK:-0} == 0 ]] || confirm
    install_packages "$manager" "${packages[@]}"
    mapfile -t packages < <(missing_packages "$1" "$manager")
    ((${#packages[@]} == 0)) || die "still missing after the installation: ${packages[*]}"
}

confirm() {
    local answer
    read -r -p 'Install them? [y/N] ' answer || answer=n
    [[ $answer == [yY]* ]] || cannot_run 'nothing was installed'
}

package_manager() {
    local manager
    for manager in apt-get dnf pacman apk zypper; do
        ! command -v "$manager" >/dev/null || { printf '%s' "$manager" && return; }
    done
}

missing_packages() {
    local probe package
    while read -r probe package; do
        is_there "$probe" || printf '%s\n' "$package"
    done < <(needs_of "$1" "$2") | sort -u
}

# needs_of SET MANAGER: what the set needs, a probe and a package a line.
needs_of() {
    local set probe names index=0
    case $2 in
        dnf) index=1 ;;
        pacman) index=2 ;;
        apk) index=3 ;;
        zypper) index=4 ;;
    esac
    while read -r set probe names; do
        [[ $set == container || $set == "$1" ]] || continue
        read -ra names <<<"$names"
        [[ ${names[index]} == - ]] || printf '%s %s\n' "$probe" "${names[index]}"
    done <<<"$REQUIREMENTS"
}

is_there() {
    if [[ $1 == /* ]]; then compgen -G "$1" >/dev/null; else [[ -x $(type -P "$1") ]]; fi
}

install_packages() {
    local manager=$1 log
    shift
    mkdir -p "$ROOT/build"
    log=$ROOT/build/setup.log
    case $manager in
        apt-get) install_with_apt "$@" ;;
        dnf) dnf install -y "$@" ;;
        pacman) pacman -Sy --needed --noconfirm "$@" ;;
        apk) apk add "$@" ;;
        zypper) zypper --non-interactive install "$@" ;;
    esac >"$log" 2>&1 < <(:) &
    with_progress $! "$log" || {
        tail -n 5 "$log" >&2
        die "$manager could not install: $*" "the whole output is in $log"
    }
    done_line installed "$*"
}

# Debian starts a service as soon as it is installed, and memcached would take the
# port that the container is to have. policy-rc.d is the way to forbid it; the unit
# is disabled for the same reason, if it was not here before.
install_with_apt() {
    local policy=/usr/sbin/policy-rc.d mark='# from Container Bones' ours=0 had_memcached=0 status=0
    ! command -v memcached >/dev/null || had_memcached=1
    # One with our mark is left from an installation that was killed.
    if [[ ! -e $policy ]] || grep -qxF "$mark" "$policy"; then
        ours=1
        printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
        chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    { apt-get install -y --no-install-recommends "$@" ||
        { apt-get update && apt-get install -y --no-install-recommends "$@"; }; } || status=$?
    ((ours == 0)) || rm -f "$policy"
    if ((!had_memcached)) && [[ -d /run/systemd/system ]]; then
        systemctl disable memcached.service || true
    fi
    return "$status"
}
