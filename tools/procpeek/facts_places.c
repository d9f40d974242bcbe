// SPDX-License-Identifier: MIT
//
// facts_places.c: where a process is: program, directories, mounts, limits.
//
// Shows:     the links exe, cwd and root, and the mounts below that root.
// Mirrors:   pwdx(1), findmnt(8) --task, prlimit(1).
// Leaves out: open files (lsof(8)).
// Read:      proc(5), mount_namespaces(7), getrlimit(2).

#define _GNU_SOURCE
#include "procpeek.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static char *link_text(struct subject *subject, const char *path)
{
	char target[PATH_MAX];

	if (read_link(subject->dir, path, target, sizeof target,
		      "a path as that process would say it: proc(5)") < 0)
		return has_no_memory(&subject->process) ? format("none") : NULL;
	return format("%s", target);
}

// Every root is called / by those who live in it. Which directory it is, the
// device and the inode tell. EACCES: the process is not ours to trace.
static char *root_text(struct subject *subject)
{
	char *link = link_text(subject, "root"), *text = NULL;
	struct stat status;

	if (link && *link != '/')
		return link;
	if (link && fstatat(subject->dir, "root", &status, 0) == 0)
		text = format("%s (device %u:%u, inode %ju)", link,
			      major(status.st_dev), minor(status.st_dev),
			      (uintmax_t)status.st_ino);
	free(link);
	return text;
}

// The file systems through which the kernel speaks, what is laid over parts of
// them to hide those, and the files that an engine gives to each container.
static bool matters(const char *point, const char *type)
{
	static const char *const below[] = {"/proc", "/sys", "/dev", "/etc"};
	static const char *const types[] = {"proc", "sysfs", "cgroup",
					    "cgroup2", "devtmpfs"};
	size_t length;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(type, types[i]) == 0)
			return true;

	for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
		length = strlen(below[i]);
		if (strncmp(point, below[i], length) == 0 &&
		    (point[length] == '/' || !point[length]))
			return true;
	}
	return false;
}

// POINT TYPE, and whether it may only be read.
static void put_mount(FILE *text, const struct mount *mount)
{
	bool read_only =
	    strncmp(mount->mode, "ro", 2) == 0 && strchr(",", mount->mode[2]);

	fprintf(text, "%s%s %s%s", ftell(text) ? ", " : "", mount->point,
		mount->type, read_only ? " ro" : "");
}

// Only mounts below its root are there.
static void mounts(struct subject *subject, struct facts *facts)
{
	char *root = NULL, *special = NULL, *rest;
	struct mount mount;
	FILE *memory;
	size_t size;
	int count = 0;

	if (read_proc(subject->dir, "mountinfo", &subject->scratch,
		      "the mounts below its root: proc(5)") < 0) {
		add_fact(facts, "mounts", "mountinfo", NULL);
		add_fact(facts, "special mounts", "mountinfo", NULL);
		add_fact(facts, "root mount", "mountinfo", NULL);
		return;
	}
	memory = open_memstream(&special, &size);
	if (!memory)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (rest = subject->scratch.data; next_mount(&rest, &mount); count++) {
		if (strcmp(mount.point, "/") == 0) {
			free(root);
			root = format("%s %s", mount.type, mount.source);
		}
		if (matters(mount.point, mount.type))
			put_mount(memory, &mount);
	}
	if (!ftell(memory))
		fputs("none", memory);
	if (fclose(memory) != 0)
		err(EXIT_FAILURE, "cannot allocate memory");
	add_fact(facts, "mounts", "mountinfo", format("%d", count));
	add_fact(facts, "special mounts", "mountinfo", special);
	// A chroot(2) into a directory that is no mount point.
	add_fact(facts, "root mount", "mountinfo",
		 root ? root : format("none: / is not a mount point"));
}

// One line for each: name, soft limit, hard limit, unit, in columns that
// start where the header says.
static void resource_limits(struct subject *subject, struct facts *facts)
{
	static const struct {
		const char *name, *key;
	} limits[] = {{"Max processes", "limit processes"},
		      {"Max open files", "limit open files"},
		      {"Max locked memory", "limit locked memory"},
		      {"Max core file size", "limit core file"}};
	char soft[32], hard[32], *value;
	const char *line;
	bool known;

	known = read_proc(subject->dir, "limits", &subject->scratch,
			  "soft and hard limits: getrlimit(2)") == 0;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		line = known ? strstr(subject->scratch.data, limits[i].name)
			     : NULL;
		value = NULL;
		if (line && sscanf(line + strlen(limits[i].name), "%31s %31s",
				   soft, hard) == 2)
			value = format("soft %s, hard %s", soft, hard);
		add_fact(facts, limits[i].key, "limits", value);
	}
}

void facts_of_places(struct subject *subject, struct facts *facts)
{
	add_fact(facts, "exe", "exe (link)", link_text(subject, "exe"));
	add_fact(facts, "cwd", "cwd (link)", link_text(subject, "cwd"));
	add_fact(facts, "root", "root (link)", root_text(subject));
	mounts(subject, facts);
	resource_limits(subject, facts);
}
