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

enum { FILE_KINDS = 7 };

// A link of fd reads as a path, or as pipe:[INODE], socket:[INODE],
// anon_inode:[eventfd] and the like for what has none.
static int file_kind(const char *target)
{
	static const char *const begins[FILE_KINDS - 1] = {
	    "pipe:", "socket:", "anon_inode:", "/memfd:", "/dev/", "/"};

	if (strncmp(target, "/dev/shm/", 9) == 0)
		return FILE_KINDS - 2; // shared memory is a file on a tmpfs
	for (int i = 0; i < FILE_KINDS - 1; i++)
		if (strncmp(target, begins[i], strlen(begins[i])) == 0)
			return i;
	return FILE_KINDS - 1; // a namespace
}

// EACCES: only for those who may trace the process; ENOENT: closed meanwhile.
static char *open_files(struct subject *subject)
{
	static const char *const names[FILE_KINDS] = {
	    "pipe",   "socket", "kernel object", "memory file",
	    "device", "file",	"namespace"};
	int fd, total = 0, count[FILE_KINDS] = {0};
	char target[PATH_MAX], *text, *longer;
	struct dirent *entry;
	bool unseen = false;
	DIR *directory;

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
		if (read_link(fd, entry->d_name, target, sizeof target,
			      "what is open: proc(5)") >= 0) {
			count[file_kind(target)]++;
			total++;
		} else {
			unseen |= errno == EACCES;
		}
	}
	closedir(directory);
	if (unseen)
		return NULL;
	text = format("%d", total);
	for (int i = 0; i < FILE_KINDS; i++) {
		if (count[i] == 0)
			continue;
		longer = format("%s, %s %d", text, names[i], count[i]);
		free(text);
		text = longer;
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

// NAME=VALUE, each ended by a NUL byte. _ is of the shell, for each command
// another.
static char *variables(struct subject *subject)
{
	struct buffer *text = &subject->scratch;
	size_t count = 0, length;
	char **names, *joined;

	if (read_proc(subject->dir, "environ", text,
		      "the environment at its start: proc(5)") < 0)
		return NULL;
	names = calloc(text->length + 1, sizeof *names);
	if (!names)
		err(EXIT_FAILURE, "cannot allocate memory");
	for (size_t at = 0; at < text->length; at += length + 1) {
		length = strlen(text->data + at);
		text->data[at + strcspn(text->data + at, "=")] = '\0';
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
