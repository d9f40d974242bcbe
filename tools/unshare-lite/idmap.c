// SPDX-License-Identifier: MIT
// idmap.c: who we ourselves are in a new user namespace.
//
// A new user namespace knows nobody: every ID reads as 65534 until a map is
// written, once, to /proc/PID/uid_map and gid_map. The rule of the kernel is
// about who writes. From inside, as here, a process may map one ID: its own.
// To map more takes a process outside: see ranges.c.

#define _GNU_SOURCE
#include "unshare-lite.h"

#include <err.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct id_kind user_ids = {"user", "uid_map", "newuidmap", "/etc/subuid",
				 CAP_SETUID};
const struct id_kind group_ids = {"group", "gid_map", "newgidmap",
				  "/etc/subgid", CAP_SETGID};

// As strace(1) prints text: the end of a line as \n.
static void quote(const char *text, char *quoted, size_t size)
{
	size_t used = 0;

	for (; *text && used + 2 < size; text++) {
		if (*text == '\n')
			quoted[used++] = '\\';
		quoted[used++] = *text == '\n' ? 'n' : *text;
	}
	quoted[used] = '\0';
}

long write_proc(const char *path, const char *text, const char *lesson)
{
	char quoted[2048] = "";
	size_t length = strlen(text);
	int result =
	    narration == DRY_RUN ? 0 : write_file(AT_FDCWD, path, text);

	if (narration != QUIET)
		quote(text, quoted, sizeof quoted);
	return explain(result < 0 ? -1 : (long)length, lesson,
		       "write(\"%s\", \"%s\", %zu)", path, quoted, length);
}

// Whether setgroups(2) works in this user namespace. "deny" cannot be taken
// back, and must come before the group map is written.
// user_namespaces(7). Commonest errno: EPERM, when it was denied before.
static void write_setgroups(const char *word)
{
	if (write_proc("/proc/self/setgroups", word,
		       "whether setgroups(2) may be used here: it can drop a "
		       "group that was there to deny access") >= 0)
		return;
	warn("cannot write %s to /proc/self/setgroups", word);
	if (setting_is("/proc/self/setgroups", "deny\n"))
		hint("it says deny, as that of the user namespace around "
		     "does: this is for good: user_namespaces(7)");
	exit(EXIT_TOOL);
}

static void write_own_map(const struct id_map *map, bool could_setfcap)
{
	struct id_range line = {(uint32_t)map->inner, map->outer, 1};
	char path[64], text[64];

	snprintf(path, sizeof path, "/proc/self/%s", map->kind->file);
	snprintf(text, sizeof text, "%u %u 1", line.inner, line.outer);
	if (write_proc(path, text,
		       "ID inside, ID outside, how many: user_namespaces(7)") >=
	    0)
		return;
	warn("cannot write \"%s\" to %s", text, path);
	hint_map(map, &line, 1, could_setfcap);
	exit(EXIT_TOOL);
}

// Our one user and our one group, unless the outsider maps them with others.
// For the group, a writer without CAP_SETGID in the parent namespace must
// first deny setgroups, and we have left the parent namespace: so, always.
// user_namespaces(7). Commonest errno: EPERM, when a rule above is broken.
void map_own_ids(const struct options *options)
{
	const struct id_map *users = &options->users;
	const struct id_map *groups = &options->groups;
	bool own_group = groups->inner != KEEP_ID && groups->count == 0;

	if (users->inner != KEEP_ID && users->count == 0)
		write_own_map(users, options->could_setfcap);
	if (own_group || options->setgroups)
		write_setgroups(own_group ? "deny" : options->setgroups);
	if (own_group)
		write_own_map(groups, options->could_setfcap);
}
