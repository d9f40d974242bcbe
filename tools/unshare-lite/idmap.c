// SPDX-License-Identifier: MIT
// idmap.c: who the users of a new user namespace are outside of it.
//
// A new user namespace knows nobody: every ID reads as 65534 until a map is
// written, once, to /proc/PID/uid_map and gid_map. The rule of the kernel is
// about who writes. From inside, as here, a process may map one ID: its own.
// To map more, a process of the parent namespace that has CAP_SETUID there
// must write the file: for that newuidmap(1) is set-user-ID root.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long write_proc(const char *path, const char *text, const char *lesson)
{
	size_t length = strlen(text);
	int result =
	    narration == DRY_RUN ? 0 : write_file(AT_FDCWD, path, text);

	return explain(result < 0 ? -1 : (long)length, lesson,
		       "write(\"%s\", \"%s\", %zu)", path, text, length);
}

// Whether setgroups(2) works in this user namespace. "deny" cannot be taken
// back, and must come before the group map is written.
// user_namespaces(7). Commonest errno: EPERM, when it was denied before.
void write_setgroups(const char *word)
{
	if (write_proc("/proc/self/setgroups", word,
		       "whether setgroups(2) may be used here: it can drop a "
		       "group that was there to deny access") < 0)
		err(EXIT_TOOL, "cannot write %s to /proc/self/setgroups", word);
}

static void write_map(const char *path, id_t inner, id_t outer, uid_t outer_uid)
{
	char text[64];

	snprintf(text, sizeof text, "%u %u 1", inner, outer);
	if (write_proc(path, text,
		       "ID inside, ID outside, how many: user_namespaces(7)") >=
	    0)
		return;
	warn("cannot write \"%s\" to %s", text, path);
	hint_id_map(outer_uid);
	exit(EXIT_TOOL);
}

// Our one user and our one group: as root or as themselves inside. For the
// group map, a writer without CAP_SETGID in the parent namespace must first
// deny setgroups, and we have left the parent namespace: so deny, always.
// user_namespaces(7). Commonest errno: EPERM, when a rule above is broken.
void map_ids(enum map map, uid_t outer_uid, gid_t outer_gid)
{
	write_map("/proc/self/uid_map", map == MAP_ROOT ? 0 : outer_uid,
		  outer_uid, outer_uid);
	write_setgroups("deny");
	write_map("/proc/self/gid_map", map == MAP_ROOT ? 0 : outer_gid,
		  outer_gid, outer_uid);
}
