# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Exercises of lab 12.

# with_container: the steps of the lab, and what they need.
with_container() {
    # shellcheck source=labs/lib/image.sh
    source "$ROOT/labs/lib/image.sh"
    # shellcheck source=labs/lib/container.sh
    source "$ROOT/labs/lib/container.sh"
}

# stand NAME: a container to work on, gone with the exercise.
stand() {
    with_container
    undo container "$1"
    run labs/memcached up --name "$1" --port any
}

# standing NAME EXERCISE: set PID, or refuse.
standing() {
    PID=$(cat "$STATE/runs/$1/pid" 2>/dev/null || true)
    [[ -n $PID && -d /proc/$PID/ns ]] ||
        refuse "$1 does not run. labs/lab exercise 12 $2 starts it."
}

# --- the root of a half-built container ------------------------------------------------

exercise root "A container is half built: its first process waits, and an overlay is mounted on the folder merged of" \
    "$STATE/runs/ex12-root-$LEARNER, in the mount namespace of that process. Its PID is in the file pid there. Make" \
    'that overlay its root, and leave no mount of the host in its mount namespace.'
hint 'Step 7 of the lab. A process that joins the mount namespace for a moment can do it for all that are in it.'
hint 'pivot_root NEW OLD: both must be below the new root. The image has an empty folder .host for that.'
hint 'nsenter-lite --target PID --all --root --wdns=/ -- pivot_root ...; and then one umount -l, inside.'
solution <<END
cd $STATE/runs/ex12-root-$LEARNER
pid=\$(cat pid)
nsenter-lite --target \$pid --all --root --wdns=/ -- pivot_root \$PWD/merged \$PWD/merged/.host
nsenter-lite --target \$pid --all --root --wdns=/ -- umount -l /.host
END
wrong chroot 'still has the root of the host' <<END
cd $STATE/runs/ex12-root-$LEARNER
nsenter-lite --target \$(cat pid) --all --root --wdns=/ -- chroot \$PWD/merged true
END
wrong from-outside 'still has the root of the host' <<END
cd $STATE/runs/ex12-root-$LEARNER
pivot_root \$PWD/merged \$PWD/merged/.host
END
wrong old-root-stays 'are still mounted' <<END
cd $STATE/runs/ex12-root-$LEARNER
nsenter-lite --target \$(cat pid) --all --root --wdns=/ -- pivot_root \$PWD/merged \$PWD/merged/.host
END
explain 'chroot(2) changes one process, and it was not this one. pivot_root(2) changes the mount namespace, and' \
    'takes every process along that stood on the old root.'

prepare_root() {
    with_container
    make_image
    container "${OPEN_RUN##*/}"
    step_claim any
    step_limits 256M 1 64
    step_namespaces sleep 1000
    step_root
}

check_root() {
    local left
    standing "ex12-root-$LEARNER" root
    grep -q '^[^-]* / / [^-]*- overlay ' "/proc/$PID/mountinfo" ||
        refuse "Process $PID still has the root of the host: the / in /proc/$PID/mountinfo is no overlay."
    left=$(grep -c '^[^-]* /.host[ /]' "/proc/$PID/mountinfo") || return 0
    refuse "The root is the overlay, but $left file systems of the host are still mounted, below /.host: whoever is" \
        'root inside can walk there.'
}

# --- a limit changed ----------------------------------------------------------------------

exercise limit "The container limit-$LEARNER runs with 1 GiB of memory. Give it 256 MiB, without stopping it."
hint 'The limit belongs to the control group. Which one that is stands in /proc/PID/cgroup; lab 12 named it.'
hint 'cgset set GROUP memory=...; or write the number of bytes into the file of the group, with echo.'
hint "cgset set container-bones/limit-$LEARNER memory=256M"
solution <<END
cgset set container-bones/limit-$LEARNER memory=256M
END
wrong decimal '256 MiB are 268435456' <<END
cgset set container-bones/limit-$LEARNER memory=256000000
END
explain 'docker update does the same. A limit below what is in use is refused on v1, and enforced on v2, by' \
    'reclaiming and then by killing: lab 09.'

prepare_limit() {
    stand "limit-$LEARNER"
}

check_limit() {
    local limit
    standing "limit-$LEARNER" limit
    limit=$(memory_limit "container-bones/limit-$LEARNER")
    [[ $limit != 268435456 ]] || return 0
    refuse "The control group allows $limit bytes; 256 MiB are 268435456."
}

# --- a second port ------------------------------------------------------------------------

exercise port "The container port-$LEARNER is published on one port of 127.0.0.1. Publish it on port" \
    "$((23000 + LEARNER % 1000)) as well, in an nftables table named bones-extra-$LEARNER."
hint "nft list table ip bones-port-$LEARNER shows how the first port was published."
hint 'One rule is enough: the chain for the way back, postrouting, does not care which port it was.'
hint 'A table, a chain of type nat with hook output and priority -100, and a rule: ip daddr 127.0.0.1' \
    "tcp dport $((23000 + LEARNER % 1000)) dnat to ADDRESS:11211."
solution <<END
address=\$(cat $STATE/runs/port-$LEARNER/address)
nft "table ip bones-extra-$LEARNER {
    chain output {
        type nat hook output priority -100;
        ip daddr 127.0.0.1 tcp dport $((23000 + LEARNER % 1000)) dnat to \$address:11211
    }
}"
END
wrong wrong-port 'nobody answers' <<END
address=\$(cat $STATE/runs/port-$LEARNER/address)
nft "table ip bones-extra-$LEARNER {
    chain output {
        type nat hook output priority -100;
        ip daddr 127.0.0.1 tcp dport $((23000 + LEARNER % 1000)) dnat to \$address
    }
}"
END
wrong wrong-hook 'a hook for packets that arrive' <<END
address=\$(cat $STATE/runs/port-$LEARNER/address)
nft "table ip bones-extra-$LEARNER {
    chain prerouting {
        type nat hook prerouting priority -100;
        ip daddr 127.0.0.1 tcp dport $((23000 + LEARNER % 1000)) dnat to \$address:11211
    }
}"
END
explain 'Nothing about the container has changed, and it has not noticed: a published port is a rule of the host.'

prepare_port() {
    undo nft_table "bones-extra-$LEARNER"
    stand "port-$LEARNER"
}

check_port() {
    local port=$((23000 + LEARNER % 1000)) rules
    standing "port-$LEARNER" port
    with_container
    rules=$(nft list ruleset | grep -c "dport $port ") ||
        refuse "Nothing on this machine speaks of port $port: no rule of nftables, and no socket is bound to it."
    if memcached_roundtrip "$port" "through $port" >/dev/null &&
        [[ $(memcached_value "$(cat "$STATE/runs/port-$LEARNER/port")") == "through $port" ]]; then
        return
    fi
    [[ $(nft list table ip "bones-extra-$LEARNER" 2>/dev/null) != *'hook prerouting'* ]] ||
        refuse 'prerouting is a hook for packets that arrive from elsewhere. What the host itself sends passes output.'
    refuse "$rules rule speaks of port $port, but nobody answers there. To which address and port does it lead?"
}

# memcached_value PORT: what a client gets for the key of memcached_roundtrip.
memcached_value() {
    local connection line
    exec {connection}<>"/dev/tcp/127.0.0.1/$1"
    printf 'get greeting\r\nquit\r\n' >&"$connection"
    { read -r -t 5 line && read -r -t 5 line; } <&"$connection" || true
    exec {connection}>&-
    printf '%s' "${line%$'\r'}"
}
