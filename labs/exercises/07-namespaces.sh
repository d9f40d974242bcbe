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
