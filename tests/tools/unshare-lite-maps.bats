#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unshare-lite: users and groups of a user namespace, by /proc/self/uid_map and by files.

load ../lib/common
load ../lib/unshare-lite
stderr_lines=()

@test "unshare-lite: the maps of an ordinary user are those that unshare makes" {
    requires root user userns newuidmap
    in_own_mounts <<'EOF'
facts='id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups'
while read -ra arguments; do
    expected=$(as_nobody unshare "${arguments[@]}" sh -c "$facts")
    found=$(as_nobody unshare-lite "${arguments[@]}" sh -c "$facts")
    [[ $found == "$expected" && $found == *' 1000'* ]] || {
        printf '%s\nunshare:\n%s\nunshare-lite:\n%s\n' "${arguments[*]}" "$expected" "$found" >&2
        false
    }
done <<'ROWS'
--map-auto
--map-auto --map-root-user
-c --map-auto
--map-auto --map-user 5 --map-group 70000
--map-users auto --map-groups auto -r
--map-users 100000,0,1000 -r
--map-users=100000,0,1000 --map-groups=101000,1,1000
--map-users 100000,100000,1000 --map-user 100500
--map-users 100000,65000,1000 -c
--map-groups 100000,65000,1000 --map-current-user
--map-groups 100000,0,1000 --map-user=nobody --map-group=nogroup
ROWS
EOF
}

@test "unshare-lite --map-users INNER:OUTER:COUNT, subids and all, as the kernel has them" {
    requires root user userns newuidmap
    in_own_mounts <<'EOF'
map() { "$@" | awk '{ print $1 ":" $2 ":" $3 }' | xargs; }
uids=(cat /proc/self/uid_map)
gids=(cat /proc/self/gid_map)
[[ $(map as_nobody unshare-lite --map-users 0:100000:10 --map-users 20:100010:5 "${uids[@]}") == \
    '0:100000:10 20:100010:5' ]]
[[ $(map as_nobody unshare-lite --map-users subids "${uids[@]}") == 100000:100000:65536 ]]
[[ $(map as_nobody unshare-lite --map-groups=subids "${gids[@]}") == 100000:100000:65536 ]]
[[ $(map as_nobody unshare-lite --map-subids "${gids[@]}") == 100000:100000:65536 ]]
# By ourselves with CAP_SETUID, whatever /etc/subuid says.
[[ $(map unshare-lite --map-users 0:7:3 --map-groups 0:9:3 "${gids[@]}") == 0:9:3 ]]
[[ $(map unshare-lite --map-users all "${uids[@]}") == 0:0:4294967295 ]]
# All there is: that of the user namespace around, here of two lines.
[[ $(map unshare-lite --map-users 0:0:5 --map-users 10:10:5 --map-groups all \
    unshare-lite --map-users all --map-groups all "${uids[@]}") == '0:0:5 10:10:5' ]]
# The order of the options does not matter, the first line is our own.
[[ $(map as_nobody unshare-lite -r --map-users 5:100000:2 "${uids[@]}") == '0:65534:1 5:100000:2' ]]
[[ $(map as_nobody unshare-lite --map-users 5:100000:2 -r "${uids[@]}") == '0:65534:1 5:100000:2' ]]
# A line longer than is usual: 100 ranges, for root.
for ((i = 0; i < 100; i++)); do many+=(--map-users "$((2 * i)):$((3 * i)):1"); done
[[ $(map unshare-lite "${many[@]}" --map-groups all "${uids[@]}" | wc -w) == 100 ]]
EOF
}

@test "unshare-lite --map-auto: a file made inside has the mapped owner outside" {
    requires root user userns newuidmap
    in_own_mounts <<'EOF'
as_nobody unshare-lite -r --map-auto sh -c 'touch file && chown 5:6 file'
[[ $(stat -c %u:%g file) == 100004:100005 ]]
# setgroups(2) is allowed, for the map was written with privilege.
as_nobody unshare-lite -r --map-auto setpriv --groups 7 grep -qP '^Groups:\t7 $' /proc/self/status
as_nobody unshare-lite -r --map-auto -S 8 -G 9 sh -c 'echo >owned'
[[ $(stat -c %u:%g owned) == 100007:100008 ]]
EOF
}

@test "unshare-lite: user namespaces in user namespaces" {
    requires root user userns
    local nested=() i
    # shellcheck disable=SC2016 # for the inner shell
    run -0 as_nobody unshare-lite -r unshare-lite -c unshare-lite --map-user 7 --map-group 7 \
        unshare-lite -r sh -c 'id -u; cat /proc/self/uid_map'
    [ "${lines[0]}" = 0 ]
    [[ ${lines[1]} =~ ^\ +0\ +7\ +1$ ]]
    # The kernel stops at 32 below the first one.
    for ((i = 0; i < 40; i++)); do nested+=(unshare-lite -r); done
    run -125 --separate-stderr "${nested[@]}" true
    [[ ${stderr_lines[0]} == *'(CLONE_NEWUSER): No space left on device' ]]
    [[ ${stderr_lines[1]} == 'hint: user.max_user_namespaces is reached in a user namespace above'*'32 deep'* ]]
}

@test "unshare-lite: the rule of the kernel that a map breaks" {
    requires root user userns newuidmap
    in_own_mounts <<'EOF'
while IFS='|' read -r arguments words; do
    read -ra arguments <<<"$arguments"
    status=0
    "${arguments[@]}" true 2>said || status=$?
    [[ $status == 125 ]] && grep -q "^hint: .*$words" said || {
        printf '%s: %s\n' "${arguments[*]}" "$status" >&2
        cat said >&2
        false
    }
done <<'ROWS'
unshare-lite --map-users 0:0:5 --map-users 3:10:1|inner ranges from 0 and from 3 overlap
unshare-lite --map-groups 0:0:5 --map-groups 7:4:1|outer ranges from 0 and from 4 overlap
unshare-lite --map-users 4294967290:0:10|IDs end at 4294967294
unshare-lite --map-users 0:4294967290:10|IDs end at 4294967294
unshare-lite -r unshare-lite --map-users 0:5:10|10 IDs from 5 onwards are not in one line
unshare-lite --map-users 0:0:5 --map-users 5:10:5 --map-groups all unshare-lite --map-users 0:3:4|4 IDs from 3 onwards
setpriv --bounding-set=-setfcap unshare-lite -r|CAP_SETFCAP
setpriv --bounding-set=-setfcap unshare-lite --map-users all|CAP_SETFCAP
as_nobody setpriv --no-new-privs unshare-lite --map-auto|no_new_privs
as_nobody unshare-lite -r unshare-lite -r --setgroups deny unshare-lite -U --setgroups allow|deny, as that
unshare-lite -U unshare-lite -U|does not map our user or group ID
ROWS
EOF
}

@test "unshare-lite --map-auto: who is not in /etc/subuid, and what newuidmap refuses" {
    requires root user userns newuidmap
    in_own_mounts <<'EOF'
! as_nobody env PATH=/nowhere "$(command -v unshare-lite)" --map-auto true 2>said
grep -qx 'hint: install it: it is in the package uidmap or shadow' said
! as_nobody unshare-lite --map-users 0:200000:4 true 2>said
grep -q '^newuidmap: .*not allowed' said
grep -qx 'unshare-lite: newuidmap could not map the users' said
! grep -q hint: said
echo 'somebody:1:1' >subids
! as_nobody unshare-lite --map-auto true 2>said
grep -qx 'unshare-lite: /etc/subuid has no IDs for user 65534' said
# The command of the hint asks for nothing else than what is missing.
grep -qx 'hint: as root: usermod --add-subuids 100000-165535 nobody' said
# A number in place of the name; lines that are none are passed over.
printf '%s\n' '' ':' 'nobody' 'nobody:x:y' '65534:5000:3' >subids
[[ $(as_nobody unshare-lite --map-auto cat /proc/self/gid_map | xargs) == '0 5000 3' ]]
umount /etc/subgid
mount --bind /dev/null /etc/subgid
! as_nobody unshare-lite --map-auto true 2>said
grep -q '/etc/subgid has no IDs' said
EOF
}
