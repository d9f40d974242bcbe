# SPDX-License-Identifier: MIT
# What differs from one run of a lab to the next, or from machine to machine.
# tests/docs/check-docs passes both sides, chapter and lab, through this; nothing else
# may differ. @HOST@, @ROOT@ and @INIT@ are filled in: the name of this machine, the path of
# this checkout, the name of PID 1.

# The chapters were written on a machine named laptop, in /home/you/container-bones, whose
# PID 1 is systemd.
s/^@INIT@$/systemd/
s/\b@HOST@\b/laptop/g
s/@ROOT@/\/home\/you\/container-bones/g

# The identity of a namespace, of an inode, of a device.
s/\[40265[0-9]+\]/[NAMESPACE]/g
s/inode [0-9]+/inode N/g
s/device [0-9]+:[0-9]+/device N:N/g

# Names that carry the PID of their run.
s/\b(box|lab[0-9]{2}|bones)-[0-9]+\b/\1-PID/g

# PIDs: after the words and options that take one, and in /proc/PID. PID 1 is no PID
# of a run.
s/\/proc\/([2-9]|[1-9][0-9]+)\b/\/proc\/PID/g
s/procpeek diff [0-9]+ [0-9]+/procpeek diff PID PID/g
s/\b(procpeek (top|ns|files)\b.*|netns) [0-9]+$/\1 PID/
s/(PID|--target|-p|-TERM|-KILL|--pid|kill|procpeek top)([ =])([2-9]|[1-9][0-9]+)\b/\1\2PID/g
s/^((Ng|NSp|P|PP|Tracer)id:)[[:space:]]+[0-9]{2,}/\1 PID/
s/pidfd_open\([0-9]+/pidfd_open(PID/
s/clone\(SIGCHLD\) = [0-9]+/clone(SIGCHLD) = PID/
s/^  ([2-9]|[1-9][0-9]+) {2,}/  PID /
s/between [0-9]+ and [0-9]+/between PID and PID/

# Tables of processes: user, PID, parent, CPU share, clock times.
s/^(UID|USER)( .*)$/\1\2/
s/^([a-z]+|[0-9]+) +[0-9]+ +[0-9]+ +[0-9]+ +[0-9:]{5} /\1 PID PPID C HH:MM /
s/^([a-z]+|[0-9]+) +[0-9]{2,} +[0-9]{2,} /\1 PID PPID /
s/^ +[0-9]{2,} (memcache|root) /PID \1 /
s/^[0-9]{2,7}$/N/

# Dates, times, durations, sizes of what this machine's packages contain.
s/[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}/DATE/g
s/\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b/DATE/g
s/in [0-9]+ ms/in N ms/
s/[0-9.]+M of (base|memcached)/N of \1/g
s/^[0-9]+ CPUs$/N CPUs/
s/MemTotal: +[0-9]+ kB/MemTotal: N kB/
s/RssAnon:[[:space:]]+[0-9]+ kB/RssAnon: N kB/
s/[0-9.]+(B|kB|MB|GB|KiB|MiB|GiB)\b/SIZE/g

# pivot_root onto a folder: EBUSY when it is on the root's own mount, else EINVAL.
s/^(pivot_root: .*): (Device or resource busy|Invalid argument)/\1: EBUSY or EINVAL/

# The kernel and its capabilities: cap_effective of root depends on both.
s/\b[5-9]\.[0-9]+\.[0-9]+[-+.a-z0-9]*/RELEASE/g
s/CapEff:[[:space:]]+0000[01][0-9a-f]{11}/CapEff: ALL/

# Ports and addresses are the first that are free; a link's own name carries its number.
s/\b127\.0\.0\.1[:\/](112[0-9]{2}|22[0-9]{3})\b/127.0.0.1:PORT/g
s/(--port|port|dport|-p) (112[0-9]{2}|22[0-9]{3})\b/\1 PORT/g
s/\b10\.211\.[0-9]\.[0-9]+/10.211.N.N/g
s/\bbones-([vwx])[0-9]+/bones-\1N/g
s/@if[0-9]+/@ifN/g
s/fe80::[0-9a-f:]+/fe80::ADDRESS/g
s/^[0-9]+:((memory|cpu|pids|name)[^:]*):/N:\1:/

# Seen from the group that the shell is in; and bash says the line when it has no terminal.
s/^(N:[a-z,]+|0:):(\/\.\.)+\//\1:\//
s/^bash: line 1: /bash: /

# Columns are as wide as their widest value.
s/[[:space:]]+/ /g
s/ $//
