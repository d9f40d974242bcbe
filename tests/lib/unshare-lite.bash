# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# unshare-lite.bash: what the test files of unshare-lite share. After common.bash:
#
#     load ../lib/common
#     load ../lib/unshare-lite

# For make asan: LeakSanitizer wants a thread and /proc at exit, and finds neither after
# unshare(CLONE_NEWPID), in a bare mount namespace, or under strace.
export ASAN_OPTIONS=detect_leaks=0

KINDS=(mnt uts ipc net pid user cgroup time)
# -g: bats reads the test file, and with it this one, inside a function.
# shellcheck disable=SC2034 # for the test files
declare -gA LETTER=([mnt]=m [uts]=u [ipc]=i [net]=n [pid]=p [user]=U [cgroup]=C [time]=T)

# same ARGUMENT...: unshare(1) and unshare-lite print the same and end the same.
same() {
    local expected status_expected
    run unshare "$@"
    # shellcheck disable=SC2154 # bats sets them
    expected=$output status_expected=$status
    run unshare-lite "$@"
    [[ $output == "$expected" && $status == "$status_expected" ]] && return
    printf 'unshare: %s\n%s\nunshare-lite: %s\n%s\n' \
        "$status_expected" "$expected" "$status" "$output" >&2
    return 1
}

source "$ROOT/tests/lib/own-mounts.bash"
CARRIED=(ns wait_for as_nobody child_of command_of gone other_kinds wait_status traced_calls
    explained_truly)

# The kinds that PID does not share with us, one a line.
other_kinds() {
    local kind
    for kind in "${KINDS[@]}"; do
        [[ $(ns "$1" "$kind") == "$(ns self "$kind")" ]] || echo "$kind"
    done
}

# child_of PID: waits for it, and prints it.
child_of() {
    wait_for 10 grep -q . "/proc/$1/task/$1/children" || return
    cut -d' ' -f1 "/proc/$1/task/$1/children"
}

# command_of PID NAME: the child in which NAME runs; waits for it. The process outside may
# be a child, too.
command_of() {
    wait_for 10 pgrep -P "$1" -x "$2"
}

# Dead, if perhaps not yet reaped by whoever inherited it.
gone() {
    ! grep -qs '^State:.[^Z]' "/proc/$1/status"
}

# What the kernel says of a process, not what a shell makes of it.
wait_status() {
    python3 -c 'import subprocess, sys; print(subprocess.run(sys.argv[1:]).returncode)' "$@"
}

# The calls of a log of strace -f, in order, as --explain writes them. What a process does
# after its execve is not ours to tell. A call that was interrupted by the log of another
# process is put together; one made before the log has the clone of its process waits.
traced_calls() {
    awk '
        function tell(line) { if (line != last || line !~ /^prctl/) print line; last = line }
        function come(pid) { born[pid] = 1; printf "%s", waiting[pid]; waiting[pid] = "" }
        { pid = $1; sub(/^[0-9]+ +/, "") }
        NR == 1 { born[pid] = 1; next } # its own execve
        /^(---|\+\+\+)/ || ended[pid] { next }
        / <unfinished \.\.\.>$/ { sub(/ <unfinished \.\.\.>$/, ""); begun[pid] = $0; next }
        /^<\.\.\. / { sub(/^<\.\.\. [a-z0-9_]+ resumed>/, ""); $0 = begun[pid] $0 }
        /^write\(/ && !/<\/proc\// { next }
        /^wait4\(.* = (0|-1 ECHILD.*)$/ { next }
        /^execve\(.* = 0$/ { ended[pid] = 1 }
        /^execve\(.* = -1/ { next }        # on the way along PATH
        /^prctl\(PR_CAPBSET_READ/ { next } # by the library, for getpwnam(3)
        {
            child = /^clone\(/ ? $NF : 0
            if (match($0, / \/\* [0-9]+ in strace.*\*\/$/)) {
                split(substr($0, RSTART), words, " ")
                if (child) child = words[2]
                $0 = substr($0, 1, RSTART - 1)
            }
            gsub(/ \/\* [0-9]+ in strace[^*]*\*\//, "")
            if (match($0, /^write\([0-9]+<[^>]*>/)) {
                file = substr($0, RSTART, RLENGTH)
                gsub(/^write\([0-9]+<|>$/, "", file)
                $0 = "write(\"" file "\"" substr($0, RSTART + RLENGTH)
            }
            sub(/^clone\(.*\|SIGCHLD.*\)/, "clone(SIGCHLD)")
            sub(/^capset\(.*\)/, "capset(all)")
            sub(/\(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE,.*\)/, "(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE)")
            sub(/^execve\("[^"]*\/(new|tr)/, "execve(\"" (/\/new/ ? "new" : "tr"))
            if (/^(execve|wait4)\(/) sub(/, .*\)/, ")")
            if (match($0, /^[a-z0-9]+\([0-9]+<[^>]*>/)) sub(/<[^>]*>/, "")
            gsub(/"\/proc\/([0-9]+)\//, "\"/proc/self/")
            sub(/\) += /, ") = ")
            if (born[pid]) tell($0); else waiting[pid] = waiting[pid] $0 "\n"
            if (child) come(child)
        }' "$1"
}

# explained_truly [OPTION of strace...] -- ARGUMENT...: --explain and strace tell the same
# story of one run.
explained_truly() {
    local options=() log=$PWD/explained.log
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    strace -f -y -s 4096 --decode-pids=pidns -o "$log" "${options[@]}" \
        -e trace=unshare,clone,write,mount,umount2,chroot,chdir,fchdir,setns,sethostname,prctl,capset,setgroups,setgid,setuid,execve,wait4,kill \
        "$(command -v unshare-lite)" --explain "$@" 2>&1 >/dev/null |
        sed -E '/^( |unshare-lite: |hint: |new.idmap: )/d; s|"/proc/[0-9]+/|"/proc/self/|
            s|^execve\("[^"]*/tr|execve("tr|' >explained
    [[ -s explained ]] && traced_calls "$log" | diff - explained
}
