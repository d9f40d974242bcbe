#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# labs/vm image: a disk is made and booted as on a computer that does not run Linux, and the
# container stands in there.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr_lines=()

# To make it takes minutes and the network: tests/run --vm does that first.
setup_file() {
    requires root qemu-system-x86_64 expect
    export IMAGE=$BATS_TEST_DIRNAME/../../build/vm/workshop.img
    [[ -e $IMAGE ]] || "$BATS_TEST_DIRNAME/../../labs/vm" image "$IMAGE" 3>&-
}

@test "the image boots from BIOS into the checkout, logged in; the container stands; power off" {
    # shellcheck disable=SC2016 # Tcl and the shell in there expand it
    run -0 expect -c '
        set timeout 900
        log_user 0
        proc wait_for {text} {
            expect $text {} timeout { puts "not seen: $text"; exit 1 } eof { puts "ended before: $text"; exit 1 }
        }
        spawn -noecho qemu-system-x86_64 -m 1G -smp 1 -cpu max -nic user -display none -serial stdio \
            -drive file=$env(IMAGE),format=raw,snapshot=on
        wait_for "~/container-bones\\$ "
        send "sudo labs/memcached up && procpeek --version && id -un && /sbin/sysctl kernel.randomize_va_space\r"
        wait_for "procpeek*Container Bones*learner*randomize_va_space = 0"
        wait_for "~/container-bones\\$ "
        send "printf '\''version\\r\\nquit\\r\\n'\'' | busybox nc 127.0.0.1 11211\r"
        wait_for "VERSION 1."
        wait_for "~/container-bones\\$ "
        send "sudo poweroff\r"
        expect eof
        exit [lindex [wait] 3]'
}

@test "no name, a file that is there, a folder that is not: refused, and nothing is written" {
    local target=$BATS_TEST_TMPDIR/image
    run -2 --separate-stderr "$ROOT/labs/vm" image
    [[ ${stderr_lines[0]} == 'vm: image needs one file name' ]]
    echo precious >"$target"
    run -1 --separate-stderr "$ROOT/labs/vm" image "$target"
    [[ ${stderr_lines[0]} == "vm: $target is there already" ]]
    [[ $(<"$target") == precious ]]
    run -1 --separate-stderr "$ROOT/labs/vm" image /nonexistent/image
    [[ ${stderr_lines[0]} == 'vm: cannot write /nonexistent/image' ]]
}

@test "SIGTERM while it is made leaves neither a part of it nor a process" {
    local target=$BATS_TEST_TMPDIR/image pid maker status=0
    "$ROOT/labs/vm" image "$target" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
    pid=$!
    wait_for 60 pgrep -f 'mmdebstrap .*files.tar'
    maker=$(pgrep -f 'mmdebstrap .*files.tar' | head -n 1)
    kill "$pid"
    wait "$pid" || status=$?
    [ "$status" = 143 ]
    [[ ! -e $target ]]
    wait_for 10 test ! -e "/proc/$maker"
    [[ -z $(find "$ROOT/build/vm" -maxdepth 1 -name 'run.*' -newer "$BATS_TEST_TMPDIR/before") ]]
}
