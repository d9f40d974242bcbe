// SPDX-License-Identifier: MIT
//
// inside.c: the files and users of a process as it sees them itself.
//
// Shows:     /proc/PID/root, openat2(2) RESOLVE_IN_ROOT, and the two numbers
//            that one user has.
// Mirrors:   docker cp, which had to learn the same (CVE-2018-15664).
// Leaves out: users from anywhere but the passwd file of the container.
// Read:      openat2(2), proc(5), user_namespaces(7), passwd(5).

#define _GNU_SOURCE
#include "procpeek.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A magic link: it leads to the very directory, on mounts that we may have
// no path to. EACCES: only for those who may trace the process.
int open_root(struct subject *subject)
{
	int fd = openat(subject->dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	explain(fd, "the root directory of the process: proc(5)",
		"openat(%d, \"root\", O_RDONLY|O_CLOEXEC|O_PATH|O_DIRECTORY)",
		subject->dir);
	return fd;
}

// A container can lay out links that lead to our files when we follow them
// from outside: an absolute one starts at our own root. RESOLVE_IN_ROOT makes
// the kernel treat root as / for this one call, and refuses magic links. O_PATH
// finds a file without opening it: to open a device may act on it, and a FIFO
// keeps who opens it waiting. ENOSYS: a kernel before 5.6.
int find_inside(int root, const char *path)
{
	struct open_how how = {
	    .flags = O_PATH | O_CLOEXEC,
	    .resolve = RESOLVE_IN_ROOT,
	};
	int fd, tries = 0;

	do // EAGAIN: something on the way was moved meanwhile
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	while (fd < 0 && errno == EAGAIN && tries++ < 100);
	explain(fd, "no link in there leads out: openat2(2)",
		"openat2(%d, \"%s\", {resolve=RESOLVE_IN_ROOT})", root, path);
	return fd;
}

enum { PASSWD_LIMIT = 1 << 20 };

static char *read_limited(int fd)
{
	char *text = malloc(PASSWD_LIMIT + 1);
	size_t length = 0;
	ssize_t got;

	if (!text)
		return NULL;
	while (length < PASSWD_LIMIT &&
	       (got = read(fd, text + length, PASSWD_LIMIT - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	return text;
}

static char *read_passwd(int proc, int root)
{
	int found = find_inside(root, "/etc/passwd"), fd = -1;
	struct stat status;
	char *text = NULL;

	if (found >= 0 && fstat(found, &status) == 0 && S_ISREG(status.st_mode))
		fd = reopen(proc, found);
	if (fd >= 0) {
		text = read_limited(fd);
		close(fd);
	}
	if (found >= 0)
		close(found);
	return text;
}

// Lines of NAME:PASSWORD:UID:... getpwuid(3) would read our own file.
char *find_user(char *passwd, uid_t uid)
{
	char *rest = passwd, *line;
	const char *user, *number;
	uint64_t value;

	while (rest && (line = strsep(&rest, "\n"))) {
		user = strsep(&line, ":");
		strsep(&line, ":");
		number = strsep(&line, ":");
		if (number &&
		    parse_number(number, 0, UINT32_MAX, &value) == 0 &&
		    value == uid)
			return format("%s", user);
	}
	return NULL;
}

char *user_inside(int proc, int root, uid_t uid)
{
	char *text = read_passwd(proc, root);
	char *name = find_user(text, uid);

	free(text);
	return name;
}

bool next_range(char **text, struct id_range *range)
{
	char *line = strsep(text, "\n");

	if (!line || !*line)
		return false;
	range->inside = strtoull(line, &line, 10);
	range->outside = strtoull(line, &line, 10);
	range->count = strtoull(line, NULL, 10);
	return true;
}

enum { OVERFLOW_UID = 65534 }; // of user_namespaces(7)

// The kernel writes the second number of a line for us, who open the file: as
// one of our user namespace, in which it can be looked up. But who is in the
// same one as the process is shown the map to the parent, in which our numbers
// mean other users; and any user that ours has no number for is the overflow
// uid.
int64_t uid_inside(struct subject *subject, uid_t uid)
{
	uint64_t ours = namespace_inode(subject->proc, "self/", "user"), theirs;
	struct id_range range;
	char *rest;

	if (!is_initial_namespace(ours)) {
		theirs = namespace_inode(subject->dir, "", "user");
		if (!ours || !theirs || uid == OVERFLOW_UID)
			return -1;
		if (ours == theirs)
			return uid;
	}
	if (read_proc(subject->dir, "uid_map", &subject->scratch,
		      "uids inside and outside: user_namespaces(7)") < 0)
		return -1;
	for (rest = subject->scratch.data; next_range(&rest, &range);)
		if (uid >= range.outside && uid - range.outside < range.count)
			return (int64_t)(uid - range.outside + range.inside);
	return -1;
}
