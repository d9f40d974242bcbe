# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# options.bash: every option of a tool as a row of a table. After the tool's library:
#
#     load ../lib/options
#
# The test file says which TOOL and which PEER, and gives
#     options_table   one row for each option, of five columns:
#                     arguments, where PID is $target; what the command, facts, then says,
#                     and says the same after the peer with the same arguments, unless
#                     a + stands before; a wrong value; what we say to that; what we say
#                     to nobody, or =, if for nobody, too, all is as after the peer
#     cat_facts       the program that says how the kernel sees it
#     before_rows     what has to be there

# What both tables ask first. Few forks: it is run often.
cat_common_facts() {
    cat <<'EOF'
#!/bin/bash
mapfile -t links < <(readlink /proc/self/ns/{mnt,uts,ipc,net,pid,user,cgroup,time})
for link in "${links[@]}"; do
    [[ " $NAMESPACES " == *" $link "* ]] || echo "new ${link%%:*}"
done
while read -ra words; do
    [[ ${words[0]} =~ ^(Uid|Gid|Groups|Cap...|Sig...|NoNewPrivs|Seccomp): ]] && echo "${words[*]}"
    [[ ${words[0]} == PPid: ]] && parent=${words[1]}
done </proc/self/status
[[ ! -e /proc/$parent/comm ]] || read -r comm <"/proc/$parent/comm"
[[ $comm != @(unshare|nsenter)* ]] || echo forked
for file in uid_map gid_map setgroups timens_offsets; do
    while read -ra words; do echo "$file ${words[*]}"; done <"/proc/self/$file"
done
echo "wd $(pwd -P)"
[[ -e /mnt/root/mnt ]] || echo "in root"
EOF
}

# table_check FUNCTION [TABLE]: each row of the table, by the function, in mounts of our own, in a
# folder with a root to change to. All rows are tried, the failed are told.
table_check() {
    {
        cat_common_facts
        cat_facts
    } >"$BATS_TEST_TMPDIR/facts"
    chmod 755 "$BATS_TEST_TMPDIR/facts"
    "${2:-options_table}" >"$BATS_TEST_TMPDIR/table"
    {
        declare -p TOOL PEER
        declare -f "$1" before_rows run_rows
        echo "run_rows $1"
    } | in_own_mounts
}

run_rows() {
    local arguments shows wrong message nobody compare failed=0 rows=0 target=''
    mkdir root
    mount --rbind / root
    NAMESPACES=$(readlink /proc/self/ns/{mnt,uts,ipc,net,pid,user,cgroup,time} | xargs)
    export NAMESPACES
    before_rows
    set +e
    trap - ERR
    while IFS='|' read -r arguments shows wrong message nobody; do
        read -ra arguments <<<"${arguments//PID/$target}"
        read -ra wrong <<<"$wrong"
        # Without the blanks around.
        read -r shows <<<"$shows"
        read -r message <<<"$message"
        read -r nobody <<<"$nobody"
        compare=1
        [[ ${arguments[0]} != +* ]] || compare=0
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

# Each sees the variables of run_rows. Descriptor 9 is one that our caller left open.
# shellcheck disable=SC2154
{
    # What we say is in the row, and what the peer says is the same.
    works() {
        "$TOOL" "${arguments[@]}" /mnt/facts 9</ >ours 2>&1 || return
        cat ours
        ((compare == 0)) || "$PEER" "${arguments[@]}" /mnt/facts 2>&1 | diff - ours || return
        grep -q -e "$shows" ours
    }

    fails_on_wrong_value() {
        local status=0
        "$TOOL" "${wrong[@]}" touch ran || status=$?
        [[ $status == 125 && ! -e ran ]] && grep -q -e "$message" said
    }

    works_or_fails_for_nobody() {
        local status=0
        as_nobody "$TOOL" "${arguments[@]}" /mnt/facts 9</ >ours 2>&1 || status=$?
        cat ours
        if [[ $nobody == = ]]; then
            [[ $status == 0 ]] && grep -q -e "$shows" ours || return
            ((compare == 0)) || as_nobody "$PEER" "${arguments[@]}" /mnt/facts 2>&1 | diff - ours
        else
            [[ $status == 125 ]] && grep -q -e "$nobody" ours || return
            ((compare == 0)) || ! as_nobody "$PEER" "${arguments[@]}" true
        fi
    }
}

# Every option that --help tells.
every_option_has_a_row() {
    local option
    while read -r option; do
        options_table | cut -d'|' -f1,3 | grep -q -e "$option\>" || {
            echo "no row for $option" >&2
            return 1
        }
    done < <("$TOOL" --help | grep -oE -- '(^|[^-a-z])--[a-z]+(-[a-z]+)*' | grep -oE -- '--.*' |
        grep -vx -e --help -e --version | sort -u)
}
