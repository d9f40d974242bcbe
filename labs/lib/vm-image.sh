# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# vm-image.sh: the workshop as a disk that boots on any PC, real or virtual: a minimal
# Debian with this project in it, read-only, everything else in memory. mmdebstrap
# makes the file system, live-boot mounts it, GRUB starts it, from BIOS and from UEFI.

IMAGE_PACKAGES=(live-boot systemd-sysv udev dbus sudo kmod less nano man-db strace bash-completion)

make_workshop_image() {
    local target=${1:-} tree
    [[ $# == 1 && $target != -* ]] || usage_error 'image needs one file name'
    [[ $(uname -m) == x86_64 ]] || cannot_run 'the image is made on x86-64 only, so far'
    [[ ! -e $target ]] || die "$target is there already" "rm $target, or another name"
    setup_for image
    touch "$target" 2>/dev/null || die "cannot write $target"
    open_work "$target"
    tree=$WORK/tree
    mkdir -p "$tree/live" "$tree/boot/grub" "$WORK/boot"
    pack "$WORK/files.tar"
    in_background 'making the file system: some minutes' make_file_system "$WORK"
    in_background 'compressing it' compress "$WORK/root.tar" "$tree/live/filesystem.squashfs"
    mv "$WORK"/boot/vmlinuz-* "$tree/live/vmlinuz"
    mv "$WORK"/boot/initrd.img-* "$tree/live/initrd"
    cp "$ROOT/labs/lib/vm-image/grub.cfg" "$tree/boot/grub/grub.cfg"
    in_background 'making it bootable' grub-mkrescue -o "$WORK/disk" "$tree" -- -volid BONES
    mv "$WORK/disk" "$target"
    finished
    done_line image "$target, $(du -h "$target" | cut -f1)"
    printf 'Try it: qemu-system-%s -m 2G -drive file=%s,format=raw\n' "$(uname -m)" "$(quoted "$target")"
    printf 'UTM: a new virtual machine, Emulate, Other, boot from this image as a disk (raw) or CD.\n'
    printf 'VirtualBox: a new machine for Debian (64-bit), with this file as its CD.\n'
}

# pack FILE: the project, as it is in the repository or in the archive that was unpacked,
# without a build; and what the image has in /etc.
pack() {
    tar -cf "$1" -C "$ROOT" --exclude=./build --exclude=./.git --exclude=node_modules \
        --transform 's,^\.,opt/container-bones,S' .
    tar -rf "$1" -C "$ROOT/labs/lib/vm-image" --owner=0 --group=0 --mode=go-w etc
}

# From the package sources of this machine, whose signatures apt checks.
make_file_system() {
    local packages=("${IMAGE_PACKAGES[@]}" "linux-image-$(dpkg --print-architecture)") sources
    mapfile -t -O "${#packages[@]}" packages < <(needs_of container apt-get | cut -d" " -f2 | sort -u)
    mapfile -t sources < <(find /etc/apt/sources.list /etc/apt/sources.list.d \
        -name '*.list' -o -name '*.sources' 2>/dev/null)
    # shellcheck disable=SC2016 # the hooks are expanded by mmdebstrap's shell
    exec mmdebstrap --variant=apt --format=tar --include="$(IFS=, && printf '%s' "${packages[*]}")" \
        --customize-hook="tar-in '$1/files.tar' /" \
        --customize-hook='chroot "$1" useradd -m -s /bin/bash learner
            mv "$1/opt/container-bones" "$1/home/learner/"
            chroot "$1" sh -c "make -C /home/learner/container-bones -s all install &&
                chown -R learner:learner /home/learner"
            chroot "$1" systemctl -q enable systemd-networkd emulated
            chroot "$1" systemctl -q disable memcached' \
        --customize-hook="copy-out /boot '$1'" \
        "$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")" "$1/root.tar" "${sources[@]}"
}

compress() {
    exec tar2sqfs -q -c zstd "$2" <"$1"
}
