#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The runner, and every lab through it.

load ../lib/common
load small
# bats sets these: shellcheck knows only $output and $lines.
stderr=""

before_test() {
    cd "$ROOT" || return
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
}

after_test() {
    [[ -n ${BATS_TEST_COMPLETED:-} ]] || labs/lab clean >/dev/null
}

@test "list: every lab with its minutes and its steps" {
    run -0 labs/lab
    for file in labs/[0-9][0-9]-*.sh; do
        number=${file#labs/}
        number=${number%%-*}
        [[ $'\n'$output =~ $'\n'$number\ .*min\ .*$(grep -c '^step ' "$file")\ steps ]]
    done
}

# bats test_tags=guest:v1,guest:v2
@test "every lab passes, and leaves the machine as it was" {
    requires root net userns time
    for file in "labs/${LAB:-}"*-*.sh; do
        number=${file#labs/}
        number=${number%%-*}
        run -0 labs/lab "$number" --auto 3>&-
        # Each step has been verified at least once, on top of what it printed.
        [ "$(grep -c '^── ' <<<"$output")" = "$(grep -c '^step ' "$file")" ]
        (($(grep -c '^✓' <<<"$output") > $(grep -c '^step ' "$file")))
        # What it says fits into 80 columns.
        [ "$(grep -E '^(── |Predict: )' <<<"$output" | LC_ALL=C.UTF-8 grep -c '.\{81\}')" = 0 ]
        no_leaks
    done
}

@test "what a lab prints can be pasted: its commands do the same in a shell" {
    requires root userns
    run -0 labs/lab 07 --auto 3>&-
    pasted=$(grep -m 1 '^\$ unshare-lite --uts' <<<"$output")
    run -0 bash -c "${pasted#\$ }"
    [ "${lines[0]}" = box ]
}

@test "a lab whose verify is false fails with expected and actual, and takes all back" {
    requires root userns
    own_project
    sed -i 's/^verify .a child is in.*/verify "on purpose" one = two "a hint" #/' labs/07-namespaces.sh
    run -1 labs/lab 07 --auto 3>&-
    [[ $output == *'expected: = two'* && $output == *'actual:   one'* && $output == *'hint: a hint'* ]]
    [ ! -e /run/container-bones ]
}

@test "clean leaves a lab at work alone, and what belongs to another user" {
    requires root
    mkdir -p /run/container-bones/runs/at-work/journal /run/container-bones/runs/foreign/journal
    read -ra stat <"/proc/$$/stat"
    printf '%s %s %s\n' "$$" "${stat[21]}" 0 >/run/container-bones/runs/at-work/owner
    printf '%s %s %s\n' 2147483647 1 4711 >/run/container-bones/runs/foreign/owner
    run -0 labs/lab clean
    [[ $output == *'at-work is at work'* && $output == *'foreign belongs to user 4711'* ]]
    [ -d /run/container-bones/runs/at-work ]
    printf '%s %s %s\n' 2147483647 1 0 >/run/container-bones/runs/at-work/owner
    run -0 labs/lab clean --all
    [ ! -e /run/container-bones ]
}

@test "clean never leaves its own folder, and deletes nothing below a mount" {
    requires root
    mkdir -p /run/container-bones/runs/mounted/{journal,host} "$BATS_TEST_TMPDIR/precious"
    touch "$BATS_TEST_TMPDIR/precious/file"
    ln -s "$BATS_TEST_TMPDIR/precious" /run/container-bones/runs/mounted/link
    mount --bind "$BATS_TEST_TMPDIR/precious" /run/container-bones/runs/mounted/host
    run -1 --separate-stderr labs/lab clean
    [[ $stderr == *'something is mounted below it'* ]]
    [ -e "$BATS_TEST_TMPDIR/precious/file" ]
    umount /run/container-bones/runs/mounted/host
    run -0 labs/lab clean
    [ -e "$BATS_TEST_TMPDIR/precious/file" ]
}

@test "usage: unknown number, verb, option, step" {
    for words in '99' '07 --frobnicate' '07 --auto --from x' 'dance' 'all' 'setup --for war'; do
        read -ra arguments <<<"$words"
        run -2 --separate-stderr labs/lab "${arguments[@]}"
        [[ -n $stderr ]]
    done
    run -2 --separate-stderr labs/lab 07 </dev/null
    [[ $stderr == *terminal* ]]
}

@test "without root a lab says which command to run, status 77; the list still works" {
    requires root
    run -77 --separate-stderr as_nobody labs/lab 12 --auto
    [[ $stderr == *'needs root'* && $stderr == *'hint: sudo labs/lab 12'* ]]
    run -0 as_nobody labs/lab
    [[ $output == *'you are not root'* ]]
}
