# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Exercises of lab 07.

exercise hostname "Leave a process running whose hostname is kitchen-$LEARNER, while this machine keeps its own."
hint 'A hostname belongs to a UTS namespace. Which option of unshare-lite makes one?'
hint 'The process has to go on running: something like sleep 1000, with & at the end.'
hint "One command sets the name first, then becomes the one that stays:" \
    "sh -c 'hostname ...; exec sleep 1000'. Or see unshare-lite --help for an option that sets it."
solution <<END
unshare-lite --uts --hostname kitchen-$LEARNER sleep 1000 &
END
wrong variable 'no process is in a UTS namespace of its own' <<END
HOSTNAME=kitchen-$LEARNER sleep 1000 &
END
wrong unset 'still has the hostname' <<END
unshare-lite --uts sleep 1000 &
END
wrong whole-machine 'This machine itself' <<END
hostname kitchen-$LEARNER
END
explain 'The two strings of uname(2) belong to the namespace. hostname(1) changes those of the namespace' \
    'that it is run in, and nothing tells it which one that is.'

check_hostname() {
    local pid name=''
    [[ $(uname -n) != "kitchen-$LEARNER" ]] ||
        refuse "This machine itself is now kitchen-$LEARNER: hostname was run outside of the new namespace." \
            'Give it back its name, then make the namespace first.'
    for pid in $(processes_elsewhere uts); do
        name=$(nsenter-lite --target "$pid" --uts -- uname -n 2>/dev/null) || continue
        [[ $name != "kitchen-$LEARNER" ]] || return 0
    done
    [[ -n $name ]] || refuse 'Of all that run, no process is in a UTS namespace of its own.'
    refuse "Process $pid is in a UTS namespace of its own, and there it still has the hostname $name."
}

# --- a process alone in the world --------------------------------------------------

exercise alone "Leave  sleep 7000$LEARNER  running such that it is PID 1, and that its /proc shows no process of the host."
hint 'Numbers of processes belong to one kind of namespace. The process that asks for a new one does not get into it.'
hint '/proc is a mount, and shows the pid namespace of whoever mounted it. So it takes two kinds of namespace.'
hint 'unshare-lite --pid --fork ... sleep; and see unshare-lite --help for an option that mounts /proc.'
solution <<END
unshare-lite --pid --fork --mount-proc sleep 7000$LEARNER &
sleep 0.5
END
wrong no-fork 'only its children' <<END
unshare-lite --pid sleep 7000$LEARNER &
sleep 0.5
END
wrong old-proc 'still that of the host' <<END
unshare-lite --pid --fork sleep 7000$LEARNER &
sleep 0.5
END
wrong nothing-new 'as every process of the host' <<END
sleep 7000$LEARNER &
sleep 0.5
END
explain 'Two kinds had to be combined: pid for the numbers, mount for the view of them. That the two are' \
    'separate is why a debugging container can share one and not the other.'

check_alone() {
    local pid inner
    pid=$(pgrep -n -f -x "sleep 7000$LEARNER") || refuse "There is no process  sleep 7000$LEARNER  on this machine."
    inner=$(status_field "$pid" NSpid)
    inner=${inner##*[[:space:]]}
    if [[ $(namespace "$pid" pid) == "$(namespace self pid)" ]]; then
        [[ $(namespace "$pid" pid) == "$(namespace "$pid" pid_for_children)" ]] ||
            refuse "Process $pid has a new pid namespace, and is not in it: only its children would be. That is" \
                'what unshare(2) does; somebody has to fork.'
        refuse "Process $pid is in the same pid namespace as every process of the host."
    fi
    [[ $inner == 1 ]] || refuse "Process $pid is in a pid namespace of its own, but its PID there is $inner, not 1."
    [[ $(readlink "/proc/$pid/root/proc/1/ns/pid") == "$(namespace "$pid" pid)" ]] ||
        refuse "Process $pid is PID 1, but its /proc is still that of the host:" \
            "/proc/$pid/root/proc/1 is another process."
}

# --- a pod ---------------------------------------------------------------------------

exercise pod "Leave two processes running that share one new network namespace, in which the loopback is up," \
    "while one has the hostname left-$LEARNER and the other right-$LEARNER."
hint 'The first: a new network namespace and a new UTS namespace. ip link set lo up, in there, is one command more.'
hint 'The second joins the network namespace of the first and makes only a UTS namespace. nsenter-lite joins.'
hint 'nsenter-lite --target PID --net -- unshare-lite --uts --hostname ... sleep 1000 &'
solution <<END
unshare-lite --net --uts --hostname left-$LEARNER sh -c 'ip link set lo up; exec sleep 1000' &
left=\$!
sleep 0.5
nsenter-lite --target \$left --net -- unshare-lite --uts --hostname right-$LEARNER sleep 1000 &
sleep 0.5
END
wrong two-networks 'each has its own' <<END
unshare-lite --net --uts --hostname left-$LEARNER sleep 1000 &
unshare-lite --net --uts --hostname right-$LEARNER sleep 1000 &
sleep 0.5
END
wrong network-of-the-host 'that of the host' <<END
unshare-lite --uts --hostname left-$LEARNER sleep 1000 &
unshare-lite --uts --hostname right-$LEARNER sleep 1000 &
sleep 0.5
END
wrong loopback-down 'is down' <<END
unshare-lite --net --uts --hostname left-$LEARNER sleep 1000 &
left=\$!
sleep 0.5
nsenter-lite --target \$left --net -- unshare-lite --uts --hostname right-$LEARNER sleep 1000 &
sleep 0.5
END
explain 'The containers of a Kubernetes pod share the network namespace like this, and so reach each other on' \
    '127.0.0.1. They have one hostname, though: they share the UTS namespace as well.'

# named HOSTNAME: a process of a UTS namespace with that name.
named() {
    local pid
    for pid in $(processes_elsewhere uts); do
        [[ $(nsenter-lite --target "$pid" --uts -- uname -n 2>/dev/null) != "$1" ]] || {
            printf '%s' "$pid"
            return
        }
    done
    refuse "No process has the hostname $1." >&2
}

check_pod() {
    local left right
    left=$(named "left-$LEARNER" 2>&1) || refuse "${left#* }"
    right=$(named "right-$LEARNER" 2>&1) || refuse "${right#* }"
    [[ $(namespace "$left" net) != "$(namespace self net)" && $(namespace "$right" net) != "$(namespace self net)" ]] ||
        refuse "The network namespace of process $left or $right is that of the host."
    [[ $(namespace "$left" net) == "$(namespace "$right" net)" ]] ||
        refuse "Processes $left and $right share no network namespace: each has its own."
    [[ $(nsenter-lite --target "$left" --net -- ip -o link show up dev lo) == *LOOPBACK* ]] ||
        refuse 'They share a network namespace, but the loopback in it is down: 127.0.0.1 leads nowhere.'
}
