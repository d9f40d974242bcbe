# shellcheck shell=bash
# SPDX-License-Identifier: MIT

# The kernel that labs/vm takes when nobody says which.
kernel() {
    bash -euc 'ROOT=$1; cd "$ROOT"; . labs/lib/common.sh; . labs/lib/vm-kernel.sh
        choose_kernel ""; echo "$KERNEL_FILE"' - "$ROOT"
}

# hanging_kernel FILE: a kernel of two bytes, `jmp .`, with the header that QEMU asks for
# (Documentation/arch/x86/boot.rst): code at 0x200, "HdrS" at 0x202, the version of the
# protocol at 0x206, LOADED_HIGH at 0x211, the highest address for an initramfs at 0x22c.
hanging_kernel() {
    head -c 100000 /dev/zero >"$1"
    put "$1" 0x200 '\xeb\xfeHdrS\x0c\x02'
    put "$1" 0x211 '\x01'
    put "$1" 0x22c '\xff\xff\xff\x7f'
}

put() {
    printf '%b' "$3" | dd of="$1" bs=1 seek=$(($2)) conv=notrunc status=none
}
