#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# procpeek: the page, diff, top and files, on a container made by hand.

load ../lib/common
load ../lib/procpeek
# bats sets it, and start sets the others: shellcheck knows only $output and $lines.
stderr="" pid=""

setup_file() {
    nothing_started
    compile_helper
    ((EUID == 0)) || return 0
    start_container
    export INNER=$inner OUTER=$outer
}

teardown_file() {
    end_started
}

before_test() {
    nothing_started
    inner=${INNER:-} outer=${OUTER:-}
}

# bats test_tags=guest:newer
@test "diff lists everything that makes a process a container" {
    requires root net jq
    local other what
    for other in 1 $$; do
        procpeek diff "$other" "$inner" --json >"$BATS_TEST_TMPDIR/diff"
        for what in ns.mnt root 'root mount' mounts ns.pid ns.net interfaces ns.ipc ns.uts \
            hostname ns.cgroup cgroup environment 'limit open files' 'memory limit' 'cpu limit' 'pids limit' uid gid \
            'cap effective' 'cap bounding' no_new_privs seccomp; do
            echo "# $other: $what" >&2
            jq -e --arg what "$what" '.differences[] | select(.what == $what) |
                .verdict == "differs" and .for != "" and .a != .b' "$BATS_TEST_TMPDIR/diff"
        done
        # What it was not given, it does not have.
        run -0 jq -r '.differences[] | select(.verdict == "differs") | .what' \
            "$BATS_TEST_TMPDIR/diff"
        [[ $output != *ns.user* && $output != *ns.time* && $output != *'uid map'* ]]
    done
    b() {
        jq -r --arg what "$1" '.differences[] | select(.what == $what) | .b' \
            "$BATS_TEST_TMPDIR/diff"
    }
    for what in mnt pid net ipc uts cgroup; do
        [ "$(b "ns.$what")" = "$(ns "$inner" "$what")" ]
    done
    [ "$(b hostname)" = boxed ]
    [ "$(b interfaces)" = 'lo box1 box0' ]
    [ "$(b environment)" = 'BOX PATH' ]
    [ "$(b 'limit open files')" = 'soft 99, hard 99' ]
    [ "$(b 'root mount')" = 'tmpfs box' ]
    # The tests may run in a cgroup namespace, from which a group above is not seen.
    local most='at most '
    [[ $(ns self cgroup) != 'cgroup:[4026531835]' ]] || most=
    [ "$(b 'memory limit')" = "${most}64M" ]
    [ "$(b 'cpu limit')" = "${most}0.500 CPUs" ]
    [ "$(b 'pids limit')" = "${most}42" ]
    [ "$(b uid)" = 12345 ]
    [ "$(b 'cap effective')" = none ]
    [ "$(b 'cap bounding')" = cap_chown ]
    [ "$(b seccomp)" = 'filtered by 1' ]
    for slug in $(jq -r '.differences[].chapter' "$BATS_TEST_TMPDIR/diff"); do
        [[ $slug =~ ^(03-proc|05-container-is-a-process|07-namespaces|08-root-filesystem|09-cgroups|10-network|11-layers|13-security)$ ]]
    done
    run -0 procpeek diff $$ "$inner"
    [[ $output == *'its own hostname'*'(07-namespaces)'* && $output == *boxed* ]]
}

@test "diff -o prints the chosen columns of what differs" {
    requires root jq
    run -0 procpeek diff $$ "$inner" -o what,B --noheadings
    grep -qE '^hostname +boxed *$' <<<"$output"
    run -0 procpeek diff $$ "$inner" -o WHAT,CHAPTER
    [[ ${lines[0]} =~ ^WHAT\ +CHAPTER ]]
    [ "$(grep -c '^ns\.' <<<"$output")" -eq 6 ]
}

@test "on a narrow terminal a text goes on in the next line, at a space" {
    requires root
    local text words
    # A word that is wider than the terminal is broken, as nothing else is left.
    start env "A=1" "$(printf 'B%.0s' {1..100})=2" sleep 60
    wait_for 20 runs "$pid" sleep
    for text in "$inner" "diff $$ $inner"; do
        script -qec "stty cols 80; procpeek $text" /dev/null | tr -d '\r' >"$BATS_TEST_TMPDIR/screen"
        run -1 grep -E '^.{81}' "$BATS_TEST_TMPDIR/screen"
        grep -qE '^ {15,}[^ ]' "$BATS_TEST_TMPDIR/screen"
        # shellcheck disable=SC2086 # a command
        words=$(procpeek $text | tr -s ' ' '\n')
        [ "$(tr -s ' ' '\n' <"$BATS_TEST_TMPDIR/screen" | grep .)" = "$words" ]
    done
    script -qec "stty cols 80; procpeek $pid" /dev/null >"$BATS_TEST_TMPDIR/screen"
    grep -qE '^ +B{60}.$' "$BATS_TEST_TMPDIR/screen"
}

@test "diff of two processes of the same sort says that there is no difference" {
    requires jq
    local first
    start sleep 60
    first=$pid
    start sleep 61
    run -0 procpeek diff "$first" "$pid"
    [[ $output == "no difference between $first and $pid"* ]]
    run -0 procpeek diff "$first" "$pid" --json
    jq -e '.differences == []' <<<"$output"
    # Who adds a variable to what it inherits is still of the same sort.
    start env ONE=MORE sleep 62
    run -0 procpeek diff "$first" "$pid"
    [[ $output == "no difference between $first and $pid"* ]]
}

@test "diff shows a user namespace and its maps" {
    requires userns jq
    start unshare -U --map-root-user sleep 60
    wait_for 20 runs "$pid" sleep
    run -0 procpeek diff $$ "$pid" --json
    jq -e '[.differences[] | select(.verdict == "differs") | .what] |
        contains(["ns.user", "uid map", "gid map"])' <<<"$output"
    jq -e --arg map "0:$(id -u):1" '.differences[] | select(.what == "uid map") | .b == $map' \
        <<<"$output"
}

@test "the page agrees with the kernel and its peers" {
    requires root jq getpcaps
    local kind
    procpeek "$inner" --json >"$BATS_TEST_TMPDIR/page"
    of_inner() {
        jq -r --arg what "$1" '.process[] | select(.what == $what) | .value' "$BATS_TEST_TMPDIR/page"
    }
    for kind in mnt pid net ipc uts user cgroup time; do
        [ "$(of_inner "ns.$kind")" = "$(ns "$inner" "$kind")" ]
    done
    [ "$(of_inner exe)" = "$(readlink "/proc/$inner/exe")" ]
    [ "$(of_inner cwd)" = "$(readlink "/proc/$inner/cwd")" ]
    [ "$(of_inner pids)" = "$inner 1" ]
    [ "$(of_inner mounts)" = "$(wc -l <"/proc/$inner/mountinfo")" ]
    [[ $(of_inner parents) == "unshare ($outer) < "*' (1)' ]]
    [[ $(of_inner root) == *"inode $(stat -Lc %i "/proc/$inner/root"))" ]]
    [[ $(of_inner container) == 'isolated from us (namespaces: mnt pid net ipc uts cgroup)'* ]]
    [[ $(fact $$ container) == no:* ]]
    [ "$(of_inner 'uid inside')" = '12345 (boxuser)' ]
    [[ $(of_inner 'special mounts') == *'/proc proc, '*'/proc/version devtmpfs'* ]]
    [[ $(of_inner 'open files') == "$(find "/proc/$inner/fd" -type l | wc -l), "* ]]
    [ "$(of_inner environment)" = "$(tr '\0' '\n' <"/proc/$inner/environ" | cut -d= -f1 | sort | xargs)" ]
    [ "$(of_inner 'limit open files')" = 'soft 99, hard 99' ]
    # getpcaps writes sets as cap_x,cap_y=ep.
    start setpriv --inh-caps=-all,+chown,+kill --ambient-caps=-all,+chown --bounding-set=-sys_time sleep 60
    wait_for 20 runs "$pid" sleep
    [ "$(fact "$pid" 'cap inheritable')" = 'cap_chown cap_kill' ]
    [ "$(fact "$pid" 'cap ambient')" = cap_chown ]
    [[ $(fact "$pid" 'cap bounding') == 'all but '*cap_sys_time* ]]
    [[ "$(getpcaps "$pid")" == *cap_sys_time* || $(fact "$pid" 'cap effective') == *cap_sys_time* ]]
}

# The PIDs of start are in $started.
started=()
# The control groups of a hierarchy that can be made here without a controller. A path
# that begins with / is that from the root, others are below a group of ours.
make_group() { # make_group PATH PID
    local path=/procpeek-test/$1
    [[ $1 != /* ]] || path=$1
    mkdir -p "$top$path"
    echo "$2" >"$top$path/cgroup.procs"
}

delete_groups() {
    for each in "${started[@]}"; do
        echo "$each" >"$top/cgroup.procs"
    done
    find "$top/procpeek-test" "$top/default" "$top/k8s.io" -depth -type d -exec rmdir {} + 2>/dev/null || true
}

groups_top() {
    top=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
    [ -n "$top" ] || top=/sys/fs/cgroup/pids
}

@test "the engine is recognized by the cgroup path" {
    requires root jq
    local id path engine
    groups_top
    id=$(printf '%064d' 42)
    while IFS='|' read -r path engine; do
        start sleep 60
        make_group "$path" "$pid"
        echo "$pid $engine" >>"$BATS_TEST_TMPDIR/expected"
    done <<END
docker/$id|Docker $id
system.slice/docker-$id.scope|Docker $id
user.slice/user-1000.slice/user@1000.service/user.slice/docker-$id.scope|Docker $id
machine.slice/libpod-$id.scope/container|podman $id
user.slice/user-1000.slice/user@1000.service/user.slice/libpod-$id.scope|podman $id
libpod_parent/libpod-$id|podman $id
system.slice/podman.service/libpod-payload-$id|podman $id
system.slice/crio-$id.scope|CRI-O $id
kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12_34.slice/crio-$id.scope|CRI-O $id pod 12-34
/default/$id|containerd $id
/k8s.io/$id|containerd $id
/default/web|containerd web
docker/$id/default/web|containerd web
system.slice/nerdctl-$id.scope|containerd $id
kubepods/besteffort/pod12-34/$id|a Kubernetes container runtime $id pod 12-34
kubepods.slice/kubepods-pod12_34.slice/cri-containerd-$id.scope|containerd $id pod 12-34
kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod12_34.slice/cri-containerd-$id.scope|containerd $id pod 12-34
system.slice/containerd.service/kubepods-burstable-pod12_34.slice:cri-containerd:$id|containerd $id pod 12-34
kubepods/burstable/pod12-34/docker/$id|Docker $id pod 12-34
somewhere/$id|an engine that gives only the id $id
lxc.payload.web|LXC web
lxc/web|LXC web
docker/$id/lxc.monitor.web|Docker $id
machine.slice/machine-deb.scope|systemd-machined deb
machine.slice/machine-deb\x2dian.scope|systemd-machined deb-ian
machine.slice/machine-qemubuild.scope|systemd-machined qemubuild
machine.slice/machine-qemu\x2d1\x2ddeb.scope|libvirt (a virtual machine) 1-deb
machine.slice/systemd-nspawn@deb.service|systemd-nspawn deb
machine.slice/systemd-nspawn@deb.service/payload|systemd-nspawn deb
docker/$id/machine.slice/machine-deb.scope/supervisor|Docker $id
system.slice/ssh.service|none
user.slice/default/shell|none
lxc/lxc.monitor.web|none
machine.slice/systemd-nspawn@deb.service/supervisor|none
machine.slice/machine-deb.scope/supervisor|none
container-bones/memcached-1|Container Bones memcached-1
docker/$id/docker/${id/42/43}|Docker ${id/42/43}
docker/$id/system.slice/ssh.service|Docker $id
system.slice/docker.service/docker/$id|Docker $id
END
    procpeek --json -o PID,CONTAINER --pid "$(IFS=, && echo "${started[*]}")" |
        jq -r '.processes[] | "\(.pid) \(.container)"' >"$BATS_TEST_TMPDIR/ours"
    fact "${started[0]}" engine >"$BATS_TEST_TMPDIR/docker"
    fact "$(awk '/ none$/ { print $1; exit }' "$BATS_TEST_TMPDIR/expected")" engine >"$BATS_TEST_TMPDIR/service"
    fact "$(awk '$2 == "libvirt" { print $1 }' "$BATS_TEST_TMPDIR/expected")" container >"$BATS_TEST_TMPDIR/machine"
    delete_groups
    diff <(sort "$BATS_TEST_TMPDIR/expected") <(sort "$BATS_TEST_TMPDIR/ours")
    # The page says the evidence.
    [ "$(cat "$BATS_TEST_TMPDIR/docker")" = "Docker, $id (cgroup path /procpeek-test/docker/$id)" ]
    [ "$(cat "$BATS_TEST_TMPDIR/service")" = \
        'systemd, service ssh.service (cgroup path /procpeek-test/system.slice/ssh.service)' ]
    [[ "$(cat "$BATS_TEST_TMPDIR/machine")" == 'no: it runs libvirt (a virtual machine), '* ]]
    [ "$(fact "$pid" engine)" = 'none named in its cgroup path' ]
}

@test "--container selects by id, its beginning, or the whole name; a service is none" {
    requires root
    local id docker lxc service
    groups_top
    id=$(printf 'abc%061d' 42)
    start sleep 60
    docker=$pid
    make_group "docker/$id" "$docker"
    start sleep 60
    lxc=$pid
    make_group lxc/web "$lxc"
    start sleep 60
    service=$pid
    make_group system.slice/ssh.service "$service"
    for each in "$id" abc0 abd web we ssh.service; do
        procpeek --noheadings -o PID --container "$each" | xargs
    done >"$BATS_TEST_TMPDIR/selected"
    delete_groups
    [ "$(cat "$BATS_TEST_TMPDIR/selected")" = "$docker"$'\n'"$docker"$'\n\n'"$lxc" ]
}

@test "top shows the processes of a container as ps -ef, and from inside" {
    requires root jq
    local row
    # A second one, which entered: its parent is out here.
    start nsenter -t "$inner" --mount --pid --root --wd=/ setpriv --reuid 12345 sleep 65
    wait_for 20 child_of "$pid" >/dev/null
    entered=$(child_of "$pid")
    end_too "$entered"
    wait_for 20 runs "$entered" sleep
    run -0 procpeek top "$inner" --json
    [ "$(jq -c '[.processes[].pid]' <<<"$output")" = "$(jq -nc "[$inner, $entered] | sort")" ]
    for each in "$inner" "$entered"; do
        read -r uid _ ppid _ _ tty time cmd < <(ps -f --no-headers -p "$each")
        row=$(jq -r --argjson pid "$each" '.processes[] | select(.pid == $pid) | [.uid, .ppid, (.tty // "?"),
            .time, ."inner-user", ."inner-pid", .cmd] | map(tostring) | join(" ")' <<<"$output")
        [ "$row" = "$uid $ppid $tty $time boxuser $(awk '/^NSpid/ { print $3 }' "/proc/$each/status") $cmd" ]
    done
}

@test "top of a process in a user namespace: the user by its own map" {
    requires root userns jq
    start unshare -U --map-root-user sleep 60
    wait_for 20 runs "$pid" sleep
    run -0 procpeek top "$pid" --json
    jq -e '.processes[0] | .uid == "root" and ."inner-user" == "root"' <<<"$output"
    start setpriv --reuid nobody --regid nogroup --clear-groups unshare -U --map-root-user sleep 61
    wait_for 20 runs "$pid" sleep
    run -0 procpeek top "$pid" --json
    jq -e '.processes[0] | .uid == "nobody" and ."inner-user" == "root"' <<<"$output"
}

@test "files: no link in the container leads out of it" {
    requires root jq
    run -0 procpeek files "$inner" --json
    [[ $(jq -r '.files[].name' <<<"$output" | sort | xargs) == *'etc'*'helper'*'leak'*'out'* ]]
    names() { procpeek files "$inner" "$1" --json | jq -c '[.files[].name]'; }
    for path in /out /up .. ../../../../.. /proc/1/root/; do
        echo "# $path" >&2
        if [[ $path == /proc* ]]; then # a magic link: refused
            run -1 --separate-stderr procpeek files "$inner" "$path"
            [[ $stderr == *"cannot open $path in the root of process $inner"* ]]
        else
            [ "$(names "$path")" = "$(names /)" ]
        fi
    done
    run -1 --separate-stderr procpeek files "$inner" "$BATS_TEST_TMPDIR"
    [[ $stderr == *'No such file or directory'* ]]
    jq -e '.files[] | select(.name == "leak") | .target == "/etc/hostname"' <<<"$(
        procpeek files "$inner" --json
    )"
    # The modes are those of find.
    diff <(procpeek files "$inner" /etc --noheadings -o MODE,NAME | awk '$2 !~ /^[.]/' |
        sed 's/ *$//') \
        <(find "/proc/$inner/root/etc/" -mindepth 1 -maxdepth 1 -printf '%M %f\n' | sort -k 2)
}

@test "files reads a file as the process sees it, and nothing but a file" {
    requires root expect
    printf 'inside\033[1m\n' >"$BATS_TEST_TMPDIR/expected"
    procpeek files "$inner" /etc/hostname | cmp - "$BATS_TEST_TMPDIR/expected"
    # An absolute link: /etc/hostname of the container, not ours.
    procpeek files "$inner" /leak | cmp - "$BATS_TEST_TMPDIR/expected"
    # A terminal is not given what it could obey.
    # shellcheck disable=SC2016 # a variable of expect
    run -0 env inner="$inner" expect -c 'spawn -noecho procpeek files $env(inner) /etc/hostname; expect eof'
    [[ $output == *'inside\x1b[1m'* ]]
    cmp <(procpeek files "$inner" /usr/bin/sleep) "/proc/$inner/exe"
    for path in /fifo /proc/version; do
        run -1 --separate-stderr timeout 5 procpeek files "$inner" "$path"
        [[ $stderr == *"$path is neither a directory nor a file"* ]]
    done
    run -1 --separate-stderr procpeek files "$inner" /nowhere
    [[ $stderr == *'No such file or directory'* ]]
    run -2 --separate-stderr procpeek files "$inner" /etc/hostname --json
    # shellcheck disable=SC2016 # the inner shell's variable
    run -1 --separate-stderr bash -c 'procpeek files "$1" /usr/bin/sleep >/dev/full' bash "$inner"
    [[ $stderr == *'cannot write to standard output'* ]]
}

@test "passwd in a container: a link out of it names nobody" {
    requires root jq
    cp "/proc/$inner/root/etc/passwd" "$BATS_TEST_TMPDIR/saved"
    echo 'outsider:x:12345:1::/:' >"$BATS_TEST_TMPDIR/passwd"
    ln -sf "$BATS_TEST_TMPDIR/passwd" "/proc/$inner/root/etc/passwd"
    run -0 procpeek top "$inner" --json
    jq -e '.processes[0]."inner-user" == "12345"' <<<"$output"
    rm "/proc/$inner/root/etc/passwd"
    mkfifo "/proc/$inner/root/etc/passwd"
    run -0 timeout 5 procpeek top "$inner" --json
    jq -e '.processes[0]."inner-user" == "12345"' <<<"$output"
    rm "/proc/$inner/root/etc/passwd"
    cp "$BATS_TEST_TMPDIR/saved" "/proc/$inner/root/etc/passwd"
}

@test "without privilege what cannot be seen is marked, not guessed" {
    requires root jq user
    start sleep 60
    run -0 as_nobody "$(type -P procpeek)" "$pid" --json
    jq -e '[.process[] | select(.what | startswith("ns.")) | .value] | length == 8 and all(. == null)' \
        <<<"$output"
    jq -e '.process[] | select(.what == "uid") | .value == "0"' <<<"$output"
    jq -e '.process[] | select(.what == "root") | .value == null' <<<"$output"
    run -0 as_nobody "$(type -P procpeek)" "$pid"
    [[ $output =~ ns\.mnt\ +\? && $output =~ container\ +\? ]]
    run -0 as_nobody "$(type -P procpeek)" diff $$ "$pid"
    [[ $output == *'not compared'*'ns.mnt'* ]]
    run -0 --separate-stderr as_nobody "$(type -P procpeek)" ns
    [[ $stderr == *'may not be read'* ]]
    run -1 --separate-stderr as_nobody "$(type -P procpeek)" files "$pid"
    [[ $stderr == *'cannot open the root of process'*'Permission denied'* ]]
    run -0 as_nobody "$(type -P procpeek)" top "$pid" --json
    jq -e '.processes[0]."inner-user" == null' <<<"$output"
}

# LeakSanitizer (make asan) cannot work in a process that strace traces.
# The calls that --explain tells, and those that strace saw, in the same words:
# without what readlinkat(2) fills in.
calls_told() {
    grep -E '^(openat2?|readlinkat|ioctl|setns)\(' "$1"
}
calls_seen() {
    sed -E 's/^[0-9]+ +//; s/^(readlinkat\([0-9]+, "[^"]*"), .*\) += /\1) = /
        s/(openat2\([0-9]+, "[^"]*"), .*\) += /\1, {resolve=RESOLVE_IN_ROOT}) = /; s/\) += /) = /' "$1" |
        grep -E '^(openat2?\(([0-9]|AT_FDCWD, "/(proc"|sys/fs/cgroup))|readlinkat.*, "([0-9]+|exe|cwd|root|self|.*ns/.*)"|ioctl\(.*NS_|setns)' |
        grep -v O_NOFOLLOW # the C library, looking for the name of a user
}

@test "--explain names the calls that strace sees, in that order" {
    requires root strace
    for command in "$inner" "diff $$ $inner" "files $inner /etc" "files $inner /etc/hostname"; do
        # shellcheck disable=SC2086 # words
        strace -E ASAN_OPTIONS=detect_leaks=0 -f -o "$BATS_TEST_TMPDIR/seen" -e trace=openat,openat2,readlinkat,ioctl,setns \
            procpeek $command --explain 2>"$BATS_TEST_TMPDIR/told" >/dev/null
        [ "$(calls_told "$BATS_TEST_TMPDIR/told" | wc -l)" -ge 4 ]
        diff <(calls_told "$BATS_TEST_TMPDIR/told") <(calls_seen "$BATS_TEST_TMPDIR/seen")
    done
}
