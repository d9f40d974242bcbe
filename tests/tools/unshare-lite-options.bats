#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unshare-lite: every option, three times: it works, with a wrong value, without privilege.

load ../lib/common
load ../lib/unshare-lite

# One row for each option, of five columns:
#   arguments; what the kernel then says of the command, and says the same after
#   unshare(1) with the same arguments, unless a + stands before;
#   a wrong value; what we say to that;
#   what we say to nobody, or =, if for nobody, too, all is as after unshare(1).
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
+--map-auto                     | gid_map 0 300000 65536 | --map-auto=1          | doesn't allow an argument      | =
+--map-subids                   | uid_map 300000 300000 65536 | --map-subids=1 | doesn't allow an argument | =
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

# What the kernel says of the process that runs this. Two forks: it is run often.
cat_facts() {
    cat <<'EOF'
#!/bin/bash
processes=(/proc/[0-9]*)
((${#processes[@]} > 9)) || echo "procs ${#processes[@]}"
mapfile -t links < <(readlink /proc/self/ns/{mnt,uts,ipc,net,pid,user,cgroup,time})
for link in "${links[@]}"; do
    [[ " $NAMESPACES " == *" $link "* ]] || echo "new ${link%%:*}"
done
(($$ > 2)) || echo "PID $$"
[[ ! -e /proc/$PPID/comm ]] || read -r comm <"/proc/$PPID/comm"
[[ $comm != unshare* ]] || echo forked
for file in uid_map gid_map setgroups timens_offsets; do
    while read -ra words; do echo "$file ${words[*]}"; done <"/proc/self/$file"
done
while read -ra words; do
    [[ ${words[0]} =~ ^(Uid|Gid|Groups|Cap...|Sig...|NoNewPrivs): ]] && echo "${words[*]}"
done </proc/self/status
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
echo "wd $(pwd -P)"
[[ -e /mnt/root/mnt ]] || echo "in root"
EOF
}

# table_check FUNCTION: each row of the table, by the function, in mounts of our own, in a
# folder with a root to change to. All rows are tried, the failed are told.
table_check() {
    cat_facts >"$BATS_TEST_TMPDIR/facts"
    chmod 755 "$BATS_TEST_TMPDIR/facts"
    options_table >"$BATS_TEST_TMPDIR/table"
    {
        declare -f "$1" run_rows
        echo "run_rows $1"
    } | in_own_mounts
}

run_rows() {
    local arguments shows wrong message nobody peer failed=0 rows=0
    mkdir root
    mount --rbind / root
    mount --make-rshared /
    NAMESPACES=$(readlink /proc/self/ns/{mnt,uts,ipc,net,pid,user,cgroup,time} | xargs)
    export NAMESPACES
    set +e
    trap - ERR
    while IFS='|' read -r arguments shows wrong message nobody; do
        read -ra arguments <<<"$arguments"
        read -ra wrong <<<"$wrong"
        # Without the blanks around.
        read -r shows <<<"$shows"
        read -r message <<<"$message"
        read -r nobody <<<"$nobody"
        peer=1
        [[ ${arguments[0]} != +* ]] || peer=0
        arguments[0]=${arguments[0]#+}
        "$1" </dev/null >said 2>&1 || {
            printf 'failed: %s\n' "${arguments[*]}"
            cat said
            failed=$((failed + 1))
        }
        rows=$((rows + 1))
    done <table
    ((failed == 0 && rows > 0))
}

# Each sees the variables of run_rows.
# shellcheck disable=SC2154
{
    # What we say is in the row, and what unshare says is the same.
    works() {
        unshare-lite "${arguments[@]}" /mnt/facts >ours 2>&1 || return
        cat ours
        ((peer == 0)) || unshare "${arguments[@]}" /mnt/facts 2>&1 | diff - ours || return
        grep -q -e "$shows" ours
    }

    fails_on_wrong_value() {
        local status=0
        unshare-lite "${wrong[@]}" touch ran || status=$?
        [[ $status == 125 && ! -e ran ]] && grep -q -e "$message" said
    }

    tells_the_truth() {
        [[ ${arguments[0]} == --dry-run ]] || explained_truly -- "${arguments[@]}" /usr/bin/true
    }

    tells_nobody_the_truth() {
        explained_truly -u nobody -- "${arguments[@]}" /usr/bin/true
    }

    works_or_fails_for_nobody() {
        local status=0
        as_nobody unshare-lite "${arguments[@]}" /mnt/facts >ours 2>&1 || status=$?
        cat ours
        if [[ $nobody == = ]]; then
            [[ $status == 0 ]] || return
            ((peer == 0)) || as_nobody unshare "${arguments[@]}" /mnt/facts 2>&1 | diff - ours
        else
            [[ $status == 125 ]] && grep -q -e "$nobody" ours || return
            ((peer == 0)) || ! as_nobody unshare "${arguments[@]}" true
        fi
    }
}

@test "every option of --help has a row in the table" {
    local option
    while read -r option; do
        options_table | cut -d'|' -f1,3 | grep -q -e "$option\>" || {
            echo "no row for $option" >&2
            false
        }
    done < <(unshare-lite --help | grep -oE -- '(^|[^-a-z])--[a-z]+(-[a-z]+)*' | grep -oE -- '--.*' |
        grep -vx -e --help -e --version | sort -u)
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
    options_table() {
        echo '-r --map-auto | | | |'
    }
    table_check tells_nobody_the_truth
}
