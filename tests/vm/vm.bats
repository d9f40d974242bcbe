# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# vm.bats: labs/vm from outside: what a learner sees of the throwaway machine, and what is
# left of it here, which is nothing.

load ../lib/common
load kernel
# run --separate-stderr sets them; shellcheck cannot know.
stderr="" stderr_lines=()

vm() {
    "$ROOT/labs/vm" "$@"
}

# Nothing of ours boots, and no folder of a run stays, whatever happened.
after_test() {
    wait_for 5 no_run_folder
}

no_run_folder() {
    [[ -z $(find "$ROOT/build/vm" -maxdepth 1 -name 'run.*' -newer "$BATS_TEST_TMPDIR/before") ]]
}

# Below that folder, a kernel that does nothing, for ever, and has no modules.
fake_kernel() {
    mkdir -p "$1/boot" "$1/lib/modules/9.9.9"
    hanging_kernel "$1/boot/vmlinuz-9.9.9"
}

@test "one command as an ordinary user: root inside, its streams and status outside, nothing lasts" {
    requires root user qemu-system-x86_64
    local share=$BATS_TEST_TMPDIR/share cache
    cache=$(cache_of_nobody)
    mkdir "$share"
    chown nobody "$share"
    # shellcheck disable=SC2016 # the shell in there expands it
    run -37 --separate-stderr as_nobody env HOME=/nonexistent "XDG_CACHE_HOME=$cache" "$ROOT/labs/vm" \
        --share "$share" --kernel "$(kernel)" -- bash -c 'id -u; cat; echo "on stderr" >&2
            cat /sys/fs/cgroup/cgroup.controllers; command -v procpeek; pwd
            printf "%s|" "$@"; echo; echo kept >"$0/kept"; echo lost >/etc/lost; exit 37' \
        "$share" 'two  words' $'a\nnewline' '' <<<'on stdin'
    echo "$output $stderr"
    [[ ${lines[0]} == 0 ]]
    [[ ${lines[1]} == 'on stdin' ]]
    [[ ${lines[2]} == *memory*pids* ]]
    [[ ${lines[3]} == "$ROOT/build/bin/procpeek" ]]
    [[ ${lines[4]} == "$ROOT" ]]
    [[ $output == *$'two  words|a\nnewline||' ]]
    [[ $stderr == *'on stderr' ]]
    [[ $(<"$share/kept") == kept ]]
    [[ ! -e /etc/lost ]]
}

# A folder that nobody can write, because build/ is not theirs.
cache_of_nobody() {
    mkdir -p "$BATS_TEST_TMPDIR/cache"
    chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "${BATS_TEST_TMPDIR%/*/*}"
    chown nobody "$BATS_TEST_TMPDIR/cache"
    printf '%s' "$BATS_TEST_TMPDIR/cache"
}

@test "a terminal: a shell in the checkout, with the size of ours, and its status" {
    requires root expect qemu-system-x86_64
    # shellcheck disable=SC2016 # Tcl and the inner shell expand it
    run -3 expect -c '
        set timeout 120
        log_user 0
        spawn -noecho sh -c "stty rows 33 cols 99; exec labs/vm --cgroup v1"
        expect "vm:*# "
        send "stty size; tty; ls -d /sys/fs/cgroup/memory; echo sleep\\ing; sleep 100\r"
        expect "33 99" {} timeout { puts "no size"; exit 9 }
        expect "/dev/hvc0" {} timeout { puts "no terminal"; exit 9 }
        expect "/sys/fs/cgroup/memory" {} timeout { puts "no v1"; exit 9 }
        expect "sleeping"
        send "\x03"
        expect "# " {} timeout { puts "no prompt after Ctrl-C"; exit 9 }
        send "exit 3\r"
        expect eof
        exit [lindex [wait] 3]'
}

@test "Ctrl-C, SIGTERM and a closed terminal leave no machine" {
    requires root qemu-system-x86_64
    local signal status
    local -A expected=([INT]=130 [TERM]=143)
    for signal in INT TERM; do
        # A group of its own, as a shell gives its jobs: what a terminal signals.
        set -m
        vm -- sh -c 'echo inside; sleep 600' >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
        set +m
        wait_for 300 grep -q inside "$BATS_TEST_TMPDIR/out"
        kill -"$signal" -- -$!
        status=0
        wait $! || status=$?
        [[ $status == "${expected[$signal]}" ]]
    done
    # A terminal that is closed signals more than once; this one while the machine boots.
    set -m
    "$ROOT/labs/vm" -- true >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    set +m
    wait_for 120 pgrep -g $! '^qemu-system'
    kill -HUP -- -$!
    kill -HUP -- -$! || true
    status=0
    wait $! || status=$?
    [[ $status == 129 ]]
}

@test "--timeout ends it with status 124" {
    requires root qemu-system-x86_64
    run -124 --separate-stderr vm --timeout 60 -- sleep 1000
    [[ $stderr == *'as --timeout says' ]]
}

@test "a machine that hangs is ended, and its console is kept" {
    requires root qemu-system-x86_64
    local tree=$BATS_TEST_TMPDIR/tree
    fake_kernel "$tree"
    # With the modules of a real one, so that only the kernel is wrong.
    cp -r "$(dirname "$(kernel)")/../lib/modules/"*/. "$tree/lib/modules/9.9.9/"
    run -124 --separate-stderr vm --timeout 5 --kernel "$tree/boot/vmlinuz-9.9.9" -- true
    [[ $stderr == *'Linux 9.9.9 did not come up within 5 s'* ]]
    [[ $stderr == *"hint: what the machine said is in $ROOT/build/vm/last-failure.log" ]]
}

@test "a /dev/kvm that boots nothing: it says so once, and emulates" {
    requires root bwrap qemu-system-x86_64
    # A /dev of its own, or bwrap would make the file in ours.
    local box=(bwrap --dev-bind / / --dev /dev --dev-bind /dev/null /dev/kvm)
    rm -f "$ROOT/build/vm/kvm-verdict"
    run -0 --separate-stderr "${box[@]}" "$ROOT/labs/vm" -- cat /proc/sys/kernel/hostname /proc/sys/kernel/randomize_va_space
    [[ $output == $'bones-vm\n0' ]]
    [[ $stderr == *'/dev/kvm is here, but boots no kernel: emulation'* ]]
    run -0 --separate-stderr "${box[@]}" "$ROOT/labs/vm" -- true
    [[ -z $stderr ]]
    rm -f "$ROOT/build/vm/kvm-verdict"
    run -1 --separate-stderr "${box[@]}" "$ROOT/labs/vm" --accel kvm -- true
    [[ $stderr == *'did not come up: QEMU has ended'* ]]
}

@test "a /dev/kvm without permission: which group to join" {
    requires root bwrap setpriv
    touch "$BATS_TEST_TMPDIR/kvm"
    chgrp nogroup "$BATS_TEST_TMPDIR/kvm"
    chmod 660 "$BATS_TEST_TMPDIR/kvm"
    run -77 --separate-stderr bwrap --dev-bind / / --dev /dev --bind "$BATS_TEST_TMPDIR/kvm" /dev/kvm \
        setpriv --reuid nobody --regid users --clear-groups \
        env "XDG_CACHE_HOME=$(cache_of_nobody)" "$ROOT/labs/vm" --accel kvm -- true
    [[ ${stderr_lines[0]} == 'vm: no permission to open /dev/kvm' ]]
    [[ ${stderr_lines[1]} == 'hint: sudo usermod -aG nogroup nobody, and log in again' ]]
}

@test "what is no kernel, or has no 9p, is refused by name" {
    requires root qemu-system-x86_64
    local tree=$BATS_TEST_TMPDIR/tree
    run -1 --separate-stderr vm --kernel /nonexistent/vmlinuz -- true
    [[ ${stderr_lines[0]} == 'vm: cannot read the kernel /nonexistent/vmlinuz' ]]
    run -1 --separate-stderr vm --kernel /bin/ls -- true
    [[ ${stderr_lines[0]} == "vm: /bin/ls is no Linux kernel for $(uname -m)" ]]
    run -1 --separate-stderr vm --kernel linux-image-0.0.0-nothing -- true
    [[ $stderr == *'apt-get knows no package linux-image-0.0.0-nothing'* ]]
    fake_kernel "$tree"
    touch "$tree/lib/modules/9.9.9/modules.dep"
    run -1 --separate-stderr vm --kernel "$tree/boot/vmlinuz-9.9.9" -- true
    [[ $stderr == *'it has no module'*9p* ]]
    rm -r "${tree:?}/lib"
    run -1 --separate-stderr vm --kernel "$tree/boot/vmlinuz-9.9.9" -- true
    [[ ${stderr_lines[0]} == "vm: no modules for $tree/boot/vmlinuz-9.9.9" ]]
}

@test "too much memory, no QEMU, another architecture: refused with the way out" {
    requires root
    local other=aarch64
    [[ $(uname -m) == x86_64 ]] || other=x86_64
    run -77 --separate-stderr vm --memory 900000M -- true
    [[ ${stderr_lines[0]} == 'vm: a guest of 900000 MiB needs 128 more for QEMU, and '*' are free' ]]
    run -77 --separate-stderr vm --arch "$other" -- true
    [[ $stderr == *"do not run on $other"* ]]
    run -77 --separate-stderr bwrap --dev-bind / / \
        --ro-bind /dev/null "$(command -v "qemu-system-$(uname -m)")" \
        setpriv --reuid nobody --regid nogroup --clear-groups \
        env "XDG_CACHE_HOME=$(cache_of_nobody)" "$ROOT/labs/vm" -- true
    [[ ${stderr_lines[0]} == 'vm: missing on this machine: qemu-system-'* ]]
    [[ ${stderr_lines[1]} == 'hint: sudo labs/lab setup --for vm' ]]
}

@test "usage: wrong options are status 2, by name" {
    local wrong
    for wrong in '--memory 1Q' '--memory 10M' '--memory -1G' '--memory 99999999999999999999G' \
        '--cgroup v3' '--cpus 0' '--accel xen' '--timeout 1e9' '--kernel foo' '--share /nonexistent' \
        '--share /' '--bogus' '--memory' '--' 'command'; do
        # shellcheck disable=SC2086 # two words on purpose
        run -2 --separate-stderr vm $wrong
        [[ ${stderr_lines[0]} == 'vm: '* && ${stderr_lines[1]} == 'hint: see labs/vm --help' ]]
    done
    run -0 vm --help
    [[ ${lines[0]} == 'usage: labs/vm '* ]]
}
