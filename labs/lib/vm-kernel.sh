# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# vm-kernel.sh: a kernel for labs/vm, its modules, and the small file system that it
# starts from.

# What the guest needs before it has the shared root: its hardware, 9p, and an overlay.
INITRAMFS_MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay)

# Kernels stay here. A checkout that belongs to somebody else is not written to.
CACHE=$ROOT/build/vm
mkdir -p "$CACHE" 2>/dev/null || true
if [[ ! -w $CACHE ]]; then
    CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/container-bones/vm
    mkdir -p "$CACHE"
fi

# choose_kernel [PACKAGE|FILE]: sets KERNEL_FILE, KERNEL_VERSION and KERNEL_MODULES (the
# folder lib/modules/VERSION).
choose_kernel() {
    local own
    own=/boot/vmlinuz-$(uname -r)
    case $1 in
        '')
            if [[ -r $own && -d /lib/modules/$(uname -r) ]]; then
                kernel_file "$own"
            else
                kernel_package "linux-image-$(dpkg --print-architecture)"
            fi
            ;;
        */*) kernel_file "$1" ;;
        *) kernel_package "$1" ;;
    esac
}

# kernel_file FILE: named vmlinuz-VERSION, as every distribution does.
kernel_file() {
    local folder
    [[ -f $1 && -r $1 ]] || die "cannot read the kernel $1"
    is_kernel "$1" || die "$1 is no Linux kernel for $(uname -m)"
    KERNEL_FILE=$(realpath "$1")
    KERNEL_VERSION=${KERNEL_FILE##*/vmlinuz-}
    [[ $KERNEL_VERSION != */* ]] || die "the name is not vmlinuz-VERSION: $1"
    folder=${KERNEL_FILE%/*}
    for folder in "${folder%/boot}" "$folder" ''; do
        KERNEL_MODULES=$folder/lib/modules/$KERNEL_VERSION
        [[ ! -d $KERNEL_MODULES ]] || return 0
    done
    die "no modules for $1" "they are looked for in lib/modules/$KERNEL_VERSION, beside it and in /"
}

# The boot protocols have a magic number: "HdrS" at 0x202 on x86 (Documentation/arch/
# x86/boot.rst), "ARM\x64" at 0x38 on arm64 (Documentation/arch/arm64/booting.rst),
# where Debian's file is not compressed.
is_kernel() {
    local magic
    case $(uname -m) in
        x86_64)
            magic=$(dd if="$1" bs=1 skip=514 count=4 status=none | tr -d '\0')
            [[ $magic == HdrS ]]
            ;;
        aarch64)
            magic=$(dd if="$1" bs=1 skip=56 count=4 status=none | tr -d '\0')
            [[ $magic == ARMd ]]
            ;;
    esac
}

# kernel_package PACKAGE: downloaded, not installed, by apt, which checks that the file
# is the one that the distribution signed. A name such as linux-image-amd64 stands for
# the newest one that it depends on.
kernel_package() {
    local package lock
    command -v apt-get >/dev/null || cannot_run 'no apt-get here to fetch a kernel with' \
        'labs/vm --kernel /boot/vmlinuz-VERSION, with a kernel that you can read'
    exec {lock}<"$CACHE"
    flock --timeout 600 "$lock" || die "another labs/vm has held $CACHE for ten minutes"
    # No list at all, as on a machine that was just made: ours need no root.
    newest_of "linux-image-$(dpkg --print-architecture)" >/dev/null || refresh_lists
    package=$(newest_of "$1") || die "apt-get knows no package $1" \
        "apt-cache search --names-only '^linux-image-'"
    [[ -e $CACHE/$package/unpacked ]] || fetch_kernel "$package"
    kernel_file "$(printf '%s\n' "$CACHE/$package"/boot/vmlinuz-* | head -n 1)"
    exec {lock}<&-
}

# apt_here PROGRAM ARGUMENT...: with the machine's package lists where they are readable
# and there, else with lists of our own, which need no root.
apt_here() {
    local program=$1
    shift
    if [[ -d $CACHE/apt ]]; then
        "$program" -o "Dir::State=$CACHE/apt" -o "Dir::Cache=$CACHE/apt" "$@"
    else
        "$program" "$@"
    fi
}

refresh_lists() {
    mkdir -p "$CACHE/apt/lists/partial" "$CACHE/apt/archives/partial"
    in_background 'fetching the package lists' apt_here apt-get update
}

newest_of() {
    local depends
    depends=$(apt_here apt-cache depends --important "$1" 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
    if [[ -n $depends ]]; then
        printf '%s' "$depends"
    else
        apt_here apt-cache show "$1" >/dev/null 2>&1 && printf '%s' "$1"
    fi
}

fetch_kernel() {
    local new=$CACHE/$1.new
    rm -rf --one-file-system -- "$new"
    mkdir -p "$new"
    in_background "fetching $1" download "$new" "$1"
    in_background "unpacking $1 into $new" unpack "$new"
    rm -rf --one-file-system -- "${CACHE:?}/$1"
    mv "$new" "$CACHE/$1"
}

download() {
    cd "$1" && apt_here apt-get download "$2"
}

unpack() {
    dpkg -x "$1/"*.deb "$1"
    rm -f "$1/"*.deb
    depmod -b "$1" "$(ls "$1/lib/modules")"
    touch "$1/unpacked"
}

# in_background WHAT COMMAND...: with progress; its output is kept when it fails.
BACKGROUND=''
in_background() {
    local log=$CACHE/setup-$$.log what=$1
    shift
    printf 'vm: %s\n' "$what" >&2
    "$@" >"$log" 2>&1 &
    BACKGROUND=$!
    with_progress "$BACKGROUND" "$log" >&2 || {
        tail -n 5 "$log" >&2
        die "$what failed" "the whole output is in $log"
    }
    BACKGROUND=''
    rm -f "$log"
}

# It cleans up after itself, for which we wait.
end_background() {
    [[ -n $BACKGROUND ]] || return 0
    kill "$BACKGROUND" 2>/dev/null || true
    wait "$BACKGROUND" 2>/dev/null || true
}

# make_initramfs: sets INITRAMFS, an archive of busybox, the modules in the order in which
# they load, and vm-boot as /init. It is kept for the next time.
make_initramfs() {
    local tree=$WORK/initramfs.d boot=$ROOT/labs/lib/vm-boot
    INITRAMFS=$CACHE/initramfs-$KERNEL_VERSION
    [[ ! $INITRAMFS -nt $KERNEL_FILE || ! $INITRAMFS -nt $boot ]] || return 0
    mkdir -p "$tree/modules"
    install_program "$tree" busybox
    ln -s busybox "$tree/bin/sh"
    install -m 755 "$boot" "$tree/init"
    install_modules "$tree/modules" ||
        die "$KERNEL_FILE cannot be used: it has no module ${INITRAMFS_MODULES[*]}" \
            "Debian's cloud flavor has no 9p: labs/vm --kernel linux-image-amd64"
    (cd "$tree" && find . | cpio --quiet -o -H newc) >"$WORK/kept"
    mv "$WORK/kept" "$INITRAMFS"
}

# install_modules FOLDER: NN-NAME.ko, unpacked, because not every busybox can.
install_modules() {
    local files file number=10
    files=$(module_files) || return
    for file in $files; do
        case $file in
            *.ko) cat "$file" ;;
            *.ko.xz) xz -dc "$file" ;;
            *.ko.zst) zstd -qdc "$file" ;;
            *.ko.gz) gzip -dc "$file" ;;
        esac >"$1/$number-$(basename "${file%.ko*}").ko"
        number=$((number + 1))
    done
}

# modprobe says "insmod FILE OPTION..." or "builtin NAME", dependencies first.
module_files() {
    local tree=${KERNEL_MODULES%/lib/modules/*} name lines
    for name in "${INITRAMFS_MODULES[@]}"; do
        lines=$(modprobe -d "${tree:-/}" -S "$KERNEL_VERSION" --show-depends "$name" 2>/dev/null) ||
            return
        printf '%s\n' "$lines"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
    return "${PIPESTATUS[0]}"
}
