// SPDX-License-Identifier: MIT
// inside.c: the namespaces are entered; now become like a process of them.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void go_to(int fd, const char *lesson)
{
	if (explain(fchdir(fd), lesson, "fchdir(%d)", fd) < 0)
		err(EXIT_TOOL, "cannot change to the directory opened before");
}

// setns(2) into a mount namespace puts us at the root of that namespace. The
// target may have a root of its own below that (a plain chroot): then only
// this step leads to where the target is. A descriptor, because no path from
// here need lead there. The working directory moves along, so that none of
// the outside is left behind us.
// chroot(2). Commonest errno: EPERM, no CAP_SYS_CHROOT in our user namespace.
void change_root(const struct target *target)
{
	if (target->root < 0)
		return;
	go_to(target->root, "to the directory that was opened outside: "
			    "chdir(2)");
	if (explain(chroot("."), "our root is here now: chroot(2)",
		    "chroot(\".\")") < 0)
		err(EXIT_TOOL, "cannot make it the root directory");
}

// After chroot(2), which leaves the working directory where it is. A
// directory opened outside (--wd=DIR) is a tunnel: .. leads on from there.
// chdir(2). Commonest errno: ENOENT, it does not exist inside.
void change_directory(const struct target *target, const char *inner)
{
	if (target->directory >= 0)
		go_to(target->directory, "the working directory: chdir(2)");
	if (inner && explain(chdir(inner),
			     "the working directory, as named inside: "
			     "chdir(2)",
			     "chdir(\"%s\")", inner) < 0)
		err(EXIT_TOOL, "cannot change to directory %s", inner);
}

// Every descriptor is a door to the place where it was opened: with one of a
// directory outside, fchdir(2) walks out of any namespace and root. What our
// caller left open, and the target's pidfd and /proc of our own, end here,
// before a process exists that those inside can see.
// close_range(2). Commonest errno: ENOSYS, before Linux 5.9.
void close_descriptors(void)
{
	if (explain(close_range(3, ~0U, 0),
		    "no way back: all but standard input, output and error: "
		    "close_range(2)",
		    "close_range(3, %u, 0)", ~0U) < 0)
		err(EXIT_TOOL, "cannot close the descriptors above 2");
}

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
		err(EXIT_TOOL, "cannot set the group ID to %u", options->gid);
	if (options->set_uid &&
	    explain(setuid(options->uid), "the user ID: setuid(2)",
		    "setuid(%u)", options->uid) < 0)
		err(EXIT_TOOL, "cannot set the user ID to %u", options->uid);
}

// The target's environment in place of ours, which may hold what those inside
// must not know. Its strings stay where they are; what has no = is skipped.
// environ(7).
void set_environment(struct buffer *buffer)
{
	char *end = buffer->data + buffer->length;
	size_t count = 0;
	char **list;

	list = calloc(buffer->length + 1, sizeof *list);
	if (!list)
		err(EXIT_TOOL, "cannot keep the environment");
	for (char *text = buffer->data; text < end; text += strlen(text) + 1) {
		if (strchr(text, '='))
			list[count++] = text;
	}
	environ = list;
}
