# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# image.sh: the two layers of the container's root file system.
#
#     base        busybox as every command, setpriv, the users, the empty folders
#     memcached   memcached
# Each program brings exactly the libraries that the loader says it needs.

IMAGE=$ROOT/build/image

# The container's own users. It has its own /etc/passwd, so a number can have
# another name inside than on the host: compare `labs/memcached top`.
MEMCACHED_UID=11211

# make_image: build both layers unless they are up to date. A layer stands under
# its final name only when it is whole.
make_image() {
    local program
    ! image_is_fresh || return 0
    for program in busybox setpriv memcached; do
        command -v "$program" >/dev/null || die "no $program on this machine" 'labs/lab setup'
    done
    mkdir -p "$IMAGE"
    make_layer base
    make_layer memcached
    for program in busybox setpriv memcached; do program_files "$program"; done |
        file_stamps >"$IMAGE/stamp"
}

# The files that went into the image have not changed since: same size, same time.
image_is_fresh() {
    [[ -e $IMAGE/stamp ]] && cut -d' ' -f3- "$IMAGE/stamp" | file_stamps | cmp -s - "$IMAGE/stamp"
}

file_stamps() {
    xargs -d '\n' stat -Lc '%s %Y %n' 2>/dev/null
}

# program_files NAME: the program and what the loader would map for it.
program_files() {
    local program
    program=$(type -P "$1")
    printf '%s\n' "$program"
    # "libc.so.6 => /lib/libc.so.6 (0x...)" and "/lib64/ld-linux-x86-64.so.2 (0x...)";
    # a static program has none, and ldd says so with status 1.
    { ldd "$program" 2>/dev/null || true; } |
        sed -n 's/^\t.* => \(\/.*\) (0x.*/\1/p; s/^\t\(\/.*\) (0x.*/\1/p'
}

make_layer() {
    local new=$IMAGE/$1.new
    rm -rf --one-file-system -- "$new"
    mkdir -p "$new"
    "fill_$1" "$new"
    rm -rf --one-file-system -- "${IMAGE:?}/$1"
    mv "$new" "$IMAGE/$1"
}

# install_program LAYER NAME: into bin/, libraries where the loader finds them.
install_program() {
    local layer=$1 file
    mkdir -p "$layer/bin"
    program_files "$2" | while read -r file; do
        case $file in
            *.so*) install -D -m 755 "$file" "$layer$file" ;;
            *) install -m 755 "$file" "$layer/bin/$2" ;;
        esac
    done
}

fill_base() {
    local layer=$1 applet
    mkdir -p "$layer"/{bin,dev,etc,proc,root,run,sys,tmp,usr,var,.host}
    chmod 1777 "$layer/tmp"
    install_program "$layer" busybox
    busybox --list | while read -r applet; do
        [[ $applet == busybox ]] || ln -s busybox "$layer/bin/$applet"
    done
    # busybox has a setpriv too, without the bounding set: util-linux's replaces it.
    rm -f "$layer/bin/setpriv"
    install_program "$layer" setpriv
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' \
        "memcache:x:$MEMCACHED_UID:$MEMCACHED_UID:memcached:/tmp:/bin/false" >"$layer/etc/passwd"
    printf '%s\n' 'root:x:0:' "memcache:x:$MEMCACHED_UID:" >"$layer/etc/group"
}

fill_memcached() {
    install_program "$1" memcached
}
