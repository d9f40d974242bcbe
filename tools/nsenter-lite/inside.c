// SPDX-License-Identifier: MIT
// inside.c: the namespaces are entered; now become like a process of them.

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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
void change_directory(const struct target *target)
{
	if (target->directory >= 0)
		go_to(target->directory, "the working directory: chdir(2)");
}

// The kernel puts (unreachable) before the path of a working directory that is
// not below the root. getcwd(2). Commonest errno: ENOENT, it was removed.
static bool below_root(void)
{
	char path[PATH_MAX + sizeof "(unreachable)"] = "";
	long length = syscall(SYS_getcwd, path, sizeof path);

	explain(length, "is it below our root? getcwd(2)",
		"getcwd(\"%s\", %zu)", path, sizeof path);
	return length > 0 && *path == '/';
}

static void go_inside(const char *path, const char *lesson)
{
	if (explain(chdir(path), lesson, "chdir(\"%s\")", path) < 0)
		err(EXIT_TOOL, "cannot change to directory %s", path);
}

// A path of their choice comes last, when no descriptor is left that it could
// lead through: runc went to /proc/self/fd/7 inside, and that was a directory
// of the host (CVE-2024-21626). A target that was not careful when it got its
// root may itself stand outside of it: its like starts at the root.
// chdir(2). Commonest errno: ENOENT, it does not exist inside.
void change_inner_directory(const char *inner)
{
	if (inner)
		go_inside(inner,
			  "the working directory, as named inside: chdir(2)");
	if (below_root())
		return;
	if (inner)
		errx(EXIT_TOOL,
		     "the directory %s is outside of the root directory",
		     inner);
	go_inside("/", "the target's own is outside, a way out: chdir(2)");
}

// Every descriptor is a door to the place where it was opened: with one of a
// directory outside, fchdir(2) walks out of any namespace and root. What our
// caller left open, and the target's pidfd and /proc of our own, end here,
// before a process exists that those inside can see. The master of our own
// terminal, if there is one, is 3 and spared.
// close_range(2). Commonest errno: ENOSYS, before Linux 5.9.
void close_descriptors(int spared)
{
	unsigned int first = spared < 0 ? 3 : 4;

	if (explain(close_range(first, ~0U, 0),
		    "no way back: all but standard input, output and error: "
		    "close_range(2)",
		    "close_range(%u, %u, 0)", first, ~0U) < 0)
		err(EXIT_TOOL, "cannot close the descriptors above 2");
}

// Nor may one of the three that remain be such a door.
void refuse_directories(void)
{
	static const char *const names[] = {"input", "output", "error"};
	struct stat status;

	for (int fd = 0; fd < 3; fd++) {
		if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
			errx(EXIT_TOOL,
			     "standard %s is a directory, from which the "
			     "command could walk out",
			     names[fd]);
	}
}

// The target's environment in place of ours, which may hold what those inside
// must not know. Its strings stay where they are; what has no = is skipped.
// Only for a terminal of its own the command is told what kind it is: TERM.
// environ(7).
void set_environment(struct buffer *buffer, bool terminal)
{
	char *end = buffer->data + buffer->length;
	const char *kind = terminal ? getenv("TERM") : NULL;
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
	if (kind && setenv("TERM", kind, 0) < 0)
		err(EXIT_TOOL, "cannot keep the environment");
}
