// SPDX-License-Identifier: MIT
// ids.c: user, group and supplementary groups, as nsenter(1) sets them.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// setgroups(2). Commonest errno: EPERM, no CAP_SETGID, or a user namespace
// whose /proc/PID/setgroups says "deny".
static bool drop_groups(void)
{
	return explain(setgroups(0, NULL),
		       "no supplementary groups go along: setgroups(2)",
		       "setgroups(0, NULL)") == 0;
}

// A user namespace is entered as its root, unless told otherwise. Our groups
// are dropped before that, while we may: it can deny setgroups(2). Returns
// whether that worked; set_ids() tries again inside.
bool prepare_ids(struct options *options)
{
	if (!(options->flags & CLONE_NEWUSER) || options->preserve_credentials)
		return false;
	options->set_uid = options->set_gid = true; // 0 if not given
	return drop_groups();
}

// Is setgroups(2) switched off in our user namespace? user_namespaces(7).
static bool setgroups_denied(void)
{
	struct buffer text = {0};
	bool denied = read_file(AT_FDCWD, "/proc/self/setgroups", &text) == 0 &&
		      strncmp(text.data, "deny", 4) == 0;

	free(text.data);
	return denied;
}

// EINVAL has one cause only: the user namespace's map has no such number.
static noreturn void cannot_set(const char *what, unsigned int id)
{
	warn("cannot set the %s ID to %u", what, id);
	if (errno == EINVAL)
		hint("this user namespace has no %s %u: its map, "
		     "/proc/self/%cid_map, lists those it has",
		     what, id, *what);
	exit(EXIT_TOOL);
}

// Groups first, user last: after setuid(2) the capability for the rest is
// gone. Inside a user namespace the numbers are those of its maps.
// setgid(2), setuid(2). Commonest errno: EINVAL, the ID is not in the map.
void set_ids(const struct options *options, bool groups_dropped)
{
	if (options->set_gid && !drop_groups() && !groups_dropped) {
		warn("cannot drop the supplementary groups");
		if (errno == EPERM && setgroups_denied())
			hint("this user namespace denies setgroups(2): "
			     "--preserve-credentials leaves the groups alone");
		exit(EXIT_TOOL);
	}
	if (options->set_gid &&
	    explain(setgid(options->gid), "the group ID: setgid(2)",
		    "setgid(%u)", options->gid) < 0)
		cannot_set("group", options->gid);
	if (options->set_uid &&
	    explain(setuid(options->uid), "the user ID: setuid(2)",
		    "setuid(%u)", options->uid) < 0)
		cannot_set("user", options->uid);
}
