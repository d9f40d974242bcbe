#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nsenter-lite compiled for aarch64, run by qemu-user: as far as that goes. It has a thread of
# its own, and no execveat(2): user, time and mount namespaces cannot be entered there.

load ../lib/common
load ../lib/target
# From bats and target.bash: shellcheck knows only $output and $lines.
stderr="" stderr_lines=() target=""

@test "aarch64: nsenter-lite compiles, and enters under qemu-user as here" {
    requires root userns time aarch64-linux-gnu-gcc qemu-aarch64-static
    local tool=$BATS_TEST_TMPDIR/nsenter-lite command option
    command=$(sed -n 's|^// \(Build: \)\? *||p' "$ROOT/tools/nsenter-lite/nsenter-lite.c" | paste -sd' ' |
        grep -o 'cc -Itools.*lib/\*\.c')
    (cd "$ROOT" && bash -c "aarch64-linux-gnu-g$command -static -Werror -o $tool")
    make_target -muinpUCT --map-root-user
    for option in -u -i -n -p -C '-p --pty' '-e -c' '-u --user=/no/file' '-S 7 -G 7' '-F -p -W /usr'; do
        # shellcheck disable=SC2086 # words
        run qemu-aarch64-static "$tool" -t "$target" $option -- sh -c "$WHERE; id; pwd"
        # shellcheck disable=SC2086 # words
        [ "$output" = "$(nsenter-lite -t "$target" $option -- sh -c "$WHERE; id; pwd" 2>&1)" ]
    done
    run -7 qemu-aarch64-static "$tool" -t "$target" -p -- sh -c 'exit 7'
    # shellcheck disable=SC2016 # for the shell inside
    run -143 qemu-aarch64-static "$tool" -t "$target" -p -- sh -c 'kill -TERM $$'
    for option in -U -T; do
        run -125 --separate-stderr qemu-aarch64-static "$tool" -t "$target" "$option" true
        [[ ${stderr_lines[1]} == 'hint: this process has 2 threads, and only one without a second may'* ]]
    done
    run -125 --separate-stderr qemu-aarch64-static "$tool" -t "$target" -m true
    [[ $stderr == *'cannot execute the copy of /proc/self/exe: Function not implemented' ]]
}
