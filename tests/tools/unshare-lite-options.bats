#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unshare-lite: every option, three times: it works, with a wrong value, without privilege.

load ../lib/common
load ../lib/unshare-lite
load ../lib/options

# shellcheck disable=SC2034 # for the library
TOOL=unshare-lite PEER=unshare

options_table() {
    cat <<'EOF'
-m                              | new mnt     | --mount=/no/file      | cannot mount /proc/.*/ns/mnt on /no/file | needs CAP_SYS_ADMIN
--uts                           | new uts     | --uts=/no/file        | cannot mount /proc/.*/ns/uts on /no/file | needs CAP_SYS_ADMIN
--ipc                           | new ipc     | --ipc=/no/file        | cannot mount /proc/.*/ns/ipc on /no/file | needs CAP_SYS_ADMIN
--net                           | new net     | --net=/no/file        | cannot mount /proc/.*/ns/net on /no/file | needs CAP_SYS_ADMIN
--pid --fork                    | new pid     | --fork --pid=/no/file | cannot mount /proc/.*/ns/pid_.* on /no/file | needs CAP_SYS_ADMIN
--user                          | new user    | --user=/no/file       | cannot mount /proc/.*/ns/user on /no/file | =
--cgroup                        | new cgroup  | --cgroup=/no/file     | cannot mount /proc/.*/ns/cgroup on /no/file | needs CAP_SYS_ADMIN
--time --fork                   | new time    | --time=/no/file       | cannot mount /proc/.*/ns/time_.* on /no/file | needs CAP_SYS_ADMIN
--fork                          | forked      | --fork=1              | doesn't allow an argument      | =
--kill-child                    | forked      | --kill-child=FOO      | --kill-child: not a signal: FOO | =
+--forward-signals              | forked      | --forward-signals=1   | doesn't allow an argument      | =
+--init                         | PID 2       | --init=1              | doesn't allow an argument      | needs CAP_SYS_ADMIN
-pf --mount-proc                | procs 1     | --mount-proc=/no/dir  | cannot mount proc on /no/dir   | needs CAP_SYS_ADMIN
-r                              | uid_map 0   | --map-root-user=1     | doesn't allow an argument      | =
-c                              | new user    | --map-current-user=1  | doesn't allow an argument      | =
--map-user 5                    | uid_map 5   | --map-user -1         | --map-user: not an ID: -1      | =
--map-group games               | gid_map 60  | --map-group nosuch    | --map-group: not an ID: nosuch | =
--map-users 300000,0,10         | uid_map 0 300000 10 | --map-users 1:2 | --map-users: not INNER:OUTER:COUNT | newuidmap could not
--map-groups 300000,0,10        | gid_map 0 300000 10 | --map-groups 1:2:0 | --map-groups: not INNER:OUTER:COUNT | newgidmap could not
+--map-auto                     | gid_map 0 [13]00000 65536 | --map-auto=1          | doesn't allow an argument      | =
+--map-subids                   | uid_map [13]00000 [13]00000 65536 | --map-subids=1 | doesn't allow an argument | =
--user --setgroups deny         | setgroups deny | --setgroups no     | --setgroups: not allow or deny: no | =
-c --keep-caps                  | CapAmb: 0*1ff | --keep-caps=1         | doesn't allow an argument      | =
--time --fork --monotonic 5     | monotonic 5 0 | -T --monotonic x    | --monotonic: not a number of seconds: x | needs CAP_SYS_ADMIN
--time --fork --boottime -5     | boottime -5 0 | --boottime 5        | --monotonic and --boottime need --time | needs CAP_SYS_ADMIN
-m --propagation slave          | slaves 0$   | -m --propagation up   | --propagation: unknown: up     | needs CAP_SYS_ADMIN
+--hostname bones               | hostname bones | --hostname a/b     | --hostname: not 1 to 64        | needs CAP_SYS_ADMIN
--root root                     | ^in root$   | --root /no/dir       | cannot change root to /no/dir  | needs CAP_SYS_CHROOT
--wd /usr                       | ^wd /usr$   | --wd /no/dir          | cannot change directory to /no/dir | =
--setuid 7                      | Uid: 7 7 7 7 | --setuid x            | --setuid: not an ID: x         | needs CAP_SETUID
--setgid 7                      | Gid: 7 7 7 7 | --setgid 99999999999  | --setgid: not an ID: 99999999999 | needs CAP_SETGID
+--explain                      | execve      | --explain=1           | doesn't allow an argument      | =
+--dry-run --uts                | unshare.CLONE_NEWUTS. = . | --dry-run=1 | doesn't allow an argument  | =
EOF
}

cat_facts() {
    cat <<'EOF'
processes=(/proc/[0-9]*)
((${#processes[@]} > 9)) || echo "procs ${#processes[@]}"
(($$ > 2)) || echo "PID $$"
mapfile -t mounts </proc/self/mountinfo
echo "mounts ${#mounts[@]}"
shared=0 slaves=0
for mount in "${mounts[@]}"; do
    [[ $mount != *' shared:'* ]] || shared=$((shared + 1))
    [[ $mount != *' master:'* ]] || slaves=$((slaves + 1))
done
echo "shared $shared" "slaves $((slaves - ${#mounts[@]}))"
read -r hostname </proc/sys/kernel/hostname
echo "hostname $hostname"
EOF
}

before_rows() {
    mount --make-rshared /
}

# shellcheck disable=SC2154 # see run_rows
{
    tells_the_truth() {
        [[ ${arguments[0]} == --dry-run ]] || explained_truly -- "${arguments[@]}" /usr/bin/true
    }

    tells_nobody_the_truth() {
        explained_truly -u nobody -- "${arguments[@]}" /usr/bin/true
    }
}

@test "every option of --help has a row in the table" {
    every_option_has_a_row
}

@test "unshare-lite: every option works, as in unshare" {
    requires root user userns net time newuidmap
    table_check works
}

@test "unshare-lite: every option with a wrong value is refused, and nothing is run" {
    requires root
    table_check fails_on_wrong_value
}

@test "unshare-lite: every option without privilege, as in unshare, with the hint" {
    requires root user userns newuidmap
    table_check works_or_fails_for_nobody
}

@test "unshare-lite --explain: of every option what strace sees" {
    requires root userns net time strace newuidmap
    table_check tells_the_truth
}

@test "unshare-lite --explain: of nobody's maps, by newuidmap, what strace sees" {
    requires root user userns strace newuidmap
    one_row() { echo '-r --map-auto | | | |'; }
    table_check tells_nobody_the_truth one_row
}
