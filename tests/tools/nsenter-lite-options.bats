#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# nsenter-lite: every option, three times: it works, with a wrong value, without privilege.

load ../lib/common
load ../lib/target
load ../lib/options
# shellcheck disable=SC2034 # for the library
TOOL=nsenter-lite PEER=nsenter

# The target is a container of nobody, who is root in it.
options_table() {
    cat <<'EOF'
-t PID --uts            | new uts    | --target 0 --uts      | not a process ID: 0 | enter the uts namespace .*not permitted
-t PID --mount          | new mnt    | --mount=/no/file      | cannot open /no/file: No such file | enter the mnt namespace .*not permitted
-t PID --ipc            | new ipc    | --ipc=/etc/passwd     | not a ipc namespace: /etc/passwd | enter the ipc namespace .*not permitted
--net=/proc/PID/ns/net  | new net    | --net=/proc/self/ns/uts | not a net namespace: /proc/self/ns/uts | enter the net namespace .*not permitted
-t PID --pid            | new pid    | --pid                 | -p needs --target PID, or a file | enter the pid namespace .*not permitted
-t PID --cgroup         | new cgroup | --cgroup=             | -C needs --target PID, or a file | enter the cgroup namespace .*not permitted
-t PID --time           | new time   | --time=/proc/self/ns/net | not a time namespace | enter the time namespace .*not permitted
-t PID --user           | uid_map 0 65534 1 | --user=/proc/self/ns/net | not a user namespace | cannot drop the supplementary groups: .*not permitted
-t PID --all            | new time   | --all                 | need --target PID   | cannot drop the supplementary groups
-t PID -a --preserve-credentials | new net | --preserve-credentials=1 | doesn't allow an argument | =
+-t PID --uts --user-parent --preserve-credentials | new user | --user-parent | needs a namespace whose owner | =
-t PID -p --root --wd   | in root    | --root=/etc/passwd    | cannot open directory /etc/passwd: Not a directory | not permitted
--root=root -W /        | in root    | --root                | need --target PID   | cannot make it the root directory: .*not permitted
--wd=/usr               | ^wd /usr$  | --wd=/no/dir          | cannot open directory /no/dir: No such file | =
--wdns=/usr             | ^wd /usr$  | --wdns /no/dir        | cannot change to directory /no/dir: No such file | =
--setuid 7              | Uid: 7 7 7 7 | --setuid -1         | not a user ID: -1   | cannot set the user ID to 7: .*not permitted
--setgid 7              | Gid: 7 7 7 7 | --setgid x          | not a group ID: x   | cannot drop the supplementary groups: .*not permitted
+-t PID --env           | ^environment femur $ | --env=1     | doesn't allow an argument | =
+-t PID --join-cgroup   | ^cgroup .*cb-test | --join-cgroup  | need --target PID   | cannot open .*cgroup.procs: Permission denied
-t PID --pid --no-fork  | ^children new pid | --no-fork --pty | exclude each other  | enter the pid namespace .*not permitted
+--pty                  | ^a terminal, a session  | --pty=1  | doesn't allow an argument | =
+--keep-fds             | ^descriptor 9 | --keep-fds=1       | doesn't allow an argument | =
+--like-exec PID        | ^umask 0027, files 77$ | --like-exec PID | not a process ID: PID | cannot open .*cgroup.procs: Permission denied
+--explain              | ^execve    | --explain=1           | doesn't allow an argument | =
EOF
}

cat_facts() {
    cat <<'EOF'
[[ " $NAMESPACES " == *" $(readlink /proc/self/ns/pid_for_children) "* ]] || echo "children new pid"
echo "environment $BONE $HOST_SECRET"
while read -r line; do echo "cgroup $line"; done </proc/self/cgroup
[[ ! -e /proc/self/fd/9 ]] || echo "descriptor 9"
read -ra words </proc/self/stat
[[ ! -t 0 ]] || echo "a terminal, $( ((words[0] == words[5])) && echo a session)"
echo "umask $(umask), files $(ulimit -n)"
EOF
}

before_rows() {
    trap end_targets EXIT
    no_targets
    export HOST_SECRET=1
    # shellcheck disable=SC2016 # for the shell inside
    start setpriv --reuid nobody --regid nogroup --clear-groups env -i BONE=femur "PATH=$PATH" prlimit --nofile=77 \
        unshare -muinpUCT --map-root-user --fork sh -euc 'mount -t proc proc root/proc
            umask 027
            exec chroot root sh -c "cd /usr; echo ready; exec sleep 600 >/dev/null"'
    in_group "$(hierarchies | head -n 1)/cb-test-$$"
}

# shellcheck disable=SC2154 # see run_rows
tells_the_truth() {
    strace -f -o trace "$TOOL" --explain "${arguments[@]}" -- true 2>explained
    diff <(calls <explained) <(calls <trace) && [[ -s explained ]]
}

@test "every option of --help has a row in the table" {
    every_option_has_a_row
}

@test "nsenter-lite: every option works, as in nsenter" {
    requires root user userns net time nsenter
    table_check works
}

@test "nsenter-lite: every option with a wrong value is refused, and nothing is run" {
    requires root user userns net time
    table_check fails_on_wrong_value
}

@test "nsenter-lite: every option without privilege, as in nsenter" {
    requires root user userns net time nsenter
    table_check works_or_fails_for_nobody
}

@test "nsenter-lite --explain: of every option what strace sees" {
    requires root user userns net time strace
    table_check tells_the_truth
}
