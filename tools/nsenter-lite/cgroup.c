// SPDX-License-Identifier: MIT
// cgroup.c: join the target's cgroup in every hierarchy: cgroup v1 has one
// for each controller, v2 has one for all, a hybrid system has both.
//
// /proc/PID/cgroup has one line for each hierarchy: "4:memory:/path" in v1,
// "0::/path" in v2. Where that hierarchy can be reached as a file system, only
// /proc/self/mountinfo tells: cgroups(7), proc_pid_mountinfo(5).

#define _GNU_SOURCE
#include "nsenter-lite.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// One line of mountinfo, as far as it matters here.
struct mount {
	char *root;    // the directory of the file system that is mounted
	char *point;   // where
	char *type;    // "cgroup", "cgroup2"
	char *options; // of the file system: v1 names its controllers
};

// The kernel writes blanks in a path as \040 and the like.
static void unescape(char *path)
{
	char *to = path;

	while (*path) {
		unsigned int code;

		if (sscanf(path, "\\%3o", &code) == 1) {
			*to++ = (char)code;
			path += 4;
		} else {
			*to++ = *path++;
		}
	}
	*to = '\0';
}

// "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS... - TYPE SOURCE OPTIONS"
static bool parse_mount(char *line, struct mount *mount)
{
	char *second = strstr(line, " - "), *rest = NULL;

	if (!second)
		return false;
	strtok_r(line, " ", &rest);
	for (int skip = 0; skip < 2; skip++)
		strtok_r(NULL, " ", &rest);
	mount->root = strtok_r(NULL, " ", &rest);
	mount->point = strtok_r(NULL, " ", &rest);
	mount->type = strtok_r(second + strlen(" - "), " ", &rest);
	strtok_r(NULL, " ", &rest);
	mount->options = strtok_r(NULL, " ", &rest);
	if (!mount->root || !mount->point || !mount->options)
		return false;
	unescape(mount->root);
	unescape(mount->point);
	return true;
}

// Is word one of the items of a list with commas?
static bool has_word(const char *list, const char *word, size_t length)
{
	for (;; list++) {
		if (strncmp(list, word, length) == 0 &&
		    (list[length] == ',' || list[length] == '\0'))
			return true;
		list = strchr(list, ',');
		if (!list)
			return false;
	}
}

// A controller is in one hierarchy only, so the first of them identifies it.
static bool is_hierarchy(const struct mount *mount, const char *controllers)
{
	if (*controllers == '\0')
		return strcmp(mount->type, "cgroup2") == 0;
	return strcmp(mount->type, "cgroup") == 0 &&
	       has_word(mount->options, controllers, strcspn(controllers, ","));
}

// What remains of path below root, or NULL if it is elsewhere.
static const char *below(const char *path, const char *root)
{
	size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(path, root, length) != 0 ||
	    (path[length] != '/' && path[length] != '\0'))
		return NULL;
	return strcmp(path, "/") == 0 ? "" : path + length;
}

// Whoever named the cgroup may have put an escape sequence into the name: for
// a message it is written as strace(1) would.
static const char *printable(const char *path, char *text, size_t size)
{
	size_t used = 0;

	for (; *path && used + sizeof "\\377" <= size; path++) {
		if ((unsigned char)*path < ' ' || *path == 127)
			used += (size_t)snprintf(text + used, size - used,
						 "\\%03o", *path);
		else
			text[used++] = *path;
	}
	text[used] = '\0';
	return text;
}

// The cgroup.procs of one cgroup. A mount may show only a part of its
// hierarchy (in a container, for instance), so the first that shows this
// cgroup is taken.
static void find_procs(const char *controllers, const char *path, char *procs)
{
	char shown[PATH_MAX];
	struct buffer text = {0};
	struct mount mount;
	const char *rest;
	char *line, *next = NULL;
	int length = 0;

	if (read_file(AT_FDCWD, "/proc/self/mountinfo", &text) < 0)
		err(EXIT_TOOL, "cannot read /proc/self/mountinfo");
	for (line = strtok_r(text.data, "\n", &next); line && !length;
	     line = strtok_r(NULL, "\n", &next)) {
		if (!parse_mount(line, &mount) ||
		    !is_hierarchy(&mount, controllers))
			continue;
		rest = below(path, mount.root);
		if (rest)
			length = snprintf(procs, PATH_MAX, "%s%s/cgroup.procs",
					  mount.point, rest);
	}
	free(text.data);
	if (!length)
		errx(EXIT_TOOL,
		     "cannot join cgroup %s: no mount of the %s hierarchy "
		     "shows it",
		     printable(path, shown, sizeof shown),
		     *controllers ? controllers : "cgroup v2");
	if (length >= PATH_MAX)
		errx(EXIT_TOOL, "cannot join cgroup %s: path too long",
		     printable(path, shown, sizeof shown));
}

// The number after word in another file of the same cgroup; -1 if there is
// none.
static long setting(const char *procs, const char *file, const char *word)
{
	int directory = (int)(strrchr(procs, '/') - procs);
	struct buffer text = {0};
	char path[PATH_MAX + 32];
	const char *found = NULL;
	long value = -1;

	snprintf(path, sizeof path, "%.*s/%s", directory, procs, file);
	if (read_file(AT_FDCWD, path, &text) == 0)
		found = strstr(text.data, word);
	if (found && sscanf(found + strlen(word), "%ld", &value) != 1)
		value = -1;
	free(text.data);
	return value;
}

// Whoever joins a frozen cgroup stands still until somebody thaws it, as
// docker unpause does. v1 has a file of 0 or 1, v2 a line of cgroup.events.
static void refuse_frozen(const char *procs, const char *shown)
{
	if (setting(procs, "freezer.parent_freezing", "") <= 0 &&
	    setting(procs, "freezer.self_freezing", "") <= 0 &&
	    setting(procs, "cgroup.events", "frozen ") <= 0)
		return;
	warnx("cannot join cgroup %s: it is frozen, and so would we be", shown);
	hint("thaw it first: cgset thaw GROUP, or docker unpause CONTAINER");
	exit(EXIT_TOOL);
}

// Written to cgroup.procs, 0 stands for the writer, who moves with all its
// threads. Children are born in the cgroup of their parent.
// cgroups(7). Commonest errno: EACCES, not ours to write; ENOENT, the cgroup
// was removed.
static void join_one(struct target *target, const char *controllers,
		     const char *path)
{
	char procs[PATH_MAX], shown[PATH_MAX];
	long max;
	int fd;

	find_procs(controllers, path, procs);
	printable(procs, shown, sizeof shown);
	refuse_frozen(procs, shown);
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	if (explain(fd,
		    "the list of processes in the target's cgroup: "
		    "cgroups(7)",
		    "openat(AT_FDCWD, \"%s\", O_WRONLY|O_CLOEXEC)", shown) < 0)
		err(EXIT_TOOL, "cannot open %s", shown);
	if (explain(write(fd, "0", 1),
		    "0 is ourselves: its limits hold for us now: cgroups(7)",
		    "write(%d, \"0\", 1)", fd) < 0)
		err(EXIT_TOOL, "cannot join %s", shown);
	close(fd);
	max = setting(procs, "pids.max", "");
	if (max >= 0 && setting(procs, "pids.current", "") >= max)
		target->cgroup_is_full = true;
}

// Is this line of /proc/PID/cgroup one of ours too? Then there is nothing to
// join, nor need there be a mount.
static bool is_ours(const struct buffer *ours, const char *line)
{
	const char *found = ours->data;

	for (; (found = strstr(found, line)); found++) {
		if ((found == ours->data || found[-1] == '\n') &&
		    found[strlen(line)] == '\n')
			return true;
	}
	return false;
}

// Before the namespaces are entered: from here the cgroup file systems can be
// seen, and the paths in /proc/PID/cgroup are those of our cgroup namespace.
// Both lists are read by the same eyes, so they can be compared.
void join_cgroups(struct target *target)
{
	struct buffer theirs = {0}, ours = {0};
	char *line, *next = NULL, *controllers, *path;

	if (read_file(target->proc, "cgroup", &theirs) < 0)
		target_error(target, "read the cgroups");
	if (read_file(AT_FDCWD, "/proc/self/cgroup", &ours) < 0)
		err(EXIT_TOOL, "cannot read /proc/self/cgroup");
	for (line = strtok_r(theirs.data, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		if (is_ours(&ours, line))
			continue;
		controllers = strchr(line, ':');
		path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		join_one(target, controllers + 1, path);
	}
	free(theirs.data);
	free(ours.data);
}
