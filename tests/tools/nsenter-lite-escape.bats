#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Ways out of a container that a command which joins it has opened in the past, each tried
# for real: with nsenter(1), where it works, and with nsenter-lite, where it must not.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell: so it is

load ../lib/common
load ../lib/target
# From bats and the library: shellcheck knows only $output and $lines.
stderr="" target="" ready=""

setup_file() {
    make_root
    ATTACKS="$BATS_TEST_DIRNAME/../lib/attacks.c"
    for attack in PEEK TYPE OVERWRITE; do
        cc -static -D"$attack" -o "$SCRATCH/bin/${attack,,}" "$ATTACKS"
    done
    cc -shared -fPIC -DLIBRARY -o "$SCRATCH/evil.so" "$ATTACKS"
}

before_test() {
    requires root cc perl nsenter
    no_targets
    mkfifo "$ready"
    rm -f "$SCRATCH/tmp/"*
}

# hostile_target COMMAND: PID 1 of a container, root without capabilities (but one, for
# chroot itself), in $SCRATCH.
hostile_target() {
    # shellcheck disable=SC2016 # for the shell inside
    start unshare --fork --mount --uts --pid sh -c 'mount -t proc proc "$1/proc"
        exec setpriv --bounding-set=-all,+sys_chroot --inh-caps=-all chroot "$1" /bin/sh -c "$2"' sh "$SCRATCH" "$1"
}

# A pipe of one page (F_SETPIPE_SZ is 1031) in which each write takes a page (O_DIRECT), and
# which is read slowly: a narrator stands still at each line.
slowly() {
    local pipe="$BATS_TEST_TMPDIR/pipe"
    mkfifo "$pipe"
    perl -e 'open STDIN, "<", $ARGV[0]; while (sysread STDIN, $_, 4096) { select undef, undef, undef, 0.03 }' \
        "$pipe" 3>&- &
    exec 8>"$pipe"
    perl -MFcntl -e 'fcntl(STDOUT, 1031, 4096) && fcntl STDOUT, F_SETFL, O_WRONLY | O_DIRECT or die' >&8
    "$@" 2>&8 8>&-
    exec 8>&-
    wait
}

@test "escape: PID 1 looks into the process that joins, before it has executed the command" {
    hostile_target 'echo ready; exec /bin/peek'
    HOST_SECRET=femur run -0 slowly nsenter-lite --explain --like-exec "$target" /bin/sleep 0.2 </dev/null
    wait_for 5 test -e "$SCRATCH/tmp/seen"
    # It has seen the child, and of the child nothing.
    [ "$(sort -u "$SCRATCH/tmp/seen")" = refused ]
}

@test "escape: our program, executed inside as /proc/self/exe, is not there to be overwritten" {
    local tool victim
    for tool in nsenter nsenter-lite; do
        hostile_target 'echo ready; LD_PRELOAD=/evil.so exec sleep 600 >/tmp/null'
        victim="$BATS_TEST_TMPDIR/$tool"
        cp "$(type -P "$tool")" "$victim"
        # ld.so on the host finds no /evil.so, and says so; inside there is one.
        run --separate-stderr env LD_PRELOAD=/evil.so ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" "$victim" -t "$target" -m -r -p -- /proc/self/exe --version
        wait_for 10 test -s "$SCRATCH/tmp/overwritten"
        run cat "$SCRATCH/tmp/overwritten"
        if [[ $tool == nsenter ]]; then
            [ "$output" = written ]
            run ! cmp -s "$(type -P "$tool")" "$victim"
        else
            [ "$output" = 'Operation not permitted' ]
            cmp "$(type -P "$tool")" "$victim"
        fi
        rm "$SCRATCH/tmp/overwritten"
        end_targets
        no_targets
    done
}

# on_a_terminal COMMAND...: what a shell on the same terminal is made to read by it.
on_a_terminal() {
    # shellcheck disable=SC2016 # for the shell inside
    printf '%s\n' '"$@"' 'read -r -t 1 line' 'echo "typed: $line."' >"$BATS_TEST_TMPDIR/session"
    script -qec "bash $BATS_TEST_TMPDIR/session ${*@Q}" /dev/null <>"$ready" | tr -d "\r"
}

@test "escape: nothing inside types into our terminal" {
    requires script
    hostile_target 'echo ready; exec sleep 600 >/tmp/null'
    run -0 on_a_terminal nsenter -t "$target" -m -r /bin/type
    [[ $output == *'typed: femur.'* ]]
    run -0 on_a_terminal nsenter-lite -t "$target" -m -r --pty /bin/type
    [[ $output == *'typed: .'* ]]
    run -0 on_a_terminal nsenter-lite --like-exec "$target" /bin/type
    [[ $output == *'typed: .'* ]]
    # Only its output is ours: then the kernel refuses it, as it is in another session.
    run -0 on_a_terminal sh -c "nsenter-lite --like-exec $target /bin/type </dev/null"
    [[ $output == *'typed: .'* ]]
    # One with all capabilities could type into any terminal that it has, so it has none of ours.
    end_targets
    no_targets
    make_chrooted_target
    run -0 on_a_terminal nsenter-lite --like-exec "$target" /bin/type
    [[ $output == *'typed: .'* ]]
}

# In a container that shares our pid namespace /proc/self is ours there, too: in another the
# name would lead nowhere.
chrooted_target_with_our_processes() {
    # shellcheck disable=SC2016 # for the shell inside
    start unshare --fork --mount --uts sh -c 'mount -t proc proc "$1/proc"
        exec chroot "$1" /bin/sh -c "cd /tmp; echo ready; exec sleep 600 >/tmp/null"' sh "$SCRATCH"
}

@test "escape: a descriptor of ours, named as working directory, is gone by then" {
    chrooted_target_with_our_processes
    local number
    for number in {3..12}; do
        ln -s "/proc/self/fd/$number" "$SCRATCH/tmp/fd$number"
        run -125 --separate-stderr nsenter-lite -t "$target" -a -r -W "/tmp/fd$number" /bin/ls </dev/null 9</ 11</
        [[ -z $output && $stderr == *"cannot change to directory /tmp/fd$number: No such file or directory" ]]
    done
    # The attack is real.
    run -0 nsenter -t "$target" -m -r -W/tmp/fd11 /bin/cat "${SCRATCH#/}/marker" </dev/null 11</
    [ "$output" = inside ]
}

@test "escape: a working directory outside of the root, by another process, is refused" {
    chrooted_target_with_our_processes
    ln -s "/proc/$$/root" "$SCRATCH/tmp/out"
    run -125 --separate-stderr nsenter-lite -t "$target" -m -r -W /tmp/out /bin/cat "${SCRATCH#/}/marker" </dev/null
    [[ -z $output && $stderr == *'the directory /tmp/out is outside of the root directory' ]]
    run -0 nsenter -t "$target" -m -r -W/tmp/out /bin/cat "${SCRATCH#/}/marker" </dev/null
    [ "$output" = inside ]
}

@test "escape: of a target that stands outside of its root, that is not taken over" {
    # shellcheck disable=SC2016 # for the shell inside
    start unshare --fork --mount sh -c 'mount -t proc proc "$0/proc"; cd /
        exec perl -e "chroot shift; exec @ARGV" "$0" /bin/sh -c "echo ready; exec sleep 600 >/tmp/null"' "$SCRATCH"
    run -0 nsenter -t "$target" -m -r -w /bin/cat "${SCRATCH#/}/marker" </dev/null
    [ "$output" = inside ]
    run ! nsenter-lite --like-exec "$target" /bin/cat "${SCRATCH#/}/marker" </dev/null
    run -0 nsenter-lite --like-exec "$target" /bin/cat marker </dev/null
    [ "$output" = inside ]
}

@test "escape: a directory as standard input is refused" {
    make_chrooted_target
    run -125 --separate-stderr nsenter-lite -t "$target" -a -r -- /bin/sh -c 'cd /proc/self/fd/0; ls' </
    [[ $stderr == *'standard input is a directory, from which the command could walk out' ]]
    run -0 nsenter -t "$target" -m -r -p -- /bin/sh -c 'cd /proc/self/fd/0; ls' </
    [[ $output == *sys* ]]
    run -125 sh -c "exec nsenter-lite -t $target -a -r -- /bin/sh -c : 2</"
    run -0 nsenter-lite -t "$target" -u -- true </
}
