// SPDX-License-Identifier: MIT
//
// namespaces.c: are we in the namespaces that the kernel started with?
//
// Shows:     that a namespace has a number and nothing else, and that the first
//            ones have numbers that never change.
// Mirrors:   lsns(8), ischroot(1), systemd's running_in_cgroupns().
// Leaves out: who made a namespace, and who else is in it: procpeek(1).
// Read:      namespaces(7), include/uapi/linux/nsfs.h in the kernel's source.

#define _GNU_SOURCE
#include "vmcompare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The namespaces that the kernel starts with have fixed numbers, and have had
// them since each kind exists. Only mnt and net got theirs as late as with
// Linux 6.17.
static const struct kind {
	const char *name, *path;
	unsigned long initial;
	bool always_fixed;
} kinds[KINDS] = {
    [PID] = {"pid namespace", "/proc/self/ns/pid", 0xEFFFFFFC, true},
    [CGROUP] = {"cgroup namespace", "/proc/self/ns/cgroup", 0xEFFFFFFB, true},
    [USER] = {"user namespace", "/proc/self/ns/user", 0xEFFFFFFD, true},
    [IPC] = {"ipc namespace", "/proc/self/ns/ipc", 0xEFFFFFFF, true},
    [UTS] = {"uts namespace", "/proc/self/ns/uts", 0xEFFFFFFE, true},
    [TIME] = {"time namespace", "/proc/self/ns/time", 0xEFFFFFFA, true},
    [MNT] = {"mnt namespace", "/proc/self/ns/mnt", 0xEFFFFFF8, false},
    [NET] = {"net namespace", "/proc/self/ns/net", 0xEFFFFFF9, false},
};

// The number in "pid:[4026531836]", the inode of the namespace. Commonest
// errno: EACCES, for other users' processes. Returns 0, with errno, for none.
static unsigned long namespace_number(const char *path, const char *lesson)
{
	char target[64] = "";
	const char *bracket;
	ssize_t length = readlinkat(AT_FDCWD, path, target, sizeof target - 1);

	if (length < 0) {
		explain(length, lesson, "readlinkat(AT_FDCWD, \"%s\", %p, %zu)",
			path, (void *)target, sizeof target - 1);
		return 0;
	}
	explain(length, lesson, "readlinkat(AT_FDCWD, \"%s\", \"%s\", %zu)",
		path, target, sizeof target - 1);
	bracket = strchr(target, '[');
	return bracket ? strtoul(bracket + 1, NULL, 10) : 0;
}

// Kinds without a fixed number are compared with those of kthreadd, the father
// of all kernel threads: it is always PID 2 of the machine and never leaves the
// initial ones. To read them takes the right to trace it: ptrace(2). Commonest
// errno: EACCES.
static enum state compare_with_kernel(struct layer *layer,
				      const struct kind *kind,
				      unsigned long number, enum state pid)
{
	char path[32];
	unsigned long kernel = 0;

	snprintf(path, sizeof path, "/proc/2/ns/%s",
		 strrchr(kind->path, '/') + 1);
	if (pid == INITIAL)
		kernel = namespace_number(path, "that of the kernel's threads");
	if (kernel == 0) {
		note(layer, kind->name, "%lu; the initial one is hidden",
		     number);
		return UNKNOWN;
	}
	note(layer, kind->name, "%lu, the initial one is %lu", number, kernel);
	return kernel == number ? INITIAL : OWN;
}

static enum state examine_kind(struct layer *layer, const struct kind *kind,
			       enum state pid)
{
	unsigned long number = namespace_number(
	    kind->path, "the number of our namespace: namespaces(7)");

	if (number == 0) {
		note(layer, kind->name, "%s", strerror(errno));
		return UNKNOWN;
	}
	if (number == kind->initial) {
		note(layer, kind->name, "%lu, the initial one", number);
		return INITIAL;
	}
	if (!kind->always_fixed)
		return compare_with_kernel(layer, kind, number, pid);
	note(layer, kind->name, "%lu, the initial one is %lu", number,
	     kind->initial);
	return OWN;
}

void examine_namespaces(struct layer *layer, enum state state[KINDS])
{
	for (int i = 0; i < KINDS; i++)
		state[i] = examine_kind(layer, &kinds[i], state[PID]);
}
