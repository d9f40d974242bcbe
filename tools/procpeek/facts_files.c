// SPDX-License-Identifier: MIT
//
// facts_files.c: what a process has open, and the environment it began with.
//
// Shows:     /proc/PID/fd, a folder of links, and /proc/PID/environ.
// Mirrors:   lsof(8), ps e.
// Leaves out: the name of each file; the values of variables, which may be
//            secret; changes to the environment since the start.
// Read:      proc(5), environ(7).

#define _GNU_SOURCE
#include "procpeek.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum file_kind {
	PIPE,
	SOCKET,
	KERNEL_OBJECT,
	MEMORY_FILE,
	DEVICE,
	FOLDER,
	PLAIN_FILE,
	NAMESPACE,
	FILE_KINDS
};

// What has no path has a link that reads as anon_inode:[eventfd], uts:[INODE]
// or the like. Of all else, what it is says the mode of what the link leads to:
// statx(2), which opens nothing, and asks no server.
static int file_kind(int links, const char *name, const char *target)
{
	struct statx status;
	uint64_t inode;
	int kind;

	if (strncmp(target, "anon_inode:", 11) == 0)
		return KERNEL_OBJECT;
	if (strncmp(target, "/memfd:", 7) == 0)
		return MEMORY_FILE;
	if (parse_namespace(target, &kind, &inode))
		return NAMESPACE;
	if (statx(links, name, AT_STATX_DONT_SYNC, STATX_TYPE, &status) < 0)
		return -1;
	switch (status.stx_mode & S_IFMT) {
	case S_IFIFO:
		return PIPE;
	case S_IFSOCK:
		return SOCKET;
	case S_IFCHR:
	case S_IFBLK:
		return DEVICE;
	case S_IFDIR:
		return FOLDER;
	case S_IFREG:
		return PLAIN_FILE;
	default:
		return KERNEL_OBJECT;
	}
}

// EACCES: only for those who may trace the process; ENOENT: closed meanwhile.
static char *open_files(struct subject *subject)
{
	static const char *const names[FILE_KINDS] = {
	    "pipe",   "socket",	   "kernel object", "memory file",
	    "device", "directory", "file",	    "namespace"};
	int fd, kind, total = 0, count[FILE_KINDS] = {0};
	char target[PATH_MAX], *text;
	struct dirent *entry;
	bool unseen = false;
	DIR *directory;

	if (has_no_memory(&subject->process))
		return format("none");
	fd = openat(subject->dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	explain(fd, "a link for each open file: proc(5)",
		"openat(%d, \"fd\", O_RDONLY|O_CLOEXEC|O_DIRECTORY)",
		subject->dir);
	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory)
		return NULL;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		kind = -1;
		if (read_link(fd, entry->d_name, target, sizeof target,
			      "what is open: proc(5)") >= 0)
			kind = file_kind(fd, entry->d_name, target);
		if (kind >= 0) {
			count[kind]++;
			total++;
		} else {
			unseen |= errno != ENOENT;
		}
	}
	closedir(directory);
	// The first thread has ended before the others: they have the files.
	if (unseen || subject->process.state == 'Z')
		return NULL;
	text = format("%d", total);
	for (int i = 0; i < FILE_KINDS; i++) {
		if (count[i] == 0)
			continue;
		append(&text, ", %s %d", names[i], count[i]);
	}
	return text;
}

// There may be a million of them.
static char *join_names(char *names[], size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	sort_texts(names, count);
	for (size_t i = 0; memory && i < count; i++)
		fprintf(memory, "%s%s", i ? " " : "", names[i]);
	if (!memory || fclose(memory) != 0)
		err(EXIT_FAILURE, "cannot allocate memory");
	return text;
}

// NAME=VALUE, each ended by a NUL byte. What has no = is none: a program may
// write over this memory, for its title in ps(1), and leave pieces of values. _
// is of the shell, for each command another.
static char *variables(struct subject *subject)
{
	struct buffer *text = &subject->scratch;
	size_t count = 0, length, name;
	char **names, *joined;

	if (has_no_memory(&subject->process))
		return format("none");
	if (read_record(subject->dir, "environ", MOST_ENVIRONMENT, text,
			"the environment at its start: proc(5)") < 0 ||
	    subject->process.state == 'Z')
		return NULL;
	names = calloc(text->length + 1, sizeof *names);
	if (!names)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (size_t at = 0; at < text->length; at += length + 1) {
		length = strlen(text->data + at);
		name = strcspn(text->data + at, "=");
		if (name == length)
			continue;
		text->data[at + name] = '\0';
		if (strcmp(text->data + at, "_") != 0)
			names[count++] = text->data + at;
	}
	joined = join_names(names, count);
	free(names);
	return *joined ? joined : (free(joined), format("empty"));
}

void facts_of_files(struct subject *subject, struct facts *facts)
{
	add_fact(facts, "open files", "fd/ (links)", open_files(subject));
	add_fact(facts, "environment", "environ, the names",
		 variables(subject));
}
