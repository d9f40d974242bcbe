# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Exercises of lab 05.

# stand NAME: a container to work on, gone with the exercise.
stand() {
    # shellcheck source=labs/lib/image.sh
    source "$ROOT/labs/lib/image.sh"
    # shellcheck source=labs/lib/container.sh
    source "$ROOT/labs/lib/container.sh"
    undo container "$1"
    run labs/memcached up --name "$1" --port any
}

# --- a file from outside ---------------------------------------------------------

exercise file "A container named file-$LEARNER runs. Make a file /tmp/bones-found-$LEARNER in it, without starting" \
    'any process inside. The host must not get one.'
hint 'The container is a process. labs/memcached top shows its PID on the host.'
hint "Every process has a folder in /proc, and in it a link to the process's own root directory."
hint 'touch /proc/PID/root/...'
solution <<END
pid=\$(labs/memcached top file-$LEARNER | awk 'NR == 2 { print \$2 }')
touch /proc/\$pid/root/tmp/bones-found-$LEARNER
END
wrong on-the-host 'in the /tmp of the host' <<END
touch /tmp/bones-found-$LEARNER
END
wrong own-root 'in the /tmp of the host' <<END
touch /proc/self/root/tmp/bones-found-$LEARNER
END
explain '/proc/PID/root is resolved in the mount namespace of that process, whoever follows it. That is' \
    'what docker cp needs as well, and why it works on a container with no cp in it.'

prepare_file() {
    undo file "/tmp/bones-found-$LEARNER"
    stand "file-$LEARNER"
}

check_file() {
    local pid file=/tmp/bones-found-$LEARNER
    pid=$(cat "$STATE/runs/file-$LEARNER/pid" 2>/dev/null || true)
    [[ -n $pid && -d /proc/$pid/root/tmp ]] ||
        refuse "The container file-$LEARNER does not run. labs/lab exercise 05 file starts one."
    [[ ! -e $file ]] ||
        refuse "$file is in the /tmp of the host: that path, or /proc/self, starts from your own root" \
            'directory, not from that of the container. Take it away, and try again.'
    [[ -e /proc/$pid/root$file ]] || refuse "There is no $file in the container: process $pid, seen from the host."
}

# --- docker exec by hand ---------------------------------------------------------

exercise join "A container named join-$LEARNER runs. Leave one more process running in it, as docker exec would:" \
    'in all of its namespaces, and under its limits.'
hint 'nsenter-lite --target PID runs a command in namespaces of another process. Which option takes all of them?'
hint "Limits are not a matter of namespaces: compare /proc/PID/cgroup of your process and of the container's." \
    'nsenter-lite --help has an option for that.'
hint 'nsenter-lite --target PID --all --root --wdns=/ --join-cgroup -- sleep 1000 &'
solution <<END
pid=\$(labs/memcached top join-$LEARNER | awk 'NR == 2 { print \$2 }')
nsenter-lite --target \$pid --all --root --wdns=/ --join-cgroup -- sleep 1000 &
sleep 0.5
END
wrong no-limits 'not under its limits' <<END
pid=\$(labs/memcached top join-$LEARNER | awk 'NR == 2 { print \$2 }')
nsenter-lite --target \$pid --all --root --wdns=/ -- sleep 1000 &
sleep 0.5
END
wrong network-only 'but not in its' <<END
pid=\$(labs/memcached top join-$LEARNER | awk 'NR == 2 { print \$2 }')
nsenter-lite --target \$pid --net -- sleep 1000 &
sleep 0.5
END
wrong outside-directory 'is one of the host' <<END
pid=\$(labs/memcached top join-$LEARNER | awk 'NR == 2 { print \$2 }')
nsenter-lite --target \$pid --all --root --wd=/ --join-cgroup -- sleep 1000 &
sleep 0.5
END
explain 'Six namespaces and one control group: that is all there is to being "in" a container. docker exec' \
    'gives up the privileges as well, and so does labs/memcached exec; nsenter-lite alone leaves yours.'

prepare_join() {
    stand "join-$LEARNER"
}

check_join() {
    local pid parent other kind link best='' missing fewest=9 absent
    pid=$(cat "$STATE/runs/join-$LEARNER/pid" 2>/dev/null || true)
    [[ -n $pid && -d /proc/$pid ]] ||
        refuse "The container join-$LEARNER does not run. labs/lab exercise 05 join starts one."
    parent=$(status_field "$pid" PPid)
    for other in $(processes_elsewhere net); do
        [[ $other != "$pid" && $other != "$parent" && $(namespace "$other" net) == "$(namespace "$pid" net)" ]] || continue
        absent=()
        for kind in mnt pid ipc uts cgroup; do
            [[ $(namespace "$other" "$kind") == "$(namespace "$pid" "$kind")" ]] || absent+=("$kind")
        done
        ((${#absent[@]} >= fewest)) || best=$other fewest=${#absent[@]} missing=${absent[*]}
    done
    [[ -n $best ]] || refuse "No process but $pid, its first one, is in the network namespace of the container."
    [[ -z $missing ]] ||
        refuse "Process $best is in the network namespace of the container, but not in its: $missing."
    cmp -s "/proc/$best/cgroup" "/proc/$pid/cgroup" ||
        refuse "Process $best is in all namespaces of the container, and not under its limits: its control" \
            'group is another. Compare' "/proc/$best/cgroup and /proc/$pid/cgroup."
    # A directory has the same name and identity inside, or is none of the container's.
    for link in root cwd; do
        [[ /proc/$best/$link -ef /proc/$pid/root$(readlink "/proc/$best/$link") ]] ||
            refuse "Process $best is in the container, but /proc/$best/$link, a directory that it has, is one of" \
                'the host: from there it can reach the rest.'
    done
}
