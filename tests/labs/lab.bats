#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The runner, and every lab through it.

load ../lib/common
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

@test "every lab passes, and leaves the machine as it was" {
    requires root net userns time
    for file in labs/[0-9][0-9]-*.sh; do
        number=${file#labs/}
        number=${number%%-*}
        run -0 labs/lab "$number" --auto 3>&-
        # Each step has been verified at least once, on top of what it printed.
        [ "$(grep -c '^── ' <<<"$output")" = "$(grep -c '^step ' "$file")" ]
        (($(grep -c '^✓' <<<"$output") > $(grep -c '^step ' "$file")))
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
    sed 's/^verify .a child is in.*/verify "on purpose" one = two "a hint" #/' \
        labs/07-namespaces.sh >labs/98-broken.sh
    chmod +x labs/98-broken.sh
    run -1 labs/lab 98 --auto 3>&-
    rm labs/98-broken.sh
    [[ $output == *'expected: = two'* && $output == *'actual:   one'* && $output == *'hint: a hint'* ]]
    [ ! -e /run/container-bones ]
}

@test "interactively: predict, explain, back, quit, and resume there" {
    requires root userns expect
    run -0 expect -c '
        set timeout 30
        spawn labs/lab 07
        expect "1/11" ; expect "quit" ; send "e"
        expect "namespaces(7)" ; expect "quit" ; send "\r"
        expect "Predict" ; expect "> " ; send "the old name\r"
        expect "still says" ; expect "quit" ; send "b"
        expect "1/11" ; expect "quit" ; send "\r"
        expect "> " ; send "\r"
        expect "quit" ; send "q"
        expect "goes on at step 2" { exit 0 }
        exit 1' 3>&-
    run -0 expect -c '
        set timeout 30
        spawn labs/lab 07
        expect "2/11" ; expect "> " ; send "\r"
        expect "quit" ; send "q"
        expect eof { exit 0 }
        exit 1' 3>&-
    [[ $output != *'1/11'* ]]
}

@test "a SIGKILL in the middle of lab 12, then labs/lab clean: nothing is left" {
    requires root net memcached nft
    for title in 'The first process' 'The root changes' 'A published port'; do
        mkfifo "$BATS_TEST_TMPDIR/out"
        labs/12-memcached-by-hand.sh >"$BATS_TEST_TMPDIR/out" 2>/dev/null 3>&- &
        victim=$!
        while read -r line && [[ $line != *"$title"* ]]; do :; done <"$BATS_TEST_TMPDIR/out"
        kill -KILL "$victim"
        wait "$victim" || true
        rm "$BATS_TEST_TMPDIR/out"
        labs/lab clean
        no_leaks
    done
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

@test "doctor finds what the kernel has, and says why not where it has not" {
    requires root
    run -0 labs/lab doctor
    [[ $output == *'✓ mnt'* && $output == *'✓ overlay'* && $output == *'✓ compiler'* ]]
    # As nobody most mounts are refused, and each refusal has a mend.
    run -0 as_nobody labs/lab doctor
    [[ $output == *'✗ root'*'mend: sudo'* && $output == *'✗ overlay'* ]]
    # A limit of 0 network namespaces is found by trying.
    run -0 unshare --user --map-root-user sh -c \
        'echo 0 >/proc/sys/user/max_net_namespaces; labs/lab doctor'
    [[ $output == *'✗ net'* ]]
}

@test "setup asks the package manager for what is missing, under its own names" {
    # Programs that are found in PATH only: a PATH of our own lacks memcached.
    mkdir "$BATS_TEST_TMPDIR/bin"
    for program in bash sed sort dirname tail cut sleep mkdir env ps; do
        ln -s "$(command -v "$program")" "$BATS_TEST_TMPDIR/bin/"
    done
    for manager in apt-get dnf pacman apk zypper; do
        # shellcheck disable=SC2016 # the inner bash expands it
        run -0 env PATH="$BATS_TEST_TMPDIR/bin" bash -c \
            'source labs/lib/common.sh; source labs/lib/setup.sh
            PATH=$1; missing_packages container "$2"' bash "$BATS_TEST_TMPDIR/bin" "$manager"
        [[ $output == *memcached* && $output == *busybox* ]]
        case $manager in
            dnf | zypper) [[ $output == *iproute* ]] ;;
            *) [[ $output == *iproute2* ]] ;;
        esac
    done
}
