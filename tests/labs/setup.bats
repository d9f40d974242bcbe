#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# setup: what the package manager of each distribution is asked. The managers here
# only record that; on Debian, tests/run itself installs for real.

load ../lib/common
# bats sets these: shellcheck knows only $output and $lines.
stderr=""

before_test() {
    cd "$ROOT" || return
    BIN=$BATS_TEST_TMPDIR/bin
    mkdir "$BIN"
    # A machine that has a shell and little else.
    for program in bash sh sed sort dirname tail head cut sleep mkdir env ps uname cat rm chmod grep paste tput; do
        ln -s "$(type -P "$program")" "$BIN/"
    done
}

# manager NAME BODY...: a package manager that writes down what it is asked.
manager() {
    printf '#!/bin/sh\necho "%s $*" >>%s/asked\n%s\n' "$1" "$BATS_TEST_TMPDIR" "${2:-}" >"$BIN/$1"
    chmod +x "$BIN/$1"
}

# setup_on_this_machine ARGUMENT...: with that PATH only.
setup_on_this_machine() {
    # shellcheck disable=SC2016 # the inner shell expands it
    env PATH="$BIN" bash -c '
        source labs/lib/common.sh; source labs/lib/setup.sh
        PATH=$1; shift; ASK=${ASK:-0} setup_for "$@"' bash "$BIN" "$@"
}

@test "each manager is asked once, without questions, for packages of its own names" {
    for name in apt-get dnf pacman apk zypper; do
        rm -f "$BATS_TEST_TMPDIR/asked" "$BIN"/{apt-get,dnf,pacman,apk,zypper}
        manager "$name"
        run -1 --separate-stderr setup_on_this_machine container
        [[ $output == *"to be installed with $name: "* ]]
        # It installed nothing, and that is told.
        [[ $stderr == *'still missing after the installation: '* ]]
        asked=$(cat "$BATS_TEST_TMPDIR/asked")
        case $name in
            apt-get) [[ $asked == *'install -y --no-install-recommends '*iproute2*util-linux* ]] ;;
            dnf) [[ $asked == 'dnf install -y '*' iproute '*util-linux* ]] ;;
            pacman) [[ $asked == 'pacman -Sy --needed --noconfirm '*iproute2*util-linux* ]] ;;
            apk) [[ $asked == 'apk add '*iproute2*setpriv* ]] ;;
            zypper) [[ $asked == 'zypper --non-interactive install '*iproute2*util-linux* ]] ;;
        esac
        for package in memcached busybox nftables make gcc; do
            [[ " $asked " == *" $package "* ]]
        done
        [ "$(wc -l <"$BATS_TEST_TMPDIR/asked")" = 1 ]
    done
}

@test "nothing is asked of it where nothing is missing, or without consent" {
    manager dnf
    ASK=1 run -77 --separate-stderr setup_on_this_machine container <<<n
    [[ $output == *'to be installed with dnf: '* && $stderr == *'nothing was installed'* ]]
    ASK=1 run -77 --separate-stderr setup_on_this_machine container </dev/null
    [ ! -e "$BATS_TEST_TMPDIR/asked" ]
    run -0 labs/lab setup --yes
    [ "$output" = "$(printf '✓ %-11s %s' setup 'all that is needed for container is here')" ]
}

@test "a manager that fails: its last words, and where the rest is" {
    manager zypper 'echo "no such repository"; exit 104'
    run -1 --separate-stderr setup_on_this_machine container
    [[ $stderr == *'no such repository'*'zypper could not install: '*'build/setup.log'* ]]
}

@test "no manager, and no root: what is missing, and who can mend it" {
    run -77 --separate-stderr setup_on_this_machine container
    [[ $stderr == *'no apt-get, dnf, pacman, apk or zypper is here'* ]]
}

@test "every need has a name, or a -, for each of the five managers" {
    run -0 awk 'NF && NF != 7' <(sed -n "/^REQUIREMENTS='/,/^'/p" labs/lib/setup.sh | grep -v "'")
    [ -z "$output" ]
}

@test ".devcontainer: privileged, /run a tmpfs, and what it installs is what setup installs" {
    requires jq
    run -0 jq -r '.runArgs | join(" ")' .devcontainer/devcontainer.json
    [[ $output == *--privileged* && $output == *--tmpfs=/run* ]]
    [ -e ".devcontainer/$(jq -r .build.dockerfile .devcontainer/devcontainer.json)" ]
    grep -q 'labs/lab setup --yes' .devcontainer/Dockerfile
    run ! grep -E 'apt-get install' .devcontainer/Dockerfile
}
