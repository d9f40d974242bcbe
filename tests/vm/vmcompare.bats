#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# vmcompare in a virtual machine and with one. QEMU boots twice in this file: labs/vm
# once for all tests of what is seen in there, with a /dev/kvm of its own; and vmcompare
# itself once, for bench.

load ../lib/common
load kernel
# run --separate-stderr sets it; shellcheck cannot know.
stderr=""

export ASAN_OPTIONS=detect_leaks=0

# Everything that the tests look at is written by one script in the guest, which has
# the same files as this machine.
setup_file() {
    requires qemu-system-x86_64 strace bwrap jq virt-what systemd-detect-virt
    export SEEN="$BATS_FILE_TMPDIR/seen"
    mkdir "$SEEN"
    cat >"$SEEN/tour" <<'END'
cd "$1" && PATH=$2:$PATH
vmcompare --json >where.json
systemd-detect-virt --vm >systemd
virt-what >virt-what
bwrap --ro-bind / / --proc /proc --dev /dev --bind "$1" "$1" --unshare-pid \
    sh -c 'vmcompare --json >inner.json; systemd-detect-virt --vm >inner-systemd'
for size in 1M 2M 100M 3G; do
    vmcompare guest --memory "$size" >"guest-$size" 2>&1
    echo "status $?" >>"guest-$size"
done
strace -f -e trace=openat,ioctl -o trace vmcompare guest --memory 1M --explain >/dev/null 2>told
setpriv --reuid nobody --regid nogroup --clear-groups vmcompare guest >nobody 2>&1
echo "status $?" >>nobody
chgrp games /dev/kvm && chmod 660 /dev/kvm
setpriv --reuid nobody --regid nogroup --clear-groups vmcompare guest >no-group 2>&1
setpriv --reuid nobody --regid nogroup --groups games vmcompare guest >group 2>&1
vmcompare guest --image guest.img
timeout 60 qemu-system-x86_64 -accel kvm -m 4 -display none -debugcon stdio \
    -device isa-debug-exit,iobase=0xf4 -kernel guest.img >qemu 2>&1 || true # 1: it ended itself
END
    "$ROOT/labs/vm" --nested --share "$SEEN" -- \
        bash "$SEEN/tour" "$SEEN" "$(dirname "$(command -v vmcompare)")" </dev/null 3>&-
}

before_test() {
    cd "$BATS_TEST_TMPDIR" || return
}

# The sanitizer cannot start in a machine in which /proc is not mounted yet.
sanitized() {
    ldd "$(command -v vmcompare)" | grep -q libasan
}

# name FILE KIND: the verdict on that layer.
name() {
    jq -r --arg kind "$2" '.layers[] | select(.layer == $kind) | .name' "$SEEN/$1"
}

@test "in a QEMU without KVM: as systemd-detect-virt and virt-what say" {
    [ "$(name where.json 'virtual machine')" = "$(<"$SEEN/systemd")" ]
    [ "$(name where.json 'virtual machine')" = qemu ]
    grep -qx qemu "$SEEN/virt-what"
    [ "$(name where.json container)" = none ]
    [ "$(name where.json chroot)" = no ]
    # The evidence is that of the machine that QEMU plays.
    local evidence
    evidence=$(jq -r '.layers[0].children[] | .layer + ": " + .evidence' "$SEEN/where.json")
    [[ $evidence == *'CPUID 0x40000000: "TCGTCGTCGTCG"'* ]]
    [[ $evidence == *'DMI: sys_vendor: QEMU'* ]]
    [[ $evidence == *'ACPI: maker "BOCHS "'* ]]
    [[ $evidence == *'SMBIOS: the bit for virtual machines is not set'* ]]
}

@test "in a container in that machine: both layers" {
    [ "$(name inner.json 'virtual machine')" = "$(<"$SEEN/inner-systemd")" ]
    [ "$(name inner.json 'virtual machine')" = qemu ]
    [ "$(name inner.json container)" != none ]
}

@test "guest: on a real /dev/kvm it finds what it was given, and not a byte more" {
    local size mib
    for size in 1M 2M 100M 3G; do
        mib=${size%?}
        [ "$size" != 3G ] || mib=3072
        mapfile -t lines <"$SEEN/guest-$size"
        [ "${lines[0]}" = 'Hello.' ]
        [ "${lines[1]}" = "$(printf '[KVM_EXIT_MMIO: no memory at %#x, %d MiB]' \
            $((mib << 20)) "$mib")" ]
        [ "${lines[2]}" = "I see $mib MiB of memory." ]
        [[ ${lines[3]} =~ ^\[start\ to\ hello:\ [0-9.]+\ ms\;\ [0-9]+\ exits ]]
        [ "${lines[4]}" = 'status 0' ]
    done
}

@test "guest: the same machine code under QEMU with KVM" {
    [ "$(<"$SEEN/qemu")" = $'Hello.\nI see 4 MiB of memory.' ]
}

@test "guest: --explain names the ioctls that strace sees, with their results" {
    sed -n '/dev.kvm/,$p' "$SEEN/trace" | sed -E 's/^[0-9]+ +//' | grep -E '^(openat|ioctl)' |
        grep -v TCGETS | sed -E 's/\{.*\}/.../; s/0x[0-9a-f]+\) =/...) =/; s/\) += /) = /' >seen
    grep -v '^    ' "$SEEN/told" | diff - seen
    grep -q '^ioctl(.*, KVM_CREATE_VM, 0) = ' seen
    [ "$(grep -c KVM_RUN seen)" -gt 20 ]
}

@test "guest: who may not open /dev/kvm is told which group to join" {
    grep -qx 'vmcompare: cannot open /dev/kvm: Permission denied' "$SEEN/nobody"
    grep -qx 'status 69' "$SEEN/nobody"
    grep -q -- '--groups games USER' "$SEEN/no-group"
    grep -qx 'I see 4 MiB of memory.' "$SEEN/group"
}

@test "bench: memcached in a virtual machine of QEMU, which has what it was given" {
    requires root memcached jq
    ! sanitized || return 0
    local vm
    run -0 --separate-stderr vmcompare bench --runs 1 --json --memory 200M --kernel "$(kernel)"
    vm=$(jq '.settings[] | select(.name == "vm")' <<<"$output")
    [ "$(jq -r .kernel <<<"$vm")" = "$(basename "$(kernel)" | sed 's/vmlinuz-//')" ]
    jq -e '.runs == 1 and .memory < 200 * 1048576 and .memory > 50 * 1048576 and .cpus == 1
        and .requests > 1 and .syscall > 0 and .limit == null
        and .pss > 50 * 1048576 and .disk > 8 * 1048576' <<<"$vm"
    # Slower to start than a container, and larger: the article's point.
    jq -e '[.settings[] | {(.name): .}] | add | .vm.start > .container.start
        and .vm.pss > .container.pss and .vm.disk > .container.disk' <<<"$output"
    if [ -c /dev/kvm ]; then
        [[ $(jq -r .how <<<"$vm") == 'qemu-system-'*', 200 MiB, one processor; '* ]]
    else
        [[ $(jq -r .how <<<"$vm") == 'qemu-system-'*', 200 MiB, one processor; emulation, for /dev/kvm: '* ]]
    fi
}

# vm FIELD: of that setting, in the JSON that it reads.
vm() {
    jq -r --arg field "$1" '.settings[] | select(.name == "vm")[$field]'
}

@test "a machine that hangs is ended by --limit; one whose QEMU is killed is told; the rest is measured" {
    requires root jq
    ! sanitized || return 0
    local qemu status=0
    hanging_kernel vmlinuz-9.9.9
    run -1 --separate-stderr vmcompare table --runs 1 --json --limit 2 --kernel vmlinuz-9.9.9
    [[ $stderr == *'vmcompare: vm: not ready within 2 s'* ]]
    [ "$(vm start <<<"$output")" = null ]
    jq -e '.settings[] | select(.name == "container").start > 0' <<<"$output"

    vmcompare table --runs 1 --kernel vmlinuz-9.9.9 >/dev/null 2>said 3>&- &
    wait_for 10 pgrep -f 'qemu-system.*accel tcg.*vmlinuz-9.9.9'
    qemu=$(pgrep -f 'qemu-system.*accel tcg.*vmlinuz-9.9.9')
    kill -KILL "$qemu"
    wait $! || status=$?
    [ "$status" = 1 ]
    grep -q 'vmcompare: vm: it ended with status 137' said
    grep -q '^vmcompare: 1 of 3 settings failed' said
}

@test "a /dev/kvm that boots nothing: emulation, and the table says so" {
    requires root jq bwrap
    ! sanitized || return 0
    run -0 --separate-stderr bwrap --bind / / --proc /proc --dev /dev --dev-bind /dev/null /dev/kvm \
        vmcompare table --runs 1 --json --kernel "$(kernel)"
    [[ $(vm how <<<"$output") == *'emulation, for /dev/kvm: '* ]]
    [ "$(vm memory <<<"$output")" -gt $((150 << 20)) ]
}
