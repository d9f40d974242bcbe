#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The template and, through it, the library: a tool that starts from here starts right.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr="" stderr_lines=()

@test "template prints what the kernel says" {
    run -0 "$ROOT/build/template"
    [ "$output" = "$(cat /proc/sys/kernel/hostname)" ]
}

@test "template --explain names the call that strace sees" {
    requires strace
    run -0 --separate-stderr "$ROOT/build/template" --explain
    [[ ${stderr_lines[0]} == 'uname() = 0' ]]
    run -0 strace -e trace=uname "$ROOT/build/template"
    [[ $output == *'uname('*') = 0'* ]]
}

@test "template: usage errors go to standard error with status 2" {
    run -2 --separate-stderr "$ROOT/build/template" --no-such-option
    [ -z "$output" ]
    [[ $stderr == *no-such-option* ]]
    run -2 --separate-stderr "$ROOT/build/template" operand
    [[ $stderr == *'unexpected operand: operand'* ]]
}

@test "template --help and --version go to standard output" {
    run -0 --separate-stderr "$ROOT/build/template" --help
    [[ $output == usage:* && -z $stderr ]]
    run -0 --separate-stderr "$ROOT/build/template" --version
    [[ $output == *'Container Bones'* && -z $stderr ]]
}
