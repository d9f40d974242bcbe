# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# target.bash: processes for nsenter-lite to enter.
#
#     load ../lib/common
#     load ../lib/target
#
# make_root in setup_file makes $SCRATCH; start and its kin set $target, which ends with
# the test.

# For the test files, and from bats: shellcheck cannot know.
# shellcheck disable=SC2034
stderr="" target="" ready="" WHERE="" makers=() targets=() groups=() AS=()

# LeakSanitizer (make asan) starts a process of its own when a program ends. It cannot work
# under strace, and after setns(2) it would be born in the pid namespace, where its starter
# waits for it in vain. That ASan sets RLIMIT_CORE would be seen by strace.
export ASAN_OPTIONS=detect_leaks=0:disable_coredump=0

KINDS=(time mnt cgroup uts ipc user pid net)
source "$ROOT/tests/lib/own-mounts.bash"
CARRIED=(ns wait_for as_nobody start end_targets no_targets in_group hierarchies calls)

# make_root: a root directory that is no mount point, with the programs that the tests run in it.
make_root() {
    local program library
    export SCRATCH="$BATS_FILE_TMPDIR/root"
    mkdir -p "$SCRATCH"/{bin,proc,tmp}
    for program in sh sleep cat ls readlink nsenter-lite; do
        program=$(PATH="${BONES_BIN:-$BATS_TEST_DIRNAME/../../build/bin}:$PATH" type -P "$program")
        cp "$program" "$SCRATCH/bin/"
        for library in $(ldd "$program" | grep -o '/[^ ]*'); do
            mkdir -p "$SCRATCH/${library%/*}"
            cp -L "$library" "$SCRATCH/$library"
        done
    done
    echo inside >"$SCRATCH/marker"
}

before_test() {
    no_targets
    mkfifo "$ready"
}

no_targets() {
    targets=() makers=() groups=()
    ready="$BATS_TEST_TMPDIR/ready"
}

after_test() {
    end_targets
}

end_targets() {
    local pid group
    for pid in "${targets[@]}" "${makers[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    for pid in "${makers[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    for group in "${groups[@]}"; do
        wait_for 5 rmdir "$group"
    done
}

# start COMMAND...: run it in the background until it writes a line; $target is then its
# only child.
start() {
    "$@" >"$ready" 3>&- &
    makers+=($!)
    # <> does not wait for a writer, so the time limit holds.
    read -r -t 10 _ <>"$ready"
    target=$(pgrep -P "${makers[-1]}")
    targets+=("$target")
}

# make_target OPTION...: a process in the namespaces that unshare(1) makes.
make_target() {
    start "${AS[@]}" unshare --fork "$@" sh -c 'echo ready; exec sleep 600 >/dev/null'
}
AS=()

# make_chrooted_target: in namespaces of its own, and in $SCRATCH by a plain chroot.
make_chrooted_target() {
    # shellcheck disable=SC2016 # for the shell inside
    start unshare --fork --mount --uts --pid sh -c 'mount -t proc proc "$1/proc"
        exec chroot "$1" /bin/sh -c "cd /tmp; echo ready; exec sleep 600 >/tmp/null"' sh "$SCRATCH"
}

# namespaces PID: all eight, one a line, in the order of KINDS.
namespaces() {
    local kind
    for kind in "${KINDS[@]}"; do
        ns "$1" "$kind"
    done
}

# What a command prints to show where it is.
WHERE="for kind in ${KINDS[*]}; do readlink /proc/self/ns/\$kind; done"

traced() {
    strace -f -o "$BATS_TEST_TMPDIR/trace" "$@"
}

# calls: the system calls in what --explain or strace wrote, one form for both. Of what
# strace saw, only what the narrative names; a call that another process interrupted in the
# log is put together.
calls() {
    local names='pidfd_open|setns|fchdir|chroot|chdir|close_range|getcwd|setgroups|setgid|setuid|clone'
    names+='|memfd_create|execveat|setresgid|setresuid|capset|umask|ptrace|seccomp|setsid'
    awk '/ <unfinished \.\.\.>$/ { sub(/ <unfinished \.\.\.>$/, ""); begun[$1] = $0; next }
        $2 == "<..." { pid = $1; sub(/^[0-9]+ +<\.\.\. [a-z0-9_]+ resumed>/, ""); $0 = begun[pid] $0 }
        { print }' |
        sed -E -e 's/^[0-9]+ +//; s/ +\([A-Za-z ]+\)$//; s/ += /=/' \
            -e 's/MFD_EXEC/0x10/; /PTRACE_SECCOMP_GET_METADATA/d; /^prlimit64.*, NULL, /d' \
            -e 's/^clone\(.*\)=/clone()=/' \
            -e 's/^(capset|umask)\(.*/\1()/; s/^(execveat\([0-9]+, "").*=/\1)=/' \
            -e 's/^((ptrace|prlimit64|seccomp|ioctl)\([^,]*, [^,)]*).*\)=/\1)=/' |
        grep -E -e "^($names)\(" -e '^write\([0-9]+, "(0|-?[0-9]{2,4})", [1-5]\)' \
            -e '^prlimit64\([0-9]+, RLIMIT' \
            -e '^prctl\(PR_(SET_DUMPABLE|CAPBSET_DROP|SET_KEEPCAPS|CAP_AMBIENT|SET_NO_NEW)' \
            -e '^fcntl\([0-9]+, F_ADD_SEALS' -e '^ioctl\([0-9]+, (TIOCGPTPEER|TIOCSCTTY|NS_GET_USERNS)' \
            -e '^openat\([0-9]+, "(root"|cwd"|ns/)' \
            -e '^openat\(AT_FDCWD, "(/dev/ptmx"|/proc/[0-9]+("|/ns/)|.*cgroup\.procs")'
}

# told: --explain of this run and strace -f tell the same, and each call has its lesson.
told() {
    local saw
    run -0 --separate-stderr traced nsenter-lite --explain "$@"
    calls <<<"$stderr" >"$BATS_TEST_TMPDIR/told"
    calls <"$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/saw"
    diff "$BATS_TEST_TMPDIR/told" "$BATS_TEST_TMPDIR/saw"
    saw=$(grep -c '^[a-z]' <<<"$stderr")
    [ "$(grep -cE '^    .*\([0-9](const)?\)$' <<<"$stderr")" = "$saw" ]
}

# in_group DIRECTORY...: make each, and put the target into it.
in_group() {
    local group
    for group; do
        mkdir "$group"
        groups+=("$group")
        echo "$target" >"$group/cgroup.procs"
    done
}

# The mount points of the hierarchies in which a new cgroup needs no settings first.
hierarchies() {
    awk '/ - cgroup2 / || / - cgroup .*[ ,](memory|pids|name=systemd)(,|$)/ { print $5 }' \
        /proc/self/mountinfo
}
