// SPDX-License-Identifier: MIT
//
// files.c: procpeek files PID [DIR], a directory as the process sees it.
//
// Shows:     that /proc/PID/root is a door into the container's files, and
//            how to go through it without being led out again.
// Mirrors:   ls -la /proc/PID/root/DIR, safely.
// Leaves out: reading a file; recursion.
// Read:      openat2(2), proc(5).

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
#include <unistd.h>

enum files_column {
	FILES_MODE,
	FILES_UID,
	FILES_GID,
	FILES_SIZE,
	FILES_NAME,
	FILES_TARGET,
};

static const struct column files_columns[] = {
    {"MODE", 0, SCOLS_JSON_STRING, "fstatat st_mode"},
    {"UID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "fstatat st_uid"},
    {"GID", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "fstatat st_gid"},
    {"SIZE", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, "fstatat st_size"},
    {"NAME", 0, SCOLS_JSON_STRING, "getdents d_name"},
    {"TARGET", 0, SCOLS_JSON_STRING, "readlinkat, not followed"},
};

static void show_mode(mode_t mode, char text[11])
{
	static const char types[16] = "?pc?d?b?-?l?s???";
	static const char bits[] = "rwxrwxrwx";

	text[0] = types[(mode >> 12) & 15];
	for (int i = 0; i < 9; i++)
		text[i + 1] = '-';
	for (int i = 0; i < 9; i++)
		if (mode & (0400U >> i))
			text[i + 1] = bits[i];
	for (int i = 0; i < 3; i++)
		if (mode & (04000U >> i))
			text[3 + 3 * i] =
			    (mode & (0100U >> (3 * i))) ? "sst"[i] : "SST"[i];
	text[10] = '\0';
}

// AT_SYMLINK_NOFOLLOW: a link is shown, with its target as mere text.
static void file_line(struct table *table, int directory, const char *name)
{
	char mode[11], target[PATH_MAX];
	struct libscols_line *line;
	struct stat status;
	ssize_t length;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return; // removed since the directory was read
	line = table_line(table);
	show_mode(status.st_mode, mode);
	table_text(table, line, FILES_MODE, mode);
	table_number(table, line, FILES_UID, status.st_uid);
	table_number(table, line, FILES_GID, status.st_gid);
	table_number(table, line, FILES_SIZE, status.st_size);
	table_text(table, line, FILES_NAME, name);
	if (!S_ISLNK(status.st_mode)) {
		table_text(table, line, FILES_TARGET, "");
		return;
	}
	length = readlinkat(directory, name, target, sizeof target - 1);
	target[length < 0 ? 0 : length] = '\0';
	table_text(table, line, FILES_TARGET, length < 0 ? NULL : target);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// The names in the order of their bytes.
static void list_directory(struct table *table, int fd)
{
	DIR *directory = fdopendir(fd);
	size_t count = 0, capacity = 0;
	struct dirent *entry;
	char **names = NULL;

	if (!directory)
		err(EXIT_FAILURE, "cannot list the directory");
	while ((entry = readdir(directory))) {
		if (count == capacity) {
			capacity = capacity ? capacity * 2 : 64;
			names = reallocarray(names, capacity, sizeof *names);
			if (!names)
				err(EXIT_FAILURE, "cannot allocate memory");
		}
		names[count++] = format("%s", entry->d_name);
	}
	if (names)
		qsort(names, count, sizeof *names, by_name);
	for (size_t i = 0; i < count; i++) {
		file_line(table, fd, names[i]);
		free(names[i]);
	}
	free(names);
	closedir(directory);
}

void command_files(int proc, int pid, const char *directory)
{
	struct subject subject;
	struct table table;
	int root, fd;

	subject_open(&subject, proc, pid);
	root = open_root(&subject);
	if (root < 0)
		err(EXIT_FAILURE, "cannot open the root of process %d", pid);
	fd = open_inside(root, directory, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		err(EXIT_FAILURE, "cannot open %s in the root of process %d",
		    directory, pid);
	table_open(&table, "files", files_columns,
		   sizeof files_columns / sizeof *files_columns);
	list_directory(&table, fd);
	table_print(&table);
	close(root);
	subject_close(&subject);
}
