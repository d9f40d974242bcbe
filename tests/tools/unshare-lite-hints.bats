#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unshare-lite: the causes that hints name, each brought about; and none without a cause.
# Those of maps and of files stand with the tests of these.

load ../lib/common
load ../lib/unshare-lite
stderr_lines=()

# hinted WORDS COMMAND...: the command fails, with one hint that has the words; without
# words, with none.
hinted() {
    local words=$1
    shift
    run -125 --separate-stderr "$@"
    if [[ -z $words ]]; then
        [[ ${#stderr_lines[@]} == 1 ]] && return
    else
        [[ ${#stderr_lines[@]} == 2 && ${stderr_lines[1]} == "hint: "*"$words"* ]] && return
    fi
    printf 'not this hint: %s\n' "$words" "${stderr_lines[@]}" >&2
    return 1
}

# in_user_namespace SCRIPT ARGUMENT...: as root of a new one.
in_user_namespace() {
    unshare -r sh -euc "$1" sh "${@:2}"
}

@test "hint: which limit is reached, and where" {
    requires root userns net
    # Here: 0 is plain to see.
    # shellcheck disable=SC2016 # for the inner shell
    hinted 'user.max_net_namespaces is 0' in_user_namespace \
        'echo 0 >/proc/sys/user/max_net_namespaces; exec unshare-lite -muin true'
    # Above: the limit of a new user namespace is none, so it is not that. Only the kind
    # that is at its limit is named, of the several that were asked for.
    # shellcheck disable=SC2016 # for the inner shell
    hinted 'user.max_net_namespaces is reached in a user namespace above' in_user_namespace \
        'echo 0 >/proc/sys/user/max_net_namespaces; exec unshare -r unshare-lite -muin true'
    # shellcheck disable=SC2016 # for the inner shell
    hinted 'user.max_user_namespaces is reached in a user namespace above' in_user_namespace \
        'echo 2 >/proc/sys/user/max_user_namespaces; exec unshare -r unshare -r unshare-lite -Un true'
    # Here or above, which cannot be told: no hint.
    # shellcheck disable=SC2016 # for the inner shell
    hinted '' in_user_namespace 'echo 1 >/proc/sys/user/max_uts_namespaces
        exec unshare --uts unshare-lite --uts true'
}

@test "hint: a chroot, whose root may be a mount" {
    requires root userns
    mkdir "$BATS_TEST_TMPDIR/all"
    # shellcheck disable=SC2016 # for the inner shell
    hinted '/ is not the root of our mount namespace' unshare --mount sh -euc \
        'mount --rbind / "$0" && exec chroot "$0" unshare-lite --user true' "$BATS_TEST_TMPDIR/all"
}

@test "hint: a seccomp filter, found by a call that the kernel would refuse otherwise" {
    requires root python3 userns
    # The filter of a container engine in short: unshare(2), or only for some flags, is EPERM.
    cat >"$BATS_TEST_TMPDIR/filtered.py" <<'EOF'
import ctypes, os, platform, struct, sys
number = {"x86_64": 272, "aarch64": 97}[platform.machine()]
mask = int(sys.argv[1], 0)
def op(code, true, false, value): return struct.pack("HBBI", code, true, false, value)
program = (op(0x20, 0, 0, 0) + op(0x15, 0, 3, number) +             # the call's number
           op(0x20, 0, 0, 16) + op(0x45, 0, 1, mask) +               # its first argument
           op(0x06, 0, 0, 0x00050001) + op(0x06, 0, 0, 0x7fff0000))  # EPERM, or go on
text = ctypes.create_string_buffer(program)
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(text))) == 0
os.execvp(sys.argv[2], sys.argv[2:])
EOF
    hinted 'a seccomp filter forbids unshare(2)' \
        python3 "$BATS_TEST_TMPDIR/filtered.py" 0xffffffff unshare-lite --uts true
    hinted 'a seccomp filter forbids unshare(2)' \
        python3 "$BATS_TEST_TMPDIR/filtered.py" 0x10000000 unshare-lite --user true
    # Where the filter is not to blame, it is not blamed.
    run -0 python3 "$BATS_TEST_TMPDIR/filtered.py" 0x10000000 unshare-lite --uts true
    hinted 'does not map our user' unshare -U \
        python3 "$BATS_TEST_TMPDIR/filtered.py" 0x40000000 unshare-lite --user true
}

@test "hint: proc of another pid namespace, and a covered /proc" {
    requires root user userns
    hinted 'our pid namespace belongs to another user namespace' \
        as_nobody unshare-lite -r --mount-proc true
    run -0 as_nobody unshare-lite -r --mount-proc --pid --fork true
    # As container engines mask it; what is masked must stay so.
    in_own_mounts <<'EOF'
mount --bind /dev/null /proc/timer_list
! as_nobody unshare-lite -r --mount-proc --pid --fork true 2>said
grep -q 'cannot mount proc on /proc: Operation not permitted' said
grep -q '^hint: /proc/timer_list is mounted over a part of /proc' said
! as_nobody unshare -r --mount-proc --pid --fork true 2>/dev/null
# The right of the one who masked it goes further.
unshare-lite --mount-proc --pid --fork true
umount /proc/timer_list
as_nobody unshare-lite -r --mount-proc --pid --fork true
EOF
}

@test "hint: in which user namespace a capability is missing" {
    requires root user userns
    hinted 'needs CAP_SYS_ADMIN in this user namespace' as_nobody unshare-lite -T --monotonic 1 true
    hinted 'needs CAP_SYS_ADMIN in this user namespace' as_nobody unshare-lite -r \
        setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin unshare-lite -u true
    hinted 'needs CAP_SYS_TIME in this user namespace' \
        setpriv --bounding-set=-sys_time unshare-lite -T --monotonic 1 true
    hinted 'CAP_SETGID' setpriv --bounding-set=-setgid unshare-lite -G 5 true
    # Nothing is missing, it is only not there.
    hinted '' unshare-lite --root /nonexistent true
    hinted '' unshare-lite --wd /nonexistent true
}

@test "hint: setgroups denied, here and above; an ID without a map" {
    requires userns
    hinted '/proc/self/setgroups says deny' unshare-lite -r -G 0 true
    hinted 'does not map that ID' unshare-lite -r -S 5 true
    hinted 'deny, as that of the user namespace around' unshare-lite -r \
        unshare-lite --user --setgroups allow true
}

@test "hint: a clock before 0, and one past the end" {
    requires root time
    hinted 'before 0' unshare-lite --time --monotonic -999999999 true
    hinted 'before 0' unshare-lite --time --boottime -9223372036854775807 true
    hinted '146 years' unshare-lite --time --boottime 9223372036 true
    # As far back as the clock goes, it can be set.
    local up
    up=$(cut -d. -f1 /proc/uptime)
    run -0 unshare-lite --time --fork --boottime "-$up" cut -d. -f1 /proc/uptime
    ((output < 60))
}

@test "aarch64: compiles, runs under qemu-user; whose second thread is what the hint says" {
    requires root userns aarch64-linux-gnu-gcc qemu-aarch64-static
    local tool=$BATS_TEST_TMPDIR/unshare-lite command
    command=$(sed -n 's|^// \(Build: \)\? *||p' "$ROOT/tools/unshare-lite/unshare-lite.c" | paste -sd' ' |
        grep -o 'cc -Itools.*lib/\*\.c')
    (cd "$ROOT" && bash -c "aarch64-linux-gnu-g$command -static -std=gnu11 -o $tool" 2>/dev/null)
    same_here() {
        run -0 qemu-aarch64-static "$tool" "$@"
        [ "$output" = "$(unshare-lite "$@")" ]
    }
    same_here --uts --hostname arm uname -n
    same_here -pf --mount-proc ps -e -o pid=,args=
    same_here --time --fork --monotonic 99 cat /proc/self/timens_offsets
    same_here --mount --propagation slave -G 5 -S 6 --kill-child id
    run -7 qemu-aarch64-static "$tool" --init sh -c 'exit 7'
    touch "$BATS_TEST_TMPDIR/net"
    run -0 qemu-aarch64-static "$tool" --net="$BATS_TEST_TMPDIR/net" true
    run -0 nsenter --net="$BATS_TEST_TMPDIR/net" true
    umount "$BATS_TEST_TMPDIR/net"
    hinted 'has 2 threads' qemu-aarch64-static "$tool" -r true
}
