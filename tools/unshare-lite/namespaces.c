// SPDX-License-Identifier: MIT
// namespaces.c: the eight kinds, and the one call that makes new ones.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// In the order in which strace(1) prints the flags.
const struct kind kinds[KIND_COUNT] = {
    {'T', CLONE_NEWTIME, "CLONE_NEWTIME", "time", "time_for_children",
     "max_time_namespaces",
     "time: clocks with offsets, for the children: time_namespaces(7)"},
    {'m', CLONE_NEWNS, "CLONE_NEWNS", "mnt", "mnt", "max_mnt_namespaces",
     "mount: a copy of the mount table: mount_namespaces(7)"},
    {'C', CLONE_NEWCGROUP, "CLONE_NEWCGROUP", "cgroup", "cgroup",
     "max_cgroup_namespaces",
     "cgroup: our cgroup is shown as /: cgroup_namespaces(7)"},
    {'u', CLONE_NEWUTS, "CLONE_NEWUTS", "uts", "uts", "max_uts_namespaces",
     "uts: a copy of host and domain name: uts_namespaces(7)"},
    {'i', CLONE_NEWIPC, "CLONE_NEWIPC", "ipc", "ipc", "max_ipc_namespaces",
     "ipc: message queues, semaphores, shared memory, all empty: "
     "ipc_namespaces(7)"},
    {'U', CLONE_NEWUSER, "CLONE_NEWUSER", "user", "user", "max_user_namespaces",
     "user: made first, owns the others; all capabilities, but only here: "
     "user_namespaces(7)"},
    {'p', CLONE_NEWPID, "CLONE_NEWPID", "pid", "pid_for_children",
     "max_pid_namespaces",
     "pid: for our children, the first is PID 1; we stay: pid_namespaces(7)"},
    {'n', CLONE_NEWNET, "CLONE_NEWNET", "net", "net", "max_net_namespaces",
     "net: interfaces, routes, ports; only lo, and it is down: "
     "network_namespaces(7)"},
};

const struct kind *kind_of_letter(int letter)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].letter == letter)
			return &kinds[i];
	return NULL;
}

static void append(char *text, size_t size, const char *separator,
		   const char *more)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? separator : "", more);
}

// One call makes them all. Whatever the order of the flags, the kernel makes
// the user namespace first, and the others belong to it: that is how an
// ordinary user, with no capability outside, gets the others at all. We are
// then in each of them, save the pid and the time namespace: what PID a
// process has, and what clocks, is settled for good when it starts.
// unshare(2). Commonest errno: EPERM, without CAP_SYS_ADMIN.
void create_namespaces(int flags)
{
	char names[256] = "", lessons[1024] = "";

	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (!(flags & kinds[i].flag))
			continue;
		append(names, sizeof names, "|", kinds[i].call);
		append(lessons, sizeof lessons, "\n    ", kinds[i].lesson);
	}
	if (explain(narration == DRY_RUN ? 0 : unshare(flags), lessons,
		    "unshare(%s)", names) == 0)
		return;
	warn("cannot make new namespaces (%s)", names);
	hint_namespaces(flags);
	exit(EXIT_TOOL);
}

// Changes the copy in our UTS namespace; the parser has made sure that there
// is one. The kernel takes any bytes, at most 64 of them.
// sethostname(2). Commonest errno: EPERM, without CAP_SYS_ADMIN.
void set_hostname(const char *name)
{
	size_t length = strlen(name);
	int result = narration == DRY_RUN ? 0 : sethostname(name, length);

	if (explain(result, "seen by whoever is in this UTS namespace",
		    "sethostname(\"%s\", %zu)", name, length) < 0)
		fail(CAP_SYS_ADMIN, "cannot set the hostname to %s", name);
}
