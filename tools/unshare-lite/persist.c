// SPDX-License-Identifier: MIT
// persist.c: =FILE: a namespace that outlives its processes.
//
// A namespace is there as long as something refers to it: a process, an open
// descriptor, or a mount of its file in /proc/PID/ns on another file. The
// mount is made outside, for all to see, and umount(8) takes it away.
//
// Three kinds have rules of their own. A mount namespace cannot be mounted
// where the mount would spread into itself, so FILE must not be on a shared
// mount (EINVAL); nor in one that is younger, or those could form a ring. A pid
// namespace can be opened once it has its PID 1, so this comes after the fork;
// when PID 1 has ended, the file is still there, but nobody can start a process
// in it. And of pid and time it is not the process's own file that counts, but
// that of its children to be.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>

bool wants_files(const struct options *options)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (options->files[i])
			return true;
	return false;
}

// All or none: those before the one that failed are taken away again.
static noreturn void give_up(const struct options *options, size_t failed)
{
	while (failed-- > 0)
		if (options->files[failed])
			explain(umount2(options->files[failed], 0),
				"not this one alone: umount(2)",
				"umount2(\"%s\", 0)", options->files[failed]);
	exit(EXIT_TOOL);
}

// Runs in the process outside. self is our PID.
// mount(2). Commonest errno: EPERM, without CAP_SYS_ADMIN; ENOENT.
void keep_namespaces(const struct options *options, const char *self)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		const char *file = options->files[i];
		char source[64];
		int result = 0;

		if (!file)
			continue;
		snprintf(source, sizeof source, "/proc/%s/ns/%s", self,
			 kinds[i].made);
		if (narration != DRY_RUN)
			result = mount(source, file, NULL, MS_BIND, NULL);
		if (explain(result, "there until umount(8): namespaces(7)",
			    "mount(\"%s\", \"%s\", NULL, MS_BIND, NULL)",
			    source, file) == 0)
			continue;
		warn("cannot mount %s on %s", source, file);
		hint_file(&kinds[i], source, file);
		give_up(options, i);
	}
}
